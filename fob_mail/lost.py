"""Campaigns that went out after the copy was made that was put back: it does not tell who got them, and nobody gets them again.

Those that the copy has as drafts are cancelled by restoring; of those that it lacks, the names stay taken.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail.errors import ConflictError
from fob_mail.models import Campaign, CampaignState, LostCampaign

REASON = "it went out after the copy was made that was put back; who got it is not known here"


def refusal(slug: str) -> ConflictError:
    """Why a campaign is neither sent nor composed nor reported: what is asked would mail people twice, or is not known."""
    return ConflictError(
        f"{slug} went out after the copy was made that was put back: who got it is not known here, and nobody gets it again.",
        "Under another name it would go to everyone on the list, and those who got it would get it twice. "
        "Who got it may stand in the database that was replaced, which db restore kept beside the copy.",
    )


def is_lost(campaign: Campaign) -> bool:
    """Whether restoring cancelled it: what an organiser cancels was frozen before."""
    return campaign.state is CampaignState.CANCELLED and campaign.frozen_at is None


def is_taken(session: Session, slug: str) -> bool:
    """Whether a campaign of that name went out, and is not there any more."""
    return session.get(LostCampaign, slug) is not None


def names(session: Session) -> set[str]:
    """The names of all that went out and are not there any more."""
    return set(session.scalars(select(LostCampaign.slug)))


def take(session: Session, slugs: Iterable[str], now: datetime) -> None:
    """Keep these names taken, for good."""
    session.add_all(LostCampaign(slug=slug, noted_at=now) for slug in slugs)
    session.flush()
