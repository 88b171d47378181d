"""The form to put on a group's own site: plain HTML, sent from there to the public pages here, without a script or a cookie."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fob_mail.links import Links
from fob_mail.models import MailingList
from fob_mail.translations import primary
from fob_mail.web.pages import FOLDER, all_words


def snippet_of(of: MailingList, links: Links, privacy_url: str) -> str:
    """The form of a list, in the list's language; colours and fonts are those of the page that it is put on."""
    words = all_words().get(primary(of.language), all_words()["en"])
    environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)
    action = f"{links.url('/join/', of.slug)}?lang={words.language}"
    template = environment.get_template("snippet.html")
    return template.render(say=words.say, action=action, list=of, language=words.language, privacy_url=privacy_url).strip()
