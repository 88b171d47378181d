"""From an organiser's file to an article: what is found, what is noticed, and that nothing is lost."""

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fob_mail.articles.article import Article, BlockKind, CallKind
from fob_mail.articles.front_matter import with_links
from fob_mail.articles.reading import decode, read
from fob_mail.articles.source import source_of
from fob_mail.articles.summary import summary
from fob_mail.assets import folder
from fob_mail.errors import FobMailError, InputError
from fob_mail.events import Person

LONDON = ZoneInfo("Europe/London")
TODAY = date(2021, 4, 1)

COPIED = """Light, water and stubbornness

Ada Marsh previews a gathering on how a village kept its well and what the rest of us may learn from it

Last spring the well of Villa Esperanza was sold — “nobody asked us”, says Jeanine Áñez’s neighbour. The paper was pinned to a door.

A second paragraph follows, with 1,200 buckets a day and 4% of the price, in October 2020 and after.

Friends of the Valley are holding an event, Water – Rights, Hope & Stubbornness, marking six months of the well, on Monday April 19, 18.30.

Supported by Engineers for the Common Good & a range of unions + neighbours.

With: Eyewitness speakers from the village including journalist Oli Vega
Plus: Ruth Okafor MP, Miriam Colque (activist, in London), Alex Main (Director of Water & Policy), Claudia T-Defor (Lamps of the World.)
Chair: Christine Blow (Friends of Progressive Water.)

Book a place here – Share this with friends on FB here – Retweet it here, please

Ada Marsh is an activist with Friends of the Valley. Follow Friends of the Valley at and
"""
"""Made like a text copied off a page: links lost, no year, roles in brackets with commas and dots in them."""


def an_article(source: str = COPIED, name: str = "article.txt", today: date = TODAY) -> Article:
    """The article, read in London."""
    return read(source, name, LONDON, today)


def everything(article: Article) -> str:
    """All words of an article, wherever they are."""
    event = article.event
    parts = [
        article.title,
        article.standfirst,
        article.byline,
        *(block.text for block in article.body),
        *(call.label for call in article.calls),
    ]
    if event:
        people = [person for billing in event.billings for person in billing.people] + list(event.chair)
        parts += [event.name, event.place, event.supporters, event.when.as_written if event.when else ""]
        parts += [word for person in people for word in (person.name, person.role)]
        parts += [billing.label for billing in event.billings]
    return " ".join(parts)


def test_a_copied_article_is_understood_whole() -> None:
    article = an_article()

    assert article.title == "Light, water and stubbornness"
    assert article.standfirst.startswith("Ada Marsh previews a gathering")
    assert article.byline == "Ada Marsh is an activist with Friends of the Valley."
    assert [block.text[:11] for block in article.body] == ["Last spring", "A second pa", "Friends of "]
    assert article.language == "en"


def test_its_event_has_name_moment_speakers_chair_and_supporters() -> None:
    event = an_article().event

    assert event is not None
    assert event.when is not None
    assert event.name == "Water – Rights, Hope & Stubbornness"
    assert event.when.starts == datetime(2021, 4, 19, 18, 30, tzinfo=LONDON)
    assert event.when.as_written == "Monday April 19, 18.30"
    assert [billing.label for billing in event.billings] == ["With", "Plus"]
    assert event.billings[1].people == (
        Person("Ruth Okafor MP"),
        Person("Miriam Colque", "activist, in London"),
        Person("Alex Main", "Director of Water & Policy"),
        Person("Claudia T-Defor", "Lamps of the World"),
    )
    assert event.chair == (Person("Christine Blow", "Friends of Progressive Water"),)
    assert event.supporters == "Engineers for the Common Good & a range of unions + neighbours"


def test_its_calls_are_found_and_their_lost_links_are_said() -> None:
    article = an_article()
    lost = [notice for notice in article.notices if notice.about == "lost-link"]

    assert [call.kind for call in article.calls] == [CallKind.REGISTER, CallKind.SHARE, CallKind.RETWEET, CallKind.FOLLOW]
    assert [notice.remedy.split()[-2] for notice in lost] == ["register:", "share:", "retweet:", "follow:"]
    assert "Follow Friends of the Valley at and" not in everything(article)


def test_the_year_that_is_not_said_is_inferred_and_said_to_be() -> None:
    (notice,) = [notice for notice in an_article().notices if notice.about == "year-inferred"]

    assert "2021 is likely: in it that day is a Monday" in notice.problem
    assert "date: 2021-04-19 18:30" in notice.remedy


