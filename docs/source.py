"""What the code says of itself: of the fields of a class by the comment beside or above each, or the docstring of a property."""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Callable
from textwrap import dedent

GENERATED = "<!-- Written by `make docs`; what stands here is said in the code. -->"


def meanings(of: type) -> dict[str, str]:
    """Every public field, member or property of a class by its name, in the order of the source; empty where nothing is said of it."""
    source = dedent(inspect.getsource(of))
    comments = _comments(source)
    found: dict[str, str] = {}
    whole = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    for node in whole.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = _said(comments, node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = _said(comments, node)
        elif isinstance(node, ast.FunctionDef) and any(ast.unparse(by) == "property" for by in node.decorator_list):
            found[node.name] = first_line(ast.get_docstring(node))
    return {name: said for name, said in found.items() if not name.startswith("_")}


def first_line(docstring: str | None) -> str:
    """What a docstring says first."""
    return (docstring or "").partition("\n")[0]


def cell(text: str) -> str:
    """Text for a cell of a Markdown table, in which nothing is taken for markup but `code`."""
    parts = re.split(r"(`[^`]*`)", text.replace("|", "\\|").replace("\n", " "))
    return "".join(part if part.startswith("`") else part.replace("&", "&amp;").replace("<", "&lt;") for part in parts)


def _comments(source: str) -> dict[int, tuple[str, bool]]:
    """The comments by their lines, and whether each has its line for itself; what linters are told is left out."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        said = token.string.lstrip("# ").partition("noqa")[0].strip()
        if token.type == tokenize.COMMENT and said:
            found[token.start[0]] = said, token.line.lstrip().startswith("#")
    return found


def _said(comments: dict[int, tuple[str, bool]], node: ast.stmt) -> str:
    for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
        if line in comments:
            return comments[line][0]
    above, alone = comments.get(node.lineno - 1, ("", False))
    return above if alone else ""


def entries(of: Callable[..., object]) -> dict[str, str]:
    """The keys of the dictionary that a function makes, and the comment beside each."""
    source = dedent(inspect.getsource(of))
    comments = _comments(source)
    made = next(node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict))
    keys = zip(made.keys, made.values, strict=True)
    return {str(key.value): comments.get(value.lineno, ("", False))[0] for key, value in keys if isinstance(key, ast.Constant)}
