"""A draft on the desk: composed again when a file of it was saved, and shown as any reader gets it."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from fob_mail.errors import FobMailError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from fob_mail.cli.installation import Installation
    from fob_mail.models import Campaign
    from fob_mail.previewing.view import View

PEOPLE = 50
"""Subscribers to choose from; any other may be typed."""


class Desk:
    """What the preview asks of a campaign; safe for several threads. Once it is frozen it stays as it is."""

    def __init__(self, installation: "Installation", slug: str, articles: tuple[Path, ...] = ()) -> None:
        self._installation, self._slug, self._lock = installation, slug, Lock()
        self._options = self._remembered(articles)
        named = self._options["articles"] if self._options else []
        self._articles = [Path(str(one)) for one in named if "://" not in str(one)] if isinstance(named, list) else []
        self._print, self._trouble = self._fingerprint(), ""

    def version(self) -> str:
        """The fingerprint of its files, after composing it again if that is another one."""
        with self._lock:
            now = self._fingerprint()
            if now != self._print:
                self._print = now
                self._compose()
            return self._print

    def trouble(self) -> str:
        """Why it could not be composed again; empty if it could."""
        return self._trouble

    def view(self, address: str, language: str) -> "View":
        """As the subscriber of that address gets it, or nobody."""
        from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick

        with self._installation.database.read() as session:
            return self._view(session, campaigns.find(session, self._slug), address, language)

    def _remembered(self, articles: tuple[Path, ...]) -> dict[str, object]:
        """How it was composed; none if that is not known or not to be done again. Raises NotFoundError if there is no such campaign."""
        from fob_mail import campaigns  # noqa: PLC0415
        from fob_mail.models import CampaignState  # noqa: PLC0415

        with self._installation.database.read() as session:
            campaign = campaigns.find(session, self._slug)
            if campaign.state is not CampaignState.DRAFT:
                return {}
            options = dict(campaign.composed_with or {})
            if articles:
                to = campaigns.list_of(session, campaign).slug
                options = {"list_slug": to, "links": [], **options, "articles": [str(article.resolve()) for article in articles]}
            return options

    def _fingerprint(self) -> str:
        from fob_mail.assets import folder  # noqa: PLC0415
        from fob_mail.previewing.watching import fingerprint  # noqa: PLC0415

        own = self._installation.settings.templates_folder
        return fingerprint([*self._articles, folder("templates") / "emails", *([own] if own else [])])

    def _compose(self) -> None:
        """Compose it again as it was composed; what goes wrong is kept for the page, and the draft stays as it was."""
        from fob_mail import campaigns  # noqa: PLC0415
        from fob_mail.cli.compose import ordered  # noqa: PLC0415
        from fob_mail.database import clock  # noqa: PLC0415
        from fob_mail.drafting import draft  # noqa: PLC0415

        if not self._options:
            return
        try:
            order = ordered(self._slug, self._options)
            with self._installation.database.begin() as session:
                made = draft(session, order, self._installation.settings, clock(session))
                campaigns.remember_options(session, made.campaign, self._options)
            self._trouble = ""
        except FobMailError as error:
            self._trouble = f"It could not be composed again. {error.problem} {error.remedy}"

    def _view(self, session: "Session", campaign: "Campaign", address: str, language: str) -> "View":
        from fob_mail import campaigns, preflight  # noqa: PLC0415
        from fob_mail.audience import subscribers  # noqa: PLC0415
        from fob_mail.cli import checking, copies  # noqa: PLC0415
        from fob_mail.database import clock  # noqa: PLC0415
        from fob_mail.personalising import shown  # noqa: PLC0415
        from fob_mail.previewing.view import View  # noqa: PLC0415

        settings, parts = self._installation.settings, campaigns.parts(session, campaign)
        to = campaigns.list_of(session, campaign)
        recipient = copies.recipient_of(session, address)
        spoken = next((one for one in (language, recipient.language, to.language) if one in parts), next(iter(parts)))
        copy = copies.copy_of(session, self._installation, campaign, recipient, spoken)
        problems = [*checking.problems_of(session, campaign, settings, clock(session))]
        problems += checking.audience_problems_of(session, campaign, settings)
        return View(
            subject=str(copy.message["Subject"]),
            preheader=shown(parts[spoken].preheader),
            language=spoken,
            languages=tuple(parts),
            people=tuple(subscribers.some(session, to, PEOPLE)),
            headers=tuple(copy.headers),
            text=copy.text,
            html=copy.html,
            pictures=copy.pictures,
            raw=copy.raw.decode("utf-8", "replace"),
            problems=tuple({name: str(said) for name, said in one.items()} for one in checking.as_json(preflight.in_order(problems))),
            watched=", ".join(article.name for article in self._articles),
        )
