"""EUR-Lex XHTML -> provisions.

Two generations of converter are found in the Publications Office's files, and both are read here:

* the *Official Journal* generation (`oj-normal`, points in two-column tables; the Charter of 2012
  has the same tables without the `oj-` prefix and without ids),
* the *consolidated* generation (`norm`, points in `grid-list` blocks).

Either is first flattened to a list of `Line`s (nesting level, label, words); one small state
machine then gives every line its pinpoint. Deleted units are marked by dashes inside an amendment
mark and vanish with it. Footnotes and their call-outs are not part of the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree, html

from assistant.law import Pinpoint, Provision

_SKIP = re.compile(
    r"\b(modref|(oj-)?note|footnote|separator\S*|(oj-)?doc-sep|(oj-)?doc-end|(oj-)?final|hd-\S*|oj-signatory)\b"
)
_TITLE = re.compile(r"\b((title-article-norm|(oj-)?ti-art|title-annex-\d|(oj-)?doc-ti)|eli-title)\b")
_BLOCK = {"p", "div", "table", "tbody", "tr", "td", "hr", "dl", "ul", "ol"}
_LABEL = re.compile(
    r"^(\(?(?:\d+[a-z]?|[a-z]{1,5})(?:[ ]?(?:bis|ter|quater|quinquies|sexies))?\)|\d+(?:\.\d+)*[a-z]?\.|[a-z]\.|—|–|-)$"
)
_LATIN = {"bis": "a", "quater": "c", "ter": "b", "quinquies": "d", "sexies": "e"}
_DASH = {"—", "–", "-"}
_CORRIGENDUM = re.compile(r"[►◄](?:C\d+\b)?")
_PARAGRAPH = re.compile(r"^(\d+[a-z]*)\.[ \u00a0\u2003]+(?=\S)")
_HEADING = re.compile(r"\b(title-gr-seq-level-\d|(oj-)?ti-grseq-\d)\b")


class OriginalError(ValueError):
    """The file is not a whole act in a form this parser knows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One run of words: how deep it is nested, the label it opens with, and the words."""

    level: int
    label: str
    words: str
    heading: bool = False


def parse_act(data: bytes, work: str, version: str, *, depth: int = 99) -> list[Provision]:
    """Read one act; provisions in document order (recitals, articles, annexes).

    `depth` limits how many levels below the article are addressed: an amending act quotes other
    acts' labels, which are not its own. Raises `OriginalError` when the file is cut off or holds
    no article.
    """
    if not data.rstrip().endswith(b"</html>"):
        raise OriginalError("the file ends before </html>: it is cut off")
    try:
        root = html.document_fromstring(data)
    except (etree.ParserError, ValueError) as error:
        raise OriginalError(f"not XHTML: {error}") from error
    for quoted in _found(root, "//*[contains(@class,'footnote')]"):
        _drop(quoted)
    for call in _found(root, "//a[contains(@href,'#ntr') or contains(@href,'#E0') or starts-with(@id,'ntc')]"):
        _drop(call)
    units = [*_recitals(root, work), *_articles(root, work, depth), *_annexes(root, work)]
    if not any(unit.top.kind == "article" for unit in units):
        raise OriginalError("no article was found in it: not an act, or a form this parser does not know")
    return [provision for unit in units for provision in _provisions(unit, version)]


@dataclass(frozen=True, slots=True)
class _Unit:
    """An article, annex or recital: its pinpoint, its heading, its lines with their pinpoints."""

    top: Pinpoint
    heading: str
    lines: list[tuple[Pinpoint, Line]]
    path: str


def _recitals(root: html.HtmlElement, work: str) -> Iterator[_Unit]:
    for div in _found(root, "//*[starts-with(@id,'rct_')]"):
        pin = Pinpoint(work, "recital", div.get("id")[4:])
        yield _Unit(pin, "", [(pin, replace(line, label="")) for line in _lines(div, 0)], "Recitals")


def _articles(root: html.HtmlElement, work: str, depth: int) -> Iterator[_Unit]:
    divs = [d for d in _found(root, "//div[starts-with(@id,'art_')]") if re.fullmatch(r"art_\d+[a-z]?", d.get("id"))]
    paths = {d.get("id")[4:]: _path(d) for d in divs}
    bodies = [(d.get("id")[4:], _take_titles(d), [d]) for d in divs] or list(_headed_articles(root))
    for number, heading, elements in bodies:
        top = Pinpoint(work, "article", number)
        lines = (line for element in elements for line in _lines(element, 0, paragraphs=True))
        yield _Unit(top, heading, list(_placed(top, lines, depth)), paths.get(number, ""))


def _headed_articles(root: html.HtmlElement) -> Iterator[tuple[str, str, list[html.HtmlElement]]]:
    """The oldest files have no ids: an article runs from its heading to the next heading."""
    for p in _found(root, "//p[@class='ti-art']"):
        heading, body = "", []
        for element in p.itersiblings():
            names = element.get("class") or ""
            if re.search(r"\b(ti-art|ti-section-\d|ti-grseq-\d|doc-end|doc-sep)\b", names):
                break
            if "sti-art" in names:
                heading = _words(element)
            else:
                body.append(element)
        yield _words(p).split()[-1], heading, body


def _annexes(root: html.HtmlElement, work: str) -> Iterator[_Unit]:
    for div in _found(root, "//*[starts-with(@id,'anx_')]"):
        top = Pinpoint(work, "annex", div.get("id")[4:])
        heading = _take_titles(div)
        lines = (_annex_label(line) for line in _lines(div, 0))
        yield _Unit(top, heading, list(_placed(top, lines, 99)), "Annexes")


def _annex_label(line: Line) -> Line:
    """Headings such as "1. Introduction" and paragraphs such as "3.1. The application" carry labels."""
    m = None if line.label else re.match(r"^(\d+(?:\.\d+)*\.|[a-z][.)])\s+(?=\S)", line.words)
    if m and (line.heading or (line.level == 0 and m[1][0].isdigit())):
        return replace(line, label=m[1], words=line.words[m.end() :], heading=False)
    return line


def _placed(top: Pinpoint, lines: Iterable[Line], depth: int) -> Iterator[tuple[Pinpoint, Line]]:
    """Give every line the pinpoint it belongs to.

    A label opens a unit at its nesting level and closes those at the same or a deeper level; words
    without a label belong to the innermost unit still open at their level. In annexes a letter at
    the level of a number stands below it ("4." … "(a)"). A label that an earlier unit of the same
    parent has already used (Art. 43(1) restarts at "(a)") opens no unit: its words stay with the
    parent, as do labels below `depth`.
    """
    section, open_units, used, dashes = "", [], {top}, 0  # type: str, list[tuple[int, str]], set[Pinpoint], int
    for line in lines:
        part = _part(line.label)
        if line.heading:
            if m := re.match(r"Section ([A-Z0-9]+)\b", line.words):
                section, open_units = m[1], []
            yield Pinpoint(top.work, top.kind, top.unit, section, tuple(p for _, p in open_units)), line
            continue
        if not part or line.level > depth:
            open_units = [(at, p) for at, p in open_units if at <= line.level]
        else:
            below = [(at, p) for at, p in open_units if at < line.level or (at == line.level and _holds(top, p, part))]
            numbered_annex = top.kind == "annex" and part[0].isdigit()
            if line.label in _DASH:
                part = "" if [p for _, p in below if not (top.kind == "article" and p[0].isdigit())] else "-"
            elif numbered_annex:
                below = []
            if part == "-":
                dashes += 1
                part = f"-{dashes}"
            candidate = Pinpoint(top.work, top.kind, top.unit, section, (*(p for _, p in below), part))
            open_units = below
            if part and candidate not in used:
                used.add(candidate)
                open_units = [*below, (line.level, part)]
        pin = Pinpoint(top.work, top.kind, top.unit, section, tuple(p for _, p in open_units))
        opened = bool(part) and line.level <= depth and pin.parts[-1:] == (part,)
        yield pin, line if opened or not line.label else replace(line, label="", words=f"{line.label} {line.words}")


def _part(label: str) -> str:
    """The label as pinpoints have it; the French "4 bis" is the English "4a".

    >>> _part("(ba)"), _part("3.1."), _part("14 ter)")
    ('ba', '3.1', '14b')
    """
    bare = label.strip("().")
    for latin, letter in _LATIN.items():
        bare = re.sub(rf"(?<=[0-9a-z])[ ]?{latin}$", letter, bare)
    return bare


def _holds(top: Pinpoint, open_part: str, part: str) -> bool:
    return top.kind == "annex" and open_part[0].isdigit() and not part[0].isdigit()


def _provisions(unit: _Unit, version: str) -> Iterator[Provision]:
    """Own and whole text of every unit of one article, annex or recital, in document order."""
    headings: dict[Pinpoint, str] = {}
    order = {unit.top: None}
    for pin, line in unit.lines:
        if line.heading:
            headings[pin] = f"{headings[pin]} {line.words}" if pin in headings else line.words
        order.update(dict.fromkeys([*reversed(list(pin.ancestors())), pin]))
    for pin in order:
        inside = [(p, line) for p, line in unit.lines if p.within(pin) and not (line.heading and p == pin)]
        label = next((line.label for p, line in inside if p == pin and line.label), "")
        whole = [line.words if p == pin else f"{line.label} {line.words}".lstrip() for p, line in inside]
        own = [line.words for p, line in inside if p == pin]
        heading = " — ".join(
            h for h in (unit.heading, headings.get(Pinpoint(pin.work, pin.kind, pin.unit, pin.section), "")) if h
        )
        yield Provision(str(pin), heading, "\n".join(whole), "\n".join(own), label, version, unit.path)


# -- flattening ---------------------------------------------------------------------------------


def _lines(element: html.HtmlElement, level: int, *, paragraphs: bool = False) -> Iterator[Line]:
    """The words of an element, block by block, in order; every block keeps its inline words."""
    heading = bool(_HEADING.search(element.get("class") or ""))
    buffer: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            buffer.append(child.tail or "")
            continue
        if child.tag not in _BLOCK:
            if _skipped(child):
                buffer.append(child.tail or "")
                continue
            inner = list(_lines(child, level)) if _has_block(child) else None
            buffer.append("" if inner is not None else _raw(child))
            if inner is not None:
                yield from _flush(buffer, level, heading, paragraphs)
                yield from inner
            buffer.append(child.tail or "")
            continue
        yield from _flush(buffer, level, heading, paragraphs)
        if not _skipped(child):
            yield from _block(child, level, paragraphs)
        buffer = [child.tail or ""]
    yield from _flush(buffer, level, heading, paragraphs)


def _block(child: html.HtmlElement, level: int, paragraphs: bool) -> Iterator[Line]:
    names = child.get("class") or ""
    if "grid-container" in names:
        label, body = child[0], child[1]
        yield from _with_label(_words(label), _lines(body, level + 1))
    elif child.tag == "table":
        yield from _table(child, level)
    elif "enumeration-spacing" in names:
        label = _words(child[0])
        _drop(child[0])
        yield from _with_label(label, _lines(child, level + 1))
    elif (number := child.find("span[@class='no-parag']")) is not None:
        label = _words(number)
        _drop(number)
        yield from _with_label(f"({label.strip('().')})", _lines(child, level), shown=label)
    else:
        yield from _lines(child, level, paragraphs=paragraphs)


def _table(table: html.HtmlElement, level: int) -> Iterator[Line]:
    """A two-column table whose first cell is a label is a point; any other is a real table."""
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is not table:
            continue
        cells = row.findall("td")
        first = _words(cells[0]) if cells else ""
        if len(cells) == 2 and _LABEL.match(first):
            yield from _with_label(first, _lines(cells[1], level + 1))
        elif len(cells) == 3 and not first and _LABEL.match(_words(cells[1])):
            yield from _with_label(_words(cells[1]), _lines(cells[2], level + 1))
        elif len(cells) == 2 and not first:
            yield from _lines(cells[1], level)
        elif cells and all(not _found(c, ".//table") for c in cells):
            yield Line(level, "", " | ".join(_words(c) for c in cells))
        else:
            for cell in cells:
                yield from _lines(cell, level)


def _with_label(label: str, lines: Iterator[Line], shown: str = "") -> Iterator[Line]:
    """Give the label to the first line; keep it as words where it is not a label of this act."""
    first = next(lines, None)
    if first is None:
        return
    if _LABEL.match(label):
        yield replace(first, label=shown or label)
    else:
        yield replace(first, words=f"{label} {first.words}")
    yield from lines


def _flush(buffer: list[str], level: int, heading: bool, paragraphs: bool) -> Iterator[Line]:
    words = _squeeze("".join(buffer))
    raw = "".join(buffer).lstrip(" \n\t\r")
    buffer.clear()
    if not words:
        return
    if paragraphs and level == 0 and (m := _PARAGRAPH.match(raw)):
        yield Line(0, f"{m[1]}.", _squeeze(raw[m.end() :]), heading)
    else:
        yield Line(level, "", words, heading)


def _skipped(element: html.HtmlElement) -> bool:
    names = element.get("class") or ""
    return bool(_SKIP.search(names)) and not _HEADING.search(names)


def _has_block(element: html.HtmlElement) -> bool:
    return any(isinstance(e.tag, str) and e.tag in _BLOCK for e in element.iter())


def _drop(element: html.HtmlElement) -> None:
    """Remove an element, keeping the words after it."""
    element.drop_tree()


def _raw(element: html.HtmlElement) -> str:
    return "".join(element.itertext())


def _words(element: html.HtmlElement) -> str:
    return _squeeze(_raw(element))


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", _CORRIGENDUM.sub(" ", text)).strip()


def _take_titles(div: html.HtmlElement) -> str:
    """The heading of an article or annex; its title lines are removed, quoted titles deeper down are not.

    The first line ("Article 5", "ANNEX III") is the number and no part of the heading.
    """
    titles = [e for e in div if isinstance(e.tag, str) and _TITLE.search(e.get("class") or "")]
    words = [_words(e) for e in titles]
    for element in titles:
        _drop(element)
    return " ".join(words[1:])


def _path(div: html.HtmlElement) -> str:
    """The titles of the chapter and section an article stands in, outermost first."""
    titles = []
    for division in _found(div, "ancestor::div[starts-with(@id,'cpt_') or starts-with(@id,'sct_')]"):
        titles += [
            _words(p)
            for p in _found(division, "./p[contains(@class,'title-division-2')]|./div[contains(@class,'eli-title')]")
        ]
    return " › ".join(re.sub(r"\bai\b", "AI", t.capitalize()) if t.isupper() else t for t in titles)


def _found(element: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """The elements an XPath expression finds."""
    found: list[html.HtmlElement] = element.xpath(path)
    return found
