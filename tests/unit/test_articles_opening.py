"""Word files and web pages, saved or fetched, become the same kind of source; bombs are refused; wrong letters are told."""

import io
import time
import zipfile
from datetime import date
from zoneinfo import ZoneInfo

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from fob_mail.articles.article import Article, BlockKind, Image
from fob_mail.articles.opening import Source, opened
from fob_mail.articles.reading import read
from fob_mail.errors import FobMailError, InputError
from fob_mail.events import Attendance

LONDON = ZoneInfo("Europe/London")
TODAY = date(2027, 1, 2)

PAGE = """<!doctype html><html lang="en-GB"><head><title>Site: the well</title><meta name="author" content="Ada Marsh"></head><body>
<nav><a href="/">Home</a></nav><main><article><h1>The well of Villa&nbsp;Esperanza</h1><p>How a village kept its water</p>
<p>It was <b>never</b> for sale, <a href="/said">says</a> Jeanine Áñez’s neighbour, “and never will be”: not as long as anybody remembers
the night of the buckets, the brass band, and the long walk home along the canal in the rain of that March.</p>
<div class="share">Tweet this</div><blockquote><p>We were there.</p></blockquote><ol><li>Meet<ul><li>early</li></ul></li><li>Talk</li></ol>
<figure><img src="img/a.jpg" alt="The well"><figcaption>At noon</figcaption></figure><script>alert(1)</script><img src="t.gif" width="1">
<table><tr><th>day</th><th>place</th></tr><tr><td>one</td><td>Leeds</td></tr></table>
<p>Join us at a meeting, The Evening, on Monday 19 April 2027, 18.30, at Lantern Hall and on Zoom.<br>With: Ana Flores (teacher)</p>
<p><a href="https://example.org/r">Register here</a></p></article></main><footer>© all of us,
who keep this site by night and do not sleep enough</footer></body></html>"""


