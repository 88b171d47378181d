"""What dead workers left behind: their journals say what was sent; the ledger is made to agree before anything is sent."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from fob_mail import ledger, workers
from fob_mail.database import Database, clock
from fob_mail.journal import Estate, Notes, estates, living
from fob_mail.outcomes import Outcome, Retries, outcome_of, unknown

KILLED = "the worker was killed between the final dot and its reply"
OTHER_BOOT = "the machine went down while this was being sent; its journal may lack the last lines"
VANISHED = "the worker that had this has not been heard of since"
NO_NOTES = Notes(frozenset(), {})


def recover(database: Database, journal_folder: Path, retries: Retries) -> int:
    """Settle what every dead worker left. Gives the number of deliveries that are unknown for it."""
    doubts = 0
    for estate in estates(journal_folder):
        with database.begin() as session:
            doubts += _settle_estate(session, estate, retries)
            workers.leave(session, estate.process)
    with database.begin() as session:
        doubts += _settle_vanished(session, living(journal_folder), retries)
        ledger.withdraw(session, clock(session))
    return doubts


def _settle_estate(session: Session, estate: Estate, retries: Retries) -> int:
    now, doubts = clock(session), 0
    held = ledger.leased_by(session, estate.worker)
    for batch_id in sorted(held.keys() | estate.batches.keys()):
        campaign_id = held.get(batch_id) or ledger.campaign_of(session, batch_id)
        if campaign_id is None:
            continue  # a journal of another database
        notes = estate.batches.get(batch_id, NO_NOTES)
        outcomes = _outcomes(notes)
        if batch_id in held and not estate.same_boot:
            told = {outcome.position for outcome in outcomes}
            outcomes += [unknown(p, OTHER_BOOT) for p in ledger.owed_positions(session, batch_id) if p not in told]
        doubts += _settle(session, campaign_id, batch_id, estate.worker, outcomes, now, retries)
    return doubts


def _settle_vanished(session: Session, alive: Iterable[str], retries: Retries) -> int:
    """Batches whose lease ran out, of workers whose journal is not here: all that is owed of them may have been sent."""
    now, doubts = clock(session), 0
    for worker, batch_ids in ledger.expired(session, now).items():
        if worker in alive:
            continue  # it is slow, not dead, and will renew or give up by itself
        for batch_id in batch_ids:
            campaign_id = ledger.campaign_of(session, batch_id)
            outcomes = [unknown(p, VANISHED) for p in ledger.owed_positions(session, batch_id)]
            doubts += _settle(session, campaign_id or 0, batch_id, worker, outcomes, now, retries)
    return doubts


def _settle(  # noqa: PLR0913, PLR0917 one step of recovery, told whole
    session: Session, campaign_id: int, batch_id: int, worker: str, outcomes: list[Outcome], now: datetime, retries: Retries
) -> int:
    ledger.settle(session, campaign_id, outcomes, now)
    ledger.finish(session, batch_id, worker, now, retries)
    return sum(outcome.code is None for outcome in outcomes)


def _outcomes(notes: Notes) -> list[Outcome]:
    known = [outcome_of(position, reply, at) for position, (reply, at) in notes.replied.items()]
    return known + [unknown(position, KILLED) for position in sorted(notes.dotted - notes.replied.keys())]
