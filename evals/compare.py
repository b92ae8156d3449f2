"""Two runs side by side: what was fixed, what broke, what changed, and whether a difference is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from assistant import Misuse
from evals.metrics import METRICS, Metric, draws, parts, ratio
from evals.run import Scored
from evals.score import Score, own_said

FLIPS = 2000  # sign flips of the permutation test
RANK = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs over the same cases: `change` is second minus first, with its 95 % interval.

    `p` is the chance of a change at least as large if the runs were alike: McNemar's exact test where a case is right
    or wrong, a sign-flip permutation test of the cases' differences elsewhere.
    """

    metric: Metric
    first: float
    second: float
    change: float
    low: float
    high: float
    p: float
    test: str
    cases: int

    @property
    def better(self) -> bool:
        """Whether the change is for the better."""
        return self.change > 0 if self.metric.better == "higher" else self.change < 0


@dataclass(frozen=True, slots=True)
class Pair:
    """One case in two runs."""

    first: Score
    second: Score

    @property
    def changed(self) -> bool:
        """Whether another answer or refusal is shown."""
        return _shown(self.first) != _shown(self.second)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a person needs to judge a change; cases by severity, the gravest first."""

    first: str
    second: str
    fixed: tuple[Pair, ...]
    broken: tuple[Pair, ...]
    changed: tuple[Pair, ...]  # neither fixed nor broken
    differences: tuple[Difference, ...]
    cases: int
    left_out: int  # cases that only one run has, or that were changed in between


def compare(first: Scored, second: Scored) -> Comparison:
    """Two runs over the cases that both have in the same version. Raises `Misuse` where there is none."""
    pairs, left = paired(first, second)
    if not pairs:
        raise Misuse(f"{first.name} and {second.name} share no case.", "Compare two runs of the same set.")
    pairs.sort(key=lambda p: RANK[p.first.case.severity])
    fixed = tuple(p for p in pairs if not p.first.passed and p.second.passed)
    gone = tuple(p for p in pairs if p.first.passed and not p.second.passed)
    changed = tuple(p for p in pairs if p.first.passed == p.second.passed and p.changed)
    differences = tuple(d for m in METRICS if (d := _difference(m, pairs)))
    return Comparison(first.name, second.name, fixed, gone, changed, differences, len(pairs), left)


def paired(first: Scored, second: Scored) -> tuple[list[Pair], int]:
    """The cases that both runs have unchanged, and how many were left out."""
    mine, theirs = first.by_id, second.by_id
    both = [i for i in mine if i in theirs and mine[i].case.digest == theirs[i].case.digest]
    return [Pair(mine[i], theirs[i]) for i in both], len(mine.keys() | theirs.keys()) - len(both)


def broken(first: Scored, second: Scored) -> list[Score]:
    """Cases that the first run got right and the second got wrong."""
    return [p.second for p in paired(first, second)[0] if p.first.passed and not p.second.passed]


def _shown(s: Score) -> object:
    return own_said(s.row), s.row.cited


def _difference(metric: Metric, pairs: Sequence[Pair]) -> Difference | None:
    a, b = parts(metric, [p.first for p in pairs]), parts(metric, [p.second for p in pairs])
    some = (a[:, 1] > 0) | (b[:, 1] > 0)
    a, b = a[some], b[some]
    if not len(a):
        return None
    first, second = ratio(a), ratio(b)
    drawn = draws(len(a))
    sums_a, sums_b = drawn @ a, drawn @ b
    shares = sums_b[:, 0] / np.maximum(sums_b[:, 1], 1e-12) - sums_a[:, 0] / np.maximum(sums_a[:, 1], 1e-12)
    low, high = np.quantile(shares, (0.025, 0.975))
    p, test = _chance(_shares(a), _shares(b))
    return Difference(metric, first, second, second - first, float(low), float(high), p, test, len(a))


def _shares(table: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(len(table), np.nan)
    np.divide(table[:, 0], table[:, 1], out=shares, where=table[:, 1] > 0)
    return shares


def _chance(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, str]:
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[both], b[both]
    moved = b - a
    if not moved.any():
        return 1.0, "no case differs"
    if set(np.unique(np.concatenate([a, b]))) <= {0.0, 1.0}:
        up, down = int((moved > 0).sum()), int((moved < 0).sum())
        return float(binomtest(up, up + down).pvalue), "McNemar, exact"
    signs = np.random.default_rng(7).choice((-1.0, 1.0), (FLIPS, len(moved)))
    as_large = np.abs(signs @ moved) >= abs(moved.sum()) - 1e-12
    return float((as_large.sum() + 1) / (FLIPS + 1)), "sign flips"
