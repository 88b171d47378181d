"""Run a campaign: recover, freeze, then lease, personalise, send and settle until nothing is owed or the run is stopped."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from functools import partial
from itertools import chain

from fob_mail import balance, campaigns, freezing, ledger
from fob_mail.composing.composed import Composed
from fob_mail.composing.mime import Heading, message_template
from fob_mail.database import Database, clock
from fob_mail.errors import FobMailError
from fob_mail.journal import Journal, drop_kept
from fob_mail.links import Links
from fob_mail.models import Campaign, CampaignState, MailingList
from fob_mail.outcomes import Retries
from fob_mail.personalising import Personaliser, Sender
from fob_mail.sending.allotment import Allotment, Allotments
from fob_mail.sending.clerk import Clerk
from fob_mail.sending.destinations import Destination, Destinations
from fob_mail.sending.recovery import recover
from fob_mail.sending.route import Wire
from fob_mail.sending.tenure import Terms
from fob_mail.sending.transmission import Transmission
from fob_mail.settings import Relay, Settings
from fob_mail.signing.seal import Signer
from fob_mail.smtp.relay import open_session
from fob_mail.vendors import echoes

log = logging.getLogger("fob_mail.sending")


class Ending(StrEnum):
    """How a run ended."""

    FINISHED = "finished"  # nothing is owed any more
    OWED = "owed"  # some were deferred, and the run does not wait for them
    STOPPED = "stopped"  # asked to stop
    PAUSED = "paused"  # by an organiser, or as another worker was turned away
    CANCELLED = "cancelled"  # by an organiser
    TURNED_AWAY = "turned away"  # the relay cannot be had or refuses us; the campaign is paused


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run: how, what the relay said if it was that, when deferred deliveries are due, and the counts."""

    how: Ending
    problem: FobMailError | None
    next_due: datetime | None
    counts: balance.Counts


@dataclass(frozen=True, slots=True)
class Controls:
    """How a shell watches and stops a run: `started` is handed the transmission, `report` is called ten times a second."""

    started: Callable[[Transmission], None]
    report: Callable[[Transmission], None]
    wait: bool = True


def freeze(database: Database, slug: str, settings: Settings) -> tuple[int, balance.Counts]:
    """Recover what dead workers left, then fix the campaign's audience and text, if that is still to do, and let it go on."""
    recover_dead(database, settings)
    with database.begin_bulk(locked=True) as session:  # deliveries refer to what their own statement reads
        campaign = campaigns.find(session, slug)
        campaigns.refuse_cancelled(campaign)
        size = freezing.freeze(session, campaign, settings.sending.batch_size, clock(session))
        campaigns.resume(session, campaign)
        log.info("campaign frozen", extra={"campaign": slug, "audience": size})
        return campaign.id, balance.counts(session, campaign.id)


def counts_of(database: Database, campaign_id: int) -> balance.Counts:
    """Where a campaign's deliveries stand."""
    with database.read() as session:
        return balance.counts(session, campaign_id)


def recover_dead(database: Database, settings: Settings) -> int:
    """Settle what dead workers left. Gives the number of deliveries that are unknown for it."""
    return recover(database, settings.sending.journal_folder, retries_of(settings))


def run(database: Database, slug: str, settings: Settings, links: Links, controls: Controls) -> Ended:
    """Send what is owed of a frozen campaign."""
    with database.read() as session:
        campaign = campaigns.find(session, slug)
        personaliser = personaliser_of(campaign, campaigns.list_of(session, campaign), campaigns.parts(session, campaign), settings, links)
    drop_kept(settings.sending.journal_folder, time.time() - settings.sending.keep_journals.total_seconds())
    with Journal(settings.sending.journal_folder, slug) as journal:
        wires, destinations = wires_of(settings), Destinations(settings.domains)
        transmission = Transmission(wires, destinations, journal, personaliser, controls.report)
        clerk = Clerk(
            database,
            campaign.id,
            journal,
            _terms(settings, wait=controls.wait, attributes=personaliser.needs_attributes),
            transmission.wake,
            _recovery(database, settings),
            Allotments(one.allotment for one in chain[Wire | Destination](wires, destinations.all)),
            transmission.routes.reports,
        )
        log.info("sending begins", extra={"campaign": slug, "worker": journal.worker})
        controls.started(transmission)
        clerk.start()
        try:
            with _few_collections():
                transmission.run(clerk)
            clerk.close()
        except BaseException:
            clerk.abandon()  # in the middle of something: as after a kill, the journal says what was sent
            raise
    ended = _ended(database, campaign.id, transmission, clerk)
    log.info("sending ended", extra={"campaign": slug, "how": str(ended.how), **asdict(ended.counts)})
    return ended


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom: a loop that makes none would pay a tenth of its time for the search."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _ended(database: Database, campaign_id: int, transmission: Transmission, clerk: Clerk) -> Ended:
    with database.begin() as session:
        if transmission.problem:
            campaigns.pause(session, campaign_id, transmission.problem.problem)
        counts = balance.counts(session, campaign_id)
        next_due = ledger.next_due(session, campaign_id)
        state = campaigns.state_of(session, campaign_id)
    if state is CampaignState.CANCELLED:
        return Ended(Ending.CANCELLED, None, None, counts)
    if not counts.owed:
        return Ended(Ending.FINISHED, None, None, counts)
    if transmission.problem:
        return Ended(Ending.TURNED_AWAY, transmission.problem, next_due, counts)
    if state is CampaignState.PAUSED:
        return Ended(Ending.PAUSED, None, next_due, counts)
    return Ended(Ending.OWED if clerk.dry.is_set() and next_due else Ending.STOPPED, None, next_due, counts)


