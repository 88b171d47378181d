"""Every regular expression of the package, by which methods it is asked, and texts made of it that would make a careless one slow."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # how an expression was understood is told nowhere else
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import fob_mail

ROOT = Path(fob_mail.__file__).parent
METHODS = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
_FLAGS_AT = {"compile": 1, "match": 2, "fullmatch": 2, "search": 2, "findall": 2, "finditer": 2}
_DEEPEST = 4  # in how many tuples and dictionaries a pattern may stand

_Tree = Any
"""What the library's parser gives: operations and what they are about, one in another."""

_LETTERS = " a1\t.\n-,_@<>=+/:()[]{}'\"é;#%&!?*|\\~\0A"
_KINDS = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_WORD: str.isalnum,
}
_OPPOSITES = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}
_REPEATS = frozenset({sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT})
_FEW = 20
"""Repeats of fewer are not pumped."""


@dataclass
class Pattern:
    """A regular expression, where it stands, and by which methods the package asks it."""

    file: str
    compiled: "re.Pattern[Any]"
    methods: set[str] = field(default_factory=set)

    def ask(self, text: str) -> None:
        """Ask what the package asks, to the end of the text."""
        whole = text.encode("latin-1", "replace") if isinstance(self.compiled.pattern, bytes) else text
        for method in self.methods or {"search"}:
            if method in {"match", "fullmatch"}:
                getattr(self.compiled, method)(whole)
            else:
                for _ in self.compiled.finditer(whole):
                    pass


@lru_cache(maxsize=1)
def found() -> tuple[tuple[Pattern, ...], tuple[tuple[str, str], ...]]:
    """All patterns of the package; and file and source of those that are made when it runs, of which nothing can be told from here."""
    patterns: dict[tuple[object, int], Pattern] = {}
    later = []

    def note(file: str, compiled: "re.Pattern[Any]", methods: set[str]) -> None:
        patterns.setdefault((compiled.pattern, compiled.flags), Pattern(file, compiled)).methods.update(methods)

    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(ROOT.rglob("*.py"))}
    uses = {file: _uses(tree) for file, tree in trees.items()}
    for path, tree in trees.items():
        file, module = path.relative_to(ROOT).as_posix(), import_module(_name(path))
        for name, compiled in _compiled(module):
            anywhere = [uses[path]] if name.startswith("_") else uses.values()
            direct = {method for where in anywhere for method in where.get(name, ())}
            note(file, compiled, direct or _by_other_names(uses[path]))
        for call, in_function in _calls(tree):
            try:
                pattern, flags = _evaluated(call, module)
            except NameError:
                if in_function:
                    later.append((file, ast.unparse(call)))
                continue
            note(file, re.compile(pattern, flags), {_method(call)} & METHODS)
    return tuple(patterns.values()), tuple(later)


