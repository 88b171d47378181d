"""The words for what came back: its kind, its cause, whom it is about and how that is known."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a mail is."""

    HARD = "hard"  # this address takes no mail and will not
    SOFT = "soft"  # it failed, and may work another time
    BLOCKED = "blocked"  # refused for what we are or wrote: never the person's fault
    DELAYED = "delayed"  # no verdict yet
    COMPLAINT = "complaint"  # the reader pressed "this is spam"
    UNSUBSCRIBE = "unsubscribe"
    MOVED = "moved"  # a change of address
    OUT_OF_OFFICE = "out-of-office"
    AUTO_REPLY = "auto-reply"  # also receipts and challenges
    REPLY = "reply"  # a person wrote back
    SPAM = "spam"
    OTHER = "other"  # none of these: for the organiser to read


class Cause(StrEnum):
    """Why a mail failed, finer than its kind."""

    NO_SUCH_PERSON = "no-such-person"
    NO_SUCH_DOMAIN = "no-such-domain"
    DISABLED = "disabled"
    MOVED = "moved"
    FULL = "full"
    TOO_BIG = "too-big"
    THROTTLED = "throttled"
    GREYLISTED = "greylisted"
    EXPIRED = "expired"  # nobody answered for days
    RELAYING = "relaying"  # a server that does not answer for this domain
    SYSTEM = "system"
    REPUTATION = "reputation"
    POLICY = "policy"
    AUTHENTICATION = "authentication"
    INTERNATIONAL = "international"  # letters beyond ASCII before the @, which a server on the way does not take
    UNKNOWN = "unknown"


KINDS = {
    Cause.NO_SUCH_PERSON: Kind.HARD,
    Cause.NO_SUCH_DOMAIN: Kind.HARD,
    Cause.DISABLED: Kind.HARD,
    Cause.MOVED: Kind.HARD,
    Cause.REPUTATION: Kind.BLOCKED,
    Cause.POLICY: Kind.BLOCKED,
    Cause.AUTHENTICATION: Kind.BLOCKED,
    Cause.INTERNATIONAL: Kind.BLOCKED,
}
"""The kind of a failure by its cause; every other cause is soft."""

REASONS = {
    Cause.NO_SUCH_PERSON: "Nobody has this address there",
    Cause.NO_SUCH_DOMAIN: "There is no such domain, or it takes no mail",
    Cause.DISABLED: "The mailbox is closed",
    Cause.MOVED: "The person has moved to another address",
    Cause.FULL: "The mailbox is full",
    Cause.TOO_BIG: "The message is too big for this mailbox",
    Cause.THROTTLED: "Too much mail at once for this server",
    Cause.GREYLISTED: "Greylisted: the server wants to be asked again later",
    Cause.EXPIRED: "The server could not be reached for too long",
    Cause.RELAYING: "That server does not take mail for this domain",
    Cause.SYSTEM: "The receiving server had a fault",
    Cause.REPUTATION: "Refused because of our server's reputation",
    Cause.POLICY: "Refused by the receiver's policy",
    Cause.AUTHENTICATION: "Refused because SPF, DKIM or DMARC did not pass",
    Cause.INTERNATIONAL: "The address has letters beyond ASCII, which our relay or a server on the way does not take",
    Cause.UNKNOWN: "Refused without a reason that could be read",
}


class Known(StrEnum):
    """How the recipient is known, the surest first. Suppress nobody on TEXT alone: ask for a token too."""

    REPORT = "report"  # a field of a machine-readable report
    HEADER = "header"  # a header field such as X-Failed-Recipients
    RETURNED = "returned"  # the To of the message that came back
    TEXT = "text"  # words that anybody can write


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of one recipient. `kind` is HARD, SOFT, BLOCKED or DELAYED; `status` is empty where none was said."""

    recipient: str
    known: Known
    kind: Kind
    cause: Cause
    status: str = ""
    diagnostic: str = ""

    @property
    def reason(self) -> str:
        """The cause in words, with what the server said."""
        return f"{REASONS[self.cause]}: {self.diagnostic}" if self.diagnostic else f"{REASONS[self.cause]}."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What in a mail looks as if it was made here. Only Links can tell whether it was: forged ones are found too."""

    return_paths: tuple[str, ...] = ()  # addresses with a VERP token, where the mail was sent or in what came back
    message_ids: tuple[str, ...] = ()  # of what came back or is answered, with their angle brackets
    unsubscribe: str = ""  # in the mail's own subject: its sender asks to leave
    links: tuple[str, ...] = ()  # unsubscribe tokens in what came back: they name the reader, and ask for nothing


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a mail is. `key` is the same however the same mail arrives, so that it counts once."""

    kind: Kind
    key: str
    reason: str
    failures: tuple[Failure, ...] = ()  # one a recipient, the gravest first; also whom a complaint names
    tokens: Tokens = field(default_factory=Tokens)
    sender: str = ""  # the address in From
    subject: str = ""
    new_address: str = ""  # of MOVED, if it is told; words that anybody can write

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom it is about."""
        return tuple(failure.recipient for failure in self.failures)

    @property
    def recipient(self) -> str:
        """The first whom it is about, or empty."""
        return self.failures[0].recipient if self.failures else ""

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463) of the gravest failure, or empty."""
        return self.failures[0].status if self.failures else ""

    @property
    def cause(self) -> Cause | None:
        """The cause of the gravest failure."""
        return self.failures[0].cause if self.failures else None
