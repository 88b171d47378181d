"""Where the files that ship with fob-mail are: e-mail and page templates, migrations, examples."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `templates`, `alembic` or `examples`: inside an installed wheel, else beside the package."""
    shipped = _PACKAGE / "_shipped" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
