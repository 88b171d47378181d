"""Is this installation fit to send? Each finding says what was looked at, what was seen, and what to do.

finding       one thing that was looked at
here          this machine: settings file, keys, folders, disk, clock
books         the database: version, damage, what stands still
relays        each relay: connection, TLS, login, what it can do, whether it takes mail from us
mailboxes     what comes back, by IMAP and POP3: login, folder, how much waits
handovers     what comes back, on this machine: Maildir, LMTP, and what is kept for the organiser
certificates  until when a server's certificate holds
senders       the DNS of those who write
pages         the public pages and the one click, from the outside in
rules         what Gmail, Yahoo and Outlook ask of those who write to many, as a checklist
"""
