"""Preflight: what is wrong with a mail before it goes, each with what to do about it.

An error stops a campaign; a warning is for a person to weigh. The figures and rules are those of Gmail, RFC 8058 and
the law of the countries where readers live; each is named where it is checked.

    problem         how bad, where, what, and the remedy
    markup, cascade the HTML as a tree, and the colours that its words stand in
    subject, links, fields, legibility, frame, support, spam    the mail
    story, event    the article
    translated      the articles of several languages beside each other
    sender          settings, signatures, and what the DNS says of them
    audience        whom it goes to
    checking        all that can be said of a mail by itself
"""

from fob_mail.preflight.audience import check_audience
from fob_mail.preflight.checking import check
from fob_mail.preflight.fields import check_values
from fob_mail.preflight.problem import Problem, Severity, errors, in_order
from fob_mail.preflight.sender import check_from, check_signatures
from fob_mail.preflight.translated import check_translated

__all__ = [
    "Problem",
    "Severity",
    "check",
    "check_audience",
    "check_from",
    "check_signatures",
    "check_translated",
    "check_values",
    "errors",
    "in_order",
]
