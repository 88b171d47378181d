"""What an installation is set to: fob-mail.toml and FOB_MAIL_… variables, read once and handed down.

theme      how mails look
relays     how each relay is reached, and how much it may be given
model      all else that can be set, what for, and which values
feedback   from where what comes back is read, and what follows
protection how the connection to a server is protected
kinds      values that several sections take
pages      the public pages: joining, proxies, how long what is kept
reading    from the file and the environment
"""

from fob_mail.settings.model import Dkim, Logs, Organisation, Sending, Settings
from fob_mail.settings.pages import Joining, Retention, Web
from fob_mail.settings.protection import LOCAL_HOSTS, Security
from fob_mail.settings.reading import DEFAULT_FILE, ENV_PREFIX, complaints, find_file, load
from fob_mail.settings.relays import Domain, Limits, Relay, Smtp
from fob_mail.settings.theme import Theme

__all__ = [
    "DEFAULT_FILE",
    "ENV_PREFIX",
    "LOCAL_HOSTS",
    "Dkim",
    "Domain",
    "Joining",
    "Limits",
    "Logs",
    "Organisation",
    "Relay",
    "Retention",
    "Security",
    "Sending",
    "Settings",
    "Smtp",
    "Theme",
    "Web",
    "complaints",
    "find_file",
    "load",
]
