"""People come over from Mailchimp, listmonk and Mailman: members are mailed, and nobody who left there is."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import freezing
from fob_mail.addresses import digest
from fob_mail.audience import subscribers, suppressions
from fob_mail.cli import main
from fob_mail.database import Database
from fob_mail.models import MailingList, Subscriber, SuppressionReason
from tests.builders import make_list, make_subscriber

KEY = b"d" * 40
COLUMNS = (
    "MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID"
)
VALUES = '2,"2021-04-01 10:00:00",192.0.2.7,"2021-04-01 10:05:00",192.0.2.7,53.8,-1.5,0,1,Europe/London,GB,ENG,"2021-04-02 10:00:00",1,ab12'
SUBSCRIBED = f'Email Address,First Name,Last Name,Town,{COLUMNS},NOTES,TAGS\nana@example.org,Ana,Ibáñez,Leeds,{VALUES},,"""stall"""\n'
UNSUBSCRIBED = f"Email Address,First Name,UNSUB_TIME,{COLUMNS}\nben@example.org,Ben,2022-01-01 09:00:00,{VALUES}\n"
CLEANED = f"Email Address,First Name,CLEAN_TIME,{COLUMNS}\ncarla@example.org,Carla,2022-01-01 09:00:00,{VALUES}\n"
NONSUBSCRIBED = f"Email Address,First Name,{COLUMNS}\ndavid@example.org,David,{VALUES}\n"

Move = Callable[..., dict[str, object]]


@pytest.fixture
def fob_mail(settings_file: Path) -> Callable[..., Result]:
    """The command, in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(settings_file), *map(str, words)])


@pytest.fixture
def move(database: Database, fob_mail: Callable[..., Result]) -> Move:
    """The command, onto a list with nobody on it; gives its report."""
    with database.begin() as session:
        make_list(session, "supporters")

    def run(*words: str | Path) -> dict[str, object]:
        done = fob_mail("subscribers", "move", "supporters", *words, "--json")
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    return run


def export(folder: Path) -> Path:
    """Mailchimp's zip of an audience."""
    with zipfile.ZipFile(folder / "audience.zip", "w") as archive:
        archive.writestr("subscribed_email_audience_export_ab12.csv", SUBSCRIBED)
        archive.writestr("unsubscribed_email_audience_export_ab12.csv", UNSUBSCRIBED)
        archive.writestr("cleaned_email_audience_export_ab12.csv", CLEANED)
        archive.writestr("nonsubscribed_email_audience_export_ab12.csv", NONSUBSCRIBED)
    return folder / "audience.zip"


def reached(session: Session) -> int:
    return freezing.reach(session, session.scalars(select(MailingList)).one()).audience


def test_mailchimps_members_come_and_those_who_left_or_bounced_there_are_never_mailed(
    database: Database, move: Move, tmp_path: Path, fob_mail: Callable[..., Result]
) -> None:
    told = move(export(tmp_path), "--from", "mailchimp", "--consent", "the April stall")
    (tmp_path / "again.csv").write_text("email\nben@example.org\ncarla@example.org\n", encoding="utf-8")
    fob_mail("subscribers", "import", "supporters", tmp_path / "again.csv", "--consent", "an old file")

    with database.read() as session:
        ana = subscribers.profile(session, "ana@example.org", KEY)
        carla = suppressions.reason(session, digest("carla@example.org", KEY))
        known = set(session.scalars(select(Subscriber.address)))
        audience = reached(session)

    assert {name: told[name] for name in ("imported", "left", "bounced", "rejected")} == {
        "imported": 1,
        "left": 1,
        "bounced": 1,
        "rejected": 0,
    }
    assert audience == 1
    assert "david@example.org" not in known
    assert carla is SuppressionReason.BOUNCE
    assert ana.subscriber
    assert ana.subscriber.name == "Ana Ibáñez"
    assert ana.subscriber.attributes["Town"] == "Leeds"
    assert "192.0.2.7" not in str(ana.subscriber.attributes)
    assert "moved from mailchimp (audience.zip): the April stall" in ana.words[0].evidence


def test_moving_twice_changes_nothing(database: Database, move: Move, tmp_path: Path) -> None:
    move(export(tmp_path), "--from", "mailchimp")

    again = move(export(tmp_path), "--from", "mailchimp")

    with database.read() as session:
        assert reached(session) == 1
    assert (again["imported"], again["already"]) == (0, 1)


def test_who_left_there_and_joined_here_stays(database: Database, move: Move, tmp_path: Path) -> None:
    with database.begin() as session:
        make_subscriber(session, "ben@example.org", session.scalars(select(MailingList)).one())

    told = move(export(tmp_path), "--from", "mailchimp")

    with database.read() as session:
        assert reached(session) == 2
    assert (told["left"], told["here_already"]) == (0, 1)


def test_listmonks_attributes_and_standing_come_along(database: Database, move: Move, tmp_path: Path) -> None:
    (tmp_path / "subscribers.csv").write_text(
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        '1,ana@example.org,Ana,"{""town"": ""Leeds"", ""shifts"": 3}",enabled,2021-04-01,2021-04-01\n'
        "2,ben@example.org,Ben,{},blocklisted,2021-04-01,2021-04-01\n"
        "3,carla@example.org,Carla,{,disabled,2021-04-01,2021-04-01\n",
        encoding="utf-8",
    )

    told = move(tmp_path / "subscribers.csv", "--from", "listmonk")

    with database.read() as session:
        ana = subscribers.profile(session, "ana@example.org", KEY).subscriber
        ben = suppressions.reason(session, digest("ben@example.org", KEY))
    assert (told["imported"], told["blocked"], told["left"]) == (1, 1, 1)
    assert ana
    assert ana.attributes == {"town": "Leeds", "shifts": "3"}
    assert ben is SuppressionReason.ASKED


def test_mailmans_members_are_lines(database: Database, move: Move, tmp_path: Path) -> None:
    (tmp_path / "members.txt").write_text(
        'Ana Ibáñez <ana@example.org>\nben@example.org\n\n"Okafor, R." <ruth@example.org>\nnobody\n', encoding="utf-8"
    )

    told = move(tmp_path / "members.txt", "--from", "mailman")

    with database.read() as session:
        names = dict(session.execute(select(Subscriber.address, Subscriber.name)).all())
    assert (told["imported"], told["rejected"]) == (3, 1)
    assert names == {"ana@example.org": "Ana Ibáñez", "ben@example.org": "", "ruth@example.org": "Okafor, R."}


def test_a_dry_run_changes_nothing(database: Database, move: Move, tmp_path: Path) -> None:
    told = move(export(tmp_path), "--from", "mailchimp", "--dry-run")

    with database.read() as session:
        assert reached(session) == 0
        assert session.scalars(select(Subscriber.id)).all() == []
    assert told["imported"] == 1


@pytest.mark.parametrize("program", ["mailchimp", "listmonk"])
def test_a_file_of_another_program_is_refused_with_what_it_should_have(
    move: Move, tmp_path: Path, fob_mail: Callable[..., Result], program: str
) -> None:
    del move
    (tmp_path / "other.csv").write_text("adresse;nom\nana@example.org;Ana\n", encoding="utf-8")

    done = fob_mail("subscribers", "move", "supporters", tmp_path / "other.csv", "--from", program)

    assert done.exit_code == 1
    assert "column" in done.stderr
