"""fob-mail: an article becomes an invitation in every inbox, once, with one click out of it."""

__version__ = "0.1.0"
