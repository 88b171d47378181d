"""The installation that a command works on: its settings and its database, each opened when first asked for."""

import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from fob_mail.database import Database
    from fob_mail.links import Links
    from fob_mail.settings import Settings


class Installation:
    """What `--config` points to. A context manager: leaving it gives the database connections back."""

    def __init__(self, config: Path | None) -> None:
        self._config = config
        self._open: list[Database] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for database in self._open:
            database.close()

    @cached_property
    def settings_file(self) -> Path:
        """Where the settings are, or would be."""
        from fob_mail.settings import find_file  # noqa: PLC0415 imported late, so that --help is quick

        return find_file(self._config)

    @cached_property
    def settings(self) -> "Settings":
        """The checked settings; raises SettingsError with everything that is wrong."""
        from fob_mail.settings import load  # noqa: PLC0415

        self._refuse_anothers()
        settings = load(self.settings_file)
        if self.settings_file.exists() and self.settings_file.stat().st_mode & 0o077:
            warning = f"Others on this machine can read {self.settings_file}, which holds secrets: chmod 600 {self.settings_file}"
            click.secho(warning, fg="yellow", err=True)
        return settings

    def _refuse_anothers(self) -> None:
        """Take no settings from whoever left a file where one happens to be: they say what is run, and written where."""
        if self._config or os.environ.get("FOB_MAIL_CONFIG") or not hasattr(os, "geteuid"):
            return
        from fob_mail.errors import SettingsError  # noqa: PLC0415
        from fob_mail.private import is_anothers  # noqa: PLC0415

        file = self.settings_file.absolute()
        if file.exists() and is_anothers(file.stat().st_uid, file.parent.stat().st_uid, os.geteuid()):
            problem = f"{file} belongs to another user of this machine, and could have you do what they like."
            raise SettingsError(problem, f"If you trust it, name it: fob-mail --config {file} …")

    def begin_logs(self, *, to_standard_error: bool) -> None:
        """Write the log as the settings say; without a file, only commands that run for long write one."""
        logs = self.settings.logs
        if logs.file is None and not to_standard_error:
            return
        from fob_mail import logs as log  # noqa: PLC0415

        file = self.settings_file.parent / logs.file if logs.file else None
        log.begin(logs.format, logs.level, file)

    @cached_property
    def any_database(self) -> "Database":
        """The database, of whatever version it is; made if it is not there."""
        return self._connected(create=True)

    @cached_property
    def database(self) -> "Database":
        """The database, which is there and of this version; raises DatabaseError with the remedy."""
        from fob_mail.database import require_current  # noqa: PLC0415

        database = self._connected(create=False)
        require_current(database)
        return database

    def _connected(self, *, create: bool) -> "Database":
        from fob_mail.database import connect  # noqa: PLC0415

        database = connect(self.settings.database_url.get_secret_value(), create=create)
        self._open.append(database)
        return database

    @cached_property
    def links(self) -> "Links":
        """What signs and reads this installation's links."""
        from fob_mail.links import Links  # noqa: PLC0415

        return Links(self.settings.keys(), self.settings.base_url)
