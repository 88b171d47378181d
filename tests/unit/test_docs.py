"""The documentation is true: every command and setting is in it, and every command that it shows exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sqlalchemy import Enum

import docs.generate as pages
from docs.source import meanings
from docs.variables import PARTS, public, variables_page
from fob_mail.articles.front_matter import KEYS
from fob_mail.cli import COMMANDS, main
from fob_mail.composing.seen import Seen, SeenInHtml, SeenInText
from fob_mail.models import Base

ROOT = Path(__file__).parents[2]
SHOWN = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and sub-command, by its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in COMMANDS if command is main else command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from walk(inner, (*path, name))


ALL = dict(walk(main))


@pytest.mark.parametrize("page", pages.PAGES)
def test_the_generated_pages_are_current(page: str) -> None:
    """If not: make docs."""
    written = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")

    assert written == pages.PAGES[page]()


def test_every_command_and_every_option_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    for path, command in ALL.items():
        assert f"# fob-mail {' '.join(path)}".rstrip() in page or not path
        options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden and path]
        assert all(option.opts[0] in page for option in options)


def test_every_setting_has_a_description_and_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    for name, _, description in pages.settings_rows():
        assert f"| `{name}` |" in page
        assert len(description) > 10, name


@pytest.mark.parametrize("page", [page for page in SHOWN if page.stem not in {"architecture", "modules"}], ids=lambda page: page.name)
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    settings = {name for name, _, _ in pages.settings_rows()}
    sections = "|".join(sorted({name.partition(".")[0] for name in settings if "." in name}))

    named = re.findall(rf"`((?:{sections})\.[a-z0-9_]+)`", page.read_text(encoding="utf-8"))

    assert not set(named) - settings


@pytest.mark.parametrize("table", Base.__subclasses__(), ids=lambda table: table.__tablename__)
def test_every_column_of_a_table_and_every_word_of_a_state_says_what_it_holds(table: type[Base]) -> None:
    said = meanings(table)
    words = [column.type.enum_class for column in table.__table__.columns if isinstance(column.type, Enum) and column.type.enum_class]

    assert not [column.name for column in table.__table__.columns if not said.get(column.name)]
    assert not [member for kind in words for member in kind if not meanings(kind)[member.name]]


@pytest.mark.parametrize("part", [*PARTS, Seen, SeenInHtml, SeenInText], ids=lambda part: part.__name__)
def test_everything_that_a_template_sees_says_what_it_is(part: type) -> None:
    assert public(part)
    assert not [name for name, said in public(part).items() if not said]


def test_every_part_filter_and_variable_of_templates_says_what_it_is() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (?:`.*?` \| )?(.*?) \|", variables_page(), flags=re.MULTILINE)

    assert {"panel(story)", "main", "wrap", "branch", "--on-main"} <= {name for name, _ in rows}
    assert not [name for name, said in rows if not said]


def test_every_key_of_front_matter_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "articles.md").read_text(encoding="utf-8")

    assert not [key for key in KEYS if f"`{key}`" not in page]


def shown_commands() -> Iterator[tuple[str, str]]:
    """Every line of the documentation that begins with fob-mail, continued lines joined."""
    for page in SHOWN:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^(?:\$ )?(fob-mail .*)$|`(fob-mail [a-z][^`\n]*)`", text, flags=re.MULTILINE):
            yield page.name, next(filter(None, line))


@pytest.mark.parametrize(("page", "line"), sorted(set(shown_commands())))
def test_every_command_that_is_shown_exists(page: str, line: str) -> None:
    words = shlex.split(line.replace("…", "").replace("|", "").replace(" & ", " "), comments=True)[1:]
    if words[:2] == ["--config", "FILE"]:
        words = words[2:]
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in ALL:
        path = (*path, words.pop(0))

    assert path or not words, f"{page}: {line}"
    known = {name for parameter in (*ALL[path].params, *main.params) for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - known - {"--help"}
    assert not unknown, f"{page}: {line}"


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

    for target in re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", text):
        place = next(filter(None, target))
        assert place.startswith("https://") or (page.parent / place).exists(), place
