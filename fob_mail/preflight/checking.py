"""All that can be said of a mail by itself, without asking anybody: a tenth of a second or less."""

from datetime import datetime

from fob_mail.articles.article import Article
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.personalising import shown
from fob_mail.preflight.event import check_event
from fob_mail.preflight.fields import check_fields
from fob_mail.preflight.frame import check_elements, check_size, check_way_out
from fob_mail.preflight.legibility import check_legibility
from fob_mail.preflight.links import check_links
from fob_mail.preflight.markup import parse
from fob_mail.preflight.problem import Problem, in_order
from fob_mail.preflight.sender import check_settings
from fob_mail.preflight.spam import check_traits
from fob_mail.preflight.story import check_article, check_language
from fob_mail.preflight.subject import check_letters, check_subject
from fob_mail.preflight.support import check_support


def check(  # noqa: PLR0913 what a mail is judged by
    composed: Composed, article: Article, masthead: Masthead, *, now: datetime, base_url: str = "", relay_host: str = "localhost"
) -> list[Problem]:
    """Everything that is wrong, errors first. `now` is aware; read the article as of the day on which it was composed."""
    page = parse(composed.html)
    return in_order(
        [
            *check_subject(shown(composed.subject)),
            *check_letters(masthead.organisation, "sender", "Correct organisation.name in fob-mail.toml."),
            *check_size(composed.html),
            *check_elements(page),
            *check_links(page),
            *check_fields(composed),
            *check_way_out(page, composed),
            *check_legibility(page),
            *check_support(page),
            *check_traits(page),
            *check_language(composed.language),
            *check_settings(masthead, base_url, relay_host),
            *check_event(article, now),
            *check_article(article),
        ]
    )
