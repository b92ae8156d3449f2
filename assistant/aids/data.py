"""The aids as data: scenarios, questions and findings of the assessment, worksheets, primers, the roadmap.

They stand in `corpus/scenarios` and `corpus/aids`. An aid says nothing about the law in words of its own alone: it
names rules of the register, and what those say, with their provisions, is what is cited. `load_aids` reads and checks
the files; every fault names the file, the line and what to do. Their change does not make an index stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from assistant.corpus import Corpus, entries_of, unique_entries
from assistant.errors import CorpusFault
from assistant.law import AI_ACT, parse_pinpoint
from assistant.register import Entry, Falls, Printed

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Rules = Annotated[tuple[str, ...], Field(min_length=1)]
Short = Annotated[str, Field(min_length=3, max_length=240)]

# -- scenarios -------------------------------------------------------------------------------------------------


class Option(Entry):
    """One decision a trainee can choose."""

    text: Short
    right: bool = False


class Step(Entry):
    """One step of the expected reasoning, applied to the situation; the rules say the law."""

    say: str = Field(min_length=20, max_length=420)
    rules: Rules


class WrongAnswer(Entry):
    """A tempting wrong answer and why it is wrong."""

    claim: Short
    why: str = Field(min_length=20, max_length=420)
    rules: Rules


class Staged(Entry):
    """A plausible false sentence, as a chatbot might say it, for verification to refuse before an audience."""

    claim: str = Field(min_length=20, max_length=300)
    provisions: tuple[Printed, ...] = Field(min_length=1, max_length=3)
    quote: str = ""  # words that the claim pretends to quote
    why: str = Field(min_length=20, max_length=420)


class Scenario(Entry):
    """A situation for training: who decides what, how to reason, what goes wrong."""

    id: str = Field(pattern=r"^sc-[a-z0-9-]+$")
    title: Short
    topic: Short
    falls: Falls
    functions: tuple[str, ...] = ()  # of the taxonomy
    role: Short
    as_of: date
    goal: Short
    situation: str = Field(min_length=200, max_length=1600)
    decide: Short
    options: tuple[Option, ...] = Field(min_length=3, max_length=5)
    hints: tuple[Short, ...] = Field(min_length=2, max_length=4)
    steps: tuple[Step, ...] = Field(min_length=3, max_length=8)
    wrong: tuple[WrongAnswer, ...] = Field(min_length=2, max_length=5)
    staged: Staged
    talk: tuple[Short, ...] = Field(min_length=2, max_length=4)
    answers: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # to the questions of the assessment
    source: Printed | None = None  # the digest a retold case comes from

    @model_validator(mode="after")
    def _one_right(self) -> Scenario:
        if sum(o.right for o in self.options) != 1:
            raise ValueError("exactly one of the options must be right")
        return self

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule it rests on, once, in the order of the reasoning."""
        parts: tuple[Step | WrongAnswer, ...] = (*self.steps, *self.wrong)
        return tuple(dict.fromkeys(r for part in parts for r in part.rules))


# -- worksheets ------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What is filled in."""

    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    DAY = "day"


class Official(Entry):
    """Where the official instrument is found."""

    text: Short
    url: str = Field(pattern=r"^https://\S+$")


class SheetField(Entry):
    """One thing to fill in; `rules` ask for it, `from_` names questions of the assessment whose answers are carried over."""

    id: Id
    ask: Short
    help: str = Field(default="", max_length=400)
    kind: Kind = Kind.TEXT
    options: tuple[Short, ...] = ()
    required: bool = True
    rules: tuple[str, ...] = ()
    carry: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _options_where_chosen(self) -> SheetField:
        if (self.kind in {Kind.CHOICE, Kind.SEVERAL}) != bool(self.options):
            raise ValueError("options belong to a choice, and a choice needs them")
        return self


class Section(Entry):
    """A part of a worksheet."""

    id: Id
    title: Short
    lead: str = Field(default="", max_length=400)
    rules: tuple[str, ...] = ()
    fields: tuple[SheetField, ...] = Field(min_length=1)


class Template(Entry):
    """A worksheet to fill in: our own, with a link to the official instrument."""

    id: Id
    title: Short
    lead: str = Field(min_length=20, max_length=600)
    own: str = Field(min_length=20, max_length=400)  # that it is our own, and what the official instrument is
    official: tuple[Official, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)

    @property
    def fields(self) -> dict[str, SheetField]:
        """All fields by their id."""
        return {f.id: f for s in self.sections for f in s.fields}


class Risk(Entry):
    """A risk to weigh, in our own words, with measures against it."""

    id: Id
    text: Short
    mitigations: tuple[Short, ...] = Field(min_length=1, max_length=4)
    rules: tuple[str, ...] = ()


class Readiness(Entry):
    """A question on what an organisation has in place, and next steps from each half of the scale."""

    id: Id
    ask: Short
    next: tuple[Short, ...] = Field(min_length=2, max_length=2)  # from 0 or 1; from 2 or 3
    rules: tuple[str, ...] = ()


class Principle(Entry):
    """One sub-principle of the toolkit's five, with our own risks and questions."""

    id: Id
    principle: str = Field(pattern=r"^(lawfulness|minimization of harm|human autonomy|fairness|good governance)$")
    name: Short
    risks: tuple[Risk, ...] = ()
    readiness: tuple[Readiness, ...] = ()


