"""Subjects and preheaders: what an inbox shows before a mail is opened."""

from datetime import datetime

from fob_mail.composing.headlines import LONGEST_PREHEADER, LONGEST_SUBJECT, first_sentence, preheader_of, subject_of
from fob_mail.composing.words import words_of
from fob_mail.events import Billing, Event, Person, When
from tests.builders import LONDON, a_paragraph, an_article, an_event

ENGLISH = words_of("en")
SPANISH = words_of("es-BO")


def test_the_subject_is_the_event_with_its_day_and_time() -> None:
    assert subject_of(an_article(), ENGLISH) == "Water Is Not for Sale: Thursday 6 May, 19:00"


def test_the_subject_speaks_spanish_to_spanish_readers() -> None:
    assert subject_of(an_article(), SPANISH) == "Water Is Not for Sale: jueves 6 de mayo, 19:00"


def test_a_subject_without_an_event_is_the_title() -> None:
    assert subject_of(an_article(event=None), ENGLISH) == "The pump, the band and the exercise book"


def test_a_time_that_was_not_said_is_not_in_the_subject() -> None:
    article = an_article(event=an_event(time_said=False))

    assert subject_of(article, ENGLISH) == "Water Is Not for Sale: Thursday 6 May"


def test_a_long_subject_gives_up_its_time_then_its_day_then_its_last_words() -> None:
    when = When(datetime(2027, 5, 6, 19, 0, tzinfo=LONDON), "6 May 2027, 19.00")

    subjects = [subject_of(an_article(event=Event("word " * count + "end", when)), ENGLISH) for count in (8, 9, 12, 20)]

    assert subjects[0].endswith(": Thursday 6 May, 19:00")
    assert subjects[1].endswith(": Thursday 6 May")
    assert subjects[2].endswith("word end")
    assert subjects[3].endswith("word…")
    assert all(len(subject) <= LONGEST_SUBJECT for subject in subjects)


def test_the_organisers_words_are_the_subject_as_they_are_on_one_line() -> None:
    assert subject_of(an_article(), ENGLISH, "  Tonight:\r\nBcc: all@example.org\u202e \x07") == "Tonight: Bcc: all@example.org"


def test_a_subject_of_blanks_is_no_subject_and_ours_is_taken() -> None:
    assert subject_of(an_article(), ENGLISH, " \n ").startswith("Water")


def test_the_preheader_says_who_will_be_there() -> None:
    line = preheader_of(an_article(), ENGLISH)

    assert line == "With Lucía Añez Quiroga, Tomás Ibáñez, Ruth Okafor MP and Siân Pugh"


def test_a_preheader_of_many_names_stops_in_time_and_says_so() -> None:
    people = tuple(Person(f"Speaker the Number {number}") for number in range(20))

    line = preheader_of(an_article(event=Event("Talk", None, billings=(Billing("With", people),))), ENGLISH)

    assert line.endswith(" and others")
    assert len(line) <= LONGEST_PREHEADER


def test_people_with_names_go_before_a_group_described_at_length() -> None:
    people = (Person("Eyewitnesses from the valley and from three of its neighbours"), Person("Ruth Okafor MP"))

    line = preheader_of(an_article(event=Event("Talk", None, billings=(Billing("With", people),))), ENGLISH)

    assert line == "With Ruth Okafor MP and others"


def test_without_speakers_the_preheader_is_the_standfirst_or_the_first_sentence() -> None:
    article = an_article(event=None, standfirst="", body=(a_paragraph("The pump stood still on Monday. Nobody knew why."),))

    assert preheader_of(article, ENGLISH) == "The pump stood still on Monday."
    assert preheader_of(an_article(event=None), ENGLISH).startswith("Ada Marsh on how a village")


def test_a_sentence_may_end_in_a_quote_and_abbreviations_do_not_end_one_early() -> None:
    assert first_sentence("She said “we are still here today.” Then she left.") == "She said “we are still here today.”"
    assert first_sentence("no end here") == "no end here"
