"""Training with scenarios: the hand-out, an answer beside the expected reasoning, and the staged hallucination."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from assistant.aids.data import Scenario
from assistant.aids.document import Document
from assistant.answer import Statement
from assistant.ask import Assistant
from assistant.casedata import case_data
from assistant.corpus import Corpus
from assistant.errors import Misuse
from assistant.intake import normalise
from assistant.law import PinpointError, parse_pinpoint
from assistant.references import find_references

LONGEST = 4000  # characters of a trainee's answer
LIKE = 0.45  # cosine from which a sentence of an answer is shown beside a step


def statements(assistant: Assistant, rules: Sequence[str], day: date) -> list[Statement]:
    """What rules of the register say on a day, each with its provisions and checks."""
    return [assistant.composer.statement(assistant.corpus.rules[r], day) for r in rules]


# -- an answer beside the expected reasoning ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """A step of the expected reasoning, the nearest sentence of an answer to it, and which of its provisions it names."""

    step: int
    sentence: str  # empty: none is near
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """An answer beside a scenario. It is laid beside, not marked: a person judges."""

    steps: tuple[Compared, ...]
    tempting: tuple[tuple[str, str], ...]  # a sentence of the answer, and the wrong answer it is near
    other: tuple[str, ...]  # provisions that it names and the expected reasoning does not
    unknown: tuple[str, ...]  # provisions that it names and that do not exist on the scenario's day


def compared(assistant: Assistant, scenario: Scenario, answer: str) -> Comparison:
    """A trainee's answer beside the expected reasoning. Raises `Misuse` for one that is too long or holds case data."""
    if len(answer) > LONGEST:
        raise Misuse(
            f"The answer has {len(answer):,} characters; at most {LONGEST:,} are compared.", "Shorten it; it is kept."
        )
    if case_data(answer):
        raise Misuse(
            "The answer seems to hold data of a real case; it was not compared or stored.",
            "Write it without names, numbers or references.",
        )
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", normalise(answer)) if len(s.split()) >= 3]
    rules = assistant.corpus.rules
    expected = {p for step in scenario.steps for r in step.rules for p in rules[r].provisions}
    named, unknown = _named(assistant.corpus, answer, scenario.as_of)
    tempting = []
    steps = [Compared(n, "", ()) for n in range(len(scenario.steps))]
    if sentences:
        encode = assistant.index.encoder.embed_many
        mine = encode(sentences)
        said = encode([f"{s.say} {' '.join(rules[r].statement for r in s.rules[:2])}" for s in scenario.steps])
        wrong = encode([w.claim for w in scenario.wrong])
        to_steps, to_wrong = mine @ said.T, mine @ wrong.T
        for n, step in enumerate(scenario.steps):
            best = int(np.argmax(to_steps[:, n]))
            near = sentences[best] if to_steps[best, n] >= LIKE else ""
            of_step = {p for r in step.rules for p in rules[r].provisions}
            steps[n] = Compared(n, near, tuple(p for p in named if _meets(p, of_step)))
        for i, sentence in enumerate(sentences):
            k = int(np.argmax(to_wrong[i]))
            if to_wrong[i, k] >= max(LIKE + 0.1, float(to_steps[i].max())):
                tempting.append((sentence, scenario.wrong[k].claim))
    other = tuple(p for p in named if not _meets(p, expected))
    return Comparison(tuple(steps), tuple(tempting), other, tuple(unknown))


def _named(corpus: Corpus, text: str, day: date) -> tuple[list[str], list[str]]:
    known: list[str] = []
    unknown: list[str] = []
    for reference in find_references(text):
        name = str(reference.pinpoint)
        work = corpus.works.get(reference.pinpoint.work)
        held = work is not None and corpus.exists_in(name, work.version_at(day).date)
        (known if held else unknown).append(name)
    return list(dict.fromkeys(known)), list(dict.fromkeys(unknown))


def _meets(name: str, others: set[str]) -> bool:
    mine = parse_pinpoint(name)
    return any(mine.within(p) or p.within(mine) for p in map(parse_pinpoint, others))


