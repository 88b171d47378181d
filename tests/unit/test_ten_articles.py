"""Ten articles of ten kinds are read and composed without a defect: none of their words is lost, and preflight finds no error."""

from datetime import UTC, date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from fob_mail.articles.opening import opened
from fob_mail.articles.reading import read
from fob_mail.composing.writing import compose
from fob_mail.preflight import Severity, check
from tests.builders import a_masthead

INVITES = "Join us for a meeting, The Long Evening, on Monday 19 April 2027, 18.30, at Lantern Hall, Leeds.\n\n"
LONG = "\n\n".join(f"Paragraph {number} of a long story of the well, as it was told to us." for number in range(150))
TEN = {
    "text.txt": f"The well\n\nA story of water\n\nIt began in March, as things do.\n\n{INVITES}Register here: https://example.org/r\n",
    "marks.md": f"# The *well*\n\n## How\n\n> “We.”\n\n1. Meet\n2. Talk\n\n{INVITES}[Register here](https://example.org/r)\n",
    "page.html": f"<html lang='en'><body><h1>The well</h1><p>It <b>was</b> so.</p><ul><li>One</ul><p>{INVITES}</p></body></html>",
    "es.txt": "El pozo\n\nLos vecinos celebran un acto, La noche larga, el lunes 19 de abril de 2027, 18:30 h, en la Sala Uno.\n\nVenid.\n",
    "two.txt": f"Two nights\n\nA story of both.\n\n{INVITES}Join us for a concert, The Band, on Tuesday 20 April 2027 at noon, online.\n",
    "none.txt": "A letter\n\nNothing takes place, and we tell of it all the same.\n\nIt is a quiet month.\n",
    "long.txt": f"The long story\n\n{LONG}\n\n{INVITES}",
    "pictures.md": f"# The well\n\n![The well at noon](https://example.org/well.png)\n\nWords below it."
    f"\n\n| day | place |\n|---|---|\n| one | Leeds |\n\n{INVITES}",
    "rtl.txt": "البئر\n\nحكاية القرية وبئرها كما رواها الناس.\n\nאנחנו כאן, וגם מחר.\n",  # noqa: RUF001 Arabic and Hebrew
    "emoji.txt": f"The well 💧👩🏽‍🚒\n\nIt was 100 % ours — ½ of it, “naïvely” 🎉.\n\n{INVITES}",
}


def word_file() -> bytes:
    """A Word document with a heading, words that stand out, a list and a picture, as a volunteer's program writes it."""
    import docx
    from PIL import Image

    picture, out = BytesIO(), BytesIO()
    Image.new("RGB", (80, 40), "navy").save(picture, "PNG")
    document = docx.Document()
    document.add_heading("The well", 0)
    document.add_paragraph("It began in ").add_run("March").bold = True
    document.add_paragraph("A rota", style="List Bullet")
    document.add_picture(BytesIO(picture.getvalue()))
    document.add_paragraph(INVITES.strip())
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", [*TEN, "file.docx"])
def test_an_article_of_any_kind_is_read_and_composed_without_a_defect(name: str) -> None:
    source = opened(TEN[name].encode() if name in TEN else word_file(), name)
    article = read(source.text, source.name, ZoneInfo("Europe/London"), date(2027, 1, 2))
    composed = compose(article, a_masthead(), article.language or "en")
    problems = check(composed, article, a_masthead(), now=datetime(2027, 1, 2, tzinfo=UTC), base_url="https://mail.example.org")
    body = {word for block in article.body for word in block.text.split() if word.isalpha()}

    assert not [problem for problem in problems if problem.severity is Severity.ERROR]
    assert body <= set(composed.text.split()) | {word.strip("“”\"'.,;:!?()") for word in composed.text.split()}
    assert len(composed.html.encode()) < 102_000
    assert len(article.events) == {"none.txt": 0, "rtl.txt": 0, "two.txt": 2}.get(name, 1)
