"""Draw docs/pictures/architecture.svg: how an article becomes mail, and where what comes back goes. For light and dark screens.

Run it from the repository's folder: python -m docs.pictures.make_architecture
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

FILE = Path(__file__).with_name("architecture.svg")
WIDTH, HEIGHT, TALL = 816, 884, 66

TITLE = "From an article to mail, and back"
DESCRIPTION = """On the left, going down: an article is understood (articles), becomes HTML and text (composing), is checked (preflight)
and is kept as a draft that send freezes, a row a recipient (campaigns). Within sending, going round: the ledger leases a batch and commits
before a byte is sent, personalising makes each reader's bytes, smtp sends them to the relay and the journal notes each, outcomes tells what
a reply means, and the ledger settles and commits. On the right, going up: what people press in a mail reaches web, what mail servers send
back reaches feedback, where inbound and vendors tell what it is and returns writes it down once; both change the audience. People who ask
come to the audience from above, by a form or an import. It is read when a campaign is frozen, and again when a batch is leased."""
STYLE = """
  svg { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
  .ground { fill: #fffcf8; } .name { font: 600 15px ui-monospace, Menlo, Consolas, monospace; }
  .words { font-size: 13.5px; } .tag { font-size: 12px; }
  text { fill: #2b1a13; } .aside { font-size: 13.5px; font-style: italic; }
  rect.shell { fill: #f8dccb; stroke: #a3311f; } rect.sql { fill: #dcead3; stroke: #3f6b2c; }
  rect.pure { fill: #fcedc4; stroke: #8a6410; } rect.io { fill: #d8e6f0; stroke: #2a5f80; }
  rect.outside { fill: none; stroke: #654d40; stroke-dasharray: 6 4; } rect.frame { fill: none; stroke: #a3311f; stroke-width: 1.5; }
  path.way { fill: none; stroke: #654d40; stroke-width: 2; marker-end: url(#tip); } marker path { fill: #654d40; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #1e1714; } text { fill: #f4e9dd; }
    rect.shell { fill: #5a2a1e; stroke: #e9988b; } rect.sql { fill: #2e4526; stroke: #9cc487; }
    rect.pure { fill: #4b3d17; stroke: #e3bd62; } rect.io { fill: #1f3e52; stroke: #8cc0e0; }
    rect.outside { stroke: #cdb9a9; } rect.frame { stroke: #e9988b; }
    path.way { stroke: #cdb9a9; } marker path { fill: #cdb9a9; }
  }
"""
LAYERS = {"shell": "shell: owns the transactions", "sql": "SQL", "pure": "pure: values in, values out", "io": "I/O"}


@dataclass(frozen=True, slots=True)
class Box:
    """A module, or what is outside of the program: its place, its name, and at most two lines of what it does."""

    layer: str
    left: int
    top: int
    wide: int
    name: str
    lines: tuple[str, ...]

    def drawn(self) -> str:
        """As SVG."""
        kind = "words" if self.layer == "outside" else "name"
        text = [f'<text class="{kind}" x="{self.left + 12}" y="{self.top + 23}" font-weight="600">{escape(self.name)}</text>']
        text += [
            f'<text class="words" x="{self.left + 12}" y="{self.top + 42 + 16 * at}">{escape(line)}</text>'
            for at, line in enumerate(self.lines)
        ]
        if self.layer != "outside":
            tag = {"sql": "SQL", "io": "I/O"}.get(self.layer, self.layer)
            right = self.left + self.wide - 8
            text.append(f'<rect class="{self.layer}" x="{right - 38}" y="{self.top - 9}" width="38" height="18" rx="9"/>')
            text.append(f'<text class="tag" x="{right - 19}" y="{self.top + 4}" text-anchor="middle">{tag}</text>')
        return f'<rect class="{self.layer}" x="{self.left}" y="{self.top}" width="{self.wide}" height="{TALL}" rx="7"/>' + "".join(text)


LEFT, RIGHT, HALF, WHOLE = 24, 452, 164, 340
BOXES = (
    Box("outside", LEFT, 64, WHOLE, "An article", ("plain text, Markdown, Word or a web page,", "as the organiser has it")),
    Box("pure", LEFT, 158, WHOLE, "articles", ("understood: event, people, links", "what is lost or inferred is said")),
    Box("pure", LEFT, 252, WHOLE - HALF, "composing", ("HTML and text, marks", "where readers differ")),
    Box("pure", LEFT + 200, 252, WHOLE - 200, "preflight", ("what is wrong,", "before it goes")),
    Box("sql", LEFT, 346, WHOLE, "campaigns", ("a draft, replaced at will, until send freezes it:", "one row a recipient, in batches")),
    Box("sql", LEFT, 484, HALF, "ledger.settle", ("COMMIT: what has", "become of each")),
    Box("sql", LEFT + 176, 484, HALF, "ledger.lease", ("COMMIT, before a", "byte is sent")),
    Box("pure", LEFT, 578, HALF, "outcomes", ("a reply: accepted,", "deferred, refused")),
    Box("pure", LEFT + 176, 578, HALF, "personalising", ("each reader's bytes,", "signed (signing)")),
    Box("io", LEFT, 672, WHOLE, "smtp, journal", ("many at once; a line is written before each", "final dot, and one after each reply")),
    Box(
        "outside",
        LEFT,
        794,
        768,
        "The relay, and readers' mailboxes",
        ("Each message goes once. What cannot be known after a crash is listed as unknown,", "and never sent again by itself."),
    ),
    Box("outside", RIGHT, 64, WHOLE, "People who ask", ("a form, or a file with the organiser's words", "of consent")),
    Box("shell", RIGHT, 158, HALF, "cli", ("lists, imports,", "requests about data")),
    Box("shell", RIGHT + 176, 158, HALF, "web.joining", ("says nothing of", "anybody")),
    Box("sql", RIGHT + 176, 252, HALF, "notes", ("a mail that asks:", "is it you?")),
    Box("sql", RIGHT, 346, WHOLE, "audience", ("subscriptions, consents, suppressions:", "who is mailed, and who never again")),
    Box("sql", RIGHT, 484, HALF, "returns", ("each event once,", "by a token of ours")),
    Box("pure", RIGHT, 578, HALF, "inbound, vendors", ("what is it? about", "whom?")),
    Box("shell", RIGHT, 672, HALF, "feedback", ("IMAP, POP3, LMTP,", "Maildir; webhooks")),
    Box("shell", RIGHT + 176, 672, HALF, "web.leaving", ("one click, no login,", "at once")),
)
WAYS = (
    "M194 130 V154",
    "M194 224 V238 H112 V248",
    "M200 285 H220",
    "M112 318 V342",
    "M282 412 V480",
    "M282 550 V574",
    "M282 644 V668",
    "M106 668 V648",
    "M106 574 V554",
    "M106 460 V416",
    "M282 738 V790",
    "M106 790 V742",
    "M534 130 V154",
    "M710 130 V154",
    "M534 224 V342",
    "M710 224 V248",
    "M710 318 V342",
    "M452 370 H368",
    "M476 412 V432 H428 V517 H368",
    "M534 790 V742",
    "M710 790 V742",
    "M534 668 V648",
    "M534 574 V554",
    "M534 480 V416",
    "M710 668 V416",
)
ASIDES = (
    (409, 362, "read when", "middle"),
    (409, 390, "frozen,", "middle"),
    (418, 440, "and again", "end"),
    (418, 456, "when leased", "end"),
    (118, 440, "the counts add up", "start"),
    (722, 440, "leave", "start"),
    (546, 440, "bounced,", "start"),
    (546, 456, "complained", "start"),
    (118, 772, "a reply", "start"),
    (294, 772, "a message", "start"),
    (546, 772, "what comes back", "start"),
    (722, 772, "a press", "start"),
)


def picture() -> str:
    """The whole picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(TITLE)}</title>',
        f'<desc id="description">{escape(DESCRIPTION)}</desc>',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto">',
        '<path d="M0 0 L10 5 L0 10 Z"/></marker></defs>',
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="10"/>',
        *_legend(),
        '<rect class="frame" x="12" y="466" width="364" height="284" rx="10"/>',
        f'<text class="name" x="{LEFT}" y="454">sending</text>',
        *(f'<path class="way" d="{way}"/>' for way in WAYS),
        *(box.drawn() for box in BOXES),
        *(f'<text class="aside" x="{left}" y="{top}" text-anchor="{anchor}">{escape(said)}</text>' for left, top, said, anchor in ASIDES),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend() -> list[str]:
    places = dict(zip(LAYERS, (24, 280, 368, 612), strict=True))
    return [
        f'<rect class="{layer}" x="{left}" y="22" width="20" height="20" rx="4"/><text class="words" x="{left + 28}" y="37">{said}</text>'
        for (layer, said), left in zip(LAYERS.items(), places.values(), strict=True)
    ]


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
