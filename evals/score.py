"""Scoring stored answers: pure functions, no model, no index.

An answer is a row in the documented JSON form of `assistant batch`; a case says what is right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.law import PinpointError, parse_pinpoint
from evals.cases import Case

ALWAYS = ("Art. 113", "Omnibus Art. 4")  # the calendar's own basis
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """One case scored. Shares are `None` where the case has no denominator for them."""

    case: Case
    outcome: bool
    recall: float | None
    precision: float | None
    forbidden: tuple[str, ...]
    missed: tuple[tuple[str, ...], ...]
    stray: tuple[str, ...]
    latency_ms: float
    answered: bool = False
    warned: bool | None = None  # whether the warnings are those the case asks for; `None` where it asks for none
    sentences: int = 0
    unverified: int = 0  # sentences without a citation, or with one that failed a check

    @property
    def false_answer(self) -> bool:
        """Answered where a refusal is right; a refusal for another reason is none."""
        return self.case.expect == "refuse" and self.answered

    @property
    def false_refusal(self) -> bool:
        """Refused where an answer is right."""
        return self.case.expect == "answer" and not self.outcome


def meets(cited: str, entry: str) -> bool:
    """Whether a cited provision meets a required entry: it is the entry or stands in it.

    >>> meets("Art. 5(1)(h)(i)", "Art. 5(1)(h)"), meets("Art. 5(1)", "Art. 5(1)(h)")
    (True, False)
    """
    try:
        pinpoint = parse_pinpoint(cited)
        return entry == pinpoint.work or pinpoint.within(parse_pinpoint(entry))
    except PinpointError:
        return False


def is_right(cited: str, entries: Sequence[str]) -> bool:
    """Whether a cited provision is, stands in, or contains one of the entries; a bare work or kind allows all of it.

    >>> is_right("LED Art. 11(1)", ["LED"]), is_right("Recital 42", ["Recital"]), is_right("Art. 4", ["LED"])
    (True, True, False)
    """
    try:
        pinpoint = parse_pinpoint(cited)
    except PinpointError:
        return False
    for entry in entries:
        if entry == pinpoint.work or (entry == "Recital" and pinpoint.kind == "recital"):
            return True
        try:
            other = parse_pinpoint(entry)
        except PinpointError:
            continue
        if pinpoint.within(other) or other.within(pinpoint):
            return True
    return False


def score(case: Case, row: dict[str, Any]) -> Score:
    """Score one stored answer against its case."""
    answered = row["outcome"] == "answer"
    outcome = row["outcome"] == case.expect and (case.expect == "answer" or row["reason"] in case.reason)
    cited = row["citations"]
    missed = tuple(group for group in case.require if not any(meets(c, e) for c in cited for e in group))
    right = [*(e for group in case.require for e in group), *case.allow, *ALWAYS]
    stray = tuple(c for c in cited if not is_right(c, right))
    wanted = case.expect == "answer"
    return Score(
        case, outcome,
        1 - len(missed) / len(case.require) if wanted else None,
        1 - len(stray) / len(cited) if wanted and answered and cited else None,
        tuple(c for c in cited if any(meets(c, f) for f in case.forbid)), missed, stray, float(row.get("latency_ms") or 0.0),
        answered, _warned(case, row), len(row.get("statements", [])), sum(not _verified(s) for s in row.get("statements", [])),
    )  # fmt: skip


def _warned(case: Case, row: dict[str, Any]) -> bool | None:
    if case.warns is None:
        return None
    kinds = {w["kind"] for w in row.get("warnings", [])}
    return set(case.warns) <= kinds if case.warns else "leading_question" not in kinds


def _verified(statement: dict[str, Any]) -> bool:
    cited = statement["citations"]
    return bool(cited) and not any(False in c["checks"].values() for c in cited)


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def interval(
    values: Sequence[float], statistic: Callable[[Sequence[float]], float] = mean, seed: int = 7
) -> tuple[float, float]:
    """Bootstrap 95 % interval (percentile method; Efron and Tibshirani 1993, chapter 13).

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    if not values:
        return 0.0, 0.0
    rng = random.Random(seed)
    samples = sorted(statistic(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return samples[int(0.025 * RESAMPLES)], samples[int(0.975 * RESAMPLES) - 1]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric with its interval and denominator."""

    name: str
    value: float
    low: float
    high: float
    n: int


def figures(scores: Sequence[Score]) -> list[Figure]:
    """The metrics of a run, each with a bootstrap 95 % interval and its denominator."""
    answerable = [s for s in scores if s.case.expect == "answer"]
    refusable = [s for s in scores if s.case.expect == "refuse"]
    columns: list[tuple[str, list[float]]] = [
        ("outcome accuracy", [float(s.outcome) for s in scores]),
        ("required-citation recall", [s.recall for s in scores if s.recall is not None]),
        ("citation precision", [s.precision for s in scores if s.precision is not None]),
        ("false refusals", [float(s.false_refusal) for s in answerable]),
        ("false answers", [float(s.false_answer) for s in refusable]),
        ("leading questions warned", [float(bool(s.warned)) for s in scores if s.case.warns]),
        ("neutral questions warned", [float(not s.warned) for s in scores if s.case.warns == ()]),
        ("unverified sentences", [s.unverified / s.sentences for s in scores if s.sentences]),
        ("forbidden citations", [float(bool(s.forbidden)) for s in answerable]),
    ]
    return [Figure(name, mean(values), *interval(values), len(values)) for name, values in columns]
