"""Retrieval: a question -> the rules, refusals and provisions nearest to it, with scores.

Dense and lexical search over the ways give every candidate rule a few features; a small logistic
model (`ranker.json`, learned by `python -m evals tune` from the register's own questions, each
held out in turn) turns them into the probability that the rule answers. Passages of the official
texts are fused by rank; operative text and recitals are ranked apart, because one pool costs recall.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.corpus import Misreading, RefusalCase, Rule
from assistant.index import Hit, Index, Passage, Way
from assistant.intake import Lexicon, Reference
from assistant.law import Pinpoint, parse_pinpoint
from assistant.vectors import Vector

WAYS = 120  # ways looked at per search
PASSAGES = 40
RRF = 60  # Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion", section 3
FEATURES = ("best", "second", "third", "statement", "lexical", "lexical_statement", "agreement", "gap")


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
    misreading: tuple[Misreading, float] | None
    passages: list[tuple[Pinpoint, float]]
    top: float  # the best probability of any rule


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


def features_by_target(hits: Iterable[Hit], full: float) -> tuple[list[str], NDArray[np.float64], list[str]]:
    """One row of features per target found; `full` is the BM25 score of a perfect match of the question.

    Returns targets, features of shape (targets, len(FEATURES)), and each target's kind.
    """
    by: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        way = hit.item
        if isinstance(way, Way):
            kind = way.kind if way.kind in {"refusal", "misreading"} else "rule"
            by.setdefault((kind, way.target), []).append(hit)
    best_of_all = max((h.dense for group in by.values() for h in group), default=0.0)
    rows = []
    for group in by.values():
        dense = sorted((h.dense for h in group), reverse=True) + [0.0, 0.0]
        asked = [h for h in group if isinstance(h.item, Way) and h.item.kind in {"question", "refusal", "misreading"}]
        said = [h for h in group if isinstance(h.item, Way) and h.item.kind in {"statement", "words"}]
        lexical = max((h.lexical for h in asked), default=0.0) / full
        rows.append([
            dense[0], dense[1] or dense[0] - 0.15, dense[2] or dense[1] - 0.1 or dense[0] - 0.2,
            max((h.dense for h in said), default=0.0), lexical, max((h.lexical for h in said), default=0.0) / full,
            dense[0] * lexical, best_of_all - dense[0],
        ])  # fmt: skip
    return [t for _, t in by], np.array(rows, np.float64).reshape(-1, len(FEATURES)), [k for k, _ in by]


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
        hits = self.index.find_ways(expanded, vector, WAYS)
        targets, features, kinds = features_by_target(hits, self.index.way_words.full_score(question))
        probability = self.ranker.probability(features)
        corpus = self.index.corpus
        candidates, refusals, wrong = [], [], []
        for target, kind, p in zip(targets, kinds, probability, strict=True):
            if kind == "refusal":
                refusals.append((corpus.refusals[target], float(p)))
            elif kind == "misreading":
                wrong.append((corpus.misreadings[target], float(p)))
            elif (rule := corpus.rules[target]).holds_in(version):
                candidates.append(Candidate(rule, float(p), _is_named(rule, named)))
        held = {c.rule.id for c in candidates}
        candidates += [
            Candidate(r, 0.0, True) for r in corpus.rules.values() if r.id not in held and r.holds_in(version) and _is_named(r, named)
        ]
        candidates.sort(key=lambda c: (not c.named, -c.score))
        best = max((c.score for c in candidates), default=0.0)
        passages = _fuse(self.index.find_passages(expanded, vector, PASSAGES), version, self.index)
        return Found(
            candidates, max(refusals, key=lambda r: r[1], default=None), max(wrong, key=lambda m: m[1], default=None), passages, best
        )

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


def _is_named(rule: Rule, named: list[Pinpoint]) -> bool:
    return any(p.within(n) or n.within(p) and p.parts for p in rule.pinpoints for n in named)


def _fuse(hits: list[Hit], version: str, index: Index) -> list[tuple[Pinpoint, float]]:
    """Reciprocal rank fusion of dense and lexical order; recitals and guidance after operative law."""
    kept = [h for h in hits if isinstance(h.item, Passage) and _in_force(h.item, version)]
    scores: dict[str, float] = {}
    for key in (lambda h: -h.dense, lambda h: -h.lexical):
        for rank, hit in enumerate(sorted(kept, key=key)):
            name = hit.item.pinpoint  # type: ignore[union-attr]
            scores[name] = max(scores.get(name, 0.0), 0.0) + 1.0 / (RRF + rank)
    weighted = []
    for name, score in scores.items():
        pinpoint = parse_pinpoint(name)
        operative = 1.0 if pinpoint.kind in {"article", "annex"} else 0.8
        weighted.append((pinpoint, score * operative * index.corpus.works[pinpoint.work].authority.weight))
    return sorted(weighted, key=lambda item: -item[1])


def _in_force(passage: Passage, version: str) -> bool:
    return any(not e.startswith("AI Act@") or e.endswith(version) for e in passage.editions)
