"""Headers of our mails that a vendor gives back with each event, so that it tells whose mail it is about: {} where the token goes."""

ECHOED = "fob-mail"
"""Under what name, where a vendor wants one."""

POSTMARK = f"X-PM-Metadata-{ECHOED}: {{}}"
SENDGRID = f'X-SMTPAPI: {{"unique_args":\r\n {{"{ECHOED}": "{{}}"}}}}'  # in two lines of less than 78 characters
BREVO = "X-Mailin-custom: {}"
