r"""fob-mail for programs that embed it: read an article, compose it, look at it, make one reader's mail, read what comes back.

Everything here is pure: no database, no network, no clock but the one that is handed in. All of it is had by `from fob_mail import …`.

>>> from datetime import date
>>> from fob_mail import Masthead, compose, read_article, render
>>> article = read_article(
...     b"A valley that lit its lamps\n\nCome and hear how on Thursday April 22, 7pm at Lantern Hall, Leeds.\n",
...     "evening.txt", zone="Europe/London", today=date(2026, 11, 25))
>>> article.title
'A valley that lit its lamps'
>>> mail = compose(article, Masthead("Friends of the Valley", "12 Canal Street, Leeds", "Valley News"), "en")
>>> mail.subject
'A valley that lit its lamps: Thursday 22 April, 19:00'
"""

from collections.abc import Iterable
from datetime import date, datetime
from email.utils import parseaddr
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fob_mail.addresses import normalise, wire_form
from fob_mail.articles.article import Article
from fob_mail.articles.opening import opened
from fob_mail.articles.reading import read
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.mime import Heading, message_template
from fob_mail.composing.writing import Wishes
from fob_mail.composing.writing import compose as _compose
from fob_mail.encoding import date_header
from fob_mail.envelopes import Recipient
from fob_mail.errors import FobMailError, InputError
from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Incoming
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.preflight import Problem, Severity
from fob_mail.preflight import check as _check

__all__ = [
    "Article",
    "Composed",
    "FobMailError",
    "Incoming",
    "InputError",
    "Masthead",
    "Problem",
    "Severity",
    "check",
    "classify",
    "compose",
    "read_article",
    "render",
]


def read_article(content: bytes, name: str, *, zone: str = "Europe/London", today: date) -> Article:
    """An article of whatever its writer had: text, Markdown, a Word file or a web page, told by its bytes and its name's ending.

    `zone` is an IANA name, the group's own; `today` is the day from which a year that is not said is reckoned. What was inferred or lost is
    in the article's notices. Raises InputError, with its remedy, for what is no article.
    """
    try:
        where = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(f"{zone!r} is not a time zone.", "Write one such as Europe/London.") from None
    source = opened(content, name)
    return read(source.text, source.name, where, today)


def compose(article: Article, masthead: Masthead, language: str, *, subject: str = "") -> Composed:
    """Subject, HTML and text of an invitation in a language (BCP 47), with marks where readers differ; in a quarter of a second.

    `subject` replaces the one made from title and date. Raises InputError for a merge field that nobody knows.
    """
    return _compose(article, masthead, language, Wishes(subject=subject))


def check(mail: Composed, article: Article, masthead: Masthead, *, now: datetime, base_url: str) -> list[Problem]:
    """What is wrong with a mail before it goes, errors first, each with its remedy; `now` is aware, `base_url` where readers leave."""
    return list(_check(mail, article, masthead, now=now, base_url=base_url))


def render(  # noqa: PLR0913 a mail is to somebody, from somebody, at a time
    mail: Composed,
    to: str,
    *,
    sender: str,
    list_slug: str,
    list_name: str,
    base_url: str,
    keys: Iterable[bytes],
    now: datetime,
    name: str = "",
    subscriber_id: int = 0,
) -> bytes:
    """One reader's message as it goes over the wire: RFC 5322 headers, List-Unsubscribe and its Post (RFC 8058), multipart MIME, CRLF.

    `sender` is a mailbox (`Name <address>`); `keys` sign the link to leave, the first one signs; subscriber 0 is nobody, whose link
    changes nothing. Raises InputError for an address that is none, or that SMTP without SMTPUTF8 cannot carry.
    """
    address = wire_form(normalise(to))
    if address is None:
        raise InputError(f"{to!r} needs SMTPUTF8 (RFC 6531).", "Use an address whose local part is ASCII.")
    own_name, own_address = parseaddr(sender)
    heading = Heading(own_name, normalise(own_address), None, list_slug, list_name)
    envelope = Sender(0, 0, own_address, verp=False, unsubscribe_mailbox=own_address, message_id_domain=heading.domain)
    links = Links(list(keys), base_url)
    personaliser = Personaliser({mail.language: message_template(mail, heading)}, mail.language, envelope, links)
    return personaliser.envelope(Recipient(0, 0, subscriber_id, to, name, mail.language), address, date_header(now)).content
