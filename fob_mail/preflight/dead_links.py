"""Links that were asked and do not answer as a page should."""

from collections.abc import Iterable, Iterator

from fob_mail.preflight.problem import Problem, error, warning
from fob_mail.public_web import Answer

GONE = frozenset({404, 410})
FIRST_ERROR = 400
BROKEN = 500
KEPT_OUT = frozenset({401, 403, 405, 406, 407, 408, 418, 425, 429, 451})
"""Answers of sites that let people in and programs not."""


def check_answers(answers: Iterable[Answer]) -> Iterator[Problem]:
    """What is wrong with each address that was asked."""
    for answer in answers:
        short = answer.url[:80]
        if answer.private:
            yield error(
                "private-link", "links", f"The link {short} leads where readers cannot go: {answer.why}.", "Write its public address."
            )
        elif answer.status in GONE:
            yield error("dead-link", "links", f"The link {short} is dead: its site answers {answer.status}.", "Correct it in the article.")
        elif not answer.status:
            problem = f"The link {short} does not answer: {answer.why}."
            yield warning("silent-link", "links", problem, "Open it in a browser; correct it in the article if it is dead.")
        elif answer.status >= FIRST_ERROR and answer.status not in KEPT_OUT:
            whose = "its site is broken" if answer.status >= BROKEN else "its site refuses it"
            problem = f"The link {short} does not work just now: {whose} ({answer.status})."
            yield warning("broken-link", "links", problem, "Open it in a browser before you send.")
