"""What an installation is set to: fob-mail.toml and FOB_MAIL_… variables, read once and handed down.

model      what can be set, what for, and which values
theme      how mails look
reading    from the file and the environment
"""

from fob_mail.settings.model import LOCAL_HOSTS, Dkim, Logs, Organisation, Security, Sending, Settings, Smtp
from fob_mail.settings.reading import DEFAULT_FILE, ENV_PREFIX, complaints, find_file, load
from fob_mail.settings.theme import Theme

__all__ = [
    "DEFAULT_FILE",
    "ENV_PREFIX",
    "LOCAL_HOSTS",
    "Dkim",
    "Logs",
    "Organisation",
    "Security",
    "Sending",
    "Settings",
    "Smtp",
    "Theme",
    "complaints",
    "find_file",
    "load",
]
