"""Ten articles of ten kinds, as organisers hand them over, and the mails that they become."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from fob_mail.articles.article import Article
from fob_mail.articles.opening import opened
from fob_mail.articles.reading import read
from fob_mail.composing.composed import Composed, Shown
from fob_mail.composing.writing import Wishes, compose
from fob_mail.pictures import prepared
from tests.builders import a_masthead

FOLDER = Path(__file__).parent / "articles"
NOW = datetime(2027, 1, 2, 12, 0, tzinfo=UTC)
WORD, LONG = "word.docx", "very-long.md"
NAMES = (*sorted(file.name for file in FOLDER.iterdir() if file.suffix != ".png"), LONG, WORD)


@dataclass(frozen=True, slots=True)
class Mail:
    """What was understood, and what was made of it."""

    article: Article
    composed: Composed


@cache
def mail_of(name: str) -> Mail:
    """The article of that name, read and composed as the command does it."""
    source = opened(_raw(name), name)
    article = read(source.text, source.name, ZoneInfo("Europe/London"), date(2027, 1, 2))
    images = [block.image for block in article.body if block.image and block.image.path]
    pictures = {image.src: _shown(source.pictures.get(image.src) or (FOLDER / str(image.path)).read_bytes(), image.src) for image in images}
    return Mail(article, compose(article, a_masthead(), article.language or "en", Wishes(pictures=pictures)))


def _shown(raw: bytes, src: str) -> Shown:
    picture = prepared(raw, src, b"k" * 40)
    return Shown(f"cid:{picture.name}@pictures.fob-mail", picture.width, picture.height)


def _raw(name: str) -> bytes:
    if name == WORD:
        return _word_file()
    return _very_long().encode() if name == LONG else (FOLDER / name).read_bytes()


def _very_long() -> str:
    """A report that goes on and on: sixty chapters, each with its own numbers, and an event at the end."""
    chapters = (
        f"## Chapter {number}\n\nIn week {number} we knocked on {number * 7} doors, and {number * 3} were opened. Most talked of "
        f"the river before anything else; {number} had seen it in the kitchen.\n\n- {number} pumps lent\n- {number} came back"
        for number in range(1, 61)
    )
    invited = "Join us for a public meeting, The Long Year, on Monday 19 April 2027, 6.30pm, at Lantern Hall, Leeds."
    return "# The long year\n\nSixty weeks of the flood, told whole.\n\n" + "\n\n".join((*chapters, invited))


def _word_file() -> bytes:
    """A Word document as a volunteer's program writes it: heading, words that stand out, a list, a table and a picture."""
    import docx
    from PIL import Image

    picture, out = BytesIO(), BytesIO()
    Image.new("RGB", (80, 40), "navy").save(picture, "PNG")
    document = docx.Document()
    document.add_heading("The orchard behind the bus depot", 0)
    document.add_paragraph("Forty trees, nine sorts, and one ladder between us.")
    paragraph = document.add_paragraph("It began in ")
    paragraph.add_run("March").bold = True
    paragraph.add_run(", with a wheelbarrow and “no plan at all”.")
    document.add_heading("What to bring", 1)
    document.add_paragraph("Gloves", style="List Bullet")
    document.add_paragraph("A flask", style="List Bullet")
    table = document.add_table(3, 2)
    for row, cells in zip(table.rows, (("Row", "Trees"), ("North", "23"), ("South", "17")), strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    document.add_picture(BytesIO(picture.getvalue()))
    document.add_paragraph("Join us for a planting day, Forty Trees, on Saturday 6 March 2027, 10am, at the depot gate, Mill Road, Hull.")
    document.save(out)
    return out.getvalue()
