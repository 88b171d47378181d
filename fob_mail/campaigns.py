"""Campaigns: one article to one list. A draft may be replaced; what is frozen is promised and never changes."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from fob_mail import ledger, lost
from fob_mail.composing.composed import Composed, Picture
from fob_mail.errors import ConflictError, InputError, NotFoundError
from fob_mail.models import (
    ArticleFile,
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    MailingList,
    Rendering,
    StoredPicture,
)

_CARRIED = re.compile(r"cid:([0-9a-f]{32})@pictures\.fob-mail")
UNFROZEN = (CampaignState.DRAFT, CampaignState.SCHEDULED)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


class Written(NamedTuple):
    """An article as it was written: its file's name, whose ending says how to read it, and its text."""

    name: str
    source: str


def find(session: Session, slug: str) -> Campaign:
    """The campaign of that name; raises NotFoundError that names the nearest, or ConflictError if it went out and is lost."""
    campaign = session.scalar(select(Campaign).where(Campaign.slug == slug))
    if campaign is None:
        if lost.is_taken(session, slug):
            raise lost.refusal(slug)
        near = difflib.get_close_matches(slug, session.scalars(select(Campaign.slug)).all(), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Compose it: fob-mail compose ARTICLE --list LIST --name {slug}"
        raise NotFoundError(f"There is no campaign {slug!r}.", hint)
    return campaign


def slug_of(session: Session, campaign_id: int) -> str:
    """A campaign's name; its number if it is not there any more."""
    return session.scalar(select(Campaign.slug).where(Campaign.id == campaign_id)) or str(campaign_id)


def list_of(session: Session, campaign: Campaign) -> MailingList:
    """The list that a campaign goes to."""
    return session.get_one(MailingList, campaign.list_id)


def save_draft(  # noqa: PLR0913, PLR0917 a campaign is all of these
    session: Session, slug: str, to: MailingList, article_name: str, article_source: str, composed: Iterable[Composed], now: datetime
) -> Campaign:
    """Make or replace the draft of that name. A campaign that was frozen stays as it is: ConflictError with the remedy."""
    if not SLUG.fullmatch(slug):
        raise InputError(f"{slug!r} is not a name for a campaign.", "Use lower-case letters, digits and hyphens: bolivia-april.")
    campaign = session.scalar(select(Campaign).where(Campaign.slug == slug).with_for_update())
    if lost.is_taken(session, slug) or (campaign and lost.is_lost(campaign)):
        raise lost.refusal(slug)
    if campaign is None:
        campaign = Campaign(slug=slug, state=CampaignState.DRAFT, created_at=now)
    elif campaign.state is not CampaignState.DRAFT:
        problem = f"The campaign {slug!r} is {campaign.state} and can no longer be changed."
        if campaign.state is CampaignState.SCHEDULED:
            raise ConflictError(problem, f"Take it back first: fob-mail cancel {slug}. Or compose it under another name: --name {slug}-2")
        raise ConflictError(problem, f"Under another name, --name {slug}-2, it goes to everyone on the list, also to those who got {slug}.")
    campaign.list_id, campaign.article_name, campaign.article_source = to.id, article_name, article_source
    session.add(campaign)
    session.flush()
    session.execute(delete(Rendering).where(Rendering.campaign_id == campaign.id))
    session.add_all(
        Rendering(
            campaign_id=campaign.id,
            language=c.language,
            subject=c.subject,
            preheader=c.preheader,
            html=c.html,
            text=c.text,
            calendar=c.calendar,
        )
        for c in composed
    )
    session.flush()
    return campaign


def keep_files(session: Session, campaign: Campaign, files: Sequence[Written], reminder_of: Campaign | None) -> None:
    """Keep what a draft was composed of, and whom it reminds."""
    session.execute(delete(ArticleFile).where(ArticleFile.campaign_id == campaign.id))
    session.add_all(ArticleFile(campaign_id=campaign.id, place=at, name=one.name, source=one.source) for at, one in enumerate(files))
    campaign.reminder_of = reminder_of.id if reminder_of else None
    session.flush()


def remember_options(session: Session, campaign: Campaign, options: Mapping[str, object] | None) -> None:
    """Keep how a draft was composed, to compose it so again; none if that cannot be, as of what came from standard input."""
    campaign.composed_with = dict(options) if options else None
    session.flush()


def article_files(session: Session, campaign: Campaign) -> list[Written]:
    """The files that a campaign was composed of, in their order."""
    rows = session.scalars(select(ArticleFile).where(ArticleFile.campaign_id == campaign.id).order_by(ArticleFile.place)).all()
    return [Written(row.name, row.source) for row in rows] or [Written(campaign.article_name, campaign.article_source)]


def parts(session: Session, campaign: Campaign) -> dict[str, Composed]:
    """What was composed, by language, with the pictures that travel in the mail."""
    rows = session.scalars(select(Rendering).where(Rendering.campaign_id == campaign.id))
    return {r.language: Composed(r.language, r.subject, r.preheader, r.html, r.text, r.calendar, _carried(session, r.html)) for r in rows}


def _carried(session: Session, html: str) -> tuple[Picture, ...]:
    found = (picture(session, name) for name in dict.fromkeys(_CARRIED.findall(html)))
    return tuple(each for each in found if each)


def keep_pictures(session: Session, pictures: Iterable[Picture], now: datetime) -> None:
    """Keep pictures for as long as there are mails that show them: for good, since mails are."""
    for each in pictures:
        if session.get(StoredPicture, each.name) is None:
            session.add(
                StoredPicture(name=each.name, kind=each.kind, width=each.width, height=each.height, content=each.content, created_at=now)
            )
    session.flush()


def refuse_cancelled(campaign: Campaign) -> None:
    """Raises ConflictError if a campaign was cancelled, by an organiser or by restoring: it is not sent any more."""
    if lost.is_lost(campaign):
        raise lost.refusal(campaign.slug)
    if campaign.state is CampaignState.CANCELLED:
        remedy = (
            "Composed under another name it goes to everyone on the list, also to those who got this one: fob-mail report tells how many."
        )
        raise ConflictError(f"{campaign.slug} was cancelled, and is not sent any more.", remedy)


def resume(session: Session, campaign: Campaign) -> None:
    """Let a paused campaign go on."""
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign.id, Campaign.state == CampaignState.PAUSED)
        .values(state=CampaignState.SENDING, pause_reason="")
    )


