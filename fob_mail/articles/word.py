"""Word files (.docx) into HTML, read by mammoth; one that would unpack to too much, or is none, is refused before it is read."""

import io
import re
import zipfile
from dataclasses import dataclass, field

from fob_mail.errors import InputError

MOST_FILES = 2_000
MOST_TEXT = 12_000_000
"""Bytes of XML in a file, unpacked; a book of 300 pages has two million."""
MOST_MARKS = 150_000
"""Marks of XML in a file: reading takes time by them, some seconds for so many. A long article has a few thousand."""
MOST_PICTURES = 60_000_000
"""Bytes of everything else, unpacked."""

_BAD_FILE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)
"""All that zipfile raises of a file that is broken, encrypted, or packed in a way that it does not know."""

_REMEDY = "Save the article anew as a Word document (.docx), or as plain text (.txt)."
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


@dataclass(slots=True)
class Word:
    """What a Word file says, as HTML; its pictures by the name that the HTML calls them."""

    html: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0  # pictures of a kind that no mail shows


def read(raw: bytes, folder: str) -> Word:
    """A Word file's HTML, which has its pictures in that folder. Raises InputError."""
    import mammoth  # noqa: PLC0415 only who has a Word file waits for it

    _check(raw)
    word = Word()

    def keep(image: "mammoth.documents.Image") -> dict[str, str]:
        suffix = _SUFFIXES.get(image.content_type or "")
        if suffix is None:
            word.left_out += 1
            return {"src": ""}
        with image.open() as opened:
            content = opened.read(MOST_PICTURES)
        name = f"{folder}/{len(word.pictures) + 1}.{suffix}"
        word.pictures[name] = content
        return {"src": name}

    try:
        word.html = mammoth.convert_to_html(io.BytesIO(raw), style_map=_STYLES, convert_image=mammoth.images.img_element(keep)).value
    except RecursionError:
        raise InputError("The Word file is nested too deeply to be read.", _REMEDY) from None
    except Exception as error:  # noqa: BLE001 a file that is damaged in any way fails somewhere in mammoth, zipfile or expat
        raise InputError(f"The Word file cannot be read: {type(error).__name__}.", _REMEDY) from None
    return word


def _check(raw: bytes) -> None:
    """Refuse what is no Word file, and what would unpack to too much; sizes are as declared, and zipfile reads no more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            if "word/document.xml" not in archive.namelist():
                raise InputError("The file is a zip file, but no Word document.", _REMEDY)
            texts = [info for info in infos if info.filename.lower().endswith((".xml", ".rels"))]
            unpacked = sum(info.file_size for info in infos)
            size = sum(info.file_size for info in texts)
            if len(infos) > MOST_FILES or size > MOST_TEXT or unpacked - size > MOST_PICTURES:
                told = f"{unpacked / 1_000_000:,.0f} MB in {len(infos):,} files"
                raise InputError(f"The Word file unpacks to {told}: too much for an article.", _REMEDY)
            if sum(archive.read(info).count(b"<") for info in texts) > MOST_MARKS:
                raise InputError("The Word file is too long for an article.", "Give the part of it that is the article.")
            if any(_DECLARES.search(archive.read(info)) for info in texts):
                raise InputError("The Word file declares entities, which Word never does.", _REMEDY)
    except _BAD_FILE as error:
        raise InputError(f"The Word file cannot be opened: {error}.", _REMEDY) from None
