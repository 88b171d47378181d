"""What composing a mail takes, and looking it over: from the example article to HTML and text, once a campaign and language."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import click

from fob_mail import preflight
from fob_mail.articles.reading import read
from fob_mail.composing.composed import Masthead
from fob_mail.composing.kinds import SHIPPED, kind_of
from fob_mail.composing.writing import Wishes, compose

EXAMPLE = Path(__file__).parents[1] / "examples" / "article.txt"
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2027, 4, 1, 12, 0, tzinfo=UTC)
MASTHEAD = Masthead("Friends of the Valley", "12 Canal Street, Leeds LS1 4AB", "Valley News")


@click.command("composing")
@click.option("--times", default=10, show_default=True, type=click.IntRange(1), help="How often each is done; the median counts.")
def command(times: int) -> None:
    """Compose the example as each kind of mail, and check it; milliseconds and bytes of each."""
    article = read(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name, ZONE, NOW.date())
    for name in SHIPPED:
        wishes = Wishes(kind=kind_of(name, None))
        composed = compose(article, MASTHEAD, "en", wishes)
        composing = _took(partial(compose, article, MASTHEAD, "en", wishes), times)
        checking = _took(partial(preflight.check, composed, article, MASTHEAD, now=NOW), times)
        click.echo(
            f"{name:<12}composed in {composing:6.1f} ms, checked in {checking:6.1f} ms, {len(composed.html.encode()):,} bytes of HTML"
        )


def _took(work: Callable[[], object], times: int) -> float:
    """Milliseconds of processor, the median."""
    spans = []
    for _ in range(times):
        began = time.process_time()
        work()
        spans.append(time.process_time() - began)
    return 1000 * median(spans)
