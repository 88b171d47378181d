"""Pictures of an article: light, upright, without a trace of where they were taken, and never from outside its folder."""

from io import BytesIO
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image

from fob_mail import pictures
from fob_mail.errors import InputError
from fob_mail.pictures import prepared, read_beside

KEY = b"d" * 40


def a_photograph(width: int = 2000, height: int = 1000, *, turned: int = 1) -> bytes:
    """A JPEG of a camera: many colours, its orientation and its place in EXIF."""
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "Camera of Ana"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def test_a_photograph_is_scaled_turned_upright_and_says_nothing_of_its_camera() -> None:
    raw = a_photograph(3000, 1500, turned=6)

    made = prepared(raw, "march.jpg", KEY)

    assert (made.kind, made.width, made.height) == ("jpeg", 1200, 2400)
    shown = Image.open(BytesIO(made.content))
    assert shown.size == (1200, 2400)
    assert not shown.getexif()
    assert b"Camera of Ana" in raw
    assert b"Camera" not in made.content
    assert len(made.content) < len(raw)


def test_a_drawing_keeps_its_edges_and_what_shows_through() -> None:
    out = BytesIO()
    Image.new("RGBA", (300, 200), (200, 0, 0, 120)).save(out, "PNG")

    made = prepared(out.getvalue(), "logo.png", KEY)

    assert (made.kind, made.width, Image.open(BytesIO(made.content)).mode) == ("png", 300, "RGBA")


def test_its_name_is_the_same_again_and_needs_the_key() -> None:
    raw = a_photograph(40, 40)

    assert prepared(raw, "a.jpg", KEY) == prepared(raw, "b.jpg", KEY)
    assert prepared(raw, "a.jpg", KEY).name != prepared(raw, "a.jpg", b"e" * 40).name
    assert len(prepared(raw, "a.jpg", KEY).name) == 32


def test_what_would_unpack_to_something_huge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)

    with pytest.raises(InputError, match="too many to unpack"):
        prepared(a_photograph(40, 40), "bomb.jpg", KEY)


def test_a_picture_that_comes_in_thousands_of_scans_is_refused_before_it_is_unpacked() -> None:
    """Seventy bytes more of a file are one more time over fifty million pixels: a small file would take hours."""
    out = BytesIO()
    Image.new("RGB", (400, 400)).save(out, "JPEG", progressive=True)
    raw = out.getvalue()
    scan = raw[raw.rindex(b"\xff\xda") : -2]

    assert prepared(raw, "x.jpg", KEY).width == 400
    with pytest.raises(InputError, match="scans, too many to unpack"):
        prepared(raw[:-2] + scan * 100 + raw[-2:], "x.jpg", KEY)


@pytest.mark.parametrize("raw", [b"", b"no picture", b"<svg onload='x'/>", a_photograph(60, 60)[:400], b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_what_is_no_picture_is_told(raw: bytes) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        prepared(raw, "x.jpg", KEY)


@pytest.mark.parametrize("path", ["../secret.png", "/etc/passwd", "a/../../secret.png", "link.png", "out/secret.png"])
def test_nothing_is_read_from_outside_the_articles_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "article"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "out").symlink_to(tmp_path)

    with pytest.raises(InputError, match="not in the article's folder"):
        read_beside(folder, PurePosixPath(path))


def test_files_beside_and_below_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a b.png").write_bytes(b"x")

    assert read_beside(tmp_path, PurePosixPath("img/a b.png")) == b"x"
    assert read_beside(tmp_path, PurePosixPath("none.png")) is None
