"""The vocabulary of the law: works, authorities, pinpoints, provisions.

Everything else of ours imports this module; it imports nothing of ours.

A *pinpoint* is the printed reference to one provision. Its forms are fixed:

>>> str(parse_pinpoint("Art. 5(1)(h)(i)"))
'Art. 5(1)(h)(i)'
>>> str(parse_pinpoint("Annex VIII, Section C, point 2"))
'Annex VIII, Section C, point 2'
>>> parse_pinpoint("LED Art. 11(1)").work
'LED'
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

AI_ACT = "AI Act"


class Authority(StrEnum):
    """How much weight a work carries. Only `LAW` can carry "must" and "must not"."""

    LAW = "law"
    OFFICIAL_GUIDANCE = "official_guidance"
    TOOLKIT = "toolkit"
    COMMENTARY = "commentary"

    @property
    def weight(self) -> float:
        """Multiplier in ranking: law first, then guidance, then the rest."""
        return {"law": 1.0, "official_guidance": 0.9, "toolkit": 0.9, "commentary": 0.85}[self.value]


class PinpointError(ValueError):
    """The text is not a pinpoint in any of the printed forms."""


@dataclass(frozen=True, slots=True)
class Pinpoint:
    """One printed reference.

    `unit` is the article number, annex numeral, recital or paragraph number, or the topic of a
    digest; `parts` are the labels below it, outermost first, without brackets.

    >>> p = parse_pinpoint("Annex III, point 6(d)")
    >>> p.kind, p.unit, p.parts, p.eid
    ('annex', 'III', ('6', 'd'), 'anx_III__point_6__point_d')
    """

    work: str
    kind: str  # article | annex | recital | paragraph | topic
    unit: str
    section: str = ""
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        tail = "".join(f", indent {p[1:]}" if p[0] == "-" else f"({p})" for p in self.parts)
        if self.kind == "article":
            body = f"Art. {self.unit}{tail}"
        elif self.kind == "recital":
            body = f"Recital {self.unit}"
        elif self.kind == "paragraph":
            body = f"¶{self.unit}"
        elif self.kind == "topic":
            return f"{self.work}: {self.unit}" if self.unit else self.work
        else:
            body = f"Annex {self.unit}" + (f", Section {self.section}" if self.section else "")
            if self.parts:
                word = "indent" if self.parts[0].startswith("-") else "point"
                first = self.parts[0].lstrip("-")
                body += f", {word} {first}" + "".join(f"({p})" for p in self.parts[1:])
        return body if self.work == AI_ACT else f"{self.work} {body}"

    @property
    def top(self) -> Pinpoint:
        """The article, annex or recital this provision stands in."""
        return Pinpoint(self.work, self.kind, self.unit)

    def ancestors(self) -> Iterator[Pinpoint]:
        """The provisions that contain this one, nearest first.

        >>> [str(a) for a in parse_pinpoint("Art. 5(1)(h)").ancestors()]
        ['Art. 5(1)', 'Art. 5']
        """
        for n in range(len(self.parts) - 1, -1, -1):
            yield Pinpoint(self.work, self.kind, self.unit, self.section, self.parts[:n])
            if n == 0 and "." in self.parts[0]:  # Annex VII, point 3.1 stands in point 3
                yield Pinpoint(self.work, self.kind, self.unit, self.section, (self.parts[0].split(".")[0],))
        if self.section:
            yield self.top

    def within(self, other: Pinpoint) -> bool:
        """Whether this provision is `other` or stands inside it."""
        return self == other or other in self.ancestors()

    @property
    def eid(self) -> str:
        """Akoma Ntoso eId (OASIS LegalDocML naming convention, section 5).

        >>> parse_pinpoint("Art. 5(1)(h)").eid
        'art_5__para_1__point_h'
        """
        if self.kind == "article":
            names = [f"art_{self.unit}"]
            rest = self.parts
            if rest and rest[0][0].isdigit():
                names.append(f"para_{rest[0]}")
                rest = rest[1:]
            return "__".join(names + [f"point_{p}" for p in rest])
        if self.kind == "annex":
            names = [f"anx_{self.unit}"] + ([f"sec_{self.section}"] if self.section else [])
            return "__".join(names + [f"point_{p.lstrip('-')}" for p in self.parts])
        return {"recital": f"rct_{self.unit}", "paragraph": f"para_{self.unit}"}.get(self.kind, self.unit)

    @property
    def anchor(self) -> str:
        """The fragment that EUR-Lex pages know: it stops at the article, annex or recital."""
        prefix = {"article": "art", "annex": "anx", "recital": "rct"}.get(self.kind)
        return f"#{prefix}_{self.unit}" if prefix else ""


_PART = r"\([0-9a-z]+\)"
_FORM = re.compile(
    rf"""^(?:(?P<work>[A-Za-z][A-Za-z. ]*?)[ ])?          # short name of another work
    (?: Art\.[ ](?P<art>\d+[a-z]?)(?P<artparts>(?:{_PART})*(?:,[ ]indent[ ]\d+)?)
      | Recital[ ](?P<rec>\d+)
      | ¶(?P<para>\d+)
      | Annex[ ](?P<anx>[IVXL]+)(?:,[ ]Section[ ](?P<sec>[A-Z0-9]+))?
        (?:,[ ](?P<word>point|indent)[ ](?P<pt>\d+(?:\.\d+)*[a-z]?|[a-z])(?P<anxparts>(?:{_PART})*))?
    )$""",
    re.VERBOSE,
)
# A digest's topic: "Toolkit: Principles", or the bare short name ("Liberty 2026").
_TOPIC = re.compile(r"^(?P<work>[A-Za-z][\w. ]*?[\w.])(?:: (?P<topic>[A-Z][\w ,/'-]*))?$")


def parse_pinpoint(text: str) -> Pinpoint:
    """Read one printed pinpoint; `str()` of the result is the same text again.

    Raises `PinpointError` for anything that is not exactly a printed form:

    >>> parse_pinpoint("article 5.1.h")
    Traceback (most recent call last):
        ...
    assistant.law.PinpointError: not a pinpoint: 'article 5.1.h'
    """
    if m := _FORM.match(text):
        work = m["work"] or AI_ACT
        if m["art"]:
            return Pinpoint(work, "article", m["art"], parts=_split(m["artparts"]))
        if m["rec"]:
            return Pinpoint(work, "recital", m["rec"])
        if m["para"]:
            return Pinpoint(work, "paragraph", m["para"])
        first = () if not m["pt"] else (("-" if m["word"] == "indent" else "") + m["pt"],)
        return Pinpoint(work, "annex", m["anx"], m["sec"] or "", first + _split(m["anxparts"] or ""))
    if (t := _TOPIC.match(text)) and not re.match(r"(art|annex|recital|article|section|point)\b", text, re.I):
        return Pinpoint(t["work"], "topic", t["topic"] or "")
    raise PinpointError(f"not a pinpoint: {text!r}")


def _split(parts: str) -> tuple[str, ...]:
    return tuple(a or f"-{b}" for a, b in re.findall(r"\(([0-9a-z]+)\)|, indent (\d+)", parts))


@dataclass(frozen=True, slots=True)
class Provision:
    """One addressable unit of a work, as one version of it has it.

    `path` names the chapter and section it stands in. `text` is the whole unit with the labelled units inside it, one line each; `own` is what stands
    in no unit inside it, so the `own` texts of a work, with their labels, are its body: nothing is
    lost and nothing stands twice. Both are characters, not bytes.
    """

    pinpoint: str
    heading: str
    text: str
    own: str
    label: str
    version: str
    path: str = ""

    @property
    def context(self) -> str:
        """Where the provision stands, outermost first: chapter, section, heading.

        >>> Provision("Art. 4", "AI literacy", "…", "…", "", "2026-07-27", "General provisions").context
        'General provisions › AI literacy'
        """
        return " › ".join(filter(None, (self.path, self.heading)))


@dataclass(frozen=True, slots=True)
class Version:
    """One dated text of a work, in force from `since` until the next version's."""

    date: str
    since: dt.date
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A document of the corpus."""

    key: str
    short: str
    title: str
    authority: Authority
    versions: tuple[Version, ...]
    draft: bool = False

    def version_at(self, day: dt.date) -> Version:
        """The version in force on `day`; the first one if the day is earlier than all."""
        held = [v for v in self.versions if v.since <= day]
        return held[-1] if held else self.versions[0]

    def version(self, name: str) -> Version:
        """A version by its date."""
        return next(v for v in self.versions if v.date == name)

    def url(self, pinpoint: Pinpoint, version: str) -> str:
        """Where a reader finds the provision: a EUR-Lex page at the article, or the work's site."""
        link = self.version(version).link
        return link + (pinpoint.anchor if "eur-lex" in link else "")
