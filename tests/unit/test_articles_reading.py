"""From an organiser's file to an article: what is found, what is noticed, and that nothing is lost."""

import time
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fob_mail.articles.article import CallKind
from fob_mail.articles.reading import decode
from fob_mail.articles.summary import summary
from fob_mail.assets import folder
from fob_mail.errors import FobMailError, InputError
from fob_mail.events import Person
from tests.copied import COPIED, LONDON, an_article, everything


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
