"""An article like a text copied off a page, and how it is read."""

from datetime import date
from zoneinfo import ZoneInfo

from fob_mail.articles.article import Article
from fob_mail.articles.reading import read

LONDON = ZoneInfo("Europe/London")


TODAY = date(2021, 4, 1)


COPIED = """Light, water and stubbornness

Ada Marsh previews a gathering on how a village kept its well and what the rest of us may learn from it

Last spring the well of Villa Esperanza was sold — “nobody asked us”, says Jeanine Áñez’s neighbour. The paper was pinned to a door.

A second paragraph follows, with 1,200 buckets a day and 4% of the price, in October 2020 and after.

Friends of the Valley are holding an event, Water – Rights, Hope & Stubbornness, marking six months of the well, on Monday April 19, 18.30.

Supported by Engineers for the Common Good & a range of unions + neighbours.

With: Eyewitness speakers from the village including journalist Oli Vega
Plus: Ruth Okafor MP, Miriam Colque (activist, in London), Alex Main (Director of Water & Policy), Claudia T-Defor (Lamps of the World.)
Chair: Christine Blow (Friends of Progressive Water.)

Book a place here – Share this with friends on FB here – Retweet it here, please

Ada Marsh is an activist with Friends of the Valley. Follow Friends of the Valley at and
"""
"""Made like a text copied off a page: links lost, no year, roles in brackets with commas and dots in them."""


def an_article(source: str = COPIED, name: str = "article.txt", today: date = TODAY) -> Article:
    """The article, read in London."""
    return read(source, name, LONDON, today)


def everything(article: Article) -> str:
    """All words of an article, wherever they are."""
    event = article.event
    parts = [
        article.title,
        article.standfirst,
        article.byline,
        *(block.text for block in article.body),
        *(call.label for call in article.calls),
    ]
    if event:
        people = [person for billing in event.billings for person in billing.people] + list(event.chair)
        parts += [event.name, event.place, event.supporters, event.when.as_written if event.when else ""]
        parts += [word for person in people for word in (person.name, person.role)]
        parts += [billing.label for billing in event.billings]
    return " ".join(parts)
