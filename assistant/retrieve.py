"""Retrieval: a question -> the rules, refusals and provisions nearest to it, with scores.

Dense and lexical search over the ways give every candidate rule a few features; a small logistic
model (`ranker.json`, learned by `python -m evals tune` from the register's own questions, each
held out in turn) turns them into the probability that the rule answers. Passages of the official
texts are fused by rank; operative text and recitals are ranked apart, because one pool costs recall.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.corpus import edition
from assistant.index import Index, Near, Passage
from assistant.law import AI_ACT, Pinpoint, parse_pinpoint
from assistant.lexical import Lexicon
from assistant.references import Reference
from assistant.register import Misreading, RefusalCase, Rule
from assistant.vectors import Vector

TARGETS = 60  # targets looked at per search
PASSAGES = 40
OTHER_TIMING = (
    0.25  # what remains of the probability of a rule on live search for a question about recordings, and back
)
NAMED_BONUS = 0.15  # what naming its provision adds to the probability of a rule
RRF = 60  # Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion", section 3
FEATURES = ("profile", "best", "top_three", "said", "profile_words", "best_words", "profile_gap", "words_gap")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule with the probability that it answers the question."""

    rule: Rule
    score: float
    named: bool = False  # bound to a provision that the question names


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval brings: candidates best first, rivals, and provisions best first."""

    candidates: list[Candidate]
    refusal: tuple[RefusalCase, float] | None
    passages: list[tuple[Pinpoint, float]]
    top: float  # the best probability of any rule
    # wrong claims near it, each with the cosines of its nearest cue and of all its cues together
    misreadings: tuple[tuple[Misreading, float, float], ...] = ()
    likeness: float = 0.0  # mean cosine of the five nearest ways to any rule

    def led_by(self, rules: Sequence[Rule]) -> Found:
        """The same with these rules in front: they must be said, whatever else answers."""
        best = max((c.score for c in self.candidates), default=1.0)
        first = [Candidate(rule, best + 0.001 * (len(rules) - n)) for n, rule in enumerate(rules)]
        return replace(self, candidates=[*first, *(c for c in self.candidates if c.rule not in rules)])


class Ranker:
    """A logistic model over a handful of features; its weights are a file of numbers."""

    def __init__(self, weights: NDArray[np.float64], bias: float) -> None:
        self.weights = weights
        self.bias = bias

    @classmethod
    def load(cls, path: Path | None = None) -> Ranker:
        """Read `ranker.json`."""
        raw = json.loads((path or Path(__file__).with_name("ranker.json")).read_text("utf-8"))
        return cls(np.array([raw["weights"][f] for f in FEATURES]), float(raw["bias"]))

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities for rows of features, shape (n, len(FEATURES))."""
        odds: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(features @ self.weights + self.bias)))
        return odds


def features(near: Sequence[Near]) -> NDArray[np.float64]:
    """One row per target, shape (len(near), len(FEATURES)).

    The gaps are distances to the best target of this question; the rest are absolute.
    """
    rows = []
    for n in near:
        asked = np.sort(n.dense)[::-1]
        said = [float(d) for d, kind in zip(n.dense, n.ways, strict=True) if kind in {"statement", "words"}]
        rows.append([
            n.profile, float(asked[0]), float(asked[:3].mean()), max(said, default=n.profile),
            n.profile_words, float(n.lexical.max()), 0.0, 0.0,
        ])  # fmt: skip
    table = np.array(rows, np.float64).reshape(-1, len(FEATURES))
    if len(table):
        table[:, 6] = table[:, 0].max() - table[:, 0]
        table[:, 7] = table[:, 4].max() - table[:, 4]
    return table


