"""A file of people comes onto a list: all or none, the same twice over, and nobody who left is brought back."""

import csv
import io
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from fob_mail.addresses import digest
from fob_mail.audience import arriving, chunks, exporting, leaving, lists, subscribers, suppressions
from fob_mail.audience.counting import counts
from fob_mail.audience.importing import import_people
from fob_mail.audience.rejects import Rejects
from fob_mail.database import Database, connect
from fob_mail.errors import InputError
from fob_mail.models import Consent, MailingList, Subscriber, Subscription, SubscriptionState, SuppressionReason
from tests.bringing import KEY, NOW, PEOPLE, TERMS, a_list, bring

__all__ = ["a_list"]  # a fixture


def test_people_come_onto_the_list_with_their_consent(database: Database) -> None:
    """Address, digest, name, language, attributes, state, and the words that were given."""
    report = bring(database, PEOPLE)

    assert (report.rows, report.imported, report.already, report.duplicates, report.rejected) == (3, 3, 0, 0, 0)
    with database.read() as session:
        rosa = subscribers.find(session, "rosa@example.org")
        assert (rosa.name, rosa.language, rosa.attributes, rosa.created_at) == ("Rosa Mamani", "es", {"Town": "La Paz"}, NOW)
        assert rosa.digest == digest("rosa@example.org", KEY)
        subscription = session.get_one(Subscription, (rosa.id, 1))
        assert (subscription.state, subscription.since) == (SubscriptionState.CONFIRMED, NOW)
        consent = session.scalars(select(Consent).where(Consent.subscriber_id == rosa.id)).one()
        assert (consent.what, consent.how, consent.evidence) == ("joined", "import", "people.csv: the April stall")
        assert consent.given_at == NOW


def test_the_rest_is_imported_when_rows_are_rejected(database: Database, tmp_path: Path) -> None:
    """Each rejected row keeps its own columns, and gains its line and the reason; formulas are disarmed; others cannot read it."""
    with database.begin() as session:
        suppressions.suppress(session, digest("ana@example.org", KEY), SuppressionReason.COMPLAINT, NOW)
    rejects = Rejects(tmp_path / "people.rejects.csv")

    report = bring(database, PEOPLE + "nobody,=HYPERLINK(1),,x\n", rejects=rejects)

    assert (report.imported, report.rejected, report.suppressed) == (2, 1, 1)
    assert rejects.path is not None
    assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600
    header, nobody, ana = csv.reader(rejects.path.read_text(encoding="utf-8-sig").splitlines())
    assert header == ["Email", "Name", "Language", "Town", "line", "reason"]
    assert nobody[:5] == ["nobody", "'=HYPERLINK(1)", "", "x", "5"]
    assert ana == ["ANA@example.org", "", "en", "Leeds", "4", "suppressed: complaint"]


def test_nobody_comes_onto_a_list_against_what_the_file_says(database: Database, tmp_path: Path) -> None:
    """An export of another program has all who ever were with it; the ordinary ones among them come in together still."""
    held = "".join(f"p{number}@example.org,P,subscribed,no\n" for number in range(300))
    gone = "uns@example.org,A,unsubscribed,yes\nold@example.org,B,Cleaned,\nopt@example.org,C,subscribed,yes\n"
    rejects = Rejects(tmp_path / "people.rejects.csv")

    report = bring(database, f"Email Address,First Name,Status,Unsubscribed\n{held}{gone}", rejects=rejects)

    assert (report.rows, report.imported, report.rejected, report.declined) == (303, 300, 3, 3)
    said = ["unsubscribed", "Cleaned", "Unsubscribed: yes"]
    assert [reject.reason for reject in report.unusable] == [f"the file says: {words}" for words in said]
    with database.read() as session:
        assert not session.scalars(select(Subscriber.id).where(Subscriber.address == "uns@example.org")).all()


