"""The database: migrations that give exactly the models, files for one's own eyes, and transactions that wait for each other."""

import re
import stat
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from fob_mail import migrations
from fob_mail.assets import folder
from fob_mail.backups import back_up
from fob_mail.database import Database, clock, connect, damages, require_current, sizes
from fob_mail.errors import ConflictError, DatabaseError
from fob_mail.models import SCHEMA_REVISION, Base, MailingList
from tests.builders import make_list


def alembic_config() -> Config:
    """Alembic's view of our migrations."""
    config = Config()
    config.set_main_option("script_location", str(folder("alembic")))
    return config


ON_SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
ON_POSTGRESQL = """
SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


AT_COLUMNS = r"\n|, (?=[a-z_]+ [A-Z])"
"""SQLite writes a column that was added later behind another, on the same line."""


def everything_in(database: Database) -> list[list[str]]:
    """Every table as the database itself describes it: columns, defaults, keys, indexes, and SQLite's kinds of tables."""
    with database.engine.connect() as connection:
        rows = [str(row[0]) for row in connection.exec_driver_sql(ON_SQLITE if database.is_sqlite else ON_POSTGRESQL)]
    return sorted(sorted(line.strip(" ,\t") for line in re.split(AT_COLUMNS, row)) for row in rows)


def test_the_migrations_give_exactly_the_models(database: Database) -> None:
    migrated = everything_in(database)

    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)

    assert len(migrated) > len(Base.metadata.tables)
    assert migrated == everything_in(database)


def test_a_check_finds_the_migrated_tables_as_they_should_be(database: Database) -> None:
    assert migrations.differences(database) == []


def test_a_check_says_what_is_missing(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_consents_subscriber_id"))
        connection.execute(text("ALTER TABLE feedback ADD COLUMN extra TEXT"))

        if not database.is_sqlite:
            connection.execute(text("ALTER TABLE feedback ALTER COLUMN kind DROP NOT NULL"))

    changed = [] if database.is_sqlite else ["The column feedback.kind is of another kind."]
    assert migrations.differences(database) == [
        "The column feedback.extra should not be there.",
        *changed,
        "The index ix_consents_subscriber_id is missing.",
    ]


def test_the_revision_of_the_models_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == SCHEMA_REVISION


def test_the_migrations_can_be_taken_back_and_done_again(database: Database) -> None:
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with database.engine.connect() as connection:
        left = set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
    migrations.upgrade(database)

    assert not left
    assert migrations.differences(database) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    migrations.upgrade(database)

    require_current(database)


def test_a_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as caught:
        require_current(connect(f"sqlite:///{tmp_path}/new.db"))

    assert caught.value.remedy == "Make them: fob-mail db upgrade"


def test_a_database_of_another_version_is_refused(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseError, match="version 9999"):
        require_current(database)


def test_the_files_of_a_database_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/own/fob-mail.db")
    migrations.upgrade(database)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "own").iterdir()}

    assert modes.keys() == {"fob-mail.db", "fob-mail.db-wal", "fob-mail.db-shm"}
    assert set(modes.values()) == {0o600}
    database.close()


