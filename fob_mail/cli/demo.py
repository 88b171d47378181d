"""`fob-mail demo`: the whole journey on made-up people, with the real commands, and no mail server."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.errors import FobMailError, InputError

if TYPE_CHECKING:
    from fob_mail.catcher import Catcher

PEOPLE = 200
FIRST = (
    "Amina", "Bernard", "Carmen", "Dorothy", "Esteban", "Farah", "Gwen", "Hassan", "Inés", "Joyce",
    "Kofi", "Lena", "Mateo", "Nadia", "Owen", "Petra", "Quentin", "Rosa", "Samir", "Teresa",
)  # fmt: skip
LAST = ("Adeyemi", "Brown", "Choque", "Davies", "Flores", "Grant", "Huanca", "Ibáñez", "Jones", "Mamani")
COPIES = {"evening": "A valley that lit its own lamps", "reminder": "Once more: a valley that lit its own lamps"}
SERVE_SECONDS = 15.0


@click.command("demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path | None) -> None:
    """See all of it work, on 200 made-up people: from an article to caught mail, and one click out of it.

    Everything stays in FOLDER (a new one, fob-mail-demo, if not given): settings, database, caught mail. Needs no mail
    server, no network and no rights; nothing is left running.

    \b
    Example:
      fob-mail demo
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.catcher import Catcher  # noqa: PLC0415 imported late, so that --help is quick

    began = time.monotonic()
    here = _fresh(folder)
    with _no_other_installation(), chdir(here), Catcher(here / "caught") as catcher:
        port = _free_port()
        _prepare(catcher, port)
        with _served(port):
            leaver, first = _send_and_leave(catcher)
            second = _send_again(catcher)
        _table(here, leaver, first, second, time.monotonic() - began)


def _fresh(folder: Path | None) -> Path:
    """A folder that is new, or empty."""
    if folder is None:
        names = (Path(f"fob-mail-demo{number}") for number in ["", *(f"-{n}" for n in range(2, 1000))])
        folder = next(name for name in names if not name.exists())
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty.", "Name another: fob-mail demo SOME-NEW-FOLDER")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.", "Go to a folder of your own, or name another.") from None
    return folder.resolve()


@contextmanager
def _no_other_installation() -> Iterator[None]:
    """Without the FOB_MAIL_… variables of a real installation, whose database and relay are none of the demo's business."""
    outside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("FOB_MAIL_")}
    try:
        yield
    finally:
        os.environ.update(outside)


def _prepare(catcher: "Catcher", port: int) -> None:
    from fob_mail.assets import folder  # noqa: PLC0415

    article = (folder("examples") / "article.txt").read_text(encoding="utf-8")
    for name, title in COPIES.items():
        Path(f"{name}.txt").write_text(article.replace(COPIES["evening"], title), encoding="utf-8")
    names = list(product(LAST, FIRST))[:PEOPLE]
    rows = [f"{first} {last},{_address(first, last)},{'es' if last in {'Choque', 'Mamani'} else 'en'}" for last, first in names]
    Path("people.csv").write_text("\n".join(["Name,E-mail,Language", *rows, ""]), encoding="utf-8")
    _say("A new installation, in a folder of its own")
    address = "12 Canal Street, Leeds LS1 1AA"
    _run("init", "--organisation", "Friends of the Valley", "--postal-address", address, "--base-url", f"http://localhost:{port}",
         "--smtp-host", "127.0.0.1", "--smtp-port", str(catcher.port))  # fmt: skip
    _say("A list, and its people")
    _run("list", "create", "supporters", "--name", "Friends of the Valley", "--from", "Friends of the Valley <news@example.org>")
    _run("subscribers", "import", "supporters", "people.csv", "--consent", "signed up at the April stall")


def _send_and_leave(catcher: "Catcher") -> tuple[str, Path]:
    """The first campaign; then one reader presses their link. Gives who, and their mail."""
    _say("An article becomes an invitation")
    _run("compose", "evening.txt", "--list", "supporters", "--name", "evening")
    _run("preview", "evening", "--out", "preview")
    _run("test", "evening", "me@example.org")
    _say("And goes out, once, to everyone")
    _run("send", "evening", "--yes")
    _run("status", "evening")
    caught = sorted(catcher.folder.glob("*.eml"))[1]
    leaver, url = _way_out(caught)
    _say(f"{leaver} opens the mail and leaves with one click")
    _press(url)
    return leaver, caught