def test_the_report_says_whom_the_file_keeps_out(
    database: Database, fob_mail: Callable[..., CompletedProcess[str]], settings_file: Path, tmp_path: Path
) -> None:
    """With the columns that say so."""
    assert settings_file.exists()
    assert not bring(database, "email\n").rows
    (tmp_path / "old.csv").write_text("email,Status\nana@example.org,subscribed\nrosa@example.org,unsubscribed\n")

    done = fob_mail("subscribers", "import", "supporters", "old.csv", "--consent", "the stall")

    assert "The file says of 1 person that they are not to be mailed (Status): not put on the list." in done.stdout
    assert "line 3: rosa@example.org (the file says: unsubscribed)" in done.stdout


def test_a_rejects_file_never_takes_anothers_place(database: Database, tmp_path: Path) -> None:
    """It is numbered; and there is none where nothing was rejected."""
    wanted = tmp_path / "people.rejects.csv"
    wanted.write_text("mine")

    bring(database, PEOPLE, rejects=Rejects(wanted))
    numbered = Rejects(wanted)
    bring(database, "email\nnobody\nrosa@example.org\n", rejects=numbered)

    assert wanted.read_text() == "mine"
    assert numbered.path == tmp_path / "people.rejects-2.csv"
    assert len(list(tmp_path.glob("*.csv"))) == 2


def test_a_failure_half_way_leaves_nothing_behind(database: Database, tmp_path: Path) -> None:
    """No person, no rejects file, and the next import works."""

    def fail(done: int) -> None:
        if done > 0:
            raise OSError("the disk is gone")

    written = PEOPLE + "nobody,,,\n"
    with (
        pytest.raises(OSError, match="disk"),
        Rejects(tmp_path / "people.rejects.csv") as rejects,
        database.begin_bulk() as session,
    ):
        import_people(session, io.BytesIO(written.encode()), TERMS, rejects, fail)

    assert not list(tmp_path.glob("*.csv"))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0
    assert bring(database, written).imported == 3


def test_others_may_write_while_a_file_is_read(database: Database) -> None:
    """Somebody presses the link in a mail meanwhile: a long file must not keep them waiting."""
    bring(database, PEOPLE)

    def someone_leaves(_: int) -> None:
        with database.begin() as session:
            leaving.leave(session, subscribers.find(session, "rosa@example.org").id, 1, "one-click", "", NOW)

    with Rejects(None) as rejects, database.begin_bulk() as session:
        report = import_people(session, io.BytesIO(PEOPLE.encode()), TERMS, rejects, someone_leaves)

    assert (report.already, report.left) == (2, 1)


