"""What templates see: the names that each has, and what it can do with them besides what Jinja2 can."""

from collections.abc import Callable
from typing import TypedDict

from fob_mail.articles.plain import spans
from fob_mail.composing.page import Page
from fob_mail.composing.plain import width, wrap
from fob_mail.composing.tables import of_numbers, words_stay_whole
from fob_mail.settings import Theme
from fob_mail.slots import is_branch


class Seen(TypedDict):
    """What every template sees."""

    page: Page  # the mail, laid out
    say: Callable[..., str]  # a phrase in the mail's language: say("Unsubscribe from {list}", list="news")
    theme: Theme  # the settings of [theme] by their names: theme.logo


class SeenInHtml(Seen):
    """What message.html sees."""

    head_css: str  # the style sheet that stays one: head.css, its variables filled in


class SeenInText(Seen):
    """What message.txt sees."""

    texts: tuple[tuple[str, ...], ...]  # of each story: its blocks as plain text, wrapped, links numbered
    links: tuple[str, ...]  # the addresses of these links, from number 1
    width: int  # how many columns a line has at the most
    rule: str  # a line of hyphens of that width


FILTERS: dict[str, Callable[..., object]] = {"wrap": wrap, "columns": width, "of_numbers": of_numbers, "linked": spans}
"""`{{ text | wrap }}`"""

TESTS: dict[str, Callable[..., bool]] = {"branch": is_branch, "whole": words_stay_whole}
"""`{% if block.text is branch %}`"""