@pytest.mark.parametrize("url", ["mysql://h/x", "nonsense", "sqlite:////proc/none/x.db"])
def test_a_wrong_address_is_said_with_a_remedy(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(url)

    assert caught.value.remedy


@pytest.mark.parametrize("query", ["port=hunter", "nonsense=hunter2"])
def test_what_the_driver_does_not_know_is_said_at_once(query: str) -> None:
    with pytest.raises(DatabaseError, match="database_url cannot be used") as caught:
        connect(f"postgresql://u:hunter3@127.0.0.1:1/n?{query}")

    assert "hunter2" not in str(caught.value)
    assert "hunter3" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://u:hunter2@127.0.0.1:1/n", "postgresql://u@127.0.0.1:1/n?password=hunter2"])
def test_a_database_that_is_away_is_named_without_its_password(url: str) -> None:
    database = connect(url)

    with pytest.raises(DatabaseError, match="does not answer") as caught:
        require_current(database)

    assert "127.0.0.1:1/n" in caught.value.problem
    assert "hunter2" not in str(caught.value) + database.place


def test_two_that_write_wait_for_each_other(database: Database) -> None:
    errors: list[Exception] = []

    def add(number: int) -> None:
        try:
            for turn in range(10):
                with database.begin() as session:
                    make_list(session, f"list-{number}-{turn}")
        except Exception as error:  # noqa: BLE001 whatever it is, it is the test's failure
            errors.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    with database.read() as session:
        assert sizes(session)["mailing_lists"] == 40


def test_an_exception_takes_everything_back(database: Database) -> None:
    def add_and_fail() -> None:
        with database.begin() as session:
            make_list(session, "gone")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()

    with database.read() as session:
        assert sizes(session)["mailing_lists"] == 0


def test_reading_sees_one_moment_and_holds_no_writer_up(database: Database) -> None:
    with database.read() as reader:
        before = sizes(reader)["mailing_lists"]
        with database.begin() as writer:
            make_list(writer, "new")

    assert before == 0


def test_moments_come_back_as_they_were(database: Database) -> None:
    with database.begin() as session:
        now = clock(session)
        made = make_list(session, "new")
        made.created_at = now
    with database.read() as session:
        assert session.get_one(MailingList, made.id).created_at == now


def test_a_copy_is_whole_and_is_not_written_over(database: Database, tmp_path: Path) -> None:
    with database.begin() as session:
        make_list(session, "kept")
    file = tmp_path / "copy"

    size = back_up(database, file, force=False)

    assert size == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(ConflictError):
        back_up(database, file, force=False)
    assert back_up(database, file, force=True)
    if database.is_sqlite:
        copy = connect(f"sqlite:///{file}")
        with copy.read() as session:
            assert sizes(session)["mailing_lists"] == 1
        copy.close()
    else:
        assert file.read_bytes()[:5] == b"PGDMP"


def test_the_database_itself_is_never_written_over(sqlite_database: Database, tmp_path: Path) -> None:
    place = Path(sqlite_database.place)
    (tmp_path / "other-name").symlink_to(place)
    before = place.stat().st_ino

    for file in (place, tmp_path / "other-name"):
        with pytest.raises(ConflictError, match="is the database itself"):
            back_up(sqlite_database, file, force=True)

    assert place.stat().st_ino == before


def test_only_a_former_copy_is_written_over(database: Database, tmp_path: Path) -> None:
    (tmp_path / "fob-mail.toml").write_text("precious", encoding="utf-8")
    (tmp_path / "made-by-mktemp").touch()

    with pytest.raises(ConflictError, match="is no copy of a database"):
        back_up(database, tmp_path / "fob-mail.toml", force=True)

    assert (tmp_path / "fob-mail.toml").read_text(encoding="utf-8") == "precious"
    assert back_up(database, tmp_path / "made-by-mktemp", force=True)


def test_a_copy_is_taken_while_a_campaign_is_being_written(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.begin() as session:
        make_list(session, "settled")
    with sqlite_database.begin() as session:
        make_list(session, "under-way")

        back_up(sqlite_database, tmp_path / "copy", force=False)

    copy = connect(f"sqlite:///{tmp_path / 'copy'}")
    with copy.read() as session:
        assert session.scalars(select(MailingList.slug)).all() == ["settled"]
    copy.close()


SPYING_DUMP = """#!/bin/sh
echo "$@" "password: $PGPASSWORD" >"$(dirname "$0")/heard"
"""


@pytest.mark.parametrize("url", ["postgresql://u:p%40ss@h:7/n?sslmode=require", "postgresql://u@h:7/n?sslmode=require&password=p%40ss"])
def test_a_password_is_in_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    spy = tmp_path / "pg_dump"
    spy.write_text(SPYING_DUMP, encoding="utf-8")
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    back_up(connect(url), tmp_path / "copy", force=False)

    heard = (tmp_path / "heard").read_text(encoding="utf-8").strip()
    assert heard == "--format=custom --dbname=postgresql://u@h:7/n?sslmode=require password: p@ss"


def test_without_pg_dump_one_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DatabaseError, match="pg_dump is not installed"):
        back_up(connect("postgresql://u@h/n"), tmp_path / "copy", force=False)

    assert not list(tmp_path.iterdir())


def test_damage_is_found(sqlite_database: Database) -> None:
    assert damages(sqlite_database) == []
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(
            "INSERT INTO subscriptions (subscriber_id, list_id, state, since) VALUES (7, 8, 'confirmed', '2021-04-19 18:30:00')"
        )
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("BEGIN")

    assert len(damages(sqlite_database)) == 2


def test_what_the_database_complains_of_quotes_nobodys_data(database: Database) -> None:
    """It goes into the log as it is, with whatever was to be written."""
    with pytest.raises(SQLAlchemyError) as caught, database.begin() as session:
        session.execute(text("INSERT INTO nowhere (name) VALUES (:name)"), {"name": "Rosa Mamani"})

    assert "nowhere" in str(caught.value)
    assert "Rosa" not in str(caught.value)
