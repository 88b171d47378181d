"""fob-mail serve: the public pages, on a port of this machine, behind the web server that readers reach."""

import errno
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from fob_mail.cli.figures import tell_figures
from fob_mail.cli.installation import Installation
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from flask import Flask
    from waitress.server import BaseWSGIServer

    from fob_mail.database import Database
    from fob_mail.settings import Settings

THREADS = 8
PATIENCE = 10.0
"""Seconds that a page waits for a locked database before it answers 503, which mail providers try again."""

LARGEST_HEADERS = 32 * 1024
LARGEST_READ = 256 * 1024
"""Above this waitress cuts in with a line of its own; from 16 KB up to it the application's page does. Webhooks have more room."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes any free one.")
@click.pass_obj
def command(installation: Installation, host: str, port: int) -> None:
    """Serve the public pages, unsubscribing among them, until Ctrl-C.

    The first line of standard output says where. Put your web server with its https before it, have it pass the Host
    header on, and set base_url to the address that readers reach.

    \b
    Examples:
      fob-mail serve
      fob-mail serve --host 0.0.0.0 --port 8080
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.database import connect, require_current  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.web.app import create_app  # noqa: PLC0415
    from fob_mail.web.figures import Figures, Traffic  # noqa: PLC0415

    settings = installation.settings
    database = connect(settings.database_url.get_secret_value(), PATIENCE, create=False)
    try:
        require_current(database)
        installation.begin_logs(to_standard_error=True)
        traffic = Traffic() if settings.web.metrics else None
        server = listen(create_app(settings, database, heard=traffic), host, port)
        stop_at_signals()
        address = address_of(server, host)
        _warn(settings, address)
        if traffic:
            tell_figures(settings.web.metrics, "Set web.metrics.", Figures(database), traffic)
        click.echo(f"Listening on {address}")
        with _posting(installation, database):
            server.run()
        server.close()
    finally:
        database.close()
    click.echo("Stopped.", err=True)


@contextmanager
def _posting(installation: Installation, database: "Database") -> "Iterator[None]":
    """The notes that the pages owe go out beside them."""
    from fob_mail import workers  # noqa: PLC0415
    from fob_mail.sending.posting import Post, post_until  # noqa: PLC0415

    post, ended = Post(database, installation.settings, installation.links, f"serve-{workers.own_name()}"), threading.Event()
    thread = threading.Thread(target=post_until, args=(post, ended), name="notes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)


def listen(app: "Flask", host: str, port: int) -> "BaseWSGIServer":
    """A waitress server that has its port and is ready to run(); raises InputError with the remedy if it cannot have it."""
    from waitress import create_server  # noqa: PLC0415

    from fob_mail.web.room import give_room  # noqa: PLC0415

    sockets: dict[object, object] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=False,  # the gate believes those that the settings trust, and nobody else reads them
            max_request_body_size=LARGEST_READ,
            max_request_header_size=LARGEST_HEADERS,
        )
    except OSError as error:
        raise _no_port(error, host, port) from None
    except ValueError:
        raise InputError(f"{host!r} is not an address of this machine.", "Try --host 127.0.0.1") from None
    give_room(sockets.values())
    return server


def address_of(server: "BaseWSGIServer", host: str) -> str:
    """Where the server listens, as a web address."""
    port = server.effective_port if hasattr(server, "effective_port") else server.effective_listen[0][1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _no_port(error: OSError, host: str, port: int) -> InputError:
    """Why the port is not to be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        problem = f"Port {port} of {host} is taken by another program, perhaps by another fob-mail serve."
        return InputError(problem, f"Stop that one, or take another port: fob-mail serve --port {port + 1 if port < 65535 else 0}")  # noqa: PLR2004 the last port
    if error.errno == errno.EACCES:
        return InputError(f"Port {port} is for the system's own programs.", "Take one above 1023: fob-mail serve --port 8000")
    return InputError(f"fob-mail cannot listen on port {port} of {host}: {error.strerror or error}.", "Try --host 127.0.0.1")


def stop_at_signals() -> None:
    """SIGTERM and SIGINT end server.run(), which lets requests under way finish; a second one ends the program at once."""

    def stop(number: int, frame: "FrameType | None") -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _warn(settings: "Settings", address: str) -> None:
    """Say so if nobody else can come, as is right for trying things out and wrong for sending."""
    from urllib.parse import urlsplit  # noqa: PLC0415

    from fob_mail.settings import LOCAL_HOSTS  # noqa: PLC0415

    base = urlsplit(settings.base_url)
    if base.hostname not in LOCAL_HOSTS:
        return
    click.secho(f"base_url is {settings.base_url}: links in your mail can be opened on this machine alone.", fg="yellow", err=True)
    click.echo("Before you send to others, set base_url to the https address at which they reach this.", err=True)
    port = urlsplit(address).port
    if (base.port or 80) != port:
        click.secho(f"And they do not lead here, to {address}: to try them, set base_url to http://localhost:{port}", fg="yellow", err=True)
