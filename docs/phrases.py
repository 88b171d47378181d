"""Brings the catalogues in templates/locale into step with the sources: `python -m docs.phrases`, or `make phrases`.

What is new is written into each of them, to be translated; what nobody says any more is taken out.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from fob_mail.assets import folder

ROOT = Path(__file__).parents[1]
SOURCES = {
    "mail": ("fob_mail/composing/**/*.py", "templates/emails/**/*.html", "templates/emails/**/*.txt"),
    "pages": ("fob_mail/web/**/*.py", "templates/pages/*.html"),
}
KEYWORDS = {"say": None, "to_say": None, "say_many": (1, 2), "say_in": ((1, "c"), 2), "pattern": ((1, "c"), 2)}

HEAD = """# {domain}, in {name}. After a change of the sources: make phrases. See docs/architecture.md.
msgid ""
msgstr ""
"Language: {name}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def said(domain: str) -> Catalog:
    """Every phrase that the sources of a domain say."""
    catalogue = Catalog(domain=domain, fuzzy=False)
    for file in _files(domain):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        for _, phrase, comments, context in extract_from_file(method, file, keywords=KEYWORDS, options={"silent": "false"}):
            catalogue.add(phrase, auto_comments=comments, context=context)
    return catalogue


def catalogues(domain: str) -> Iterator[tuple[Path, Catalog]]:
    """Every catalogue of a domain that there is, with its file."""
    for file in sorted(folder("templates").glob(f"locale/*/LC_MESSAGES/{domain}.po")):
        with file.open("rb") as opened:
            yield file, read_po(opened, locale=file.parts[-3], domain=domain)


def _files(domain: str) -> Iterator[Path]:
    for pattern in SOURCES[domain]:
        yield from sorted(ROOT.glob(pattern))


def main() -> None:
    """Write every catalogue anew; nothing that is translated is lost but what is said no more."""
    for domain in SOURCES:
        now = said(domain)
        for file, catalogue in catalogues(domain):
            catalogue.update(now, no_fuzzy_matching=True)
            head = HEAD.format(domain=domain, name=catalogue.locale_identifier, plural_forms=catalogue.plural_forms)
            with file.open("wb") as opened:
                opened.write(head.encode())
                write_po(opened, catalogue, width=140, ignore_obsolete=True, no_location=True, omit_header=True)


if __name__ == "__main__":
    main()
