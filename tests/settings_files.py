"""Settings files that tests write, and what is said of wrong ones."""

from pathlib import Path

import pytest

from fob_mail.errors import SettingsError
from fob_mail.settings import load

KEYS = 'secret_key = "sssssssssssssssssssssssssssssssssssssss1"\ndigest_key = "ddddddddddddddddddddddddddddddddddddddd2"\n'


def written(tmp_path: Path, text: str) -> Path:
    """A settings file with these lines."""
    file = tmp_path / "fob-mail.toml"
    file.write_text(text, encoding="utf-8")
    return file


def complaint(file: Path, **environment: str) -> str:
    """What is said of wrong settings."""
    with pytest.raises(SettingsError) as caught:
        load(file, environment)
    return caught.value.problem
