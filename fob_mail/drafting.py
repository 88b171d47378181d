"""How articles become the draft of a campaign: each in its language, to a list or to those whom another campaign reached."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.utils import parseaddr
from pathlib import Path, PurePath
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from sqlalchemy.orm import Session

from fob_mail import agenda, campaigns, lost
from fob_mail.articles.article import Article
from fob_mail.articles.front_matter import with_links
from fob_mail.articles.reading import read
from fob_mail.audience import attributes, languages, lists
from fob_mail.calendars import Entry
from fob_mail.campaigns import Written
from fob_mail.composing.adding import calendar_of
from fob_mail.composing.composed import Composed, Masthead, Picture, Shown
from fob_mail.composing.kinds import NEWSLETTER, REMINDER, Kind, kind_of
from fob_mail.composing.merging import Vocabulary
from fob_mail.composing.mime import content_id
from fob_mail.composing.words import primary
from fob_mail.composing.writing import Wishes, compose
from fob_mail.errors import ConflictError, InputError
from fob_mail.events import Event
from fob_mail.models import Campaign, MailingList
from fob_mail.pictures import prepared, read_beside
from fob_mail.settings import Settings

TEXT_WIDTH = 512
"""Pixels of the text: the column of 600 without its margins, beyond which Outlook would stretch it."""

_TAGGED = re.compile(r".+\.([A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*)")


@dataclass(frozen=True, slots=True)
class Order:
    """What an organiser asks for; empty where it is for fob-mail to choose."""

    slug: str
    list_slug: str = ""
    files: tuple[Written, ...] = ()
    template: str = ""
    language: str = ""
    subject: str = ""
    preheader: str = ""
    links: dict[str, str] = field(default_factory=dict)
    reminder_of: str = ""
    corrects: str = ""
    folders: tuple[Path, ...] = ()  # where the articles lie, and their pictures beside them
    carried: dict[str, bytes] = field(default_factory=dict)  # pictures that are within a Word file, by what its source calls them


@dataclass(frozen=True, slots=True)
class Draft:
    """What was made of it: the articles by language, and the mail in each."""

    campaign: Campaign
    to: MailingList
    articles: dict[str, tuple[Article, ...]]
    composed: tuple[Composed, ...]


def draft(session: Session, order: Order, settings: Settings, now: datetime) -> Draft:
    """Compose what was ordered, and keep it as the campaign's draft. What cannot be is an error with its remedy."""
    invited = _sent(session, order.reminder_of) if order.reminder_of else None
    to = _list_of(session, order, invited)
    kind = kind_of(order.template or (REMINDER if invited else "invite"), settings.templates_folder)
    files = order.files or (tuple(campaigns.article_files(session, invited)) if invited else ())
    if order.links:
        files = tuple(Written(each.name, with_links(each.source, order.links)) for each in files)
    zone = ZoneInfo(settings.organisation.timezone)
    articles = in_languages(files, zone, now.astimezone(zone).date(), _wanted(order.language), to.language)
    _check_kind(articles, kind)
    asks = "attribute" in "".join([order.subject, order.preheader, *(each.source for each in files)])
    wishes = Wishes(order.subject, order.preheader, kind, Vocabulary(attributes.names(session, to.id) if asks else ()))
    beside = _pictures(articles, order, settings)
    wishes = replace(wishes, pictures={src: shown(picture, settings) for src, picture in beside.items()})
    campaigns.keep_pictures(session, beside.values(), now)
    masthead = masthead_of(settings, to)
    composed = tuple(compose(group[0], masthead, language, wishes, group[1:]) for language, group in articles.items())
    together = agenda.together([[event for article in group for event in article.events] for group in articles.values()])
    entries = _entries(session, order, to, together, now)
    composed = tuple(_with_calendar(mail, articles[mail.language], entries, masthead, to) for mail in composed)
    saved = campaigns.save_draft(session, order.slug, to, files[0].name, files[0].source, composed, now)
    campaigns.keep_files(session, saved, files, invited)
    agenda.keep(session, saved, together, entries)
    return Draft(saved, to, articles, composed)


def _pictures(articles: dict[str, tuple[Article, ...]], order: Order, settings: Settings) -> dict[str, Picture]:
    """The pictures that lie beside the articles or came within them, by what the articles call them."""
    key = settings.digest_key.get_secret_value().encode()
    found: dict[str, Picture] = {}
    for image in (block.image for group in articles.values() for article in group for block in article.body if block.image):
        if image.path is None or image.src in found or not (order.folders or order.carried):
            continue
        raw = order.carried.get(image.src)
        if raw is None:
            raw = next((raw for folder in order.folders if (raw := read_beside(folder, image.path)) is not None), None)
        if raw is None:
            raise InputError(f"The picture {image.src[:80]!r} is not beside the article.", "Put it there, or take it out of the article.")
        found[image.src] = prepared(raw, image.src, key)
    return found


