"""The shell that sends: leases, personalises, sends and settles, with every commit where the safety argument needs it."""
