"""The page of every module: each file of fob_mail with what it answers, as its docstring says."""

import ast
from pathlib import Path

import fob_mail
from docs.source import GENERATED, cell, first_line

_PACKAGE = Path(fob_mail.__file__).parent
_LEAD = "Each file with what it answers, as it says itself. [How it is made](architecture.md) tells how they are layered, and why."


def modules_page() -> str:
    """Every file, a package after the other."""
    lines = ["# Every module", "", GENERATED, "", _LEAD, ""]
    for folder in sorted({file.parent for file in _PACKAGE.rglob("*.py")}):
        lines += [f"## {'.'.join(folder.relative_to(_PACKAGE.parent).parts)}", "", cell(_says(folder / "__init__.py")), ""]
        files = sorted(file for file in folder.glob("*.py") if file.stem != "__init__")
        lines += ["| module | what it answers |", "|---|---|", *(f"| `{file.stem}` | {cell(_says(file))} |" for file in files), ""]
    return "\n".join(lines).rstrip() + "\n"


def _says(file: Path) -> str:
    """The first paragraph of a module's docstring."""
    return first_line(
        (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n")
    )
