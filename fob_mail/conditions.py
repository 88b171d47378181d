"""Conditions on a reader, such as `attribute.city == "Leeds" and not attribute.member`: read once, asked in a microsecond.

fields        name, first_name, address, language, list, attribute.city, attribute["favourite colour"]
comparing     ==, !=, in, not in; neither case nor blanks at the edges count
joining       and, or, not, ( )
alone         a field is true where it is not empty
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fob_mail.envelopes import Recipient
from fob_mail.errors import InputError
from fob_mail.slots import OF_EVERYBODY, attribute, reader

LONGEST = 400

Holds = Callable[[Recipient], bool]
_Value = Callable[[Recipient], str]

_REMEDY = 'Write one such as attribute.city == "Leeds", language in ("es", "ca"), or attribute.member.'


@dataclass(frozen=True, slots=True)
class Shared:
    """What is the same for all readers of a message: the list's name, and the language of those who have none of their own."""

    list_slug: str = ""  # the list's name in commands
    language: str = ""  # the mail's


def compiled(expression: str, of: Shared = Shared()) -> Holds:
    """What tells whether a condition holds of a recipient. Raises InputError where it cannot be read."""
    if len(expression) > LONGEST:
        raise InputError(f"The condition {expression[:60]!r} has over {LONGEST} characters.", _REMEDY)
    try:
        return _holds(ast.parse(expression.strip(), mode="eval").body, of)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = "it is not finished, or has a word too many" if isinstance(error, SyntaxError) else str(error)
        raise InputError(f"The condition {expression[:60]!r} cannot be read: {why}.", _REMEDY) from None


def fields(expression: str) -> set[str]:
    """The names of the attributes that a condition asks for, as they are written."""
    compiled(expression)
    return {key for node in ast.walk(ast.parse(expression.strip(), mode="eval")) if (key := _attribute(node)) is not None}


def renamed(expression: str, names: Mapping[str, str]) -> str:
    """The condition, in one spelling, its attributes by the names that subscribers have them under."""
    compiled(expression)
    tree = _Renamer(names).visit(ast.parse(expression.strip(), mode="eval"))
    return ast.unparse(tree)


def _holds(node: ast.expr, of: Shared) -> Holds:
    if isinstance(node, ast.BoolOp):
        parts = [_holds(part, of) for part in node.values]
        every = isinstance(node.op, ast.And)
        return (lambda r: all(part(r) for part in parts)) if every else (lambda r: any(part(r) for part in parts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _holds(node.operand, of)
        return lambda r: not inner(r)
    if isinstance(node, ast.Compare):
        return _comparison(node, of)
    value = _field(node, of)
    return lambda r: bool(value(r).strip())


def _comparison(node: ast.Compare, of: Shared) -> Holds:
    if len(node.ops) != 1:
        raise ValueError("it compares three things at once")
    left, operator, right = _field(node.left, of), node.ops[0], node.comparators[0]
    several = isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List)
    if not several and not isinstance(operator, ast.Eq | ast.NotEq):
        raise ValueError("only ==, !=, in and not in can compare; a list stands in brackets")
    wanted = {_text(item) for item in right.elts} if isinstance(right, ast.Tuple | ast.List) else {_text(right)}
    if isinstance(operator, ast.NotEq | ast.NotIn):
        return lambda r: left(r).strip().casefold() not in wanted
    return lambda r: left(r).strip().casefold() in wanted


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value).strip().casefold()
    raise ValueError('what a field is compared with stands in quotation marks: "Leeds"')


def _field(node: ast.expr, of: Shared) -> _Value:
    key = _attribute(node)
    if key is not None:
        return reader(attribute(key))
    if isinstance(node, ast.Name) and node.id == "list":
        return lambda _: of.list_slug
    if isinstance(node, ast.Name) and node.id == "language":
        return lambda r: (r.language or of.language).replace("_", "-").partition("-")[0]
    if isinstance(node, ast.Name) and node.id in OF_EVERYBODY:
        return reader(node.id)
    raise ValueError(f"{ast.unparse(node)[:40]!r} is no field; there are {', '.join(sorted(OF_EVERYBODY))}, list and attribute.NAME")


def _attribute(node: ast.AST) -> str | None:
    """The name of `attribute.city` or `attribute["city"]`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "attribute":
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "attribute":
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
    return None


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or a subscript with the right name in its place."""
        key = _attribute(node)
        if key is None:
            return self.generic_visit(node)
        return ast.Subscript(ast.Name("attribute", ast.Load()), ast.Constant(self._names.get(key, key)), ast.Load())
