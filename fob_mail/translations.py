"""How a phrase is said in another language: gettext catalogues in templates/locale, compiled in memory when they are first asked for.

An English phrase is its own key, so English has no catalogue. `mail` holds what stands in mails, `pages` what stands on public pages.
"""

import gettext
import io
from functools import lru_cache

from fob_mail.assets import folder

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"})


def to_say(phrase: str) -> str:
    """The phrase as it is: marks for the catalogues what is said later, where it is not known which phrase it will be."""
    return phrase


def primary(language: str) -> str:
    """The language of a BCP 47 tag without region or script: `es` of `es-BO`."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=1000)
def is_language(tag: str) -> bool:
    """Whether Unicode's CLDR knows the language, script and region of a BCP 47 tag: `es-BO`, and not `xx-yy-zz`."""
    from babel import Locale, parse_locale  # noqa: PLC0415 imported late, so that --help is quick

    try:
        language, region, script, *_ = parse_locale(tag, sep="-")
    except ValueError:
        return False
    known = Locale(FALLBACK)
    return language in known.languages and (region is None or region in known.territories) and (script is None or script in known.scripts)


def direction(language: str) -> str:
    """`ltr` or `rtl`, for the dir attribute."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


@lru_cache
def languages(domain: str) -> tuple[str, ...]:
    """The languages in which a domain, mail or pages, can be had; English is always among them."""
    found = {file.parts[-3] for file in folder("templates").glob(f"locale/*/LC_MESSAGES/{domain}.po")}
    return tuple(sorted({FALLBACK, *found}))


def speaks(domain: str, language: str) -> bool:
    """Whether a domain can be had in this language; if not, it is in English."""
    return primary(language) in languages(domain)


@lru_cache(maxsize=64)
def catalogue(domain: str, language: str) -> gettext.NullTranslations:
    """The phrases of a domain in a language, or English ones."""
    if primary(language) == FALLBACK or not speaks(domain, language):
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 who speaks English alone needs no Babel
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with (folder("templates") / "locale" / primary(language) / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        written = read_po(file, locale=primary(language), domain=domain)
    compiled = io.BytesIO()
    write_mo(compiled, written)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
