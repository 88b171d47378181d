"""Who does the file itself say is not to be mailed? Its columns of status, of unsubscribing and of opting in, in the usual variants."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from fob_mail.audience.cells import one_line
from fob_mail.audience.folding import folded


class Question(Enum):
    """What a column asks, and so what its cells answer."""

    STATUS = auto()  # how do they stand? A word of _AGAINST keeps them out
    LEFT = auto()  # did they leave? Anything but a no keeps them out: yes, a tick, the day, the reason
    ASKED = auto()  # did they ask for mail? Only a no keeps them out


@dataclass(frozen=True, slots=True)
class Wish:
    """A column that says whom not to mail."""

    place: int
    name: str
    question: Question

    def against(self, cell: str) -> str:
        """What the file says, `unsubscribed` or `Opt-out: yes`, of a person who is not to be mailed; else nothing."""
        said = folded(cell)
        if self.question is Question.STATUS:
            return one_line(cell) if _AGAINST.fullmatch(said) else ""
        no = _NO.fullmatch(said) is not None and (said != "" or not _TICK.search(cell))
        if self.question is Question.LEFT:
            return "" if no else f"{self.name}: {one_line(cell)}"
        return f"{self.name}: {one_line(cell)}" if no and said else ""

    def any_against(self, cells: Iterable[str]) -> bool:
        """Whether one of these keeps its person out; a column mostly says the same few things."""
        return any(self.against(cell) for cell in set(cells))


def wishes_of(header: Sequence[str]) -> tuple[Wish, ...]:
    """The columns of a header that say whom not to mail."""
    asked = ((place, one_line(cell), _question(folded(cell))) for place, cell in enumerate(header))
    return tuple(Wish(place, name, question) for place, name, question in asked if question)


def _question(name: str) -> Question | None:
    if name in _STATUSES:
        return Question.STATUS
    if _LEAVING.fullmatch(name) and not name.endswith(_NO_ANSWERS):
        return Question.LEFT
    return Question.ASKED if _ASKING.fullmatch(name) else None


_STATUSES = frozenset(
    f"{of}{word}"
    for of in ("", "email", "mail", "member", "subscriber", "subscription", "contact", "list", "optin", "marketing", "emailmarketing")
    for word in ("status", "state")
) | {"estado", "estatus", "estadodesuscripcion", "estadodelasuscripcion", "suscripcion", "subscription", "statut", "abonnement"}
_LEAVING = re.compile(
    r"(?:is|has|user|email|emails|mail)*"
    r"(?:unsub.*|opt(?:ed)?out.*|donot(?:e?mail|contact|send|bulkemail).*|dnc|no(?:bulk)?e?mails?(?:useroptout)?"
    r"|(?:hard|soft)?bounced(?:at|on|date|time)?|(?:hard)?bouncedate|clean(?:ed|time|date)|cleaned(?:at|on|date|time)|complained.*"
    r"|(?:black|block)listed.*|suppressed.*|baja|dad[oa]debaja|fecha(?:de)?baja|desabonnee?|abgemeldet)"
)
_NO_ANSWERS = ("url", "link", "links", "token", "hash", "key", "page", "id", "code")
_ASKING = re.compile(
    r"(?:is|has)?(?:subscribed|opt(?:ed)?in|emailopt(?:ed)?in|acceptse?mail|accepts(?:email)?marketing|(?:email|marketing|gdpr)*consent"
    r"|(?:email|marketing)permission|(?:wants)?newsletter|suscrit[oa])"
)
_AGAINST = re.compile(
    r"unsub.*|opt(?:ed)?out.*|(?:hard|soft)?bounce[ds]?|cleaned|(?:spam)?complain.*|spam.*|junk|(?:black|block)list.*|blocked|suppressed"
    r"|removed|deleted|disabled|deactivated|inactive|cancell?ed|archived|invalid|left|asked|erased|donot.*|dnc|never.*"
    r"|(?:non|not|un)(?:subscribed|confirmed|optedin)|nonsubscriber|pending|(?:dad[oa]de|de)?baja|rebotado|inactiv[oa]|desabonnee?|abgemeldet"
)
_NO = re.compile(r"|0+|no|n|non|nein|false|f|falso|off|none|null|nil|na|never|nunca|subscribed|active|notunsubscribed")
_TICK = re.compile(r"[^\W_]|[xX✓✔☑✅■●]")
