"""How fast is it, and against what, on this machine, in the same run? Each bench prints its figures and what they are measured against."""
