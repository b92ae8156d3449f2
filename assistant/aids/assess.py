"""The assessment of a system: answers to plain questions in, findings with their rules out. No guess, no language model.

An answer is a set of facts chosen for a question; a question without an answer is unknown. A condition is true, false
or unknown (Kleene's three values: S. C. Kleene, Introduction to Metamathematics, 1952, § 64). Conditions name facts and
never their absence, so a fact more can make a finding true and cannot make it false; what takes a case out of a finding
is an exception, and that is shown with its rules. Hence no prohibition is ever dropped in silence.

The result says what the Act's lists and duties hold for such answers. It never says that a use is in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.agree import dates
from assistant.corpus import Corpus, entries_of
from assistant.errors import CorpusFault, Misuse
from assistant.law import AI_ACT
from assistant.register import Entry, Falls, Rule

Answers = Mapping[str, frozenset[str]]
Truth = bool | None  # None: unknown
Condition = tuple[dict[str, tuple[str, ...] | Literal["any"]], ...]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
PUBLIC = frozenset({"police", "border", "prosecutor", "court", "public"})
UNCHANGED = (
    "As long as its design is not significantly changed and it is not meant for public authorities, no day is set."
)
LEGACY_PUBLIC, LEGACY_LARGE = "aia-111-2-public-authorities", "aia-111-1-large-it"  # rules that state the two days
PRODUCTS = "aia-113-c-ii-annex1-2028"  # the rule that states the day for regulated products
MOST = 15  # questions
PASSES = (("prohibited",), ("high_risk", "transparency"), ("unlisted", "note"), ("duty",), ("open", "boundary"))
STANDING = {"found", "banned", "excepted"}  # conditions on findings of an earlier pass


class Fact(Entry):
    """One answer that can be chosen."""

    id: _Id
    label: str
    group: str = ""


class Cues(Entry):
    """Descriptions in plain words that point to an answer: what suggestions compare a description with."""

    question: _Id
    option: _Id
    cues: tuple[str, ...] = Field(min_length=3)


class Described(Entry):
    """A description of a made-up system, with the area of Annex III it belongs to and how it stands to that area's uses."""

    area: str = Field(pattern=r"^[1-8]$")
    stands: Literal["within", "outside", "filter"]
    text: str = Field(min_length=40, max_length=600)


class Question(Entry):
    """One plain question; `ask_if` says for which answers it matters."""

    id: _Id
    ask: str
    help: str = ""
    several: bool = False
    ask_if: Condition = ()
    options: tuple[Fact, ...] = Field(min_length=2)


class Exception_(Entry):
    """What takes a case out of a finding (`full`), or under what it stands; without `when` these questions cannot decide it."""

    id: _Id
    title: str
    when: Condition = ()
    but: Condition = ()
    full: bool = False
    rules: tuple[str, ...] = Field(min_length=1)


class Finding(Entry):
    """Something that follows from answers; the rules say it."""

    id: _Id
    kind: Literal["outside", "prohibited", "high_risk", "transparency", "unlisted", "note", "duty", "open", "boundary"]
    title: str
    when: Condition = Field(min_length=1)
    unless: tuple[Exception_, ...] = ()
    rules: tuple[str, ...] = Field(min_length=1)
    role: Literal["", "deployer", "provider", "both"] = ""
    legacy: bool = False
    in_place: Condition = ()  # of a duty: the answers that say something is in place for it
    not_in_place: Condition = ()  # the answers that say it is not, whatever else they say


class Status(StrEnum):
    """How a finding stands."""

    HOLDS = "holds"
    UNLESS = "holds unless"
    LIFTED = "taken out by an exception"
    SET_ASIDE = "outside the Act"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as the answers leave it: the exceptions that bear on it, the questions left open, from when it counts.

    `since` is the first day of its first rule that has one; `doubt` is what the texts leave open about that day.
    """

    finding: Finding
    status: Status
    exceptions: tuple[Exception_, ...] = ()
    missing: tuple[str, ...] = ()
    since: date | None = None
    basis: str = ""
    doubt: str = ""
    in_place: Truth = None  # what the answers say of a duty; none where they are not asked or say nothing

    @property
    def stands(self) -> bool:
        """Whether it holds, if need be under exceptions."""
        return self.status in {Status.HOLDS, Status.UNLESS}

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of the finding, then those of the exceptions that bear on it."""
        return tuple(dict.fromkeys((*self.finding.rules, *(r for e in self.exceptions for r in e.rules))))


