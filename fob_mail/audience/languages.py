"""Which language is meant by `es`, `ES_bo` or `Spanish`?"""

import re

from fob_mail.translations import is_language

_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
_NAMES = {
    "english": "en", "inglés": "en", "ingles": "en",
    "spanish": "es", "español": "es", "espanol": "es", "castellano": "es",
    "french": "fr", "français": "fr", "francais": "fr",
    "german": "de", "deutsch": "de",
    "portuguese": "pt", "português": "pt", "portugues": "pt",
    "italian": "it", "italiano": "it",
    "dutch": "nl", "catalan": "ca", "català": "ca", "welsh": "cy", "cymraeg": "cy",
    "quechua": "qu", "runasimi": "qu", "aymara": "ay", "guaraní": "gn", "guarani": "gn",
}  # fmt: skip
_REGION = 2
_LONGEST = 35


def tag(text: str) -> str | None:
    """The BCP 47 tag, `es-BO`, of a tag or a language's usual name; None where it is neither, or nobody knows such a language."""
    text = text.strip()
    if text.casefold() in _NAMES:
        return _NAMES[text.casefold()]
    found = _TAG.fullmatch(text)
    if not found or len(text) > _LONGEST:
        return None
    rest = [part.upper() if len(part) == _REGION else part for part in re.split("[-_]", found[2])[1:]]
    whole = "-".join([found[1].lower(), *rest])
    return whole if is_language(whole) else None
