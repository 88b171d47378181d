"""Is this installation fit to send? Each finding says what was looked at, what was seen, and what to do.

finding    one thing that was looked at
here       this machine: settings file, keys, folders, disk, clock
books      the database: version, damage, what stands still
relays     each relay: connection, TLS, login, what it can do, whether it takes mail from us
senders    the DNS of those who write
pages      the public pages and the one click, from the outside in
rules      what Gmail, Yahoo and Outlook ask of those who write to many, as a checklist
"""
