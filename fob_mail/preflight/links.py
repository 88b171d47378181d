"""The links of a mail: whether they lead somewhere, safely, and where they say; and words that promise a link and have none."""

import re
import unicodedata
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from fob_mail.composing.adding import CALENDARS
from fob_mail.composing.calling import usable
from fob_mail.preflight.markup import Element
from fob_mail.preflight.problem import Problem, error, warning
from fob_mail.slots import MARK

SHORTENERS = frozenset({"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly", "tiny.cc"})
BLOCKS = frozenset({"p", "td", "th", "li", "div", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
SHOWN = 80

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”]+[\w/]", re.IGNORECASE)
_VAGUE = frozenset({"here", "click here", "this link", "link", "click", "aquí", "haz clic aquí", "clic aquí", "este enlace", "enlace"})
_PROMISE = re.compile(
    r"\b(?:(?:click|tap|register|book|sign up|rsvp|donate|retweet|share|read more|find out more|more|tickets|reserve|follow us)"
    r"\b[^.!?]{0,40}\b(?:here|below)|(?:haz clic|pulsa|regístrate|inscríbete|apúntate|reserva|dona|comparte|más información)"
    r"\b[^.!?]{0,40}\baquí)\b",
    re.IGNORECASE,
)


def check_links(page: Element) -> Iterator[Problem]:
    """Everything that is wrong with where the mail's links lead and with what they say of it."""
    links = [element for element in page.walk() if element.tag in {"a", "area"} and "href" in element.given]
    for url in dict.fromkeys(link.given["href"] for link in links):
        yield from _destination(url)
    for link in links:
        yield from _words(link)
    for block in page.walk():
        if block.tag in BLOCKS and not any(
            inner.tag in BLOCKS for part in block.content if isinstance(part, Element) for inner in part.walk()
        ):
            yield from _promises(block)


def web_links(page: Element) -> list[str]:
    """The web addresses that the mail leads to, and those of its pictures, each once; not those of each reader, nor of calendars."""
    urls = [element.given.get(name, "") for element in page.walk() for name in ("href", "src") if element.tag in {"a", "area", "img"}]
    asked = (url for url in dict.fromkeys(urls) if not MARK.search(url) and not url.startswith(CALENDARS))
    return [url for url in asked if urlsplit_safely(url) in {"http", "https"}]


def urlsplit_safely(url: str) -> str:
    """The scheme of an address; nothing if it is no address at all."""
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _destination(url: str) -> Iterator[Problem]:
    if MARK.fullmatch(url):
        return
    short = url[:SHOWN]
    if not url.strip() or url.strip() == "#":
        yield error("empty-link", "html", "A link leads nowhere.", "Give it its address in the article, or take it out.")
    elif not usable(url) and urlsplit_safely(url) != "tel":
        yield error("bad-link", "html", f"The link {short!r} is not a whole web address.", "Write it with https:// and the host.")
    elif urlsplit(url).scheme == "http":
        yield warning("http-link", "html", f"The link {short} is not encrypted.", "Write https:// if the site has it.")
    yield from _host(url, short)


def _host(url: str, short: str) -> Iterator[Problem]:
    host = _host_of(url)
    if host in SHORTENERS:
        problem = f"The link {short} hides where it leads; filters trust shortened links as little as readers do."
        yield warning("short-link", "html", problem, "Write the address that it leads to.")
    elif host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or _is_private(host):
        yield error("private-link", "html", f"The link {short} leads to a machine that readers cannot reach.", "Write its public address.")
    elif _is_address(host):
        yield warning("numeric-link", "html", f"The link {short} has a number for a host, as those of swindlers have.", "Write its name.")
    elif mixes_scripts(host):
        problem = f"The host of {short} mixes letters of several alphabets, which look alike."
        yield warning("look-alike", "html", problem, "Check it letter by letter, or write it anew by hand.")


def _words(link: Element) -> Iterator[Problem]:
    words, url = link.text, link.given["href"]
    if not words and not link.given.get("aria-label"):
        problem = f"The link to {url[:SHOWN]} has no words." if url.strip() and not MARK.search(url) else "A link has no words."
        yield warning("wordless-link", "html", problem, "Give it words, or its picture an alt text.")
    elif words.casefold().strip(" .:!") in _VAGUE:
        problem = f"“{words}” does not say where the link leads; those who have links read to them hear nothing else."
        yield warning("vague-link", "html", problem, "Make the words say it: “Register for the meeting”.")
    shown = _ADDRESS.fullmatch(words)
    if shown and _base(_host_of(_whole(words))) != _base(_host_of(url)) and not MARK.search(url):
        problem = f"“{words[:SHOWN]}” leads to {_host_of(url) or url[:SHOWN]}: to mail filters that is how swindlers write."
        yield warning("false-link", "html", problem, "Show the address that it leads to, or words instead of an address.")


def _promises(block: Element) -> Iterator[Problem]:
    """Words of a block outside its links that send the reader to a link."""
    if any(element.tag == "a" for element in (*block.walk(), *block.upward())):
        return
    if found := _PROMISE.search(block.text):
        problem = f"“{found[0][:SHOWN]}” promises a link, and there is none."
        yield warning("promised-link", "html", problem, "Give the words their link in the article, or write them in another way.")
    elif bare := _ADDRESS.search(block.text):
        problem = f"{bare[0][:SHOWN]} stands in the text and is not a link; some readers cannot follow it."
        yield warning("bare-address", "html", problem, "Make it a link in the article: [words](https://…)")


def mixes_scripts(words: str) -> bool:
    """Whether a word holds letters of the Latin and of the Greek or Cyrillic alphabet, some of which look the same."""
    return any(len(_scripts(word)) > 1 for word in re.findall(r"\w+", words))


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha())
    return {name for name in names if name in {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE"}}


def _whole(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _base(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(host: str) -> bool:
    return _is_address(host) and not ip_address(host).is_global