def _send_again(catcher: "Catcher") -> list[Path]:
    """The second campaign; gives its mail."""
    before = set(catcher.folder.glob("*.eml"))
    _say("A second campaign does not reach who has left")
    _run("compose", "reminder.txt", "--list", "supporters", "--name", "reminder")
    _run("send", "reminder", "--yes")
    _run("status")
    return sorted(set(catcher.folder.glob("*.eml")) - before)


def _table(here: Path, leaver: str, first: Path, second: list[Path], seconds: float) -> None:
    """What happened, and where to look; an error if the one who left was written to again."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    again = [file for file in second if file.stem.partition("-")[2] == leaver]
    rows = [
        ("Imported", f"{PEOPLE} made-up people at example.org"),
        ("First campaign", f"{PEOPLE} mails, and a test mail"),
        ("Left with one click", leaver),
        ("Second campaign", f"{len(second)} mails; {leaver} was skipped"),
        ("The invitation", str(first.with_suffix(".html").relative_to(here))),
        ("The same, raw", str(first.relative_to(here))),
        ("All caught mail", f"caught/ ({len(list((here / 'caught').glob('*.eml')))} mails as .eml and .html)"),
        ("Settings, database", "fob-mail.toml, fob-mail.db"),
        ("Folder", str(here)),
        ("Time", f"{seconds:.1f} seconds"),
    ]
    table = Table(title="What happened, and where to look", show_header=False, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=True).print(table)
    if again or len(second) != PEOPLE - 1:
        raise FobMailError(
            f"The demo went wrong: {len(second)} mails in the second campaign, {len(again)} to {leaver}.", "Please report this."
        )


def _run(*words: str) -> None:
    """One real command, shown as it is typed."""
    from fob_mail.cli import main  # noqa: PLC0415 this module is imported by it

    click.secho(f"\n$ fob-mail {shlex.join(words)}", fg="cyan", bold=True)
    sys.stdout.flush()
    code = main.main(list(words), standalone_mode=False)
    if code:
        raise FobMailError(f"The demo stopped: fob-mail {words[0]} ended with {code}.", "What it said stands above.")


def _say(words: str) -> None:
    click.secho(f"\n\u2500\u2500 {words}", bold=True)


def _address(first: str, last: str) -> str:
    plain = f"{first}.{last}".lower().translate(str.maketrans("áéíóúñ", "aeioun"))
    return f"{plain}@example.org"


def _way_out(mail: Path) -> tuple[str, str]:
    """To whom a caught mail went, and the https address of its List-Unsubscribe."""
    import email  # noqa: PLC0415
    import email.policy  # noqa: PLC0415

    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    return str(message["To"].addresses[0].addr_spec), str(message["List-Unsubscribe"]).partition("<")[2].partition(">")[0]


def _press(url: str) -> None:
    """What a mail provider does when its reader presses Unsubscribe: the POST of RFC 8058."""
    click.secho(f"\n$ curl --data List-Unsubscribe=One-Click {url}", fg="cyan", bold=True)
    with urllib.request.urlopen(url, b"List-Unsubscribe=One-Click", timeout=10) as answer:  # noqa: S310 our own server  # nosec B310
        click.echo(f"{answer.status} {answer.reason}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _served(port: int) -> Iterator[None]:
    """The public pages, by the real command in a process of its own, from here to the end."""
    _say("The public pages, for those who want to leave")
    click.secho(f"\n$ fob-mail serve --port {port} &", fg="cyan", bold=True)
    words = [sys.executable, "-m", "fob_mail", "serve", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 ourselves  # nosec B603
    try:
        _await(process, port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SERVE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + SERVE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=2):  # our own server  # nosec B310
                click.echo(f"Listening on http://localhost:{port}")
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise FobMailError("The public pages did not start.", "Try it by hand in the demo's folder: fob-mail serve")