class Retriever:
    """Searches one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.lexicon = Lexicon(index.corpus.terms)
        self.ranker = Ranker.load()

    def find(self, question: str, version: str, references: Iterable[Reference] = ()) -> Found:
        """Everything near the question, for one version of the AI Act."""
        vector = self.index.encoder.embed_query(question)
        return self.rank(question, vector, version, [r.pinpoint for r in references])

    def rank(self, question: str, vector: Vector, version: str, named: list[Pinpoint]) -> Found:
        """As `find`, with the question already embedded."""
        expanded = f"{question} {self.lexicon.expand(question)}".strip()
        near = [n for n in self.index.near_targets(expanded, vector, TARGETS) if self._holds(n, version)]
        probability = self.ranker.probability(features(near))
        corpus = self.index.corpus
        candidates, refusals, misreadings = [], [], []
        for n, p in zip(near, probability, strict=True):
            if n.kind == "refusal":
                refusals.append((corpus.refusals[n.target], float(p)))
            elif n.kind == "misreading":
                misreadings.append((corpus.misreadings[n.target], float(n.dense.max()), n.profile))
            else:
                rule = corpus.rules[n.target]
                candidates.append(Candidate(rule, float(p), _is_named(rule, named)))
        timing = timing_of(question)
        candidates = [
            replace(c, score=c.score * (OTHER_TIMING if _other_timing(c.rule, timing) else 1.0)) for c in candidates
        ]
        candidates = [replace(c, score=min(1.0, c.score + NAMED_BONUS)) if c.named else c for c in candidates]
        candidates.sort(key=lambda c: -c.score)
        best = max((c.score for c in candidates), default=0.0)
        passages = _fuse(self.index.near_passages(expanded, vector, PASSAGES), version, self.index)
        return Found(
            candidates,
            max(refusals, key=lambda r: r[1], default=None),
            passages,
            best,
            tuple(sorted(misreadings, key=lambda m: -m[1])),
            _mean_of_nearest([n.dense for n in near if n.kind == "rule"]),
        )

    def rules_of(self, pinpoints: list[Pinpoint], version: str) -> list[Rule]:
        """The rules of the provisions that are looked up, in the order of the text."""
        mine = [r for r in self.index.corpus.rules.values() if r.holds_in(version) and _is_named(r, pinpoints)]
        exact = [r for r in mine if any(r.pinpoints[0].within(p) for p in pinpoints)] or mine
        order = {
            name: n
            for n, name in enumerate(
                self.index.corpus.exists.get(edition(pinpoints[0].work, self._version(pinpoints[0], version)), {})
            )
        }
        return sorted(exact, key=lambda r: order.get(str(r.pinpoints[0]), len(order)))

    def _holds(self, near: Near, version: str) -> bool:
        return near.kind != "rule" or self.index.corpus.rules[near.target].holds_in(version)

    def _version(self, pinpoint: Pinpoint, version: str) -> str:
        return version if pinpoint.work == AI_ACT else self.index.corpus.works[pinpoint.work].versions[-1].date

    def provisions(self, found: Found, k: int) -> list[tuple[Pinpoint, float]]:
        """The ranked provisions before composition: those of the rules, fused by rank with the passages."""
        scores: dict[Pinpoint, float] = {}
        for rank, candidate in enumerate(found.candidates[:40]):
            for n, pinpoint in enumerate(candidate.rule.pinpoints):
                weight = self.index.corpus.works[pinpoint.work].authority.weight
                scores[pinpoint] = max(scores.get(pinpoint, 0.0), weight * (0.8**n) * 2.0 / (RRF / 6 + rank))
        for rank, (pinpoint, _) in enumerate(found.passages):
            scores[pinpoint] = scores.get(pinpoint, 0.0) + 0.3 / (RRF / 6 + rank)
        return sorted(scores.items(), key=lambda item: -item[1])[:k]


def _mean_of_nearest(cosines: Sequence[Vector], most: int = 5) -> float:
    """The mean of the highest cosines of all; 0 of none."""
    return float(np.sort(np.concatenate(cosines))[-most:].mean()) if cosines else 0.0


_LIVE = re.compile(
    r"\b(?:live|real[- ]?time|realtime|as (?:they|people|he|she) (?:pass|walk)|on the fly|instantly|right now|while (?:they|people) walk)\b",
    re.I,
)
_RECORDED = re.compile(
    r"\b(?:record(?:ed|ings?)|footage|stored|archived?|retrospective|afterwards|after the (?:event|fact)|last (?:night|week|month|year)"
    r"|yesterday|stills?|still (?:image|photo)|old (?:video|images)|hours of video|cctv from|custody (?:photos?|images?)|mug ?shots?)\b",
    re.I,
)
_LIVE_LAW = {parse_pinpoint(f"Art. {p}") for p in "5(1)(h) 5(2) 5(3) 5(4) 5(5) 5(6) 5(7) 3(42)".split()}
_RECORDED_LAW = {parse_pinpoint(p) for p in ("Art. 26(10)", "Art. 3(43)")}


def timing_of(question: str) -> str:
    """Whether a question is about "live" or "recorded" identification; empty when it says neither or both.

    The Act parts the two sharply (Art. 3(42) and (43)): a rule of the other regime would mislead.

    >>> timing_of("Can we match faces live at the station?"), timing_of("search last week's footage"), timing_of("face search")
    ('live', 'recorded', '')
    """
    live, recorded = bool(_LIVE.search(question)), bool(_RECORDED.search(question))
    return "" if live == recorded else "live" if live else "recorded"


def _other_timing(rule: Rule, timing: str) -> bool:
    other = {"live": _RECORDED_LAW, "recorded": _LIVE_LAW}.get(timing, set())
    return any(rule.pinpoints[0].within(p) for p in other)


def _is_named(rule: Rule, named: list[Pinpoint]) -> bool:
    """Whether the rule's first provision is one the question names, stands in it or just above it."""
    first = rule.pinpoints[0]
    return any(first.within(n) or first in list(n.ancestors())[:1] for n in named)


def fused(orders: Iterable[Sequence[str]]) -> dict[str, float]:
    """Reciprocal rank fusion of several orders of names; a name that stands twice in one order counts where it is best.

    >>> fused([["a", "b", "a"], ["a"]])["a"] > fused([["b", "a"], ["a"]])["a"]
    True
    """
    scores: dict[str, float] = {}
    for order in orders:
        for rank, name in enumerate(order):
            if name not in order[:rank]:
                scores[name] = scores.get(name, 0.0) + 1.0 / (RRF + rank)
    return scores


def _fuse(found: list[tuple[Passage, float, float]], version: str, index: Index) -> list[tuple[Pinpoint, float]]:
    """Reciprocal rank fusion of dense and lexical order; recitals and guidance after operative law."""
    kept = [f for f in found if _in_force(f[0], version)]
    by_meaning, by_words = sorted(kept, key=lambda f: -f[1]), sorted(kept, key=lambda f: -f[2])
    scores = fused([[f[0].pinpoint for f in order] for order in (by_meaning, by_words)])
    weighted = []
    for name, score in scores.items():
        pinpoint = parse_pinpoint(name)
        operative = 1.0 if pinpoint.kind in {"article", "annex"} else 0.8
        weighted.append((pinpoint, score * operative * index.corpus.works[pinpoint.work].authority.weight))
    return sorted(weighted, key=lambda item: -item[1])


def _in_force(passage: Passage, version: str) -> bool:
    return any(not e.startswith("AI Act@") or e.endswith(version) for e in passage.editions)
