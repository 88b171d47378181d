"""Which pictures of an article can stand in a mail: files beside it, and addresses of the web."""

import re

from fob_mail.articles.article import Image, Notice
from fob_mail.articles.calls import checked_url
from fob_mail.articles.runs import tidy_words

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def image_of(src: str, alt: str) -> tuple[Image | None, list[Notice]]:
    """The picture, unless its address is of a kind that no mail can show; and what the organiser should know of it."""
    src, alt = tidy_words(src), tidy_words(alt)
    if not src or (_SCHEME.match(src) and (checked_url(src) or src.startswith("mailto:"))):
        problem = f"The picture \u201c{alt[:60]}\u201d is left out: {src[:60] or 'no address'!r} is neither a file nor a web address."
        return None, [Notice("picture-left-out", problem, "Give its file, or an address that begins with https://.")]
    return Image(src, alt), []