def personaliser_of(campaign: Campaign, to: MailingList, parts: dict[str, Composed], settings: Settings, links: Links) -> Personaliser:
    """What makes each reader's message: the templates of all languages, and what all messages share."""
    heading = replace(heading_of(to), echoes=echoes_of(settings))
    sending = settings.sending
    sender = Sender(
        campaign_id=campaign.id,
        list_id=to.id,
        return_path=sending.return_path or heading.sender_address,
        verp=sending.verp,
        unsubscribe_mailbox=sending.unsubscribe_mailbox or (heading.reply_to or ("", heading.sender_address))[1],
        message_id_domain=heading.domain,
        list_slug=to.slug,
    )
    if to.counts:
        from fob_mail.composing.counting import counted  # noqa: PLC0415 Jinja2 and Babel take 3 MB, for those alone who count

        parts = {
            language: counted(composed, settings.base_url, partial(links.look_url, campaign.id)) for language, composed in parts.items()
        }
    templates = {language: message_template(composed, heading) for language, composed in parts.items()}
    default = to.language if to.language in templates else next(iter(templates))
    return Personaliser(templates, default, sender, links, signers_of(settings))


def echoes_of(settings: Settings) -> tuple[str, ...]:
    """The headers by which the vendors that are heard give back whose mail an event is about; of the others, none."""
    heard = {
        echoes.POSTMARK: settings.webhooks.postmark_secret.get_secret_value(),
        echoes.SENDGRID: settings.webhooks.sendgrid_public_key,
        echoes.BREVO: settings.webhooks.brevo_secret.get_secret_value(),
    }
    return tuple(echo for echo, is_set in heard.items() if is_set)


def signers_of(settings: Settings) -> list[Signer]:
    """Who signs each message in this process."""
    if not settings.dkim:
        return []
    from fob_mail.signing.keys import read_signers  # noqa: PLC0415 OpenSSL is loaded for those alone who sign

    return read_signers(settings.dkim)


def heading_of(to: MailingList, *, automatic: bool = False, listed: bool = True) -> Heading:
    """What a list's mails say of their sender."""
    name, address = parseaddr(to.sender)
    return Heading(name, address, parseaddr(to.reply_to) if to.reply_to else None, to.slug, to.name, automatic, listed)


def wires_of(settings: Settings) -> list[Wire]:
    """The relays of the settings."""
    return [_wire(relay, settings.sending.same_refusals) for relay in settings.relays_in_use()]


def _wire(relay: Relay, same_refusals: int) -> Wire:
    password = relay.password.get_secret_value()
    return Wire(
        lambda: open_session(relay, password),
        relay.connections,
        relay.messages_per_connection,
        relay.timeout,
        relay.name,
        relay.weight,
        same_refusals,
        Allotment(relay.name, relay) if relay.limited else None,
        relay.window,
    )


def retries_of(settings: Settings) -> Retries:
    """When deferred deliveries are tried again."""
    return Retries(tuple(settings.sending.retry_after), settings.sending.give_up_after)


def _recovery(database: Database, settings: Settings) -> Callable[[], object]:
    return lambda: recover_dead(database, settings)


def _terms(settings: Settings, *, wait: bool, attributes: bool) -> Terms:
    return Terms(settings.sending.lease, retries_of(settings), settings.sending.batch_size, wait, attributes)