@dataclass(frozen=True)
class Assessment:
    """What follows from the answers: where the system falls, every line, and what is missing to decide."""

    falls: Falls | None  # None: too little is known
    lines: tuple[Line, ...]
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # question: titles that wait for it

    def of(self, *kinds: str) -> list[Line]:
        """The lines of some kinds that stand, or that an exception takes out."""
        return [line for line in self.lines if line.finding.kind in kinds and line.status is not Status.UNDECIDED]

    @property
    def undecided(self) -> list[Line]:
        """What the open questions could still bring."""
        return [line for line in self.lines if line.status is Status.UNDECIDED]


@dataclass(frozen=True)
class Scheme:
    """The questions and findings of a corpus, checked against its register."""

    questions: dict[str, Question]
    findings: tuple[Finding, ...]
    corpus: Corpus
    cues: tuple[Cues, ...] = ()
    described: tuple[Described, ...] = ()

    def relevant(self, answers: Answers) -> list[Question]:
        """The questions that matter for these answers, in the order of asking."""
        facts = _Facts(self, answers)
        return [q for q in self.questions.values() if facts.asked(q) is True]

    def assess(self, answers: Answers) -> Assessment:
        """What follows from the answers. Raises `Misuse` for a question or an option that does not exist."""
        self._check(answers)
        facts = _Facts(self, answers)
        outside = [self._line(f, facts, ()) for f in self.findings if f.kind == "outside"]
        aside = [line for line in outside if line and line.status is Status.HOLDS]
        lines: list[Line] = [line for line in outside if line]
        for kinds in PASSES:
            found = [line for f in self.findings if f.kind in kinds and (line := self._line(f, facts, aside))]
            lines += found
            facts = facts.knowing(found)
        missing: dict[str, list[str]] = {}
        if any(line.finding.kind == "high_risk" and line.stands for line in lines) and not answers.get("since"):
            missing["since"] = ["From when the duties count"]
        for line in lines:
            for question in line.missing:
                missing.setdefault(question, []).append(line.finding.title)
        return Assessment(_falls(lines), tuple(lines), {q: tuple(dict.fromkeys(t)) for q, t in missing.items()})

    def _line(self, finding: Finding, facts: _Facts, aside: Sequence[Line]) -> Line | None:
        held, missing = facts.holds(finding.when)
        if held is False:
            return None
        if held is None:
            return (
                Line(finding, Status.UNDECIDED, missing=missing)
                if finding.kind not in {"open", "boundary", "note"}
                else None
            )
        bearing, decisive, status = [], False, Status.HOLDS
        for exception in finding.unless:
            taken, open_ = facts.applies(exception)
            if taken is False:
                continue
            missing += open_
            bearing.append(exception)
            status = Status.UNLESS
            decisive = decisive or (taken is True and exception.full)
        if decisive:
            bearing = [e for e in bearing if e.full and facts.applies(e)[0] is True]
            status, missing = Status.LIFTED, ()
        if aside and finding.kind in {"prohibited", "high_risk", "transparency", "duty"}:
            status, missing = Status.SET_ASIDE, ()
        since, basis, doubt = self._since(finding, facts)
        in_place = facts.in_place(finding)
        return Line(finding, status, tuple(bearing), tuple(dict.fromkeys(missing)), since, basis, doubt, in_place)

    def _since(self, finding: Finding, facts: _Facts) -> tuple[date | None, str, str]:
        """From when a finding counts: the calendar's day, or for a system already in service that of Art. 111."""
        if finding.kind not in {"prohibited", "high_risk", "transparency", "duty"}:
            return None, "", ""
        version = self.corpus.works[AI_ACT].versions[-1].date
        for rule in finding.rules:
            for pinpoint in self.corpus.rules[rule].pinpoints:
                entry = self.corpus.applies(pinpoint, version) if pinpoint.work == AI_ACT else None
                if entry is None or pinpoint.top.unit == "3":
                    continue
                day, basis, doubt = entry.from_, entry.basis, entry.open
                if finding.legacy or finding.kind == "high_risk":
                    later = facts.later_day(self.corpus) or facts.product_day(self.corpus)
                    if later is not None:
                        return later
                return day, basis, doubt
        return None, "", ""

    def _check(self, answers: Answers) -> None:
        for name, chosen in answers.items():
            question = self.questions.get(name)
            if question is None:
                raise Misuse(f"There is no question {name!r}.", f"Questions: {', '.join(self.questions)}.")
            known = {o.id for o in question.options}
            if unknown := sorted(chosen - known):
                raise Misuse(f"{name!r} has no answer {unknown[0]!r}.", f"Answers: {', '.join(sorted(known))}.")
            if not question.several and len(chosen) > 1:
                raise Misuse(f"{name!r} takes one answer.", f"Choose one of {', '.join(sorted(chosen))}.")