def _name(file: Path) -> str:
    parts = ("fob_mail", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _compiled(module: ModuleType) -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Patterns among a module's names, also in its tuples and dictionaries."""
    for name, value in list(vars(module).items()):
        yield from ((name, pattern) for pattern in _within(value, 0))


def _within(value: object, depth: int) -> Iterator["re.Pattern[Any]"]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < _DEEPEST and isinstance(value, dict):
        for one in (*value, *value.values()):
            yield from _within(one, depth + 1)
    elif depth < _DEEPEST and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _within(one, depth + 1)


def _uses(tree: ast.Module) -> dict[str, set[str]]:
    """By which methods each name of a module is asked."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.value, ast.Name | ast.Attribute):
            name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            uses.setdefault(name, set()).add(node.attr)
    return uses


def _by_other_names(uses: dict[str, set[str]]) -> set[str]:
    """By which methods a module asks what has the name of a variable: a pattern out of a table, say. Texts are split too."""
    return {method for name, methods in uses.items() if name.islower() and name != "re" for method in methods} - {"split"}


def _calls(tree: ast.AST, *, in_function: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Every call of re's own functions, and whether it stands in a function of the module."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and _method(node) in {*METHODS, "compile"}:
            yield node, in_function
        yield from _calls(node, in_function=in_function or isinstance(node, ast.FunctionDef | ast.Lambda))


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _evaluated(call: ast.Call, module: ModuleType) -> tuple[Any, int]:
    """Expression and flags of a call, as the module itself would make them."""
    flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
    at = _FLAGS_AT.get(_method(call))
    if flags is None and at and len(call.args) > at:
        flags = call.args[at]
    return _value(call.args[0], module), _value(flags, module) if flags else 0


def _value(node: ast.expr, module: ModuleType) -> Any:  # noqa: ANN401 text, bytes or a flag
    return eval(compile(ast.Expression(node), "pattern", "eval"), vars(module))  # noqa: S307 the package's own source


def hostile(pattern: "re.Pattern[Any]", length: int) -> Iterator[str]:
    """Texts of that length: one thing that the expression repeats over and over, after what leads to it, with an end that fits not."""
    for before, pump in dict.fromkeys(pump for pump in _pumps(pattern) if pump[1]):
        for end in ("\0", "\n!"):
            yield before + pump * (length // len(pump)) + end


def _pumps(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str]]:
    """What leads to each repeat, and what is repeated. What leads there is repeated itself too: a search begins anew at each."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    for choice in range(3):
        yield "", _sample(tree, choice)
        for before, body in _repeats(tree, "", choice):
            yield from ((before, body), ("", before), ("", before + body), ("", body))


def _repeats(tree: _Tree, before: str, choice: int) -> Iterator[tuple[str, str]]:
    for op, about in tree:
        if op in _REPEATS and (about[1] is sre.MAXREPEAT or about[1] >= _FEW):
            yield before, _sample(about[2], choice)
            yield before, _sample(about[2], choice + 3)
        for inner in _inner(op, about):
            yield from _repeats(inner, before, choice)
        before += _sample([(op, about)], choice)


def _inner(op: object, about: _Tree) -> list[_Tree]:
    """The parts of an expression that stand in one of its parts."""
    if op is sre.BRANCH:
        return list(about[1])
    if op in _REPEATS:
        return [about[2]]
    if op is sre.SUBPATTERN:
        return [about[3]]
    if op in {sre.ASSERT, sre.ASSERT_NOT}:
        return [about[1]]
    return [about] if op is sre.ATOMIC_GROUP else []


def _sample(tree: _Tree, choice: int) -> str:
    """Something that these parts of an expression match, as short as can be; something else for another choice."""
    return "".join(_of(op, about, choice) for op, about in tree)


def _of(op: object, about: _Tree, choice: int) -> str:
    if op is sre.LITERAL:
        return chr(about)
    if op in {sre.IN, sre.NOT_LITERAL, sre.ANY}:
        unlike = [(sre.NEGATE, None), (sre.LITERAL, about if op is sre.NOT_LITERAL else 0)]
        return _pick(about if op is sre.IN else unlike, choice)
    if op in {sre.ASSERT, sre.ASSERT_NOT}:
        return ""
    inner = _inner(op, about)
    said = _sample(inner[choice % len(inner)], choice) if inner else ""
    return said * max(about[0], choice % 2 if about[1] else 0) if op in _REPEATS else said


def _pick(members: _Tree, choice: int) -> str:
    """A letter of a class of letters."""
    fitting = [letter for letter in _LETTERS if _is_in(letter, members)]
    fitting = fitting or [chr(about if op is sre.LITERAL else about[0]) for op, about in members if op in {sre.LITERAL, sre.RANGE}]
    return str(fitting[choice % len(fitting)]) if fitting else ""


def _is_in(letter: str, members: _Tree) -> bool:
    within = False
    for op, about in members:
        if op is sre.LITERAL:
            within |= ord(letter) == about
        elif op is sre.RANGE:
            within |= about[0] <= ord(letter) <= about[1]
        elif op is sre.CATEGORY:
            within |= bool(_KINDS[about](letter)) if about in _KINDS else not _KINDS[_OPPOSITES[about]](letter)
    return within != (members[0][0] is sre.NEGATE)
