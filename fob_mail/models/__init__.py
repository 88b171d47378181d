"""The tables: who asked for what, what was sent to whom, and what came of it.

base        what every table stands on
people      who they are, the lists they asked for, what they agreed to
campaigns   of what one is composed, and the mail that came of it
deliveries  whose copy is owed, who sends it, how much a relay may be given
feedback    what comes back
notes       which mails fob-mail itself owes one person
"""

from fob_mail.models.base import Base, BigId, UtcDateTime
from fob_mail.models.campaigns import ArticleFile, CalendarEntry, Campaign, CampaignState, LostCampaign, Rendering, StoredPicture
from fob_mail.models.deliveries import Allowance, Batch, BatchState, Delivery, DeliveryState, RelayInUse, Taken, Worker
from fob_mail.models.feedback import Feedback, Look, UsedToken
from fob_mail.models.notes import Knock, Note, NoteKind, NoteState
from fob_mail.models.people import (
    Consent,
    Ground,
    MailingList,
    OptIn,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)

SCHEMA_REVISION = "0015"
"""The newest migration in alembic/versions; a database of any other is refused with the remedy (a test holds them equal)."""

__all__ = [
    "SCHEMA_REVISION",
    "Allowance",
    "ArticleFile",
    "Base",
    "Batch",
    "BatchState",
    "BigId",
    "CalendarEntry",
    "Campaign",
    "CampaignState",
    "Consent",
    "Delivery",
    "DeliveryState",
    "Feedback",
    "Ground",
    "Knock",
    "Look",
    "LostCampaign",
    "MailingList",
    "Note",
    "NoteKind",
    "NoteState",
    "OptIn",
    "RelayInUse",
    "Rendering",
    "StoredPicture",
    "Subscriber",
    "Subscription",
    "SubscriptionState",
    "Suppression",
    "SuppressionReason",
    "Taken",
    "UsedToken",
    "UtcDateTime",
    "Worker",
]