def a_word_file(change: str = "") -> bytes:
    """A Word file of every kind of thing; or with a sentence of its own at the end."""
    made = docx.Document()
    made.add_heading("The pump and Áñez", 0)
    made.add_paragraph("Ada Marsh on a village, and an evening", style="Subtitle")
    made.add_heading("What is next", 1)
    paragraph = made.add_paragraph("It was “never”\N{NO-BREAK SPACE}— ")
    paragraph.add_run("never").bold = True
    paragraph.add_run(" — for sale.")
    made.add_paragraph("One", style="List Bullet")
    made.add_paragraph("Two", style="List Bullet")
    made.add_paragraph("We were there.", style="Quote")
    picture = io.BytesIO()
    Picture.new("RGB", (4, 4), "red").save(picture, "PNG")
    made.add_picture(picture)
    made.add_paragraph(change or "Join us at an event, The Evening, on Monday 19 April 2027 at 6.30pm at Lantern Hall, Leeds.")
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def rezipped(raw: bytes, name: str, content: bytes) -> bytes:
    """The zip file with one of its files replaced, or one more."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return written.getvalue()


def understood(source: Source) -> Article:
    """The article of a source."""
    return read(source.text, source.name, LONDON, TODAY)


def test_a_word_file_is_understood_like_a_text() -> None:
    source = opened(a_word_file(), "the well.docx")
    article = understood(source)

    assert (article.title, article.standfirst) == ("The pump and Áñez", "Ada Marsh on a village, and an evening")
    assert [block.kind for block in article.body] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.BULLETS,
        BlockKind.QUOTE,
        BlockKind.IMAGE,
        BlockKind.PARAGRAPH,
    ]
    assert article.body[1].text == "It was “never”\N{NO-BREAK SPACE}— never — for sale."
    assert article.body[1].items[0][1].strong
    assert [*source.pictures] == ["the-well-pictures/1.png"]
    assert article.event is not None
    assert article.event.place == "Lantern Hall, Leeds"


def test_of_a_page_the_article_is_taken_and_the_rest_is_told() -> None:
    source = opened(PAGE.encode(), "page.html", base="https://news.example.org/2027/well")
    article = understood(source)
    words = " ".join(block.text for block in article.body)

    assert (article.title, article.byline, article.language) == ("The well of Villa\N{NO-BREAK SPACE}Esperanza", "By Ada Marsh", "en-GB")
    assert "“and never will be”" in words
    assert not any(word in words + source.text for word in ("alert", "Tweet", "Home", "© all", "t.gif"))
    assert [span.href for block in article.body for item in block.items for span in item if span.href] == ["https://news.example.org/said"]
    assert [block.image for block in article.body if block.image] == [Image("https://news.example.org/2027/img/a.jpg", "The well")]
    assert [item[0].text for block in article.body if block.kind is BlockKind.NUMBERS for item in block.items] == ["Meet", "early", "Talk"]
    assert article.event is not None
    assert article.event.attendance is Attendance.HYBRID
    assert article.calls[0].url == "https://example.org/r"
    assert [block.text for block in article.body if block.kind is BlockKind.TABLE] == ["day \u00b7 place\none \u00b7 Leeds"]
    assert {notice.about for notice in source.notices} >= {"page-part"}


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_page_is_decoded_by_what_it_declares(charset: str) -> None:
    raw = f'<html><head><meta charset="{charset}"></head><body><h1>Áñez</h1><p>Words.</p>'.encode(charset)

    assert understood(opened(raw, "page.htm")).title == "Áñez"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (rezipped(a_word_file(), "word/media/image9.png", b"\0" * 70_000_000), "unpacks to 71 MB"),
        (rezipped(a_word_file(), "word/document.xml", b"<a>" + b" " * 13_000_000), "unpacks to 14 MB"),
        (rezipped(a_word_file(), "word/document.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), "declares entities"),
        (rezipped(a_word_file(), "word/document.xml", b"<w" * 9), "cannot be read"),
        (rezipped(a_word_file(), "word/document.xml", b"<a>" * 70_000 + b"</a>" * 70_000), "Word file"),
        (rezipped(a_word_file(), "word/document.xml", b"<a/>" * 200_000), "too long for an article"),
        (a_word_file()[:3000], "cannot be opened"),
        (rezipped(a_word_file(), "x", b"")[:4] + b"\0" * 50, "cannot be opened"),
        (("<html><body>" + "<div>" * 5000 + "deep").encode(), "nested too deeply"),
        (b"<html><body>" + b"<p>x" * 600_000, "over 2,000,000 bytes"),
        (b"<html><body><script>1</script>", "no words"),
        (("<html><body><table><tr>" + "<td>a" * 9_000 + ("<tr><td>b" * 20_000)).encode(), "too long for an article"),
        (b"<html><body><h1>a</h1><ul>" + b"<li>a</li>" * 50_000, "too long for an article"),
        (b"<html><body><h1>a</h1><p>" + b"a<br>" * 60_000, "too long for an article"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_whole_is_refused_soon(raw: bytes, told: str) -> None:
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        opened(raw, "article.docx")

    assert told in caught.value.problem
    assert caught.value.remedy
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "around",
    [
        ("<article>{}" + '<div class="share">x</div>' * 15_000 + "</article>"),
        ("<div>" * 100 + "<article>" * 100 + "{}" + "<p>x</p>" * 3_000),
        ('<article>{}<table><tr><td colspan="0209999999">a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></article>'),
    ],
    ids=["a thousand bars beside it", "articles in articles", "a cell as wide as memory"],
)
def test_a_page_that_is_made_to_keep_us_busy_is_read_soon(around: str) -> None:
    words = "<h1>The well</h1><p>" + "It was never for sale, they said, and it never will be. " * 20

    began = time.process_time()
    article = understood(opened(f"<html><body>{around.format(words)}".encode(), "a.html"))

    assert article.title == "The well"
    assert time.process_time() - began < 10


def test_a_word_file_reads_no_other_file() -> None:
    with zipfile.ZipFile(io.BytesIO(a_word_file())) as archive:
        document = archive.read("word/document.xml").replace(b"r:embed=", b"r:link=")

    source = opened(rezipped(a_word_file(), "word/document.xml", document), "a.docx")

    assert not source.pictures


def test_wrongly_decoded_letters_are_told_and_mended_only_if_that_is_wished() -> None:
    raw = "The well\n\nJeanine Áñez said “never” to all of them.\n".encode().decode("cp1252", "ignore").encode()

    told, mended = opened(raw, "a.txt"), opened(raw, "a.txt", mend=True)

    (notice,) = told.notices
    assert "Ã±ez" in told.text
    assert (notice.about, "→" in notice.problem, "--mend" in notice.remedy) == ("mojibake", True, True)
    assert "ñez" in mended.text
    assert not mended.notices


def test_text_that_is_right_is_not_taken_for_wrong() -> None:
    text = "The well\n\nÁñez, Łódź, «naïve», “l’été”\N{NO-BREAK SPACE}— 100\N{NO-BREAK SPACE}% Ôñ, 😀 שלום.\n"

    source = opened(text.encode(), "a.txt")

    assert (source.text, source.notices) == (text, ())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<table>", "<tr>", "<td>", "<th>", "<ul>", "<li>", "</ul>", "<blockquote>", "<h1>", "<h2>", "<br>", "<b>"),
                *("</b>", "<a href='x'>", "<img src='a.png'>", "text ", "<!--", "<script>", "</script>", "<pre>", "<hr>", "<svg>", "&#0;"),
                *("<dl>", "<dt>", "<article>", "</article>", "<title>", "<base href='//['>", "<li id='footnote-1'>", "&nbsp;", "</table>"),
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_no_page_crashes_the_reader(markup: str) -> None:
    try:
        article = understood(opened(f"<html>{markup}".encode(), "a.html", base="https://example.org/"))
    except FobMailError:
        return

    assert article.title.strip()


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.txt", "a.md", "a.docx", "a.html"]),
    st.sampled_from([b"", b"PK\x03\x04", b"<html>", b"---\n"]),
)
def test_no_bytes_crash_the_reader(raw: bytes, name: str, start: bytes) -> None:
    try:
        understood(opened(start + raw, name))
    except FobMailError:
        return
