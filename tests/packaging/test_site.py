"""The documentation builds as a site without a warning, leaves no page out, and needs no other host."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FETCHED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The site, and what building it said."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


def test_every_page_is_in_the_sites_contents_and_nothing_is_warned_of(built: tuple[Path, str]) -> None:
    _, said = built

    assert "not included in the" not in said
    assert "WARNING" not in said


def test_no_page_fetches_anything_from_another_host(built: tuple[Path, str]) -> None:
    folder, _ = built
    pages = list(folder.rglob("*.html"))

    fetched = {found for page in pages for found in FETCHED.findall(page.read_text(encoding="utf-8"))}

    assert len(pages) > 5
    assert fetched == set()
