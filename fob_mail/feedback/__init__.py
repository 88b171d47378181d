"""The shell that takes what comes back: each mail is read, written down once, and followed by what it asks for.

taking     one mail: what it is, whose, and what follows
running    all that is read from, side by side
maildir, imap, pop3    mailboxes; marked, moved or deleted only after the database has committed
account    what is said where a mailbox on a server cannot be read
lmtp       a mail server hands it over; answered only after the database has committed
"""
