"""What the vendors of mail delivery tell by webhooks, each in its own words: is it genuine, and what would a mail say in its place?

echoes    headers of our mails that vendors give back with each event
told      an event becomes what a mail would have become: its kind, whom it is about, its key
shared    a secret that both know: Postmark's and Brevo's way
sns       Amazon's messages: what is signed, by whose certificate, about which topic
ses, postmark, mailgun, sendgrid, brevo    what each vendor's events mean
"""
