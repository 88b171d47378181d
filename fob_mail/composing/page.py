"""An article laid out for reading: everything that both templates show, set in type, in the order it is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from fob_mail.articles.article import Article, Block, BlockKind, Span
from fob_mail.composing.adding import structured, ways_to_add
from fob_mail.composing.calling import Link, button_of, other_links, usable
from fob_mail.composing.composed import Masthead, Shown
from fob_mail.composing.typesetting import Typesetter, one_line
from fob_mail.composing.words import FALLBACK, Words, direction, speaks, words_of
from fob_mail.events import Event, Person
from fob_mail.slots import mark

NONE: Mapping[str, Shown] = {}


@dataclass(frozen=True, slots=True)
class Billed:
    """People under their label: speakers, or who is in the chair."""

    label: str  # the article's own word, or ours for who is in the chair
    people: tuple[Person, ...]  # one at least


@dataclass(frozen=True, slots=True)
class Panel:
    """The event box."""

    name: str  # empty where the title is its name
    leaf: tuple[str, str] | None  # day of the month and month, as on a calendar
    when: str  # day and time
    place: str  # as the article tells it
    billed: tuple[Billed, ...]  # who is there
    supporters: str  # who supports it, without "Supported by"
    adding: tuple[Link, ...] = ()  # into the reader's calendar


@dataclass(frozen=True, slots=True)
class Story:
    """One article, set in type."""

    title: str  # the article's, or the mail's subject where it has none
    standfirst: str  # what stands below the title
    panel: Panel | None  # its event
    closing: str  # day and time once more, at the end of a long article
    button: Link | None  # what readers are asked to do before all else
    links: tuple[Link, ...]  # what else they can do
    blocks: tuple[Block, ...]  # the text
    byline: str  # who wrote it
    footnotes: tuple[str, ...]  # what stands small at its end
    further: tuple[Panel, ...] = ()  # its other events


@dataclass(frozen=True, slots=True)
class Page:
    """One mail in one language; most have one story."""

    language: str  # BCP 47
    direction: str  # ltr or rtl: how lines of the language run
    words: Words  # the language itself: more that it can say
    subject: str  # with marks where readers differ
    preheader: str  # the mail's first line, in plain sight: what the inbox shows beside the subject
    masthead: Masthead  # who writes, to which list
    stories: tuple[Story, ...]  # the articles; only a newsletter has more than one
    pictures: Mapping[str, Shown] = field(default_factory=dict)  # by what the article calls them
    structured: Markup | str = ""  # the events in schema.org's words
    unsubscribe_url: str = mark("unsubscribe_url")  # a mark, in whose place each reader's own address to leave by comes
    address: str = mark("address")  # a mark, in whose place the address comes to which the mail goes
    view_url: str = mark("view_url")  # a mark, in whose place the address of the mail as a page comes

    @property
    def story(self) -> Story:
        """The first of the stories."""
        return self.stories[0]

    @property
    def frame(self) -> str:
        """The language of the labels and the foot: English where there are no words for the page's own."""
        return self.language if speaks(self.language) else FALLBACK

    @property
    def postal_lines(self) -> tuple[str, ...]:
        """The postal address, line by line."""
        return _lines(self.masthead.postal_address)

    @property
    def footer_lines(self) -> tuple[str, ...]:
        """What else the theme puts at the foot."""
        return _lines(self.masthead.theme.footer)


def lay_out(  # noqa: PLR0913, PLR0917 what a page is made of
    articles: tuple[Article, ...],
    masthead: Masthead,
    language: str,
    subject: str,
    preheader: str = "",
    pictures: Mapping[str, Shown] = NONE,
) -> Page:
    """The articles as a page; `preheader` is its first line, what the inbox shows beside the subject."""
    words, typesetter = words_of(language), Typesetter(language)
    return Page(
        language=language,
        direction=direction(language),
        words=words,
        subject=subject,
        preheader=typesetter.set_marked(preheader),
        masthead=replace(masthead, organisation=one_line(masthead.organisation) or one_line(masthead.list_name)),
        stories=tuple(
            _story(article, masthead, typesetter, words, subject, sum(len(before.events) for before in articles[:at]))
            for at, article in enumerate(articles)
        ),
        pictures=pictures,
        structured=structured(articles, masthead.organisation),
    )


