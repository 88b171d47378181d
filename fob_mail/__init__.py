"""fob-mail: an article becomes an invitation in every inbox, once, with one click out of it.

The map, in reading order, from the bottom of the house to its top:

    errors          what can go wrong that a person can put right
    models          the tables
    settings        what an installation is set to
    translations    how a phrase is said in another language
    logs            an event a step, and nobody's secrets in it
    database        one database, two ways in; migrations and backups beside it
    addresses       is this an address, what is its one spelling
    links           signed links and return paths, both ways
    events          what is happening, when, where, who
    fetching        a page of the web, from public addresses only
    calendars       an event as readers' calendars take it
    articles/       from the organiser's file to an Article
    public_web      does a web address answer; dns_records: what the DNS says of a sender
    composing/      from an Article to HTML, text and MIME with slots
    pictures        of an article: scaled, upright, rid of metadata
    signing/        DKIM, where the relay does not sign
    slots           where a message differs from reader to reader; conditions: for whom
    personalising   from MIME with slots and a recipient to the bytes on the wire; encoding: a value as MIME has it
    preflight/      what is wrong with a mail before it goes
    audience/       lists, subscribers, consent, suppressions
    spam_assassin   what SpamAssassin says of a message
    campaigns       article and list become a campaign, frozen
    notes           which mails fob-mail itself owes one person
    agenda          which entry an event has in readers' calendars
    ledger          which deliveries are owed, under way and settled; recipients: who of a batch is to be mailed
    allowances      how much a relay or domain may still be given, by all workers together
    journal         what was on the wire when a worker died
    inbound/        what a mail that came back is, and whom it is about
    replies         what an SMTP server says; outcomes: what that means
    smtp/           one relay, several pipelined sessions
    sending/        the shell that leases, sends and settles
    feedback/       what comes back is read, and followed; returns: written down once
    restoring       a copy of the database put back, and made to agree with what happened since
    doctor/         is everything fit to send?
    web/            the public pages; previewing/: a draft's page, for this machine alone
    library         what programs that embed fob-mail import
    cli/            the commands

For programs: `from fob_mail import read_article, compose, check, render, classify` (see fob_mail.library).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fob_mail.library import (
        Article,
        Composed,
        FobMailError,
        Incoming,
        InputError,
        Masthead,
        Problem,
        Severity,
        check,
        classify,
        compose,
        read_article,
        render,
    )

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

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """What programs import, loaded when it is first asked for: the commands start at once, and need none of it."""
    if name in __all__:
        from fob_mail import library  # noqa: PLC0415

        return getattr(library, name)
    raise AttributeError(f"module 'fob_mail' has no attribute {name!r}")
