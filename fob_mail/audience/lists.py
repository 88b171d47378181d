"""Mailing lists: which there are, who writes on them, in which language, and how one joins."""

import difflib
import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail.audience import languages, mailbox
from fob_mail.audience.cells import one_line
from fob_mail.errors import ConflictError, InputError, NotFoundError
from fob_mail.models import MailingList, OptIn

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of a list; None leaves a thing as it is, or as it is by default. An empty reply_to takes it away."""

    name: str | None = None
    sender: str | None = None
    reply_to: str | None = None
    description: str | None = None
    language: str | None = None
    opt_in: OptIn | None = None
    public: bool | None = None
    counts: bool | None = None


NOTHING_MORE = Wishes()


def create(  # noqa: PLR0913 what a list cannot be without stands by itself
    session: Session, slug: str, name: str, sender: str, *, now: datetime, wishes: Wishes = NOTHING_MORE
) -> MailingList:
    """Make a list of that name. Raises InputError for what cannot be used, ConflictError for a name that is taken."""
    _check_slug(slug)
    if session.scalar(select(MailingList.id).where(MailingList.slug == slug)) is not None:
        raise ConflictError(f"There is a list {slug!r} already.", f"Choose another name, or change it: fob-mail list edit {slug} …")
    made = MailingList(slug=slug, created_at=now, **_checked(replace(wishes, name=name, sender=sender)))
    session.add(made)
    session.flush()
    return made


def edit(session: Session, slug: str, wishes: Wishes) -> MailingList:
    """Change what is asked of a list, and nothing else of it; its slug is in links and stays."""
    changed = find(session, slug)
    for name, value in _checked(wishes).items():
        setattr(changed, name, value)
    session.flush()
    return changed


def find(session: Session, slug: str) -> MailingList:
    """The list of that name. Raises NotFoundError that names the nearest, or says how to make it."""
    found = session.scalar(select(MailingList).where(MailingList.slug == slug))
    if found is None:
        near = difflib.get_close_matches(slug, session.scalars(select(MailingList.slug)).all(), n=1)
        make = f'Make it: fob-mail list create {suggested(slug)} --name "…" --from "… <…@…>"'
        raise NotFoundError(f"There is no list {slug[:80]!r}.", f"Did you mean {near[0]!r}?" if near else make)
    return found


def all_lists(session: Session) -> list[MailingList]:
    """Every list, by name."""
    return list(session.scalars(select(MailingList).order_by(MailingList.slug)))


def suggested(slug: str) -> str:
    """The nearest name that a list may have: `Friends of Perú!` gives `friends-of-peru`."""
    ascii_only = normalize("NFKD", slug).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only)[:60].strip("-") or "supporters"


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug):
        problem = f"{slug[:80]!r} is not a name for a list: lower-case letters, digits and hyphens, at most 60."
        raise InputError(problem, f"How about {suggested(slug)}?")


def _checked(wishes: Wishes) -> dict[str, object]:
    """What is wished for, as it is kept. Raises InputError for the first thing that cannot be used."""
    kept: dict[str, object] = {field.name: value for field in fields(wishes) if (value := getattr(wishes, field.name)) is not None}
    if wishes.name is not None:
        kept["name"] = _name(wishes.name)
    if wishes.sender is not None:
        kept["sender"] = str(mailbox.parse(wishes.sender))
    if wishes.reply_to is not None:
        kept["reply_to"] = str(mailbox.parse(wishes.reply_to)) if wishes.reply_to else None
    if wishes.language is not None:
        kept["language"] = languages.tag(wishes.language)
        if kept["language"] is None:
            raise InputError(f"{wishes.language[:40]!r} is not a language.", "Give its short code: en, es, es-BO.")
    return kept


def _name(written: str) -> str:
    name = one_line(written)
    if not name or len(name) > _LONGEST_NAME:
        raise InputError(f"A list's name has 1 to {_LONGEST_NAME} characters.", 'Readers see it: --name "Friends of Bolivia".')
    return name