# -- the staged hallucination ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a claim: what was looked at, whether it passed (`None`: it could not be made), and what was found."""

    name: str
    passed: bool | None
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """A claim held against the law, check by check; `shown` says whether Pinpoint would have said it."""

    claim: str
    checks: tuple[Check, ...]
    shown: bool
    compared_with: Statement | None  # the reviewed rule that it was held against


def staged(assistant: Assistant, claim: str, provisions: Sequence[str], quote: str, day: date) -> Staged:
    """Hold a claim against the provisions it pretends to rest on, as every sentence of an answer is held.

    Raises `Misuse` for an empty claim, one that is too long, and a provision that is not written as a pinpoint.
    """
    claim = normalise(claim)
    if not claim:
        raise Misuse("There is no claim to check.", "Write one sentence.")
    if len(claim) > 600:
        raise Misuse(f"The claim has {len(claim):,} characters; at most 600 are checked.", "Check one sentence.")
    if case_data(claim):
        raise Misuse("The claim seems to hold data of a real case.", "Write it without names, numbers or references.")
    names = [p for p in (normalise(p) for p in provisions) if p]
    for name in names:
        try:
            parse_pinpoint(name)
        except PinpointError as error:
            raise Misuse(
                f"{name[:60]!r} is not written as a pinpoint.", "Write it like Art. 5(1)(h) or LED Art. 11(1)."
            ) from error
    statement, faults = assistant.composer.verified(claim, names, day, normalise(quote))
    gone = tuple(f for f in faults if "does not exist" in f or "cites no provision" in f)
    loose = tuple(f for f in faults if "do not stand in" in f)
    rest = tuple(f for f in faults if f not in gone and f not in loose)
    verdicts = [c.checks.supports for c in statement.citations]
    checks = (
        Check("The provisions exist on that day", not gone, gone),
        Check("The words it quotes stand in them", (not loose) if quote.strip() else None, loose or _nothing(quote)),
        Check("The provisions say what it says", not rest if verdicts else None, rest),
    )
    rule = assistant.corpus.rules.get(statement.rule)
    against = assistant.composer.statement(rule, day) if rule else None
    return Staged(claim, checks, not faults and bool(statement.citations), against)


def _nothing(quote: str) -> tuple[str, ...]:
    return () if quote.strip() else ("it quotes nothing",)


# -- the hand-out ------------------------------------------------------------------------------------------------


def handout(assistant: Assistant, scenario: Scenario, solutions: bool) -> Document:
    """A scenario to print: for trainees without solutions, with room to write; for trainers with all of it."""
    kind = "for trainers, with solutions" if solutions else "for trainees"
    made = Document(scenario.title, scenario.as_of, f"Scenario {kind}. Law as of {scenario.as_of.isoformat()}.")
    made.text(f"You are: {scenario.role}.")
    made.heading("Situation")
    made.text(scenario.situation)
    made.heading("Decide")
    made.text(scenario.decide)
    made.bullets([("✓ " if o.right and solutions else "") + o.text for o in scenario.options])
    if not solutions:
        made.heading("Your decision, and why: name the provisions")
        made.space(9)
        made.heading("Talk about it")
        made.bullets(scenario.talk)
        made.heading("Hints (fold back)")
        made.bullets(scenario.hints)
        return made
    made.text(f"Learning goal: {scenario.goal}", kind="note")
    made.heading("Expected reasoning")
    for n, step in enumerate(scenario.steps, 1):
        said = statements(assistant, step.rules, scenario.as_of)
        made.text(f"{n}. {step.say}", [c for s in said for c in s.citations])
        made.bullets(said)
    made.heading("Tempting, and wrong")
    for wrong in scenario.wrong:
        said = statements(assistant, wrong.rules, scenario.as_of)
        made.text(f"“{wrong.claim}”")
        made.text(wrong.why, [c for s in said for c in s.citations])
    made.heading("Staged hallucination")
    made.text(f"“{scenario.staged.claim}” (pretended source: {', '.join(scenario.staged.provisions)})", kind="note")
    made.text(scenario.staged.why)
    made.heading("Hints, and questions for the group")
    made.bullets((*scenario.hints, *scenario.talk))
    return made
