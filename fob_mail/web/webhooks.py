"""What vendors tell of bounces, complaints and people who leave: each at an address of its own, believed once it has shown who it is.

Who has not is told nothing, and nothing changes. What is told twice counts once, and what a mail tells too.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from time import time

from flask import Blueprint, Response, abort, request

from fob_mail import returns
from fob_mail.database import clock
from fob_mail.errors import InputError
from fob_mail.feedback.taking import Terms, heed, told
from fob_mail.inbound.incoming import Incoming
from fob_mail.settings import Settings
from fob_mail.vendors import brevo, mailgun, postmark, sendgrid, ses
from fob_mail.vendors.mailgun import Once
from fob_mail.vendors.shared import knows
from fob_mail.vendors.told import Header, MalformedError, at, parsed, word
from fob_mail.web.site import Site
from fob_mail.web.topics import Topics

log = logging.getLogger("fob_mail.web")

AT = "/webhooks/"
LARGEST = 1024 * 1024
"""Octets of what a vendor tells at once: SendGrid's batches have some hundred thousand."""
MOST_AT_ONCE = 50
"""Events that are followed in one transaction."""


class ForgedError(Exception):
    """Nobody has shown that the vendor tells this."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a vendor told, and the token that is good for it alone."""

    events: Iterable[Incoming]
    once: Once | None = None


Ear = Callable[[bytes, Header], Heard]


def journey(site: Site) -> Blueprint:
    """An address for each vendor of the settings."""
    blueprint = Blueprint("webhooks", __name__)
    ears = dict(_ears(site.settings, site.outside))

    @blueprint.post(f"{AT}<vendor>")
    def tell(vendor: str) -> Response:
        """Take what a vendor tells."""
        if vendor not in ears:
            abort(404)
        request.max_content_length = LARGEST
        try:
            heard = ears[vendor](request.get_data(cache=False), lambda name: request.headers.get(name, ""))
            _follow(site, heard)
        except ForgedError:
            log.warning("webhook refused", extra={"vendor": vendor})
            return Response("", 401, mimetype="text/plain")
        except MalformedError:
            return Response("", 400, mimetype="text/plain")
        except InputError as error:
            log.warning("webhook put off", extra={"vendor": vendor, "problem": error.problem})
            return Response("", 503, {"Retry-After": "60"}, mimetype="text/plain")
        return Response("Taken.\n", mimetype="text/plain")

    return blueprint


def _follow(site: Site, heard: Heard) -> None:
    """Follow a batch, some events a transaction, so that nobody waits long for the database; what is told again after a fault counts once.

    In the order of keys, so that two batches do not wait for each other.
    """
    feedback = site.settings.feedback
    terms = Terms(feedback.soft_bounces, feedback.soft_within, feedback.kept)
    events = sorted(heard.events, key=lambda event: event.key)
    for first in range(0, len(events) or bool(heard.once), MOST_AT_ONCE):
        with site.database.begin() as session:
            if heard.once and not returns.good_for(session, heard.once.token, heard.once.event, clock(session)):
                raise ForgedError
            taken = [heed(session, event, site.links, terms, vouched=True) for event in events[first : first + MOST_AT_ONCE]]
        for one in taken:
            told(one)


def _ears(settings: Settings, outside: Callable[[str], bytes]) -> Iterable[tuple[str, Ear]]:
    """Of each vendor that is set: what verifies and understands it."""
    hooks = settings.webhooks
    if hooks.ses_topics:
        yield "ses", partial(_ses, Topics(hooks.ses_topics, outside))
    if secret := hooks.postmark_secret.get_secret_value():
        yield "postmark", partial(_shared, secret, postmark.events_in)
    if key := hooks.mailgun_signing_key.get_secret_value():
        yield "mailgun", partial(_mailgun, key)
    if hooks.sendgrid_public_key:
        yield "sendgrid", partial(_sendgrid, hooks.sendgrid_public_key)
    if secret := hooks.brevo_secret.get_secret_value():
        yield "brevo", partial(_shared, secret, brevo.events_in)


def _ses(topics: Topics, body: bytes, header: Header) -> Heard:
    del header
    message = parsed(body)
    if not topics.hear(message):
        raise ForgedError
    if word(message, "Type") != "Notification":
        return Heard(())
    text = at(message, "Message")
    try:
        inner = parsed(text if isinstance(text, str) else "")
    except MalformedError:
        return Heard(())  # Amazon's own words at the beginning: that the topic works
    return Heard(ses.events_in(inner))


def _shared(secret: str, events_in: Callable[[object], Iterable[Incoming]], body: bytes, header: Header) -> Heard:
    if not knows(secret, header):
        raise ForgedError
    return Heard(events_in(parsed(body)))


def _mailgun(key: str, body: bytes, header: Header) -> Heard:
    del header
    message = parsed(body)
    once = mailgun.once(message, key, time())
    if once is None:
        raise ForgedError
    return Heard(mailgun.events_in(message), once)


def _sendgrid(key: str, body: bytes, header: Header) -> Heard:
    if not sendgrid.is_genuine(body, header, key):
        raise ForgedError
    return Heard(sendgrid.events_in(parsed(body)))
