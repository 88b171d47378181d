"""The shell that takes what comes back: each mail is read, written down once, and followed by what it asks for.

taking     one mail: what it is, whose, and what follows
sources    where mail is read from: a Maildir, an IMAP mailbox; marked only after the database has committed
pop3       the same by POP3
"""