def test_nothing_of_the_text_is_lost() -> None:
    words = everything(an_article()).replace("(", " ").replace(")", " ")

    missing = {word.strip(".,:()") for word in COPIED.split()} - {word.strip(".,:()") for word in words.split()}

    assert missing <= {"–", "at", "and", "Supported", "by", "Chair"}


def test_front_matter_gives_what_the_text_does_not_say() -> None:
    matter = "---\ndate: 2022-05-02 19:15\nregister: https://example.org/r?a=1&b=2\nplace: Lantern Hall\nlanguage: en-GB\n---\n"

    article = an_article(matter + COPIED)

    assert article.event is not None
    assert article.event.when is not None
    assert article.event.when.starts == datetime(2022, 5, 2, 19, 15, tzinfo=LONDON)
    assert article.event.when.year_said
    assert article.event.place == "Lantern Hall"
    assert article.language == "en-GB"
    assert next(call.url for call in article.calls if call.kind is CallKind.REGISTER) == "https://example.org/r?a=1&b=2"
    assert not [notice for notice in article.notices if notice.about == "year-inferred"]


def test_every_mistake_in_the_front_matter_is_said_at_once() -> None:
    matter = "---\ndate: next Tuesday\nregister: javascript:alert(1)\nlanguage: '!'\nrsvp: perhaps\n---\n"

    with pytest.raises(InputError) as caught:
        an_article(matter + COPIED)

    assert all(f"  {key}:" in caught.value.problem for key in ("date", "register", "language", "rsvp"))


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        an_article("---\nregsiter: https://example.org\n---\n" + COPIED)

    assert "Did you mean 'register'?" in caught.value.remedy


