"""A mail that counts how often it is opened and which of its links are followed, though not by whom: every reader's copy is the same.

It does so only where it says so: a mail without the notice is left as it is.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from html import escape, unescape
from zlib import crc32

from fob_mail.composing.composed import Composed
from fob_mail.composing.words import words_of
from fob_mail.translations import to_say

NOTICE = to_say("This mail counts how often it is opened and which of its links are followed, but not by whom.")
OPENED = 0
"""The number of an opening, where those of links stand."""

_HREF = re.compile(r'(?<=href=")https?://[^"<>]{1,2000}(?=")')
_BARE = re.compile(r"https?://[^\s<>]{1,2000}")
_MARKED = "_FOB."


def number_of(url: str) -> int:
    """The number of a link by its address, which stays when others come and go: from 1, in 32 bits."""
    return crc32(url.encode("utf-8", "replace")) or 1


def links_of(composed: Composed, ours: str) -> dict[int, str]:
    """The links that can be counted, by number: all but those to this installation's own pages, and those that differ by reader."""
    found = dict.fromkeys(unescape(url) for url in _HREF.findall(composed.html))
    return {number_of(url): url for url in found if _MARKED not in url and not url.startswith(f"{ours}/")}


def says_so(composed: Composed) -> bool:
    """Whether readers are told, in both parts."""
    notice = words_of(composed.language).say(NOTICE)
    return escape(notice, quote=False) in composed.html and notice in " ".join(composed.text.split())


def counted(composed: Composed, ours: str, address_of: Callable[[int], str]) -> Composed:
    """The mail with its links leading by this installation, and a picture of one pixel; as it was where it does not say so."""
    if not says_so(composed):
        return composed
    known: Collection[str] = links_of(composed, ours).values()

    def href(found: re.Match[str]) -> str:
        url = unescape(found[0])
        return escape(address_of(number_of(url))) if url in known else found[0]

    def bare(found: re.Match[str]) -> str:
        return address_of(number_of(found[0])) if found[0] in known else found[0]

    pixel = f'<img src="{escape(address_of(OPENED))}" width="1" height="1" alt="" border="0">'
    before, end, after = _HREF.sub(href, composed.html).rpartition("</body>")
    return replace(composed, html=f"{before}{pixel}{end}{after}", text=_BARE.sub(bare, composed.text))
