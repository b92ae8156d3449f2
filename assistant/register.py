"""The entries of the corpus: rules, digests, refusals, misreadings, terms, calendars, files.

Untrusted data enters through these pydantic models and leaves as frozen values.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from assistant.law import AI_ACT, Pinpoint, PinpointError, parse_pinpoint


class Effect(StrEnum):
    """What a rule does; the order is the order in which an answer says it."""

    PROHIBITION = "prohibition"
    CLASSIFICATION = "classification"
    DEFINITION = "definition"
    RIGHT = "right"
    PERMISSION = "permission"
    DUTY = "duty"
    EXCEPTION = "exception"
    CONDITION = "condition"
    PENALTY = "penalty"
    DATE = "date"
    CONTEXT = "context"


class Actor(StrEnum):
    """Whom a rule binds or empowers."""

    LAW_ENFORCEMENT = "law_enforcement"
    DEPLOYER = "deployer"
    PROVIDER = "provider"
    BORDER = "border"
    JUDICIAL = "judicial"
    PROSECUTION = "prosecution"
    MARKET_SURVEILLANCE = "market_surveillance"
    DATA_PROTECTION = "data_protection"
    MEMBER_STATE = "member_state"
    COMMISSION = "commission"
    AFFECTED_PERSON = "affected_person"
    PROCURER = "procurer"
    ANYONE = "anyone"


def _printed(value: str) -> str:
    try:
        parse_pinpoint(value)
    except PinpointError as error:
        raise ValueError(str(error)) from error
    return value


Printed = Annotated[str, AfterValidator(_printed)]


class Entry(BaseModel):
    """What all entries share: no unknown keys, no changes, no stray spaces."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Review(Entry):
    """That a second reader held a rule against the law: when, which texts were read, and what exactly was read.

    `seal` is the rule's own seal on that day; a rule whose seal differs was changed since and must be read again.
    `despite` names checks of `python -m evals register` that this sentence fails and that the reader found
    wrong about it; it counts only while the seal holds.
    """

    day: date
    texts: tuple[str, ...] = Field(min_length=1)
    seal: str = Field(pattern=r"^[0-9a-f]{8}$")
    despite: tuple[str, ...] = ()


class Rule(Entry):
    """One entry of the register: one sentence in our own words, bound to its provisions."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$")
    provisions: tuple[Printed, ...] = Field(min_length=1)
    effect: Effect
    actor: tuple[Actor, ...] = Field(min_length=1)
    version: str = ""  # empty: true of every version
    statement: str
    see: tuple[str, ...] = Field(default=(), max_length=5)
    limits: tuple[str, ...] = ()  # of an exception or condition: the rules it limits, which must `see` it
    reviewed: Review | None = None
    words: tuple[str, ...] = ()
    questions: tuple[str, ...] = Field(min_length=6)

    @field_validator("statement")
    @classmethod
    def _one_short_sentence(cls, value: str) -> str:
        if (n := len(value.split())) > 40:
            raise ValueError(f"the statement has {n} words; at most 40 are allowed")
        return value

    @cached_property
    def pinpoints(self) -> tuple[Pinpoint, ...]:
        """The provisions, parsed."""
        return tuple(parse_pinpoint(p) for p in self.provisions)

    @property
    def seal(self) -> str:
        """A short fingerprint of everything that a reader holds against the law; the questions are not part of it."""
        read = [self.id, *self.provisions, self.effect, *sorted(self.actor), self.version, self.statement,
                *sorted(self.see), *sorted(self.limits)]  # fmt: skip
        return hashlib.sha256("\0".join(read).encode()).hexdigest()[:8]

    def holds_in(self, version: str) -> bool:
        """Whether the rule is true of this version of the AI Act."""
        return not self.version or self.version == version


class Digest(Entry):
    """One unit of a work that may not be copied, in our own words."""

    pinpoint: Printed
    heading: str
    text: str
    source: str


class RefusalCase(Entry):
    """A kind of question that no rule answers: why, and whom to ask instead."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$")
    reason: str = Field(pattern=r"^(outside_scope|nothing_relevant|instruction_override)$")
    why: str
    ask: str
    nearest: tuple[Printed, ...] = ()
    questions: tuple[str, ...] = Field(min_length=3)


