"""What was understood of an article, for the organiser to check at a glance."""

from fob_mail.articles.article import Article
from fob_mail.events import Event, Person

SHORTENED = 100


def summary(article: Article) -> str:
    """A line for each thing that was found; what was not found is not mentioned."""
    paragraphs = len(article.body)
    words = sum(len(block.text.split()) for block in article.body)
    rows = [
        ("Title", article.title),
        ("Standfirst", article.standfirst),
        ("Byline", article.byline),
        *(_event(article.event) if article.event else []),
        *(("And", ", ".join(filter(None, (event.name, _when(event), event.place)))) for event in article.more_events),
        *((call.kind.value.capitalize(), f"{call.label}: {call.url or 'no link'}") for call in article.calls),
        ("Body", _counted(paragraphs, "paragraph") + ", " + _counted(words, "word")),
        ("Language", article.language or "not recognised: the frame is in the list's"),
    ]
    said = [(label, _short(words)) for label, words in rows if words]
    width = max(len(label) for label, _ in said) + 2
    return "\n".join(f"{label:<{width}}{words}" for label, words in said)


def _event(event: Event) -> list[tuple[str, str]]:
    rows = [("Event", event.name), ("When", _when(event)), ("Where", event.place)]
    rows += [(billing.label, ", ".join(map(_person, billing.people))) for billing in event.billings]
    return [*rows, ("Chair", ", ".join(map(_person, event.chair))), ("Supporters", event.supporters)]


def _when(event: Event) -> str:
    if event.when is None:
        return ""
    starts = event.when.starts
    clock = f", {starts:%H:%M}" if event.when.time_said else ""
    until = f"\u2013{event.when.ends:%H:%M}" if event.when.ends else ""
    inferred = "" if event.when.year_said else "; the year is inferred"
    return f"{starts:%A} {starts.day} {starts:%B %Y}{clock}{until} ({starts.tzinfo}){inferred}"


def _person(person: Person) -> str:
    return f"{person.name} ({person.role})" if person.role else person.name


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHORTENED else f"{line[: SHORTENED - 1]}\u2026"
