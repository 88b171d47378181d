"""The layers: a module imports only from lower rows, and SQL stands only where the design says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import fob_mail

PACKAGE = Path(fob_mail.__file__).parent
ROWS = """
__main__
cli library
web previewing doctor reporting
sending restoring feedback catcher spam_assassin
drafting
campaigns
agenda returns correspondence ledger tallies workers allowances notes standstill
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
outcomes
smtp
journal fetching
conditions
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
assets private
errors
"""
ROW = {name: number for number, row in enumerate(ROWS.split("\n")) for name in row.split()}
"""From the top to the bottom; modules of one row do not import each other."""

SQL = {
    "restoring",
    "campaigns",
    "agenda",
    "returns",
    "correspondence",
    "ledger",
    "tallies",
    "workers",
    "allowances",
    "notes",
    "standstill",
    "audience",
    "migrations",
    "backups",
    "database",
    "models",
}
SHELL_MAY = {"Session", "OperationalError", "InterfaceError", "TimeoutError"}
"""What others take from SQLAlchemy: the session that they hand on, and what to do when the database does not answer."""


def imports() -> Iterator[tuple[Path, str, str, str]]:
    """Every import: its file, the file's module below fob_mail, where it imports from, and the name that it takes."""
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