@dataclass(frozen=True)
class _Facts:
    """The answers, and the findings known so far, as something conditions can be held against."""

    scheme: Scheme
    answers: Answers
    found: frozenset[str] = frozenset()  # ids and kinds of findings that stand
    banned: frozenset[str] = frozenset()  # of those that hold outright
    excepted: frozenset[str] = frozenset()  # of those that hold under an exception
    maybe: frozenset[str] = frozenset()  # of those undecided
    # what the undecided, or their exceptions, wait for
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def knowing(self, lines: Iterable[Line]) -> _Facts:
        held: dict[Status, set[str]] = {status: set() for status in Status}
        waits = dict(self.waits)
        for line in lines:
            names = {line.finding.id, line.finding.kind}
            held[line.status] |= names
            waits |= {n: tuple(dict.fromkeys((*waits.get(n, ()), *line.missing))) for n in names}
        outright, under = held[Status.HOLDS], held[Status.UNLESS]
        return replace(
            self, found=self.found | outright | under, banned=self.banned | outright, excepted=self.excepted | under,
            maybe=self.maybe | held[Status.UNDECIDED], waits=waits,
        )  # fmt: skip

    def holds(self, condition: Condition) -> tuple[Truth, tuple[str, ...]]:
        """Whether any of the alternatives is true, and the questions that would decide it."""
        results = [self._all(alternative) for alternative in condition]
        if any(truth is True for truth, _ in results):
            return True, ()
        open_ = tuple(q for truth, missing in results if truth is None for q in missing)
        return (None, open_) if any(truth is None for truth, _ in results) else (False, ())

    def applies(self, exception: Exception_) -> tuple[Truth, tuple[str, ...]]:
        """Whether an exception applies: unknown for ever where no question decides it."""
        beaten, waits = self.holds(exception.but) if exception.but else (False, ())
        if beaten is True:
            return False, ()
        if not exception.when:
            return None, ()
        truth, missing = self.holds(exception.when)
        if truth is True and beaten is None:
            return None, waits
        return truth, missing

    def asked(self, question: Question) -> Truth:
        """Whether a question matters; unknown where that depends on what is still open."""
        return self.holds(question.ask_if)[0] if question.ask_if else True

    def in_place(self, finding: Finding) -> Truth:
        """What the answers say of a duty; nothing where they are not asked."""
        atoms = [name for name, _ in _atoms((*finding.in_place, *finding.not_in_place))]
        if not any(self.answers.get(n) and self.asked(self.scheme.questions[n]) is not False for n in atoms):
            return None
        if finding.not_in_place and self.holds(finding.not_in_place)[0] is True:
            return False
        return self.holds(finding.in_place)[0]

    def later_day(self, corpus: Corpus) -> tuple[date | None, str, str] | None:
        """The day of Art. 111 for a system already in service, its provision and a doubt; none for others."""
        since = self.answers.get("since", frozenset())
        if "large-scale" in since:
            return (*last_day(corpus.rules[LEGACY_LARGE]), "")
        if "before" not in since:
            return None
        if self.answers.get("who", frozenset()) & PUBLIC:
            return (*last_day(corpus.rules[LEGACY_PUBLIC]), "")
        return None, "Art. 111(2)", UNCHANGED

    def product_day(self, corpus: Corpus) -> tuple[date, str, str] | None:
        """The day for a system that is high-risk as a product alone; none for those of Annex III."""
        points = {n for n in self.found if n.startswith("hr-")}
        return (*last_day(corpus.rules[PRODUCTS]), "") if points == {"hr-product"} else None

    def _all(self, alternative: Mapping[str, tuple[str, ...] | Literal["any"]]) -> tuple[Truth, tuple[str, ...]]:
        missing: list[str] = []
        for name, wanted in alternative.items():
            truth, open_ = self._stands(name, wanted) if name in STANDING else self._answered(name, wanted)
            if truth is False:
                return False, ()
            if truth is None:
                missing += open_
        return (None, tuple(missing)) if missing else (True, ())

    def _answered(self, name: str, wanted: tuple[str, ...] | Literal["any"]) -> tuple[Truth, tuple[str, ...]]:
        if self.asked(self.scheme.questions[name]) is False:
            return False, ()
        chosen = self.answers.get(name, frozenset())
        if not chosen:
            return None, (name,)
        return wanted == "any" or bool(chosen & frozenset(wanted)), ()

    def _stands(self, how: str, wanted: Iterable[str]) -> tuple[Truth, tuple[str, ...]]:
        held = {"found": self.found, "banned": self.banned, "excepted": self.excepted}[how]
        if held & frozenset(wanted):
            return True, ()
        open_names = [n for n in wanted if n in self.maybe or (how != "found" and n in self.found)]
        open_ = [q for name in open_names for q in self.waits.get(name, ())]
        return (None, tuple(dict.fromkeys(open_))) if open_ else (False, ())


