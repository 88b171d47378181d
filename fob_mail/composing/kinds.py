"""Kinds of mail: which there are, ours and the organisers' own, and what their templates make of a page.

Templates run in a sandbox: they see the page and change nothing. Whatever is wrong in one is told by file and line.
"""

import difflib
import re
import traceback
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, select_autoescape

from fob_mail.assets import folder
from fob_mail.composing.sandbox import Sandbox
from fob_mail.composing.seen import FILTERS, TESTS, Seen
from fob_mail.errors import InputError
from fob_mail.settings import Theme

SHIPPED = ("invite", "newsletter", "letter", "reminder")
NOTES = ("confirm", "welcome", "already", "goodbye", "move", "moved", "mine")
"""Mails that fob-mail itself owes one person. Organisers may have templates of their own for them; no campaign is of these kinds."""
NEWSLETTER, REMINDER = "newsletter", "reminder"

_VARIABLE = re.compile(r"var\(--([a-z-]+)\)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail; `own` is the organisers' folder of templates, if it is one of theirs."""

    name: str
    own: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its templates are looked for: its own folder, then those that all kinds share."""
        shared = folder("templates") / "emails"
        return (self.own / self.name, self.own, shared / "invite", shared) if self.own else (shared / self.name, shared)

    def render(self, name: str, seen: Seen) -> str:
        """What a template makes of what it sees. Raises InputError that names the template's file and line."""
        try:
            return _environment(self).get_template(name).render(seen)
        except TemplateNotFound as error:
            raise InputError(f"The template {self.name!r} asks for {error}, which is not there.", _REMEDY) from None
        except TemplateSyntaxError as error:
            raise InputError(f"{error.filename or error.name}, line {error.lineno}: {error.message}", _REMEDY) from None
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            raise InputError(f"{self._place(error)}: {error}", _REMEDY) from None

    def styles(self, name: str, theme: Theme, direction: str = "ltr") -> str:
        """A style sheet with the theme's colours and fonts in place of its variables, and the sides at which lines start and end."""
        values = variables(theme, direction)
        sheets = [place / name for place in reversed(self.folders)]  # the organisers' own last, so that it goes before ours
        return "\n".join(_with_values(sheet, values) for sheet in sheets if sheet.is_file())

    def _place(self, error: Exception) -> str:
        """The template's line in which something went wrong: the innermost one that is in one of its folders."""
        lines = traceback.extract_tb(error.__traceback__)
        frames = [line for line in lines if any(Path(line.filename).is_relative_to(place) for place in self.folders)]
        return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else f"The template {self.name!r}"


INVITE = Kind("invite")

_REMEDY = "Correct the template; docs/templates.md says what it may use."


def kind_of(name: str, own: Path | None) -> Kind:
    """The kind of that name: the organisers' own before ours; raises InputError that names the nearest."""
    if own and _NAME.fullmatch(name) and (own / name / "message.html").is_file():
        return Kind(name, own)
    if name in (*SHIPPED, *NOTES):
        return Kind(name)
    known = kinds(own)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise InputError(f"There is no template {name!r}.", f"{hint}There are {', '.join(known)}.")


def kinds(own: Path | None) -> list[str]:
    """The names of all kinds, ours first."""
    found = sorted(file.parent.name for file in own.glob("*/message.html")) if own else []
    return [*SHIPPED, *(name for name in found if name not in (*SHIPPED, *NOTES) and _NAME.fullmatch(name))]


@lru_cache(maxsize=32)
def _environment(kind: Kind) -> Sandbox:
    environment = Sandbox(
        loader=FileSystemLoader(kind.folders),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
    )
    environment.filters |= FILTERS
    environment.tests |= TESTS
    return environment


def variables(theme: Theme, direction: str = "ltr") -> dict[str, str]:
    """What stands for the variables of a style sheet: `var(--accent)`."""
    start, end = ("right", "left") if direction == "rtl" else ("left", "right")
    return {
        **theme.colours(),
        "headline-font": theme.headline_font,
        "text-font": theme.text_font,
        "label-font": theme.label_font,
        "start": start,  # the side at which lines of the mail's language start
        "end": end,  # the side at which they end
    }


def _with_values(file: Path, values: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            line = found.string.count("\n", 0, found.start()) + 1
            near = difflib.get_close_matches(found[1], values, n=1)
            hint = f"Did you mean --{near[0]}? " if near else ""
            raise InputError(f"{file}, line {line}: the theme has no --{found[1]}.", f"{hint}It has {', '.join(sorted(values))}.")
        return values[found[1]]

    return _VARIABLE.sub(value, file.read_text(encoding="utf-8")).strip()
