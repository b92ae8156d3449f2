"""Reading the works: contents, an article unit by unit, its cross-references, what changed, what interprets it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assistant.aids.data import Aids
from assistant.ask import Assistant
from assistant.corpus import edition
from assistant.law import Pinpoint, PinpointError, Provision, Work, parse_pinpoint
from assistant.references import find_references
from assistant.register import Rule

MOST_FOUND = 40  # provisions that a search lists
# words after a reference that give it to an act which is not among the works
_ELSEWHERE = re.compile(
    r"^[^.;:]{0,40}?\b(?:of|in)\s+(?:the\s+)?(?:that\s+|those\s+|this\s+)?"
    r"(?:Regulations?|Directives?|Decisions?|Framework|Council|Recommendation|TFEU|TEU|Treat(?:y|ies)|Protocol|Convention)",
    re.IGNORECASE,
)
_TREATY = re.compile(r"^\s*(?:TFEU|TEU|ECHR)\b")
_OWN_ACT = re.compile(r"^[^.;:]{0,40}?\bof this (?:Regulation|Directive)\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\bparagraphs?\s+(?P<n>\d{1,2}[a-z]?)\b(?:,?\s+(?:\w+ subparagraph,?\s+)?points?\s+\((?P<p>[a-z]{1,3})\))?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table of contents."""

    pinpoint: str
    heading: str


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter or section, with what stands in it."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A cross-reference in a text: where it stands, in characters, and where it leads."""

    start: int
    end: int
    pinpoint: str