@pytest.mark.parametrize("moment", ["9999-12-31 23:59:00", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59-14:00"])
def test_a_day_beyond_all_calendars_is_refused_with_a_sentence(moment: str) -> None:
    """A day later there is no date for Python, and mails and calendars look at the day after."""
    with pytest.raises(InputError) as refused:
        an_article(f"---\ndate: {moment}\n---\nTitle\n\nSome words that follow it.\n", "a.md")

    assert "date: " in refused.value.problem


def test_aliases_that_would_make_a_small_file_large_are_refused() -> None:
    bomb = "---\ntitle: &a [x,x,x]\nlinks: {b: *a}\n---\n"

    with pytest.raises(InputError):
        an_article(bomb + COPIED)


def test_links_can_be_given_back_and_stay_in_the_source() -> None:
    source = with_links(with_links(COPIED, {"register": "https://example.org/old"}), {"register": "https://example.org/?q=é"})

    article = an_article(source)

    assert next(call.url for call in article.calls if call.kind is CallKind.REGISTER) == "https://example.org/?q=é"
    assert article.title == an_article().title


def test_markdown_gives_the_same_article_with_its_looks() -> None:
    source = """# The pump

By Ada Marsh

It was *never* for sale, they [said](https://example.org/said).

> “We were still there.”

## What is next

1. Meet
2. Talk

Join us for an evening called The Band and the Bucket, on Thursday 6th May 2021, 7–9pm at Lantern Hall, Leeds.

With: Ana Flores; Bo Lind, engineer
Chair: Cy Day

[Book a place here](https://example.org/book)
"""

    article = an_article(source, "article.md")

    assert (article.title, article.byline) == ("The pump", "By Ada Marsh")
    assert [block.kind for block in article.body] == [
        BlockKind.PARAGRAPH,
        BlockKind.QUOTE,
        BlockKind.HEADING,
        BlockKind.NUMBERS,
        BlockKind.PARAGRAPH,
    ]
    assert article.body[0].items[0][1].emphasis
    assert article.event is not None
    assert article.event.when is not None
    assert article.event.name == "The Band and the Bucket"
    assert article.event.place == "Lantern Hall, Leeds"
    assert (article.event.when.starts.hour, article.event.when.ends and article.event.when.ends.hour) == (19, 21)
    assert article.event.billings[0].people == (Person("Ana Flores"), Person("Bo Lind", "engineer"))
    assert article.calls[0].url == "https://example.org/book"


def test_a_link_of_another_scheme_is_dropped_and_said() -> None:
    article = an_article("# T\n\nClick [me](javascript:alert(1)) now, please, dear reader.\n\nMore text follows here.", "a.md")

    assert not [span for block in article.body for item in block.items for span in item if span.href]


def test_raw_html_is_text() -> None:
    article = an_article("# T\n\nA first line.\n\n<script>alert(1)</script>\n\nA last line of text.", "a.md")

    assert "<script>alert(1)</script>" in everything(article)


def test_tags_of_html_in_markdown_are_shown_as_text_and_that_is_told() -> None:
    article = an_article("# T\n\nA line<br>and x<sup>2</sup>.\n\n<!-- ours -->\n\n<script>alert(1)</script>\n\nText. <B>More</B>.", "a.md")
    (notice,) = [notice for notice in article.notices if notice.about == "raw-html"]

    assert notice.problem.endswith("readers see them as they are written: <br>, <sup>, <!-- -->, <script>, <B>.")
    assert notice.remedy.startswith("Take them out; for <br> write an empty line, for <B> write **bold**.")
    assert "x<sup>2</sup>" in everything(article)


@pytest.mark.parametrize("words", ["`<br>`", "\\<br>", "&lt;br&gt;", "3 < 4 and b>a", "<https://example.org>", "```\n<br>\n```", "<3 <3"])
def test_what_is_meant_to_be_shown_like_a_tag_is_not_told(words: str) -> None:
    article = an_article(f"# T\n\nText. More.\n\n{words}\n", "a.md")

    assert "raw-html" not in {notice.about for notice in article.notices}


def test_a_source_that_was_written_from_an_article_with_tags_says_them_as_text() -> None:
    article = an_article("# T\n\nA line<br>and more. It goes on.\n", "a.md")

    again = an_article(source_of(article), "a.md")

    assert again.body == article.body
    assert "raw-html" not in {notice.about for notice in again.notices}


def test_spanish_is_understood_too() -> None:
    source = (folder("examples") / "article.es.md").read_text(encoding="utf-8")

    article = an_article(source, "article.es.md", date(2026, 11, 1))

    assert article.event is not None
    assert article.event.name == "El valle que encendió sus propias lámparas"
    assert article.event.billings[0].people[0] == Person("Lucía Áñez", "fundadora de la cooperativa")
    assert article.calls[0].kind is CallKind.REGISTER


def test_the_summary_says_what_was_found() -> None:
    told = summary(an_article())

    assert "When        Monday 19 April 2021, 18:30 (Europe/London); the year is inferred" in told
    assert "no link" in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_decoded_as_people_have_them(encoding: str) -> None:
    text = "Áñez – “quoted”\n"

    assert decode(text.replace("\n", "\r\n").encode(encoding)) == text


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7", b"a\x00b\x00\x01", b"x" * 2_000_001])
def test_what_is_no_text_is_refused_with_a_remedy(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(raw)

    assert caught.value.remedy


@settings(max_examples=150)
@given(st.text(max_size=1500), st.sampled_from(["a.txt", "a.md"]))
def test_no_text_crashes_the_reader(text: str, name: str) -> None:
    try:
        article = an_article(text, name)
    except FobMailError:
        return

    assert article.title.strip()


@pytest.mark.parametrize(
    "piece",
    [
        "Monday ",
        "19 ",
        "April ",
        "(",
        "With: ",
        "a, ",
        "and ",
        "event, ",
        " – ",
        "“",
        "7pm-",
        "A. ",
        "[x](",
        "**",
        "> ",
        "Follow a at ",
        "http://",
        "<br> ",
        "<!--",
        "<a ",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_long_lines_of_anything_take_linear_time(piece: str, name: str) -> None:
    text = "Title\n\n" + piece * (60_000 // len(piece)) + "\n\nEnd of it all."

    began = time.process_time()
    an_article(text, name)

    assert time.process_time() - began < 10  # quadratic time would be minutes


@pytest.mark.parametrize(
    ("words", "href"),
    [
        ("See https://wiki.example.org/Evo_(film) now.", "https://wiki.example.org/Evo_(film)"),
        ("It is told (see https://wiki.example.org/Evo).", "https://wiki.example.org/Evo"),
        ("It is told (see https://wiki.example.org/Evo_(film)).", "https://wiki.example.org/Evo_(film)"),
        ("Is it https://wiki.example.org/a[1]?", "https://wiki.example.org/a[1]"),
    ],
)
def test_a_bracket_belongs_to_a_link_that_opens_it(words: str, href: str) -> None:
    article = an_article(f"Title\n\n{words} More words follow it.\n")

    assert [span.href for block in article.body for item in block.items for span in item if span.href] == [href]


def test_two_links_with_the_same_words_are_told() -> None:
    article = an_article(
        "Title\n\nA text that tells of it, and more.\n\nRegister here: https://example.org/1\n\nRegister here: https://example.org/2\n"
    )

    (problem,) = [notice.problem for notice in article.notices if notice.about == "same-words"]
    assert problem == "“Register here” leads to https://example.org/1 and to https://example.org/2; the mail has the first."


def test_front_matter_that_is_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"line 1 .* never closed"):
        an_article("---\ndate: 2027-04-19 18:30\nTitle\n\nText.\n")


def test_a_line_of_dashes_above_a_title_is_no_front_matter() -> None:
    assert "Light" in everything(an_article("---\nLight, water\n\nText.\n"))


def test_a_short_spanish_invitation_is_known_to_be_spanish() -> None:
    article = an_article("Poder popular\n\nLos vecinos de la villa celebran un acto por el agua en la plaza con música.\n")

    assert article.language == "es"


def test_a_language_that_cannot_be_told_is_said_not_to_be() -> None:
    assert "not recognised" in summary(an_article("Tere\n\nTulge kõik!\n"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("\u05e9\u05dc\u05d5\u05dd\n\n\u05d1\u05d5\u05d0\u05d5 \u05db\u05d5\u05dc\u05dd.\n", "he"),
        ("\u0627\u0644\u0628\u0626\u0631\n\n\u062d\u0643\u0627\u064a\u0629 \u0627\u0644\u0642\u0631\u064a\u0629.\n", "ar"),
        ("\u0686\u0627\u0647\n\n\u062f\u0627\u0633\u062a\u0627\u0646 \u0686\u0627\u0647 \u0622\u0628.\n", "fa"),
        ("\u06a9\u0646\u0648\u0627\u06ba\n\n\u06af\u0627\u0624\u06ba \u06a9\u06cc \u06a9\u06c1\u0627\u0646\u06cc \u06c1\u06d2.\n", "ur"),
    ],
)  # fmt: skip
def test_text_from_right_to_left_has_its_language_by_its_script_and_that_is_told(text: str, language: str) -> None:
    article = an_article(text)

    assert article.language == language
    assert "right-to-left" in {notice.about for notice in article.notices}
    assert "right-to-left" not in {notice.about for notice in an_article(f"---\nlanguage: {language}\n---\n{text}").notices}


def test_footnotes_of_markdown_stand_at_the_foot_by_number_with_their_addresses() -> None:
    notes = "[^dug]: See [the report](https://example.org/report).\n\n    And *its* map.\n\n[^1]: By hand.\n"

    article = an_article(f"# Title\n\nText. More.\n\nIt was dug.[^1] Twice.[^dug] [^none]\n\n{notes}", "a.md")

    assert article.body[-1].text == "It was dug.[1] Twice.[2] [^none]"
    assert article.footnotes == ("1. By hand.", "2. See the report (https://example.org/report). And its map.")
    assert an_article(source_of(article), "a.md").footnotes == article.footnotes


@pytest.mark.parametrize("marks", ["See [this](https://example.org).", "## A heading", "It is **bold**."])
def test_marks_of_markdown_in_plain_text_are_told_and_kept(marks: str) -> None:
    article = an_article(f"Title\n\nText.\n\n{marks}\n")

    assert "looks-like-markdown" in {notice.about for notice in article.notices}
    assert "looks-like-markdown" not in {notice.about for notice in an_article(f"# Title\n\nText.\n\n{marks}\n", "article.md").notices}


def test_a_table_is_a_block_and_a_picture_comes_after_its_paragraph() -> None:
    article = an_article(
        "# Title\n\nText ![the well](https://example.org/well.png) here.\n\n| day | place |\n|---|---|\n| one | Leeds |\n", "a.md"
    )

    assert [block.text for block in article.body] == ["Text here.", "the well", "day \u00b7 place\none \u00b7 Leeds"]
    assert article.body[-1].kind is BlockKind.TABLE


def test_a_table_that_no_telephone_could_show_is_lines_of_text_and_that_is_told() -> None:
    table = "| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 | 6 |\n"

    article = an_article(f"# Title\n\nText. More.\n\n{table}", "a.md")

    assert [block.text for block in article.body][-2:] == [
        "a \u00b7 b \u00b7 c \u00b7 d \u00b7 e \u00b7 f",
        "1 \u00b7 2 \u00b7 3 \u00b7 4 \u00b7 5 \u00b7 6",
    ]
    assert "table" in {notice.about for notice in article.notices}


@pytest.mark.parametrize(
    ("head", "standfirst", "byline"),
    [
        ("The roof is on. Now come the books.\n\nBy Moira Fitz", "The roof is on. Now come the books.", "By Moira Fitz"),
        ("Ya hay cien árboles. Mañana hay fiesta.\n\nPor Begoña Núñez", "Ya hay cien árboles. Mañana hay fiesta.", "Por Begoña Núñez"),
        ("Posted on 22 February 2027 by Shanice Clarke", "", "By Shanice Clarke"),
        ("**Eleven hundred have signed. The vote is near.**", "Eleven hundred have signed. The vote is near.", ""),
    ],
)  # fmt: skip
def test_what_stands_between_title_and_text_is_known_by_its_place_and_look(head: str, standfirst: str, byline: str) -> None:
    article = an_article(f"# Title\n\n{head}\n\nIt was a long road. We took it.\n\nAnd back again.\n", "article.md")

    assert (article.standfirst, article.byline) == (standfirst, byline)
    assert [block.text for block in article.body] == ["It was a long road. We took it.", "And back again."]


def test_a_link_within_a_sentence_is_the_call_and_the_sentence_stays() -> None:
    article = an_article("# Title\n\nText.\n\n[Register here](https://example.org/r) so that we know how many chairs we need.\n", "a.md")

    assert [(call.label, call.url) for call in article.calls] == [("Register here", "https://example.org/r")]
    assert article.body[-1].text == "Register here so that we know how many chairs we need."


def test_a_hand_that_points_at_a_link_is_no_word_of_the_button() -> None:
    article = an_article("Title\n\nText.\n\nRegister here 👉🏾 https://example.org/r\n")

    assert [call.label for call in article.calls] == ["Register here"]


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("between", ["", "{% elif name %}\n\nFor those with a name.\n\n", "{% else %}\n\nFor all others.\n\n"])
def test_a_condition_below_the_title_is_no_standfirst(between: str, name: str) -> None:
    text = f'{{% if attribute.ward == "Canal" %}}\n\nFor those at the canal.\n\n{between}{{% endif %}}\n\nAnd more for everybody.\n'

    article = an_article(f"{'# ' * name.endswith('.md')}Title\n\n{text}", name)

    assert (article.title, article.standfirst) == ("Title", "")
    assert [block.text for block in article.body] == [line for line in text.split("\n") if line]


def test_a_condition_that_begins_and_ends_within_the_standfirst_stays_in_it() -> None:
    words = 'Come {% if attribute.ward == "Canal" %}on foot{% else %}by bus{% endif %}'

    assert an_article(f"# Title\n\n{words}\n\nIt was a long road. We took it.\n", "a.md").standfirst == words


def test_a_byline_does_not_take_the_end_of_a_condition_with_it() -> None:
    article = an_article("Title\n\nText. More.\n\n{% if name %}\n\nAda Marsh is an activist with us. {% endif %}\n")

    assert article.byline == ""
    assert article.body[-1].text == "Ada Marsh is an activist with us. {% endif %}"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("Inscríbase", CallKind.REGISTER),
        ("Inscríbanse", CallKind.REGISTER),
        ("Regístrese", CallKind.REGISTER),
        ("Registrense", CallKind.REGISTER),
        ("Apúntese", CallKind.REGISTER),
        ("Comparta", CallKind.SHARE),
        ("Retuitee", CallKind.RETWEET),
        ("Síganos", CallKind.FOLLOW),
    ],
)
def test_the_polite_forms_of_spanish_ask_for_the_same(asked: str, kind: CallKind) -> None:
    article = an_article(f"Título\n\nUn texto. Y más.\n\n{asked} aquí\n\nY otro texto. Fin.\n")

    assert [(call.kind, call.label) for call in article.calls] == [(kind, f"{asked} aquí")]
    assert f"“{asked} aquí” has lost its link." in [notice.problem for notice in article.notices]