def pause(session: Session, campaign_id: int, reason: str) -> None:
    """Hold a campaign: no batch of it is leased any more. The reason is kept for status."""
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == CampaignState.SENDING)
        .values(state=CampaignState.PAUSED, pause_reason=reason)
    )


def schedule(session: Session, campaign: Campaign, at: datetime) -> None:
    """Have a worker freeze and send a draft at that moment; a scheduled one gets the new moment. Others are a ConflictError."""
    refuse_cancelled(campaign)
    if campaign.state not in UNFROZEN:
        raise ConflictError(f"The campaign {campaign.slug!r} is {campaign.state} already.", f"See: fob-mail status {campaign.slug}")
    campaign.state, campaign.scheduled_at = CampaignState.SCHEDULED, at
    session.flush()


def cancel(session: Session, campaign: Campaign, now: datetime) -> None:
    """End a campaign: what is owed is skipped, and what a worker has under way comes to its end first. A scheduled one is a draft again."""
    session.refresh(campaign, with_for_update=True)
    if campaign.state is CampaignState.SCHEDULED:
        campaign.state, campaign.scheduled_at = CampaignState.DRAFT, None
    elif campaign.state in {CampaignState.SENDING, CampaignState.PAUSED}:
        campaign.state, campaign.finished_at, campaign.pause_reason = CampaignState.CANCELLED, now, ""
    else:
        raise ConflictError(f"The campaign {campaign.slug!r} is {campaign.state}: there is nothing to cancel.", "Nothing was changed.")
    session.flush()
    ledger.withdraw(session, now)


def to_send(session: Session, now: datetime) -> list[Campaign]:
    """The campaigns of which a worker could send something now: scheduled ones whose time has come, and batches that are free or due."""
    due = (Campaign.state == CampaignState.SCHEDULED) & (Campaign.scheduled_at <= now)
    free = (Batch.state == BatchState.QUEUED) | ((Batch.state == BatchState.WAITING) & (Batch.due_at <= now))
    going = (Campaign.state == CampaignState.SENDING) & select(Batch.id).where(Batch.campaign_id == Campaign.id, free).exists()
    return list(session.scalars(select(Campaign).where(due | going).order_by(Campaign.id)))


def state_of(session: Session, campaign_id: int) -> CampaignState | None:
    """The state of a campaign as it is in the database now; None if there is no such campaign."""
    return session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))


def all_campaigns(session: Session) -> list[Campaign]:
    """Every campaign, the newest first."""
    return list(session.scalars(select(Campaign).order_by(Campaign.id.desc())))


def is_sent(campaign: Campaign) -> bool:
    """Whether it went out, or is going out, to its whole audience."""
    return campaign.state in {CampaignState.SENDING, CampaignState.PAUSED, CampaignState.FINISHED}


def sent_to(session: Session, to: MailingList, most: int) -> list[Campaign]:
    """The newest campaigns of a list that went out; reminders, which say nothing new, are left out."""
    states = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.FINISHED)
    asked = select(Campaign).where(Campaign.list_id == to.id, Campaign.state.in_(states), Campaign.reminder_of.is_(None))
    return list(session.scalars(asked.order_by(Campaign.frozen_at.desc(), Campaign.id.desc()).limit(most)))


def public_list(session: Session, slug: str) -> MailingList | None:
    """The list of that name, if it is public."""
    return session.scalar(select(MailingList).where(MailingList.slug == slug, MailingList.public))


def picture(session: Session, name: str) -> Picture | None:
    """A picture of an article, by its name."""
    row = session.get(StoredPicture, name)
    return Picture(row.name, row.kind, row.width, row.height, row.content) if row else None
