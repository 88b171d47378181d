"""The layers: a module imports only from lower rows, and SQL stands only where the design says."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import fob_mail
from docs.pictures import make_architecture as architecture

PACKAGE = Path(fob_mail.__file__).parent
ROWS = """
__main__
cli library
web previewing doctor reporting
sending restoring feedback catcher spam_assassin
drafting
freezing
campaigns
agenda returns correspondence forwards ledger tallies workers allowances notes standstill lost
balance recipients
audience
preflight
pictures
composing
personalising
signing
articles
calendars
events public_web dns_records vendors
inbound
submission
outcomes
smtp
journal fetching
conditions
servers
slots
replies envelopes
links
migrations backups
database
models
settings
logs
addresses
colours translations
assets private plurals encoding
errors
"""
ROW = {name: number for number, row in enumerate(ROWS.split("\n")) for name in row.split()}
"""From the top to the bottom; modules of one row do not import each other."""

SQL = {
    "restoring",
    "freezing",
    "campaigns",
    "agenda",
    "returns",
    "correspondence",
    "forwards",
    "ledger",
    "balance",
    "recipients",
    "tallies",
    "workers",
    "allowances",
    "notes",
    "standstill",
    "lost",
    "audience",
    "migrations",
    "backups",
    "database",
    "models",
}
SHELL_MAY = {"Session", "OperationalError", "InterfaceError", "TimeoutError"}
"""What others take from SQLAlchemy: the session that they hand on, and what to do when the database does not answer."""


TABLE = re.findall(
    r"^\| `(\w+)/?` \| .+ \| (.*?) ?\|$", (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8"), flags=re.MULTILINE
)
"""The modules of docs/architecture.md from top to bottom, each with what it says of itself: shell, SQL, pure or I/O."""

WORLD = {
    "asyncio",
    "http",
    "os",
    "random",
    "secrets",
    "select",
    "selectors",
    "smtplib",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "subprocess",
    "time",
}
"""What a pure module does without: the network, the clock, chance, the environment and the database."""


@cache
def imports() -> tuple[tuple[Path, str, str, str], ...]:
    """Every import: its file, the file's module below fob_mail, where it imports from, and the name that it takes."""
    return tuple(_imports())


def _imports() -> Iterator[tuple[Path, str, str, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE)
        own = place.with_suffix("").parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((place, own, alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((place, own, "." * node.level + (node.module or ""), alias.name) for alias in node.names)


def test_a_module_imports_only_from_lower_rows() -> None:
    ours = [(file, own, f"{module}.{name}".split(".")[1]) for file, own, module, name in imports() if module.split(".")[0] == "fob_mail"]

    upward = [
        f"{file} imports {other}"
        for file, own, other in ours
        if other not in {own, "__version__"} and ROW.get(own, -1) >= ROW.get(other, -1)
    ]

    assert not upward


def test_a_module_is_imported_by_its_full_name() -> None:
    assert not [f"{file} imports from {module}" for file, _, module, _ in imports() if module.startswith(".")]


def test_every_module_has_its_row() -> None:
    assert {own for _, own, _, _ in imports()} - {"__init__"} <= ROW.keys()


def test_sql_stands_only_where_the_design_says() -> None:
    elsewhere = [
        f"{file} imports {name or module}"
        for file, own, module, name in imports()
        if module.split(".")[0] == "sqlalchemy" and own not in SQL and name not in SHELL_MAY
    ]

    assert not elsewhere


def test_the_page_on_the_architecture_lists_each_module_once_and_in_the_order_of_the_layers() -> None:
    listed = [name for name, _ in TABLE]
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()} - {"__init__"}

    assert sorted(listed) == sorted(there)
    assert listed == sorted(listed, key=ROW.__getitem__)


def test_the_page_says_of_just_those_modules_that_they_speak_sql() -> None:
    assert {name for name, what in TABLE if what == "SQL"} == SQL - {"models"}


@pytest.mark.parametrize(("module", "what"), [(name, what) for name, what in TABLE if what.startswith("pure")])
def test_a_module_that_is_called_pure_touches_nothing_outside(module: str, what: str) -> None:
    files = [*PACKAGE.glob(f"{module}.py"), *(PACKAGE / module).rglob("*.py")]
    trees = {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    nodes = [(name, node) for name, tree in trees.items() if f"`{name}`" not in what for node in ast.walk(tree)]
    taken = {(file.stem, source.partition(".")[0]) for file, own, source, _ in imports() if own == module and f"`{file.stem}`" not in what}

    assert not {(name, source) for name, source in taken if source in WORLD}
    assert not [name for name, node in nodes if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}]
    assert not [name for name, node in nodes if isinstance(node, ast.Name) and node.id in {"open", "input", "print"}]


def test_the_picture_is_drawn_anew_and_names_modules_that_exist() -> None:
    """If not: python -m docs.pictures.make_architecture."""
    names = [name for box in architecture.BOXES if box.layer != "outside" for name in box.name.split(", ")]

    assert architecture.FILE.read_text(encoding="utf-8") == architecture.picture()
    assert not [name for name in names if name.partition(".")[0] not in ROW]
    assert not [box.name for box in architecture.BOXES if (box.layer == "sql") != (box.name.partition(".")[0].partition(",")[0] in SQL)]
