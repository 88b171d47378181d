"""What compose, check, test and send say of a campaign before it goes: who writes, and what is wrong, each with its remedy."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from fob_mail.cli.output import Json, harmless
from fob_mail.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from fob_mail.models import Campaign, MailingList
    from fob_mail.preflight import Problem
    from fob_mail.settings import Settings


def problems_of(session: "Session", campaign: "Campaign", settings: "Settings", now: datetime) -> "list[Problem]":
    """Everything wrong with a composed campaign, from what the database keeps; the article is read as of its first day."""
    from fob_mail import campaigns, preflight  # noqa: PLC0415
    from fob_mail.drafting import articles_of, masthead_of  # noqa: PLC0415

    articles = articles_of(session, campaign, settings)
    masthead = masthead_of(settings, campaigns.list_of(session, campaign))
    relay = _relay_host(settings)
    found = [
        problem
        for language, composed in campaigns.parts(session, campaign).items()
        for article in articles.get(language, ())
        for problem in preflight.check(composed, article, masthead, now=now, base_url=settings.base_url, relay_host=relay)
    ]
    signing = _signing(settings, campaigns.list_of(session, campaign))
    return list(dict.fromkeys([*signing, *found, *preflight.check_translated(articles)]))


def audience_problems_of(session: "Session", campaign: "Campaign", settings: "Settings") -> "list[Problem]":
    """What is wrong with who writes to whom: the audience as it is now, what its people lack, and the sender's domain."""
    from fob_mail import campaigns, freezing, preflight  # noqa: PLC0415
    from fob_mail.preflight.fields import fields_without_default  # noqa: PLC0415
    from fob_mail.sending.run import heading_of  # noqa: PLC0415

    to = campaigns.list_of(session, campaign)
    size = freezing.reach(session, to, campaign.reminder_of).audience
    fields = {field for composed in campaigns.parts(session, campaign).values() for field in fields_without_default(composed)}
    lacking = {field: freezing.lacking(session, to, field) for field in sorted(fields)}
    return [
        *preflight.check_audience(size, freezing.audiences_before(session, campaign), to.slug),
        *preflight.check_values(lacking, size),
        *preflight.check_from(heading_of(to).domain, settings.sending.return_path, _relay_host(settings)),
    ]


def _relay_host(settings: "Settings") -> str:
    """The host of a relay, one beyond this machine if there is any."""
    from fob_mail.settings import LOCAL_HOSTS  # noqa: PLC0415

    hosts = [relay.host for relay in settings.relays_in_use()]
    return next((host for host in hosts if host not in LOCAL_HOSTS), hosts[0])


def _signing(settings: "Settings", to: "MailingList") -> "list[Problem]":
    """What is wrong with the keys that are to sign, where there are any."""
    if not settings.dkim:
        return []
    from fob_mail import preflight  # noqa: PLC0415
    from fob_mail.preflight.sender import problem_of_key  # noqa: PLC0415
    from fob_mail.sending.run import heading_of  # noqa: PLC0415
    from fob_mail.signing.keys import read_signers  # noqa: PLC0415

    try:
        return preflight.check_signatures(heading_of(to).domain, read_signers(settings.dkim))
    except SettingsError as error:
        return [problem_of_key(error.problem, error.remedy)]


def show(problems: "Iterable[Problem]") -> None:
    """Each problem and its remedy, for people, on standard error; errors are red."""
    from fob_mail.preflight import Severity  # noqa: PLC0415

    for problem in problems:
        wrong = problem.severity is Severity.ERROR
        click.secho("Error    " if wrong else "Warning  ", fg="red" if wrong else "yellow", bold=True, nl=False, err=True)
        click.echo(harmless(problem.problem), err=True)
        click.echo(f"         {harmless(problem.remedy)}", err=True)


def as_json(problems: "Iterable[Problem]") -> list[Json]:
    """The problems for --json."""
    return [{"severity": p.severity.value, "about": p.about, "place": p.place, "problem": p.problem, "remedy": p.remedy} for p in problems]