class Misreading(Entry):
    """A wrong claim found in practice, with the rules that refute it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$")
    claim: str
    correction: str
    rules: tuple[str, ...] = ()
    provisions: tuple[Printed, ...] = Field(min_length=1)
    cues: tuple[str, ...] = Field(min_length=3)  # ways in which people state or presuppose the claim


class Explained(Entry):
    """Provisions that no rule cites, and why that is no gap: `by` rules that say what they hold, or the reason alone."""

    provisions: tuple[Printed, ...] = Field(min_length=1)
    why: str = Field(min_length=15)
    by: tuple[str, ...] = ()


class Scope(Entry):
    """Which parts of a work the register must cover: numbers or ranges of its units, such as `8-22`."""

    work: str
    articles: tuple[str, ...] = ()
    annexes: tuple[str, ...] = ()
    recitals: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    topics: bool = False

    def holds(self, pinpoint: Pinpoint) -> bool:
        """Whether a provision is among them.

        >>> Scope(work="LED", articles=("3-25",)).holds(parse_pinpoint("LED Art. 11(1)"))
        True
        """
        if pinpoint.work != self.work:
            return False
        if pinpoint.kind in {"annex", "topic"}:
            return pinpoint.unit in self.annexes if pinpoint.kind == "annex" else self.topics
        ranges = {"article": self.articles, "recital": self.recitals, "paragraph": self.paragraphs}[pinpoint.kind]
        number = int(re.sub(r"\D", "", pinpoint.unit))
        return any(int(a) <= number <= int(b or a) for a, _, b in (r.partition("-") for r in ranges))


class Falls(StrEnum):
    """Where a use of AI falls under the Act."""

    PROHIBITED = "prohibited"
    PROHIBITED_UNLESS = "prohibited_unless"
    HIGH_RISK = "high_risk"
    TRANSPARENCY = "transparency"
    UNLISTED = "unlisted"
    OUTSIDE = "outside"
    DEPENDS = "depends"

    @property
    def label(self) -> str:
        """In words for people.

        >>> Falls.PROHIBITED_UNLESS.label
        'prohibited unless'
        """
        return {"high_risk": "high-risk", "transparency": "transparency duties", "unlisted": "on no list",
                "outside": "outside the Act", "depends": "it depends"}.get(self.value, self.value.replace("_", " "))  # fmt: skip


class PoliceFunction(Entry):
    """One thing police use AI for: examples, where it falls under the Act and the rules that say so."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$")
    function: str
    group: str
    examples: tuple[str, ...] = Field(min_length=2)
    falls: Falls
    depends_on: str = ""  # the facts that decide, where `falls` is "depends" or "prohibited_unless"
    provisions: tuple[Printed, ...] = Field(min_length=1)
    rules: tuple[str, ...] = Field(min_length=1)


class Term(Entry):
    """A police word and the words of the law it stands for."""

    term: str
    means: str
    also: tuple[str, ...] = ()


class CalendarEntry(Entry):
    """When some provisions of one version apply, and which provision says so."""

    covers: tuple[str, ...] = Field(min_length=1)
    from_: date = Field(alias="from")
    basis: Printed
    note: str = ""
    open: str = ""

    def width(self, pinpoint: Pinpoint) -> int | None:
        """How narrowly this entry covers the provision (smaller is narrower); `None`: not at all."""
        widths = []
        for cover in self.covers:
            if m := _RANGE.match(cover):
                number = int(re.match(r"\d+", pinpoint.unit)[0]) if pinpoint.unit[:1].isdigit() else -1  # type: ignore[index]
                same = pinpoint.kind == "article" and (m["work"] or AI_ACT) == pinpoint.work
                if same and int(m["a"]) <= number <= int(m["b"]):
                    widths.append(100 + int(m["b"]) - int(m["a"]))
            elif pinpoint.within(single := parse_pinpoint(cover)):
                widths.append(10 - len(single.parts))
        return min(widths, default=None)


_RANGE = re.compile(r"^(?:(?P<work>[A-Za-z ]+) )?Art\. (?P<a>\d+)-(?P<b>\d+)$")


class Calendar(Entry):
    """The calendar of one version of one work."""

    work: str
    version: str
    entries: tuple[CalendarEntry, ...]

    def entry(self, pinpoint: Pinpoint) -> CalendarEntry | None:
        """The narrowest entry that covers the provision."""
        found = [(w, i) for i, e in enumerate(self.entries) if (w := e.width(pinpoint)) is not None]
        return self.entries[min(found)[1]] if found else None


class File(Entry):
    """An official text of a work: its name in an originals folder and how to ask for it."""

    name: str
    celex: str = ""
    sha256: str = ""
    takes: tuple[str, ...]
    depth: int = 99
    text_of: str = ""