class Reader:
    """The works of one assistant, to be read."""

    def __init__(self, assistant: Assistant, aids: Aids) -> None:
        self.assistant = assistant
        self.corpus = assistant.corpus
        self.texts = assistant.index.texts
        self.aids = aids

    def contents(self, work: Work, version: str) -> list[Part]:
        """Articles, annexes, recitals, paragraphs or topics of a version, by the part they stand in."""
        parts: dict[str, list[Entry]] = {}
        for name in self.corpus.exists.get(edition(work.short, version), {}):
            pinpoint = parse_pinpoint(name)
            if pinpoint == pinpoint.top:
                held = self.texts.get(name, version)
                title = (held.path or held.heading if pinpoint.kind == "paragraph" else held.path) if held else ""
                heading = "" if pinpoint.kind == "paragraph" else self.corpus.heading(pinpoint, version)
                parts.setdefault(title or _sort(pinpoint), []).append(Entry(name, heading))
        return [Part(title, tuple(entries)) for title, entries in parts.items()]

    def units(self, top: Pinpoint, version: str) -> list[Provision]:
        """The paragraphs or points of an article or annex, in order; the whole where it has none."""
        whole = self.texts.get(str(top), version)
        if whole is None:
            return []
        table = self.texts.by_version[edition(top.work, version)]
        below = [p for name, p in table.items() if self._parent(name) == top]
        if not below:
            return [whole]
        return [*([whole] if whole.own.strip() else []), *below]

    @staticmethod
    def _parent(name: str) -> Pinpoint | None:
        pinpoint = parse_pinpoint(name)
        if pinpoint.section:
            return None if pinpoint.parts else pinpoint.top
        return pinpoint.top if len(pinpoint.parts) == 1 and "." not in pinpoint.parts[0] else None

    def links(self, text: str, here: Pinpoint, version: str) -> list[Link]:
        """The cross-references of a text that lead to a provision of these works; others are left as they are."""
        found = []
        for reference in find_references(text):
            after = text[reference.end :]
            target = reference.pinpoint
            if target.kind == "paragraph" or _TREATY.match(after):
                continue
            if target.work == "AI Act" and not _OWN_ACT.match(after) and _ELSEWHERE.match(after):
                continue  # an article of an act that is not here
            if target.work == "AI Act" and here.work != "AI Act" and "2024/1689" not in after[:60]:
                target = Pinpoint(here.work, target.kind, target.unit, target.section, target.parts)
            if name := self._nearest(target, version if target.work == here.work else ""):
                found.append(Link(reference.start, reference.end, name))
        for m in _RELATIVE.finditer(text):
            parts = (m["n"], m["p"]) if m["p"] else (m["n"],)
            name = self._nearest(Pinpoint(here.work, "article", here.unit, parts=parts), version)
            taken = any(x.start < m.end() and m.start() < x.end for x in found)
            elsewhere = re.match(r"\s*,?\s*[^.;]{0,30}of Article", text[m.end() :])
            if here.kind == "article" and name and not taken and not elsewhere:
                found.append(Link(m.start(), m.end(), name))
        return sorted(found + self._listed(text, found, version), key=lambda x: x.start)

    def _listed(self, text: str, found: Sequence[Link], version: str) -> list[Link]:
        """The further members of lists such as "paragraphs 2 and 3" or "Articles 9, 10 and 12"."""
        further = []
        for link in found:
            first, at = parse_pinpoint(link.pinpoint), link.end
            while re.match(r"\w*(?:paragraphs|Articles)\b", text[link.start : link.end]) and (
                m := re.match(r"(?:,| and| or| to|, and)\s+(?P<n>\d{1,3}[a-z]?)\b(?!\()", text[at:])
            ):
                unit = text[link.start : link.start + 4].lower() == "para"
                parts, number = ((m["n"],), first.unit) if unit else ((), m["n"])
                name = self._nearest(Pinpoint(first.work, "article", number, parts=parts), version)
                if name:
                    further.append(Link(at + m.start("n"), at + m.end("n"), name))
                at += m.end()
        return further

    def _nearest(self, pinpoint: Pinpoint, version: str) -> str:
        """The provision itself, or the narrowest that holds it; empty where none exists."""
        work = self.corpus.works.get(pinpoint.work)
        if work is None:
            return ""
        table = self.corpus.exists.get(edition(work.short, version or work.versions[-1].date), {})
        return next((str(p) for p in (pinpoint, *pinpoint.ancestors()) if str(p) in table), "")

    def recitals(self, pinpoint: Pinpoint) -> list[str]:
        """Recitals that explain a provision, or what stands in it."""
        return [name for name, explained in self._explained if any(_touch(p, pinpoint) for p in explained)]

    def explains(self, recital: str) -> list[str]:
        """The provisions that a recital explains."""
        return [str(p) for name, explained in self._explained if name == recital for p in explained]

    @cached_property
    def _explained(self) -> list[tuple[str, list[Pinpoint]]]:
        return [(r.recital, [parse_pinpoint(p) for p in r.explains]) for r in self.aids.recitals]

    def rules(self, pinpoint: Pinpoint, version: str) -> list[Rule]:
        """The rules that rest on a provision or on what stands in it, true of a version of the AI Act."""
        act = self.corpus.works["AI Act"]
        held = version if pinpoint.work == "AI Act" else act.versions[-1].date
        return [
            r for r in self.corpus.rules.values() if r.holds_in(held) and any(p.within(pinpoint) for p in r.pinpoints)
        ]

    def search(self, query: str, work: str, as_of: date) -> list[tuple[str, str]]:
        """Provisions for a query, best first, each with the words around the find: named, found word for word, or near in meaning."""
        try:
            named = [str(parse_pinpoint(query.strip()))]
        except PinpointError:
            named = [str(r.pinpoint) for r in find_references(query)]
        found: dict[str, str] = {}
        for name in named:
            pinpoint = parse_pinpoint(name)
            if pinpoint.work in self.corpus.works and work in {"", pinpoint.work}:
                version = self.corpus.works[pinpoint.work].version_at(as_of).date
                if self.corpus.exists_in(name, version):
                    found[name] = self._around(name, version, "")
        for name, version in self._literal(query.strip(), work, as_of):
            found.setdefault(name, self._around(name, version, query.strip()))
        for near, _ in self.assistant.search(query, k=20, as_of=as_of):
            if work in {"", near.work}:
                version = self.corpus.works[near.work].version_at(as_of).date
                found.setdefault(str(near), self._around(str(near), version, ""))
        return list(found.items())[:MOST_FOUND]

    def _literal(self, words: str, work: str, as_of: date) -> Iterator[tuple[str, str]]:
        """The narrowest provisions in which the words stand."""
        if len(words) < 3:
            return
        sought = words.casefold()
        for held in self.corpus.works.values():
            if work not in {"", held.short}:
                continue
            version = held.version_at(as_of).date
            for name, provision in self.texts.by_version.get(edition(held.short, version), {}).items():
                if sought in provision.own.casefold():
                    yield name, version

    def _around(self, name: str, version: str, words: str) -> str:
        provision = self.texts.get(name, version)
        if provision is None:
            return ""
        text = " ".join(provision.text.split())
        at = max(0, text.casefold().find(words.casefold()) - 60) if words else 0
        return ("… " if at else "") + text[at : at + 180] + (" …" if len(text) > at + 180 else "")


def _sort(pinpoint: Pinpoint) -> str:
    names = {"recital": "Recitals", "annex": "Annexes", "article": "Articles", "topic": "Topics"}
    return names.get(pinpoint.kind, "Paragraphs")


def _touch(explained: Pinpoint, pinpoint: Pinpoint) -> bool:
    return explained.within(pinpoint) or pinpoint.within(explained)


def word_diff(first: str, second: str) -> list[tuple[str, str]]:
    """The words of two texts: ("same" | "gone" | "new", words).

    >>> word_diff("apply from 2026 on", "apply from 2027 on")
    [('same', 'apply from'), ('gone', '2026'), ('new', '2027'), ('same', 'on')]
    """
    a, b = first.split(), second.split()
    found: list[tuple[str, str]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", " ".join(a[i:j])))
            continue
        found += [("gone", " ".join(a[i:j]))] if j > i else []
        found += [("new", " ".join(b[k:m]))] if m > k else []
    return found


def changed(reader: Reader, pinpoint: str, versions: Sequence[str]) -> list[tuple[str, str]] | None:
    """The words of a provision in two versions; `None` where either text is not installed.

    A provision that one version does not have is all new, or all gone.
    """
    if not all(edition(parse_pinpoint(pinpoint).work, v) in reader.texts.by_version for v in versions):
        return None
    old, new = (reader.texts.get(pinpoint, v) for v in versions)
    return word_diff(old.text if old else "", new.text if new else "")
