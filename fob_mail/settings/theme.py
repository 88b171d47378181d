"""How mails look: colours, logo, fonts and what stands at their foot; each colour that carries words is checked to be legible."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from fob_mail.colours import AA, COLOUR, clearest, contrast, legible, mixed

WIDEST = 512
_CLEAR = 7.0  # what a colour that is made for the dark keeps
_FONTS = re.compile(r"""[A-Za-z0-9 ,"'-]+""")


def _colour(value: str) -> str:
    value = value.lower()
    if not COLOUR.fullmatch(value):
        message = f"{value!r} is not a colour; write one such as #6b1826"
        raise ValueError(message)
    return value


def _made(value: str) -> str:
    return _colour(value) if value else value


def _fonts(value: str) -> str:
    if not _FONTS.fullmatch(value):
        message = f"{value!r} is not a list of fonts; write one such as Georgia, 'Times New Roman', serif"
        raise ValueError(message)
    return value


Colour = Annotated[str, AfterValidator(_colour)]
MadeColour = Annotated[str, AfterValidator(_made)]
Fonts = Annotated[str, AfterValidator(_fonts)]


class Theme(BaseModel):
    """The look of mails."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    main: Colour = Field(default="#6b1826", description="The colour field on which a mail opens and closes.")
    accent: Colour = Field(default="#a3311f", description="Buttons, links and labels.")
    highlight: Colour = Field(default="#f5bd55", description="What stands out on the main colour, and the button in the dark.")
    page: Colour = Field(default="#f3e8da", description="The ground around the mail.")
    card: Colour = Field(default="#fffcf8", description="The ground of the text.")
    panel: Colour = Field(default="#faeddc", description="The ground of the event.")
    ink: Colour = Field(default="#2b1a13", description="The text itself.")
    soft: Colour = Field(default="#654d40", description="Text of less weight.")
    dark_main: MadeColour = Field(default="", description="The main colour in the dark; empty: made from main.")
    dark_accent: MadeColour = Field(default="", description="Links and labels in the dark; empty: made from accent.")
    dark_page: Colour = Field(default="#120d0b", description="The ground around the mail in the dark.")
    dark_card: Colour = Field(default="#1e1714", description="The ground of the text in the dark.")
    dark_panel: Colour = Field(default="#2b201b", description="The ground of the event in the dark.")
    dark_ink: Colour = Field(default="#f4e9dd", description="The text in the dark.")
    dark_soft: Colour = Field(default="#cdb9a9", description="Text of less weight in the dark.")
    band: list[Colour] = Field(
        default=["#b8392a", "#e0762c", "#f0b640", "#6f9440", "#2a7b80", "#643f78", "#a8325a"],
        max_length=14,
        description="The colours of the woven band below the opening; an empty list: no band.",
    )
    logo: str = Field(default="", description="Address of the group's logo (https), shown at the top; empty: the group's name.")
    logo_width: int = Field(default=160, gt=0, le=WIDEST, description="How wide the logo is shown, in pixels.")
    headline_font: Fonts = Field(default="Georgia, 'Times New Roman', serif", description="Fonts of headlines, in order of preference.")
    text_font: Fonts = Field(default="Georgia, 'Times New Roman', serif", description="Fonts of the text.")
    label_font: Fonts = Field(default="'Helvetica Neue', Helvetica, Arial, sans-serif", description="Fonts of buttons and labels.")
    footer: str = Field(default="", description="More lines for the foot of each mail: a charity's number, say.")

    @field_validator("logo")
    @classmethod
    def _by_https(cls, value: str) -> str:
        if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname or re.search(r"""[\s"'<>\\]""", value)):
            message = f"{value!r} is not a picture's address; it begins with https://"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        colours = self.colours()
        wrong = []
        for front, back in PAIRS:
            words, ground = colours[front], colours[back]
            if contrast(words, ground) < AA:
                enough = legible(words, *(colours[other] for same, other in PAIRS if same == front))
                measured = f"{contrast(words, ground):.1f}:1, where {AA}:1 is needed; {enough} would do"
                wrong.append(f"{front} {words} does not read on {back} {ground}: {measured}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def colours(self) -> dict[str, str]:
        """Every colour by the name that a style sheet has for it: those that are set, and those made of them."""
        light = clearest(self.main, self.card, self.ink)
        dark_main = self.dark_main or mixed(self.main, "#000000", 0.2)
        chosen = {name: value for name, value in self if isinstance(value, str) and COLOUR.fullmatch(value)}
        return {
            **{name.replace("_", "-"): value for name, value in chosen.items()},
            "on-main": light,  # words on main
            "quiet-on-main": mixed(light, self.main, 0.14),  # words of less weight on main
            "on-accent": clearest(self.accent, "#ffffff", self.ink),  # words on accent: of buttons
            "on-highlight": clearest(self.highlight, "#ffffff", self.ink),  # words on highlight
            "line": mixed(self.panel, self.soft, 0.18),  # thin lines and borders
            "dark-main": dark_main,
            "dark-accent": self.dark_accent or legible(self.accent, self.dark_card, self.dark_panel, least=_CLEAR),
            "dark-line": mixed(self.dark_panel, self.dark_soft, 0.2),  # thin lines and borders in the dark
        }


PAIRS = (
    *((front, back) for front in ("ink", "soft") for back in ("page", "card", "panel")),
    *((f"dark-{front}", f"dark-{back}") for front in ("ink", "soft") for back in ("page", "card", "panel")),
    *((front, back) for front in ("on-main", "quiet-on-main", "highlight") for back in ("main", "dark-main")),
    *(("accent", back) for back in ("card", "panel")),
    *(("dark-accent", f"dark-{back}") for back in ("card", "panel")),
    ("on-accent", "accent"),
    ("on-highlight", "highlight"),
)
"""Which words stand on which ground; all of them have to be legible."""
