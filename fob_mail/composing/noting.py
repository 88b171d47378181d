"""What does a note say? Each kind has its few words, in the layout of an invitation, and at most one button."""

from dataclasses import dataclass, replace

from fob_mail.articles.article import Block, BlockKind, Span
from fob_mail.composing.calling import Link
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.kinds import Kind
from fob_mail.composing.page import Page, Story
from fob_mail.composing.typesetting import Typesetter, one_line
from fob_mail.composing.words import words_of
from fob_mail.composing.writing import drawn
from fob_mail.models import NoteKind
from fob_mail.translations import direction, to_say


@dataclass(frozen=True, slots=True)
class Saying:
    """A note in English, marked by to_say: the slots are {list} and {organisation}."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    button: str = ""
    footnote: str = ""


NOT_YOU = to_say("If it was not you, do nothing. You will hear no more from us, and the request lapses by itself.")
SAYINGS = {
    NoteKind.CONFIRM: Saying(
        to_say("Please confirm: {list}"),
        to_say("One press, and you are on the list"),
        (to_say("Somebody, you we hope, asked that this address get our mail for {list}. We only write to people who want it."),),
        to_say("Yes, I want this mail"),
        NOT_YOU,
    ),
    NoteKind.WELCOME: Saying(
        to_say("Welcome to {list}"),
        to_say("Welcome, you are on the list"),
        (
            to_say("From now on you get our mail for {list}. It is good to have you."),
            to_say("At the foot of every mail is a link with which you leave in one press, and it works at once."),
        ),
        to_say("Choose what you get"),
    ),
    NoteKind.ALREADY: Saying(
        to_say("You are on the list already: {list}"),
        to_say("You are on the list already"),
        (to_say("Somebody, you perhaps, asked that this address get our mail for {list}. It does, so there is nothing to do."),),
        to_say("Choose what you get"),
        to_say("Is our mail not arriving? Look among what your mail program takes for junk, and tell it that it is none."),
    ),
    NoteKind.GOODBYE: Saying(
        to_say("You have left {list}"),
        to_say("Goodbye, and thank you"),
        (to_say("You get no more mail for {list}. This is the last of it."),),
        to_say("I want to come back"),
    ),
    NoteKind.MOVE: Saying(
        to_say("Is this your new address?"),
        to_say("One press, and we write to you here"),
        (to_say("Somebody, you we hope, asked {organisation} to write to this address from now on, instead of to another."),),
        to_say("Yes, write to me here"),
        NOT_YOU,
    ),
    NoteKind.MOVED: Saying(
        to_say("We write to your new address from now on"),
        to_say("Your address was changed"),
        (
            to_say("As was asked and confirmed, mail of {organisation} goes to your new address from now on, and no more to this one."),
            to_say("If that was not you, answer this mail, and we put it right."),
        ),
    ),
    NoteKind.MINE: Saying(
        to_say("All that we know of you"),
        to_say("Your data, for your eyes"),
        (to_say("Here you see all that {organisation} keeps about you, can take it with you, and can have us forget it."),),
        to_say("Show me my data"),
        to_say("The link is good for a day. If it was not you who asked, do nothing: nobody else has got it."),
    ),
}


def compose_note(kind: NoteKind, masthead: Masthead, language: str, url: str, template: Kind) -> Composed:
    """A note in one language, its button leading to the url; `template` is ours or the organisers' own."""
    words, typesetter, saying = words_of(language), Typesetter(language), SAYINGS[kind]
    masthead = replace(masthead, organisation=one_line(masthead.organisation) or one_line(masthead.list_name))
    slots = {"list": one_line(masthead.list_name), "organisation": masthead.organisation}

    def said(phrase: str) -> str:
        return words.say(phrase, **slots) if phrase else ""

    story = Story(
        title=typesetter.set(said(saying.title)),
        standfirst="",
        panel=None,
        closing="",
        button=Link(typesetter.set(said(saying.button)), url) if saying.button and url else None,
        links=(),
        blocks=tuple(Block(BlockKind.PARAGRAPH, ((Span(typesetter.set(said(line))),),)) for line in saying.paragraphs),
        byline="",
        footnotes=(typesetter.set(said(saying.footnote)),) if saying.footnote else (),
    )
    page = Page(language, direction(language), words, said(saying.subject), "", masthead, (story,))
    return drawn(page, template, preheader="")
