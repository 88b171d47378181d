"""`fob-mail catch`: a relay for practice, which keeps every mail in a folder and delivers none."""

from pathlib import Path

import click


@click.command("catch")
@click.argument("folder", default="caught", type=click.Path(path_type=Path, file_okay=False))
@click.option("--port", default=2525, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes any free one.")
def command(folder: Path, port: int) -> None:
    """Take mail as a relay would, and keep each in FOLDER as .eml and .html; nobody gets any. Until Ctrl-C.

    Practise on it before you have a relay: set smtp.host to localhost and smtp.port to 2525, and send to whomever you like.

    \b
    Examples:
      fob-mail catch
      fob-mail catch practice/ --port 2600
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.catcher import Catcher  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.cli.stopping import interrupts  # noqa: PLC0415
    from fob_mail.errors import InputError  # noqa: PLC0415

    try:
        catcher = Catcher(folder, port, lambda file: click.echo(str(file)))  # first, so that a port that is taken leaves no folder
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"Mail cannot be caught in {folder} at port {port}: {error.strerror}."
        raise InputError(problem, "Name a folder of your own, or another port: fob-mail catch --port 0") from None
    with catcher:
        click.echo(f"Catching mail at localhost:{catcher.port} into {folder}/ until Ctrl-C.", err=True)
        with interrupts() as stopper:
            stopper.asked.wait()
    click.echo(f"{catcher.caught:,} caught.", err=True)