def shown(picture: Picture, settings: Settings) -> Shown:
    """Where a mail has a picture from: fob-mail serve if everybody reaches it, else the mail itself; never wider than the text."""
    public = settings.base_url.startswith("https://")
    url = f"{settings.base_url}/i/{picture.name}.{picture.kind}" if public else f"cid:{content_id(picture.name)}"
    width = min(picture.width, TEXT_WIDTH)
    return Shown(url, width, max(round(picture.height * width / picture.width), 1))


def _entries(session: Session, order: Order, to: MailingList, together: list[tuple[Event, ...]], now: datetime) -> tuple[Entry, ...]:
    """The entries of the campaign's events in readers' calendars, one for an event in all its languages."""
    corrected = campaigns.find(session, order.corrects).id if order.corrects else None
    domain = parseaddr(to.sender)[1].rpartition("@")[2]
    return agenda.entries_for(session, order.slug, to, together, domain=domain, now=now, corrects=corrected)


def _with_calendar(
    mail: Composed, articles: tuple[Article, ...], entries: tuple[Entry, ...], masthead: Masthead, to: MailingList
) -> Composed:
    """The mail with its events as an .ics in its language."""
    return replace(
        mail, calendar=calendar_of(articles, entries, (masthead.organisation, parseaddr(to.reply_to or to.sender)[1]), mail.language)
    )


def articles_of(session: Session, campaign: Campaign, settings: Settings) -> dict[str, tuple[Article, ...]]:
    """A campaign's articles by language, read as of the day on which it was first composed."""
    zone = ZoneInfo(settings.organisation.timezone)
    files, languages = campaigns.article_files(session, campaign), [*campaigns.parts(session, campaign)]
    only = languages[0] if len(languages) == 1 else ""
    to = campaigns.list_of(session, campaign)
    return in_languages(tuple(files), zone, campaign.created_at.astimezone(zone).date(), only, to.language)


def in_languages(files: tuple[Written, ...], zone: ZoneInfo, today: date, wanted: str, default: str) -> dict[str, tuple[Article, ...]]:
    """Each file's article under its language: the one that is wanted for all, else its name's, its own, or the list's."""
    found: dict[str, tuple[Article, ...]] = {}
    for each in files:
        article = read(each.source, each.name, zone, today)
        language = wanted or language_of_name(each.name) or article.language or default
        found[language] = (*found.get(language, ()), article)
    return found


def _wanted(language: str) -> str:
    tag = languages.tag(language) if language else ""
    if tag is None:
        raise InputError(f"{language[:40]!r} is not a language.", "Give its short code: en, es, es-BO.")
    return tag


def language_of_name(name: str) -> str:
    """`es` of `article.es.md`, `es-BO` of `article.es_BO.txt`; empty where a name says none."""
    match = _TAGGED.fullmatch(PurePath(name).stem)
    if not match:
        return ""
    language, *rest = re.split("[-_]", match[1])
    try:
        Locale.parse(language.lower())
    except (UnknownLocaleError, ValueError):
        return ""
    return "-".join([language.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])  # noqa: PLR2004 a region


def masthead_of(settings: Settings, to: MailingList) -> Masthead:
    """Who writes to this list."""
    group = settings.organisation
    return Masthead(group.name or to.name, group.postal_address, to.name, group.website, group.privacy_url, settings.theme, to.counts)


def _sent(session: Session, slug: str) -> Campaign:
    """The campaign whose readers are reminded; one that nobody has got yet is a ConflictError."""
    campaign = campaigns.find(session, slug)
    if lost.is_lost(campaign):
        raise ConflictError(f"Who got {slug} is not known here: {lost.REASON}.", "Nobody can be reminded of it.")
    if campaign.state in campaigns.UNFROZEN:
        raise ConflictError(f"{slug} has not been sent, so there is nobody to remind.", f"Send it first: fob-mail send {slug}")
    return campaign


def _list_of(session: Session, order: Order, invited: Campaign | None) -> MailingList:
    to = lists.find(session, order.list_slug) if order.list_slug else None
    if invited is None:
        if to is None:
            raise InputError("It is not said to which list this goes.", "Name it: --list LIST")
        return to
    theirs = campaigns.list_of(session, invited)
    if to is not None and to.id != theirs.id:
        raise InputError(
            f"{invited.slug} went to the list {theirs.slug}, not {to.slug}.", "Leave --list out: a reminder goes to the same list."
        )
    return theirs


def _check_kind(articles: dict[str, tuple[Article, ...]], kind: Kind) -> None:
    """Several articles in one language are a newsletter, or an organiser's own kind that shows them."""
    if kind.name == NEWSLETTER or kind.own:
        return
    for language, group in articles.items():
        if len(group) > 1:
            names = " and ".join(repr(article.title[:40]) for article in group[:2])
            remedy = (
                f"Make a newsletter of them: --template newsletter. Or name their languages: article.{primary(language)}.md, article.es.md"
            )
            raise InputError(f"{len(group)} articles are in the language {language}: {names}.", remedy)
