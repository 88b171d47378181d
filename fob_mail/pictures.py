"""Pictures of an article: read from beside it and nowhere else, scaled, turned upright, and rid of all that cameras write in."""

import hashlib
import warnings
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fob_mail.composing.composed import Picture
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

WIDEST = 1200
"""Pixels: twice what a mail shows, for screens that are that fine."""

TALLEST = 2400
LARGEST = 20_000_000
"""Bytes of a file."""

MOST_PIXELS = 50_000_000
"""Of a picture once it is unpacked: a small file can hold a huge one."""

MOST_SCANS = 64
"""In which a JPEG may come: a progressive one has ten. Each goes over the whole picture, and takes some bytes of the file."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_QUALITY = 82
_SCAN = b"\xff\xda"  # within what is coded, each byte of 255 is followed by a zero


def read_beside(folder: Path, path: PurePosixPath) -> bytes | None:
    """The bytes of a file in an article's folder or below it; None if there is none. A way out, by `..` or a link, is an InputError."""
    root = folder.resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root):
        raise InputError(f"The picture {str(path)[:80]!r} is not in the article's folder.", f"Copy it to {root} and give its name alone.")
    try:
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"The picture {str(path)[:80]!r} cannot be read: {error}.", "Check the file, and who may read it.") from None
    if len(raw) > LARGEST:
        raise InputError(f"The picture {str(path)[:80]!r} has over {LARGEST // 1_000_000} MB.", "Save it smaller.")
    return raw


def prepared(raw: bytes, name: str, key: bytes) -> Picture:
    """The picture as a mail shows it. Its name is a keyed digest, so that who has the picture cannot tell whether it was mailed."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 imported late, so that --help is quick

    remedy = "Save it anew as JPEG or PNG."
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(raw), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise InputError(f"The picture {name[:80]!r} has {opened.width} by {opened.height} pixels, too many to unpack.", remedy)
            if opened.format == "JPEG" and raw.count(_SCAN) > MOST_SCANS:
                raise InputError(f"The picture {name[:80]!r} comes in {raw.count(_SCAN):,} scans, too many to unpack.", remedy)
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((WIDEST, TALLEST))
            kind, content = _saved(upright)
            width, height = upright.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"The picture {name[:80]!r} cannot be used: {error}.", remedy) from None
    digest = hashlib.blake2b(content, digest_size=16, key=key[:64], person=b"fob-mail picture").hexdigest()
    return Picture(digest, kind, width, height, content)


def _saved(image: "Image") -> tuple[str, bytes]:
    """PNG where something shows through, or where it is lighter, as drawings are; else JPEG. Neither has metadata."""
    clear = "A" in image.getbands() or "transparency" in image.info
    bare = image.convert("RGBA" if clear else "RGB")
    bare.info.clear()
    out, drawing = BytesIO(), clear or bare.getcolors(256) is not None
    if not clear:
        bare.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    if drawing:
        png = BytesIO()
        bare.save(png, "PNG", optimize=True)
        if clear or png.tell() < out.tell():
            return "png", png.getvalue()
    return "jpeg", out.getvalue()