def _story(  # noqa: PLR0913, PLR0917 whose story, and how it is told
    article: Article, masthead: Masthead, typesetter: Typesetter, words: Words, subject: str, before: int
) -> Story:
    """The article as a story, `before` being the events of the stories before it; a link that leads nowhere is left out, its words kept."""
    panels = [_panel(event, article.title, typesetter, words, number) for number, event in enumerate(article.events, before + 1)]
    return Story(
        title=typesetter.set_marked(article.title) or subject,
        standfirst=typesetter.set_marked(article.standfirst),
        panel=panels[0] if panels else None,
        further=tuple(panels[1:]),
        closing=_moment(article.event, typesetter, words),
        button=_set_link(button_of(article.calls, words), typesetter),
        links=tuple(Link(typesetter.set(x.text), x.url) for x in other_links(article.calls, words, masthead.organisation)),
        blocks=_levelled(tuple(typesetter.block(_sound(block)) for block in article.body)),
        byline=typesetter.set_marked(article.byline),
        footnotes=tuple(typesetter.set_marked(note) for note in article.footnotes),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one_line(line) for line in text.splitlines())))


def _moment(event: Event | None, typesetter: Typesetter, words: Words) -> str:
    """Day and time as a line of its own, which begins with a capital in every language."""
    moment = words.moment(event.when) if event and event.when else ""
    return typesetter.set(_capital(moment))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _set_link(link: Link | None, typesetter: Typesetter) -> Link | None:
    return link and Link(typesetter.set(link.text), link.url)


def _panel(event: Event, title: str, typesetter: Typesetter, words: Words, number: int) -> Panel:
    billed = [Billed(typesetter.set(b.label), _people(b.people, typesetter)) for b in event.billings]
    if event.chair:
        billed.append(Billed(words.say("Chair"), _people(event.chair, typesetter)))
    starts = event.when.starts if event.when else None
    return Panel(
        name=typesetter.set(event.name) if not (event.when and _same(event.name, title)) else "",
        leaf=(str(starts.day), _capital(words.months[starts.month - 1])) if starts else None,
        when=_moment(event, typesetter, words),
        place=typesetter.set(event.place),
        billed=tuple(b for b in billed if b.people),
        supporters=typesetter.set(_without_label(event.supporters, words)),
        adding=ways_to_add(event, number, words),
    )


def _same(name: str, title: str) -> bool:
    return one_line(name).casefold() == one_line(title).casefold()


def _without_label(supporters: str, words: Words) -> str:
    """Supporters without the "Supported by" that the panel's label says already."""
    label = words.pattern("what an article writes before its supporters", r"supported by")
    return re.sub(rf"^\s*(?:{label})\b[:\s]*", "", supporters, flags=re.IGNORECASE)


def _people(people: tuple[Person, ...], typesetter: Typesetter) -> tuple[Person, ...]:
    return tuple(Person(typesetter.set(p.name), typesetter.set(p.role)) for p in people if p.name.strip())


def _sound(block: Block) -> Block:
    """The block without links that lead nowhere; their words stay."""
    items = tuple(tuple(span if not span.href or usable(span.href) else _unlinked(span) for span in item) for item in block.items)
    return replace(block, items=items)


def _unlinked(span: Span) -> Span:
    return replace(span, href="")


def _levelled(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings of level 2 and 3 with none skipped: an h3 never follows the h1."""
    level, done = 1, []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            level = min(max(block.level, 2), 3, level + 1)
            done.append(replace(block, level=level))
        elif block.kind is not BlockKind.IMAGE or block.image:  # shown by its words where it is not at hand; without any it decorates
            done.append(block)
    return tuple(done)
