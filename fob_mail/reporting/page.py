"""The report as one page that needs nothing else: no script, no request, light and dark, and a table to each plot."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fob_mail import assets
from fob_mail.reporting.plots import HEIGHT, LEFT, RIGHT, WIDTH, Plot, over_time
from fob_mail.reporting.report import THRESHOLDS, Report

MINUTE, HOUR, TWO_DAYS = 60, 3_600, 172_800


def page_of(report: Report, zone: ZoneInfo, now: str) -> str:
    """The HTML of a report; every value in it is escaped."""
    templates = Environment(
        loader=FileSystemLoader(assets.folder("templates") / "report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    templates.filters.update(percent=percent, number=number, lasted=lasted)
    plots = [_sending(report, zone), over_time("People who left", report.leaving, report.leaving_width, zone, "person", "people")]
    return templates.get_template("page.html").render(
        report=report,
        plots=plots,
        thresholds=THRESHOLDS,
        zone=zone,
        now=now,
        canvas={"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT},
    )


def percent(share: float) -> str:
    """A share of 1 as a percentage that shows what is small."""
    if share == 0:
        return "0 %"
    return f"{share:.2%}".replace("%", " %") if share < 0.1 else f"{share:.1%}".replace("%", " %")  # noqa: PLR2004 below 10 %, hundredths count


def number(count: float) -> str:
    """With its thousands apart."""
    return f"{count:,.0f}"


def lasted(seconds: float) -> str:
    """A stretch of time in words."""
    if seconds < 1:
        return "a second"
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min" + (f" {seconds % MINUTE:.0f} s" if seconds % MINUTE >= 1 else "")
    if seconds < TWO_DAYS:
        return f"{seconds // HOUR:.0f} h" + (f" {seconds % HOUR // MINUTE:.0f} min" if seconds % HOUR >= MINUTE else "")
    return f"{timedelta(seconds=seconds).days:,} days"


def _sending(report: Report, zone: ZoneInfo) -> Plot:
    each = "second" if report.sending_width == 1 else lasted(report.sending_width)
    return over_time(f"Accepted by the relay, each {each}", report.sending, report.sending_width, zone, "mail", "mails")
