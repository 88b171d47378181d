"""What a writer leaves open in an article, as marks: fields, and conditions on the reader.

    {{ name }}  {{ first_name }}  {{ address }}  {{ attribute.city }}  {{ attribute["favourite colour"] }}   each may have | default("…")
    {% if … %}  {% elif … %}  {% else %}  {% endif %}   around paragraphs, or inside one; conditions.py says what they may ask

Whatever cannot be filled in is refused here, before anybody is mailed.
"""

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from fob_mail import conditions
from fob_mail.articles.article import Article, Block, BlockKind, CallToAction, Span
from fob_mail.composing.typesetting import cleaned
from fob_mail.errors import InputError
from fob_mail.slots import BRANCHES, MARK, OF_EVERYBODY, attribute, is_branch, mark

_OPENS = re.compile(r"\{[{%]")
_CLOSES = {"{{": "}}", "{%": "%}"}
_QUOTED = r"[\"'“”‘’«»](?P<default>[^\"“”«»]{0,1000}?)[\"'“”‘’«»]"
_FIELD = re.compile(
    r"\s*(?:(?P<name>\w+)|attribute\.(?P<plain>\w+)|attribute\[\s*[\"'“”‘’](?P<key>[^\"“”]{1,200}?)[\"'“”‘’]\s*\])"
    rf"\s*(?:\|\s*default\s*\(\s*{_QUOTED}\s*\)\s*)?"
)
_STRAIGHT = str.maketrans("“”‘’«»", '""\'\'""')
_FIELDS = sorted(OF_EVERYBODY - {"language"})
_ALL = f"The fields are {', '.join(_FIELDS)} and attribute.NAME"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which attributes the people of the list have; their names are found in any case, with or without blanks and underscores."""

    attributes: Collection[str] = ()

    def key(self, written: str) -> str:
        """An attribute by the name that people have it under. Raises InputError that names the nearest."""
        if written in self.attributes:
            return written
        alike = {_folded(name): name for name in self.attributes}
        if _folded(written) in alike:
            return alike[_folded(written)]
        near = difflib.get_close_matches(written, self.attributes, n=1) or difflib.get_close_matches(_folded(written), alike, n=1)
        known = f"There are {', '.join(sorted(self.attributes)[:20])}." if self.attributes else "They have none."
        hint = f"Did you mean attribute.{near[0]}? " if near else ""
        raise InputError(f"Nobody on the list has an attribute {written!r}.", hint + known)

    def marked(self, text: str) -> str:
        """Text with marks in place of its fields and conditions; what already looks like a mark is taken out."""
        text, at = cleaned(text), 0
        done: list[str] = []
        for start, end in _codes(text):
            code = text[start + 2 : end - 2]
            done += [text[at:start], self._field(code) if text[start + 1] == "{" else self._branch(code)]
            at = end
        return "".join([*done, text[at:]])

    def _field(self, code: str) -> str:
        written = " ".join(code.split())
        match = _FIELD.fullmatch(code)
        if not match:
            remedy = 'Write one such as {{ first_name | default("friend") }} or {{ attribute.city }}.'
            raise InputError(f"The article has {{{{ {written[:60]} }}}}, which is no field.", remedy)
        key = match["plain"] or match["key"]
        if key:
            return mark(attribute(self.key(key)), match["default"] or "")
        if match["name"] not in _FIELDS:
            near = difflib.get_close_matches(match["name"], [*_FIELDS, *self.attributes], n=1)
            hint = f"Did you mean {near[0] if near[0] in _FIELDS else f'attribute.{near[0]}'}? " if near else ""
            raise InputError(f"The article has a field {{{{ {written[:60]} }}}} that nothing fills in.", f"{hint}{_ALL}.")
        return mark(match["name"], match["default"] or "")

    def _branch(self, code: str) -> str:
        word, _, condition = " ".join(code.split()).partition(" ")
        if word not in BRANCHES or bool(condition) != (word in {"if", "elif"}):
            remedy = 'Write {% if attribute.city == "Leeds" %}, {% elif … %}, {% else %} and {% endif %}.'
            raise InputError(f"The article has {{% {code.strip()[:60]} %}}, which is no condition.", remedy)
        if not condition:
            return mark(word)
        straight = condition.translate(_STRAIGHT)
        names = {name: self.key(name) for name in conditions.fields(straight)}
        return mark(word, conditions.renamed(straight, names))


def _codes(text: str) -> Iterator[tuple[int, int]]:
    """Where fields and conditions begin and end: each from its braces to the next that close. In linear time, whatever is never closed."""
    at, unclosed = 0, set[str]()
    while found := _OPENS.search(text, at):
        end = -1 if found[0] in unclosed else text.find(_CLOSES[found[0]], found.end())
        if end < 0:
            unclosed.add(found[0])
            at = found.start() + 1
        else:
            at = end + 2
            yield found.start(), at


def merged(article: Article, vocabulary: Vocabulary) -> Article:
    """The article with marks in it; each condition is closed where it was opened, and stands around whole blocks or inside one."""

    def words(text: str) -> str:
        return words_in(text, vocabulary)

    body = tuple(part for block in article.body for part in _unwrapped(_block(block, vocabulary)))
    _check("".join(block.text for block in body if is_branch(block.text)), "the article")
    return replace(
        article,
        title=words(article.title),
        standfirst=words(article.standfirst),
        byline=words(article.byline),
        footnotes=tuple(map(words, article.footnotes)),
        calls=tuple(_call(call) for call in article.calls),
        body=body,
    )


def words_in(text: str, vocabulary: Vocabulary) -> str:
    """A text with marks in it: each condition that it opens it closes."""
    done = vocabulary.marked(text)
    _check(done, repr(text[:40]))
    return done


def _check(marked: str, where: str) -> None:
    """That every condition of a text is opened and closed in it, in order."""
    open_: list[str] = []
    for field in (found[1] for found in MARK.finditer(marked) if found[1] in BRANCHES):
        if field == "if":
            open_.append(field)
        elif not open_ or (field != "endif" and open_[-1] == "else"):
            raise InputError(f"A {{% {field} %}} in {where} has no {{% if %}} before it.", "Open it with {% if … %}.")
        elif field == "endif":
            open_.pop()
        else:
            open_[-1] = field
    if open_:
        raise InputError(
            f"A {{% if %}} in {where} is never closed.", "Write {% endif %} where it ends: in the same paragraph, or on its own."
        )


def _call(call: CallToAction) -> CallToAction:
    """A call is the same for everybody: buttons and links are, and so calendars and archives can be."""
    if any(_codes(call.label)):
        raise InputError(f"The call {call.label[:60]!r} has a field in it.", "Write it in words that are right for everybody.")
    return replace(call, label=cleaned(call.label))


def _block(block: Block, vocabulary: Vocabulary) -> Block:
    """A block with marks, each condition of it either opened and closed in one of its items, or alone in the whole block."""
    items = tuple(tuple(_span(span, vocabulary) for span in item) for item in block.items)
    done = replace(block, items=items)
    if not is_branch(done.text):
        for item in items:
            _check_item(item)
    return done


def _span(span: Span, vocabulary: Vocabulary) -> Span:
    if "{{" in span.href or "{%" in span.href or "%7b%7b" in span.href.lower() or MARK.search(span.href):
        raise InputError(
            f"The link {span.href[:60]!r} has a field in it.", "Links are the same for everybody; put the field into its words."
        )
    return replace(span, text=vocabulary.marked(span.text))


def _check_item(item: tuple[Span, ...]) -> None:
    """That conditions do not begin in bold type, say, and end outside of it, which would leave half an element to some readers."""
    whole = "".join(span.text for span in item)
    _check(whole, repr(MARK.sub("…", whole)[:40]))
    opened: list[tuple[str, bool, bool]] = []
    for span in item:
        look = (span.href, span.strong, span.emphasis)
        for field, _ in MARK.findall(span.text):
            if field == "if":
                opened.append(look)
            elif field in BRANCHES and opened[-1] != look:
                raise InputError(
                    f"A condition in {MARK.sub('…', whole)[:40]!r} begins and ends in different type.",
                    "Put {% if %} and {% endif %} both inside or both outside of bold, italics and links.",
                )
            if field == "endif":
                opened.pop()


def _unwrapped(block: Block) -> list[Block]:
    """A paragraph that is one condition from its first word to its last, as paragraphs with the condition around them."""
    if block.kind is not BlockKind.PARAGRAPH or len(block.items) != 1 or is_branch(block.text) or not _is_one_condition(block.text.strip()):
        return [block]
    blocks: list[Block] = []
    current: list[Span] = []
    depth = 0
    for span in block.items[0]:
        at = 0
        for found in (each for each in MARK.finditer(span.text) if each[1] in BRANCHES):
            depth += (found[1] == "if") - (found[1] == "endif")
            if depth == (0 if found[1] == "endif" else 1):
                current.append(replace(span, text=span.text[at : found.start()]))
                blocks += [*_paragraph(current), Block(BlockKind.PARAGRAPH, ((Span(found[0]),),))]
                current, at = [], found.end()
        current.append(replace(span, text=span.text[at:]))
    return blocks


def _is_one_condition(text: str) -> bool:
    depth = 0
    for found in (each for each in MARK.finditer(text) if each[1] in BRANCHES):
        if depth == 0 and found.start() > 0:
            return False
        depth += (found[1] == "if") - (found[1] == "endif")
        if depth == 0:
            return found.end() == len(text)
    return False


def _paragraph(spans: list[Span]) -> list[Block]:
    trimmed = [span for span in spans if span.text]
    if not "".join(span.text for span in trimmed).strip():
        return []
    trimmed[0] = replace(trimmed[0], text=trimmed[0].text.lstrip())
    trimmed[-1] = replace(trimmed[-1], text=trimmed[-1].text.rstrip())
    return [Block(BlockKind.PARAGRAPH, (tuple(trimmed),))]


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
