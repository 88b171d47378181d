"""What a reader can do: the one main button, and the links beside it, each with words that name its goal."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from fob_mail.articles.article import CallKind, CallToAction
from fob_mail.composing.typesetting import one_line
from fob_mail.composing.words import Words
from fob_mail.translations import to_say

SITES = {
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "twitter.com": "Twitter",
    "x.com": "X",
    "instagram.com": "Instagram",
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "tiktok.com": "TikTok",
    "t.me": "Telegram",
    "whatsapp.com": "WhatsApp",
    "bsky.app": "Bluesky",
    "linkedin.com": "LinkedIn",
    "threads.net": "Threads",
}
LONGEST_LABEL = 60
_LONGEST_SAID = 300  # in the article; of what is longer no label is made
OURS = {
    CallKind.REGISTER: to_say("Register"),
    CallKind.SHARE: to_say("Share with friends"),
    CallKind.RETWEET: to_say("Repost to spread the word"),
    CallKind.FOLLOW: to_say("Follow {organisation}"),
    CallKind.LINK: to_say("Find out more"),
}
"""Our words, for a call whose own say nothing without their link."""


@dataclass(frozen=True, slots=True)
class Link:
    """Words and where they lead."""

    text: str  # words that name the goal
    url: str  # a whole web address, or mailto:


def usable(url: str) -> bool:
    """Whether a link can stand in a mail: a whole web address, or a mailbox."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.scheme in {"http", "https"} and bool(parts.hostname)) or (parts.scheme == "mailto" and "@" in parts.path)


def button_of(calls: tuple[CallToAction, ...], words: Words) -> Link | None:
    """The main button: the first call to register that has kept its link."""
    return next((Link(_label(c, words, ""), c.url) for c in calls if c.kind is CallKind.REGISTER and usable(c.url)), None)


def other_links(calls: tuple[CallToAction, ...], words: Words, organisation: str) -> tuple[Link, ...]:
    """The calls besides the button that have kept their links, no two with the same words."""
    button = button_of(calls, words)
    links: list[Link] = []
    for call in calls:
        if not usable(call.url) or (button and call.url == button.url):
            continue
        link = Link(_label(call, words, organisation), call.url)
        if call.kind is CallKind.FOLLOW or any(link.text == other.text for other in links):
            link = Link(words.say("{label} on {site}", label=link.text, site=site_of(call.url)), call.url)
        if link not in links:
            links.append(link)
    return tuple(links)


def site_of(url: str) -> str:
    """`Facebook` for facebook.com and what is under it; else the host without www."""
    host = (urlsplit(url).hostname or urlsplit(url).path.rpartition("@")[2]).removeprefix("www.")
    if "mastodon" in host:
        return "Mastodon"  # each of its many hosts
    return next((name for site, name in SITES.items() if host == site or host.endswith("." + site)), host)


def _label(call: CallToAction, words: Words, organisation: str) -> str:
    """The article's words without their "here", which names no goal; our own where nothing is left."""
    here = words.pattern("the word in which a link was", r"\b(?:right )?here\b")
    dangling = words.pattern("what is left at the end when that word is taken off", r"(?:\s+(?:at|on|and|via))+$")
    said = one_line(call.label)
    if len(said) > _LONGEST_SAID:
        return words.say(OURS[call.kind], organisation=organisation)
    without_here = re.sub(here, "", said, flags=re.IGNORECASE)
    label = re.sub(dangling, "", " ".join(without_here.split()).rstrip(" .:;,–—-"), flags=re.IGNORECASE)
    if len(label) < 3 or len(label) > LONGEST_LABEL or label.casefold() in {"click", "haz clic", "clic", call.kind.value}:  # noqa: PLR2004 two letters say nothing
        return words.say(OURS[call.kind], organisation=organisation)
    return label
