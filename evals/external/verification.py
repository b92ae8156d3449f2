"""Does the evidence support the claim? The product's support score beside word overlap and a plain embedding."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.support import SUPPORTED, split_sentences, support
from assistant.vectors import Encoder, Vector
from evals.external import folder_of, read_lines
from evals.metrics import draws

Score = Callable[[str, str, Callable[[list[str]], Vector]], float]


def _lexical(claim: str, text: str, embed: Callable[[list[str]], Vector]) -> float:
    words = re.findall(r"\w+", claim.lower())
    held = set(re.findall(r"\w+", text.lower()))
    return sum(w in held for w in words) / (len(words) or 1)


def _cosine(claim: str, text: str, embed: Callable[[list[str]], Vector]) -> float:
    vectors = embed([claim, *split_sentences(text)])
    return float((vectors[1:] @ vectors[0]).max())


SYSTEMS: dict[str, Score] = {"verifier": support, "word overlap": _lexical, "embedding": _cosine}


@dataclass(frozen=True, slots=True)
class Balanced:
    """Balanced accuracy of one system on one set, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    n: int


def balanced(labels: Sequence[int], said: Sequence[bool]) -> Balanced:
    """Mean of the accuracies on supported and on unsupported claims.

    >>> balanced([1, 1, 0, 0], [True, False, False, False]).value
    0.75
    """
    right = np.array([s == bool(x) for s, x in zip(said, labels, strict=True)], float)
    kinds = [np.array([x == k for x in labels], float) for k in (0, 1) if k in labels]

    def of(times: Vector) -> Vector:
        shares = [times @ (right * kind) / np.maximum(times @ kind, 1) for kind in kinds]
        found: Vector = np.mean(shares, axis=0)
        return found

    low, high = np.quantile(of(draws(len(labels)).astype(np.float32)), (0.025, 0.975))
    return Balanced(float(of(np.ones((1, len(labels)), np.float32))[0]), float(low), float(high), len(labels))


def run(root: Path | None = None) -> int:
    """Balanced accuracy per set and system; each set's threshold is the best on the other sets, and ours also fixed."""
    encoder = Encoder()
    cache: dict[str, Vector] = {}

    def embed(texts: list[str]) -> Vector:
        return np.stack([cache[t] for t in texts])

    sets = {p.stem: read_lines(p) for p in sorted(folder_of("verification", root).glob("*.jsonl"))}
    wanted = sorted({t for rows in sets.values() for r in rows for t in (r["claim"], *split_sentences(r["evidence"]))})
    for text, vector in zip(wanted, encoder.embed_many(wanted), strict=True):
        cache[text] = vector
    scores = {
        system: {name: [score(r["claim"], r["evidence"], embed) for r in rows] for name, rows in sets.items()}
        for system, score in SYSTEMS.items()
    }
    labels = {name: [int(r["label"]) for r in rows] for name, rows in sets.items()}
    table = Table(title="verification: balanced accuracy (95 % interval)")
    for column in ("set", "n", *SYSTEMS, f"verifier at {SUPPORTED}"):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name in sets:
        cells = []
        for system in SYSTEMS:
            limit = _best_elsewhere(scores[system], labels, name)
            cells.append(_shown(balanced(labels[name], [s >= limit for s in scores[system][name]])))
        fixed = balanced(labels[name], [s >= SUPPORTED for s in scores["verifier"][name]])
        table.add_row(name, str(len(labels[name])), *cells, _shown(fixed))
    Console(width=150).print(table)
    return 0


def _best_elsewhere(scores: dict[str, list[float]], labels: dict[str, list[int]], left_out: str) -> float:
    """The threshold with the best mean balanced accuracy on the other sets."""
    others = [name for name in scores if name != left_out]
    tried = np.quantile(np.concatenate([scores[n] for n in others]), np.linspace(0.02, 0.98, 97))

    def mean_of(limit: float) -> float:
        found = []
        for name in others:
            said, right = np.array(scores[name]) >= limit, np.array(labels[name]) == 1
            found.append((said[right].mean() + (~said)[~right].mean()) / 2)
        return float(np.mean(found))

    return float(max(tried, key=mean_of))


def _shown(b: Balanced) -> str:
    return f"{b.value:.3f} ({b.low:.3f}-{b.high:.3f})"
