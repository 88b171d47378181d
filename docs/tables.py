"""The page of the tables, from fob_mail.models: each table and column with what it holds, and the words that states have."""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy import Enum as EnumType

from docs.source import GENERATED, cell, first_line, meanings
from fob_mail import models
from fob_mail.models import Base

_LEAD = """The database is SQLite or PostgreSQL; the tables are the same in both. Read them with any tool. To change something, use the
[commands](commands.md): they hold what the tables alone cannot, that nobody gets two and nobody is dropped. Tables only grow:
[how it is made](architecture.md) says why."""


def tables_page() -> str:
    """Every table with its columns, in the order of the code; then the words."""
    lines = ["# Tables", "", GENERATED, "", _LEAD, ""]
    for of in Base.__subclasses__():
        lines += _table(of)
    lines += ["## Words", ""]
    for kind in _words():
        lines += _word(kind)
    return "\n".join(lines).rstrip() + "\n"


def _table(of: type[Base]) -> list[str]:
    table, said = Base.metadata.tables[of.__tablename__], meanings(of)
    lines = [f"## {table.name}", "", cell(first_line(of.__doc__)), "", "| column | type | what it holds |", "|---|---|---|"]
    lines += [f"| `{column.name}` | {_type(column)} | {_holds(column, said[column.name])} |" for column in table.columns]
    return [*lines, "", " ".join(_keys(table)), ""]


def _type(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, EnumType):
        name = _plain(kind.enum_class)
        words = f"[{name}](#{name.replace(' ', '-')})"
    else:
        words = next(word(kind) for known, word in _TYPES.items() if isinstance(kind, known))
    return f"{words} or none" if column.nullable else words


def _length(kind: object) -> str:
    return str(getattr(kind, "length", None) or "")


_TYPES: dict[type, Callable[[Any], str]] = {
    models.UtcDateTime: lambda _: "moment (UTC)",
    JSON: lambda _: "JSON",
    Boolean: lambda _: "yes or no",
    LargeBinary: lambda kind: f"{_length(kind)} bytes".strip(),
    String: lambda kind: f"text, up to {_length(kind)} letters" if _length(kind) else "text",
    Integer: lambda _: "number",
    Float: lambda _: "decimal number",
}
"""How a reader is told of a column's type; what comes first goes before what comes after."""


def _holds(column: Column[Any], said: str) -> str:
    there = [f"{key.column.table.name}.{key.column.name}" for key in column.foreign_keys]
    return cell(said) + "".join(f" → `{place}`" for place in there)


def _keys(table: Table) -> Iterator[str]:
    yield f"Key: {_named(table.primary_key.columns)}."
    unique = [constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    for columns in sorted(unique, key=_named):
        yield f"Unique: {_named(columns)}."
    yield from sorted(f"Index: {_named(index.columns)}." for index in table.indexes)


def _named(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)


def _words() -> Iterator[type[Enum]]:
    """The enumerations that columns hold, each once."""
    seen = dict.fromkeys(
        column.type.enum_class for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, EnumType)
    )
    yield from sorted(filter(None, seen), key=_plain)


def _word(kind: type[Enum]) -> list[str]:
    said = meanings(kind)
    rows = [f"| `{member.value}` | {cell(said[member.name])} |" for member in kind]
    return [f"### {_plain(kind)}", "", cell(first_line(kind.__doc__)), "", "| word | what it says |", "|---|---|", *rows, ""]


def _plain(kind: type[Enum] | None) -> str:
    """`delivery state` of DeliveryState."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in (kind.__name__ if kind else "")).strip()