def test_a_database_user_without_privileges_imports_too(postgresql_url: str) -> None:
    """The database then checks each reference itself; a superuser spares it that."""
    owner = connect(postgresql_url)
    with owner.begin() as session:
        session.execute(text("DROP ROLE IF EXISTS organiser"))
        session.execute(text("CREATE ROLE organiser LOGIN"))
        session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO organiser"))
        session.execute(text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO organiser"))
        lists.create(session, "press", "Press", "press@example.org", now=NOW)
    organiser = connect(postgresql_url.replace("tests@", "organiser@"))

    report = bring(organiser, PEOPLE)

    assert report.imported == 3
    organiser.close()
    with owner.begin() as session:
        session.execute(text("DROP OWNED BY organiser"))
        session.execute(text("DROP ROLE organiser"))
    owner.close()


MIXED = (
    "Email,Name\nnew@example.org,New\nrosa@example.org,Rosa\nbarred@example.org,Barred\nno address\nzoe@example.org,First\n"
    "ZOE@example.org,Second\nluis@example.org,Luis\nnew@example.org,Again\nadam@example.org,Adam\nbarred@example.org,Again\n"
    "waiting@example.org,Waiting\nana@example.org,Ana\nzoe@example.org,Third\nrosa@example.org,Again\n"
)


@pytest.mark.parametrize(("together", "room"), [(40_000, 1_200_000), (3, 1_200_000), (1, 1_200_000), (3, 0), (2, 6)])
def test_it_is_the_same_whatever_arrives_together(database: Database, monkeypatch: pytest.MonkeyPatch, together: int, room: int) -> None:
    """New, known, waiting, gone and suppressed people, in one chunk or in many; straight onto the list or by the stage."""
    bring(database, PEOPLE)
    with database.begin() as session:
        leaving.leave(session, subscribers.find(session, "rosa@example.org").id, 1, "one-click", "", NOW)
        suppressions.suppress(session, digest("barred@example.org", KEY), SuppressionReason.BOUNCE, NOW)
        waiting = Subscriber(address="waiting@example.org", digest=digest("waiting@example.org", KEY), created_at=NOW)
        session.add(waiting)
        session.flush()
        session.add(Subscription(subscriber_id=waiting.id, list_id=1, state=SubscriptionState.PENDING, since=NOW))
    monkeypatch.setattr(chunks, "CHUNK", together)
    monkeypatch.setattr(arriving, "ROOM", room)

    report = bring(database, MIXED)

    assert (report.rows, report.imported, report.confirmed, report.already, report.duplicates) == (14, 3, 1, 2, 5)
    assert (report.rejected, report.left, report.suppressed) == (1, 1, 1)
    assert [reject.line for reject in report.kept_out] == [3, 4]
    with database.read() as session:
        named = dict(session.execute(select(Subscriber.address, Subscriber.name)).all())
        consents = session.scalar(select(func.count()).select_from(Consent).where(Consent.what == "joined"))
        confirmed = session.scalar(select(func.count()).select_from(Subscription).where(Subscription.state == SubscriptionState.CONFIRMED))
    assert named == {
        "rosa@example.org": "Rosa Mamani",
        "luis@example.org": "Luis Quispe",
        "ana@example.org": "Ana",
        "waiting@example.org": "Waiting",
        "new@example.org": "New",
        "zoe@example.org": "First",
        "adam@example.org": "Adam",
    }
    assert (consents, confirmed) == (7, 6)


def test_references_are_looked_up_again_after_an_import(database: Database) -> None:
    """They are spared for that one transaction."""
    bring(database, PEOPLE)

    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(Subscription(subscriber_id=99, list_id=1, state=SubscriptionState.CONFIRMED, since=NOW))


def test_a_list_that_is_deleted_meanwhile_gets_nobody(database: Database) -> None:
    with pytest.raises(InputError, match="deleted meanwhile"):
        bring(database, PEOPLE, replace(TERMS, list_id=7))


value = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=20).map(str.strip)


person = st.tuples(value, value)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(person, min_size=1, max_size=5))
def test_what_is_exported_can_be_imported_as_it_was(sqlite_database: Database, people: list[tuple[str, str]]) -> None:
    """Formula guards, quotes, line ends and all."""
    database = sqlite_database
    source = io.StringIO()
    writer = csv.writer(source)
    writer.writerow(["email", "name", "Town"])
    writer.writerows([f"p{number}@example.org", name, town] for number, (name, town) in enumerate(people))

    def exported(list_slug: str, written: str) -> str:
        with database.begin() as session:
            made = session.scalar(select(MailingList).where(MailingList.slug == list_slug))
            made = made or lists.create(session, list_slug, "A list", "a@example.org", now=NOW)
            import_people(
                session, io.BytesIO(written.encode()), replace(TERMS, list_id=made.id, overwrite=True), Rejects(None), lambda _: None
            )
            out = io.StringIO()
            exporting.write(exporting.rows(session, made.id), out)
            return out.getvalue()

    first = exported("one", source.getvalue())

    assert exported("one", first) == first


def test_the_command_reports_and_names_whom_it_left_out(
    database: Database, fob_mail: Callable[..., CompletedProcess[str]], settings_file: Path, tmp_path: Path
) -> None:
    """Semicolons and Windows-1252, as a spreadsheet writes them."""
    assert settings_file.exists()
    bring(database, PEOPLE)
    (tmp_path / "gente.csv").write_bytes("Nombre;Correo electrónico\r\nSaúl;saul@example.org\r\nX;nobody\r\n".encode("windows-1252"))

    tried = fob_mail("subscribers", "import", "supporters", "gente.csv", "--consent", "the stall", "--dry-run")
    done = fob_mail("subscribers", "import", "supporters", "gente.csv", "--consent", "the stall")

    assert "nothing was changed" in tried.stdout
    assert "line 3: nobody" in done.stdout
    assert "gente.rejects.csv" in done.stdout
    with database.read() as session:
        assert subscribers.find(session, "saul@example.org").name == "Saúl"
        assert counts(session, 1).confirmed == 4