# -- primers, roadmap, recitals --------------------------------------------------------------------------------


class PrimerSection(Entry):
    """A heading of a primer and the rules said under it."""

    title: Short
    rules: Rules


class Primer(Entry):
    """One page for one audience, generated from the register."""

    id: Id
    audience: Short
    lead: str = Field(min_length=20, max_length=300)
    sections: tuple[PrimerSection, ...] = Field(min_length=2, max_length=6)


class Role(StrEnum):
    """Who has something to prepare."""

    DEPLOYER = "deployer"
    PROVIDER = "provider"
    PROCURER = "procurer"
    LEADER = "leader"


class Milestone(Entry):
    """Something to have in place; its day is the calendar's for the first rule's first provision of the AI Act."""

    id: Id
    title: Short
    roles: tuple[Role, ...] = Field(min_length=1)
    rules: Rules
    steps: tuple[Short, ...] = Field(min_length=1, max_length=5)  # our own suggestions
    months: int = Field(ge=0, le=24)  # how long before the day we suggest to begin


class RecitalLink(Entry):
    """The provisions that a recital explains."""

    recital: Printed
    explains: tuple[Printed, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Aids:
    """Everything people work with, checked against the register."""

    scenarios: dict[str, Scenario]
    templates: dict[str, Template]
    principles: dict[str, Principle]
    primers: dict[str, Primer]
    milestones: dict[str, Milestone]
    recitals: tuple[RecitalLink, ...]


def load_aids(folder: Path, corpus: Corpus) -> Aids:
    """Read and check the aids of a corpus folder. Raises `CorpusFault` at the first thing that is wrong."""
    where: dict[str, str] = {}
    aids = Aids(
        unique_entries(folder, "scenarios/*.yaml", Scenario, "id", where),
        unique_entries(folder, "aids/worksheets/*.yaml", Template, "id", where),
        _principles(folder),
        unique_entries(folder, "aids/primers.yaml", Primer, "id", where),
        unique_entries(folder, "aids/roadmap.yaml", Milestone, "id", where),
        tuple(r for _, _, r in entries_of(folder, "aids/recitals.yaml", RecitalLink)),
    )
    current = corpus.works[AI_ACT].versions[-1].date
    for name, rules, day in _named_rules(aids):
        version = corpus.works[AI_ACT].version_at(day).date if day else current
        for rule in rules:
            if rule not in corpus.rules:
                raise CorpusFault(
                    f"{where.get(name, 'aids')}: {name} names {rule}, which is no rule.", "Mend the id or remove it."
                )
            if not corpus.rules[rule].holds_in(version):
                raise CorpusFault(
                    f"{where.get(name, 'aids')}: {name} names {rule}, which is not true of the text of {version}.",
                    "Name the rule of that text.",
                )
    for scenario in aids.scenarios.values():
        _check_scenario(corpus, scenario, where[scenario.id])
    for link in aids.recitals:
        for provision in (link.recital, *link.explains):
            if not any(provision in table for table in corpus.exists.values()):
                raise CorpusFault(f"aids/recitals.yaml: {provision} exists in no work.", "Correct the pinpoint.")
    return aids


def _principles(folder: Path) -> dict[str, Principle]:
    """The sub-principles; risks and readiness stand in two files and are put together here."""
    found: dict[str, Principle] = {}
    for name in ("risk", "readiness"):
        for path, line, entry in entries_of(folder, f"aids/{name}.yaml", Principle):
            known = found.get(entry.id)
            if known and (known.principle, known.name) != (entry.principle, entry.name):
                raise CorpusFault(f"{path}:{line}: {entry.id} differs from risk.yaml.", "Use the same name in both.")
            risks, readiness = (known.risks if known else ()), (known.readiness if known else ())
            found[entry.id] = entry.model_copy(
                update={"risks": risks + entry.risks, "readiness": readiness + entry.readiness}
            )
    return found


def _named_rules(aids: Aids) -> Iterator[tuple[str, Iterable[str], date | None]]:
    for scenario in aids.scenarios.values():
        yield scenario.id, scenario.rules, scenario.as_of
    for template in aids.templates.values():
        for section in template.sections:
            yield template.id, (*section.rules, *(r for f in section.fields for r in f.rules)), None
    for principle in aids.principles.values():
        risks = [r for risk in principle.risks for r in risk.rules]
        yield principle.id, [*risks, *(r for question in principle.readiness for r in question.rules)], None
    for primer in aids.primers.values():
        yield primer.id, [r for s in primer.sections for r in s.rules], None
    for milestone in aids.milestones.values():
        yield milestone.id, milestone.rules, None


def _check_scenario(corpus: Corpus, scenario: Scenario, where: str) -> None:
    for name in scenario.functions:
        if name not in corpus.functions:
            raise CorpusFault(f"{where}: {scenario.id} names {name}, no function of the taxonomy.", "Mend the id.")
    if scenario.source and scenario.source not in corpus.digests:
        raise CorpusFault(f"{where}: {scenario.id}: {scenario.source} is no digest.", "Name one of corpus/guidance.")
    for provision in scenario.staged.provisions:
        work = parse_pinpoint(provision).work
        if work not in corpus.works:
            raise CorpusFault(f"{where}: {scenario.id}: {provision} is of no known work.", "Correct the pinpoint.")
