"""The entries that events have in readers' calendars: a correction changes them, and never makes a second one."""

from dataclasses import replace

from sqlalchemy.orm import Session

from fob_mail import agenda, campaigns
from fob_mail.calendars import Entry
from fob_mail.database import Database, clock
from fob_mail.events import Event
from fob_mail.models import MailingList
from tests.builders import an_event, composed_parts, make_list

MEETING = an_event()
LATER = replace(MEETING, name="The second evening")


def compose(session: Session, to: MailingList, slug: str, *events: Event, corrects: int | None = None) -> tuple[int, tuple[Entry, ...]]:
    """Compose a campaign with these events, as `fob-mail compose` does."""
    now = clock(session)
    together = agenda.together([events])
    entries = agenda.entries_for(session, slug, to, together, domain="example.org", now=now, corrects=corrects)
    campaign = campaigns.save_draft(session, slug, to, "a.md", "Text", [composed_parts()], now)
    agenda.keep(session, campaign, together, entries)
    return campaign.id, entries


def test_composing_again_keeps_the_entry_and_a_correction_raises_its_sequence(database: Database) -> None:
    with database.begin() as session:
        to = make_list(session, "valley")
        _, [first] = compose(session, to, "invite", MEETING)
        _, [same] = compose(session, to, "invite", MEETING)
        _, [moved] = compose(session, to, "invite", replace(MEETING, place="Town Hall"))
        _, [renamed] = compose(session, to, "invite", replace(MEETING, name="Water for all", place="Town Hall"))

    assert (first.sequence, same.sequence, moved.sequence, renamed.sequence) == (0, 0, 1, 2)
    assert {first.uid, same.uid, moved.uid, renamed.uid} == {first.uid}
    assert first.uid.endswith("@example.org")


def test_a_reminder_has_the_entry_of_the_invitation(database: Database) -> None:
    with database.begin() as session:
        to = make_list(session, "valley")
        _, [invited] = compose(session, to, "invite", MEETING)
        _, [reminded] = compose(session, to, "reminder", MEETING)

    assert reminded == invited


def test_the_same_name_on_another_day_is_another_event_unless_it_is_said_to_be_a_correction(database: Database) -> None:
    assert MEETING.when
    next_month = replace(MEETING, when=replace(MEETING.when, starts=MEETING.when.starts.replace(month=6)))
    with database.begin() as session:
        to = make_list(session, "valley")
        campaign, [may] = compose(session, to, "may", MEETING)
        _, [june] = compose(session, to, "june", next_month)
        _, [put_off] = compose(session, to, "put-off", next_month, corrects=campaign)

    assert june.uid != may.uid
    assert (put_off.uid, put_off.sequence) == (may.uid, 1)


def test_several_events_keep_their_own_entries_in_whatever_order_they_come(database: Database) -> None:
    with database.begin() as session:
        to = make_list(session, "valley")
        _, [one, two] = compose(session, to, "invite", MEETING, LATER)
        _, [second, first] = compose(session, to, "invite", LATER, MEETING)

    assert one.uid != two.uid
    assert (first, second) == (one, two)


def test_an_event_in_two_languages_has_one_entry_that_either_raises() -> None:
    spanish = replace(MEETING, name="El agua no se vende")

    assert agenda.together([(spanish,), (MEETING, LATER)]) == [(MEETING, spanish), (LATER,)]
    assert agenda.together([]) == []