def last_day(rule: Rule) -> tuple[date, str]:
    """The last day that a rule's sentence states, and its first provision."""
    return max(dates(rule.statement)), rule.provisions[0]


def _falls(lines: Sequence[Line]) -> Falls | None:
    """Where the system falls: the strictest of what stands; none where something stricter may still stand."""
    if any(line.finding.kind == "outside" and line.status is Status.HOLDS for line in lines):
        return Falls.OUTSIDE
    for kind, held, under in (
        ("prohibited", Falls.PROHIBITED, Falls.PROHIBITED_UNLESS),
        ("high_risk", Falls.HIGH_RISK, Falls.HIGH_RISK),
        ("transparency", Falls.TRANSPARENCY, Falls.TRANSPARENCY),
        ("unlisted", Falls.UNLISTED, Falls.UNLISTED),
    ):
        statuses = {line.status for line in lines if line.finding.kind == kind}
        if Status.HOLDS in statuses:
            return held
        if Status.UNLESS in statuses:
            return under
        if Status.UNDECIDED in statuses:
            return None
    return None


def load_scheme(folder: Path, corpus: Corpus) -> Scheme:
    """Read and check the questions and findings. Raises `CorpusFault` at the first thing that is wrong."""
    questions = {q.id: q for _, _, q in entries_of(folder, "aids/questions.yaml", Question)}
    placed = list(entries_of(folder, "aids/findings.yaml", Finding))
    findings = tuple(f for _, _, f in placed)
    names = {f.id for f in findings} | {str(f.kind) for f in findings}
    if len(questions) > MOST:
        raise CorpusFault(f"aids/questions.yaml: {len(questions)} questions.", f"At most {MOST} may be asked.")
    version = corpus.works[AI_ACT].versions[-1].date
    for path, line, finding in placed:
        for rule in (*finding.rules, *(r for e in finding.unless for r in e.rules)):
            if rule not in corpus.rules or not corpus.rules[rule].holds_in(version):
                raise CorpusFault(
                    f"{path}:{line}: {finding.id} names {rule}, no rule of the law as it stands.", "Mend the id."
                )
        for name, wanted in _atoms(
            (
                *finding.when,
                *finding.in_place,
                *finding.not_in_place,
                *(c for e in finding.unless for c in (*e.when, *e.but)),
            )
        ):
            known = (
                names if name in STANDING else {o.id for o in questions[name].options} if name in questions else set()
            )
            if not known or (wanted != "any" and set(wanted) - known):
                raise CorpusFault(
                    f"{path}:{line}: {finding.id}: no such fact: {name}: {wanted}.", "Mend the condition."
                )
    cues = list(entries_of(folder, "aids/cues.yaml", Cues))
    for path, line, entry in cues:
        if entry.question not in questions or entry.option not in {o.id for o in questions[entry.question].options}:
            raise CorpusFault(f"{path}:{line}: no such answer: {entry.question}: {entry.option}.", "Mend the name.")
    described = tuple(d for _, _, d in entries_of(folder, "aids/descriptions-*.yaml", Described))
    return Scheme(questions, findings, corpus, tuple(c for _, _, c in cues), described)


def _atoms(condition: Condition) -> Iterator[tuple[str, tuple[str, ...] | Literal["any"]]]:
    for alternative in condition:
        yield from alternative.items()
