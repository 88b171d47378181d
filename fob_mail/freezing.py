"""Whom a campaign reaches: counted while it is a draft, and fixed when it is frozen. From then on its audience never changes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from fob_mail import campaigns
from fob_mail.errors import ConflictError
from fob_mail.models import Batch, Campaign, CampaignState, Delivery, MailingList, SubscriptionState
from fob_mail.slots import ATTRIBUTE

USUAL = 10
"""Campaigns from which the usual size of an audience is taken."""

_AUDIENCE = """
    FROM subscriptions AS s JOIN subscribers AS p ON p.id = s.subscriber_id
    WHERE s.list_id = :list_id AND s.state = 'confirmed' AND (s.paused_until IS NULL OR s.paused_until <= CURRENT_TIMESTAMP)
      AND NOT EXISTS (SELECT 1 FROM suppressions AS x WHERE x.digest = p.digest)
"""
_EVERYONE = """
    SELECT CASE WHEN s.state = 'confirmed' AND s.paused_until > CURRENT_TIMESTAMP
                     AND NOT EXISTS (SELECT 1 FROM suppressions AS x WHERE x.digest = p.digest) THEN 'paused' ELSE s.state END AS stands,
           count(*)
    FROM subscriptions AS s JOIN subscribers AS p ON p.id = s.subscriber_id WHERE s.list_id = :list_id
"""
_INVITED = """
      AND EXISTS (SELECT 1 FROM deliveries AS d
                  WHERE d.campaign_id = :reminder_of AND d.subscriber_id = p.id AND d.state = 'accepted')
"""
"""To whom a reminder goes, of the audience: those whose copy of the other campaign was accepted."""
_FREEZE = f"""
    INSERT INTO deliveries (campaign_id, position, subscriber_id, address, state, attempts)
    SELECT :campaign_id, row_number() OVER (ORDER BY p.id), p.id, p.address, 'queued', 0 {_AUDIENCE}
"""
_GATHER = f"INSERT INTO temp.gathered (subscriber_id, address) SELECT p.id, p.address {_AUDIENCE}"
_FREEZE_GATHERED = """
    INSERT INTO deliveries (campaign_id, position, subscriber_id, address, state, attempts)
    SELECT :campaign_id, position, subscriber_id, address, 'queued', 0 FROM temp.gathered
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a list reaches now: people to be mailed, and those who are not and why."""

    audience: int
    left: int
    pending: int
    suppressed: int
    paused: int = 0


def reach(session: Session, to: MailingList, reminder_of: int | None = None) -> Reach:
    """Whom a campaign to this list would reach if it were frozen now; a reminder reaches only those who got what it reminds of."""
    places = {"list_id": to.id, "reminder_of": reminder_of}
    invited = _INVITED if reminder_of else ""
    audience = session.execute(text(f"SELECT count(*) {_AUDIENCE} {invited}"), places).scalar_one()
    by_state: dict[str, int] = dict(session.execute(text(f"{_EVERYONE} {invited} GROUP BY stands"), places).all())
    return Reach(
        audience=audience,
        left=by_state.get(SubscriptionState.LEFT, 0),
        pending=by_state.get(SubscriptionState.PENDING, 0),
        suppressed=by_state.get(SubscriptionState.CONFIRMED, 0) - audience,
        paused=by_state.get("paused", 0),
    )


def audiences_before(session: Session, campaign: Campaign) -> list[int]:
    """To how many people earlier campaigns to the same list went, the newest ten, the newest first."""
    sizes = (
        select(func.max(Batch.last_position))
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Campaign.list_id == campaign.list_id, Campaign.id != campaign.id)
        .group_by(Batch.campaign_id)
        .order_by(Batch.campaign_id.desc())
        .limit(USUAL)
    )
    return [size for size in session.scalars(sizes) if size]


def lacking(session: Session, to: MailingList, field: str) -> int:
    """How many people of a list's audience have no value for a field of slots: they see its default, or a gap."""
    empty = {"language": "p.language IS NULL", "address": "FALSE"}.get(field, "p.name = ''")
    values: dict[str, int | str] = {"list_id": to.id}
    if field.startswith(ATTRIBUTE):
        each = "json_each" if session.get_bind().dialect.name == "sqlite" else "json_each_text"
        empty = f"NOT EXISTS (SELECT 1 FROM {each}(p.attributes) AS a WHERE a.key = :key AND a.value <> '')"  # noqa: S608 one of two words of ours  # nosec
        values["key"] = bytes.fromhex(field.removeprefix(ATTRIBUTE)).decode("utf-8", "replace")
    return int(session.execute(text(f"SELECT count(*) {_AUDIENCE} AND {empty}"), values).scalar_one())


def freeze(session: Session, campaign: Campaign, batch_size: int, now: datetime) -> int:
    """Fix text and audience: a delivery for everyone confirmed and not suppressed, in batches. Gives the audience's size.

    Of two that freeze at the same time one does it and the other finds it done. An empty audience is a ConflictError.
    """
    won = session.execute(
        update(Campaign)
        .where(Campaign.id == campaign.id, Campaign.state.in_(campaigns.UNFROZEN))
        .values(state=CampaignState.SENDING, frozen_at=now)
        .returning(Campaign.id)
    ).first()
    session.refresh(campaign)
    if won is None:
        return session.scalar(select(func.count()).where(Delivery.campaign_id == campaign.id)) or 0
    places = {"campaign_id": campaign.id, "list_id": campaign.list_id, "reminder_of": campaign.reminder_of}
    _write_deliveries(session, places, _INVITED if campaign.reminder_of else "")
    size = session.scalar(select(func.coalesce(func.max(Delivery.position), 0)).where(Delivery.campaign_id == campaign.id)) or 0
    if not size:
        to = campaigns.list_of(session, campaign)
        raise nobody_to_mail(campaign, to)
    batches = [
        {"campaign_id": campaign.id, "first_position": first, "last_position": min(first + batch_size - 1, size)}
        for first in range(1, size + 1, batch_size)
    ]
    session.execute(insert(Batch), batches)
    return size


def _write_deliveries(session: Session, places: dict[str, int | None], invited: str) -> None:
    """A delivery for each of the audience, in the order of their numbers.

    SQLite's row_number() would write each row into two tables of its own and take half as long again: there a table's own numbers count.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"{_FREEZE} {invited}"), places)
        return
    session.execute(text("CREATE TEMPORARY TABLE gathered (position INTEGER PRIMARY KEY, subscriber_id INTEGER, address TEXT)"))
    session.execute(text(f"{_GATHER} {invited} ORDER BY p.id"), places)
    session.execute(text(_FREEZE_GATHERED), places)
    session.execute(text("DROP TABLE temp.gathered"))


def nobody_to_mail(campaign: Campaign, to: MailingList) -> ConflictError:
    """What there is to say of a campaign that nobody would get."""
    if campaign.reminder_of:
        return ConflictError(
            f"Nobody who got what {campaign.slug} reminds of is still on the list {to.slug}.", "There is nobody to remind."
        )
    remedy = f"Import people: fob-mail subscribers import {to.slug} FILE.csv --consent …"
    return ConflictError(f'List "{to.slug}" has nobody confirmed on it.', remedy)
