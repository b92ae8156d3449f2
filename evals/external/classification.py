"""The Commission's example systems: which area of Annex III a description belongs to, and whether it is within, outside or exempt.

The product has no classifier of descriptions of its own yet; measured is what its retriever brings: the area of the first
point of Annex III (or of the draft guidelines' part on it) among the ranked provisions. Within or outside is not decided.
Sentences in which an example states its own verdict are cut off first. The examples are from the draft guidelines, which
are part of the corpus: the rules were not written from these examples, but their topics are known to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.law import AI_ACT, Pinpoint
from assistant.lexical import Lexical
from assistant.vectors import Encoder
from evals.cases import AS_OF
from evals.external import folder_of, read_lines
from evals.metrics import mean_interval

AREAS = [str(n) for n in range(1, 9)]
# where the draft guidelines speak of each area that they have paragraphs on here
PARAGRAPHS = {"1": (119, 177), "6": (337, 372), "7": (373, 403), "8": (404, 447)}
_VERDICT = re.compile(
    r"[^.;]*\b(?:high[- ]risk|(?:fall|falls|falling|fell) (?:within|outside|under)|exempt\w*|Article 6\(3\)|Annex III|point \d)\b[^.;]*[.;]?",
    re.I,
)
Rank = Callable[[str], list[str]]


def run(root: Path | None = None) -> int:
    """The right area first, and among three: the product's retriever beside BM25 and the plain model over Annex III."""
    rows = read_lines(folder_of("classification", root) / "ec_draft_guidelines_examples.jsonl")
    examples = [(described(r["text"]), r["area"].split(".")[1].split("-")[0]) for r in rows]
    examples = [(text, area) for text, area in examples if len(text.split()) >= 6]
    assistant = Assistant.open()
    systems = {"Pinpoint": _ours(assistant), "bm25s": _lexical(assistant), "MiniLM": _dense(assistant)}
    table = Table(title=f"areas of Annex III, {len(examples)} of {len(rows)} examples with words left (95 % interval)")
    for column in ("system", "right area first", "among three"):
        table.add_column(column, justify="left" if column == "system" else "right")
    for name, rank in systems.items():
        found = [(rank(text), area) for text, area in examples]
        cells = ["{:.3f} ({:.3f}-{:.3f})".format(*mean_interval([float(a in f[:k]) for f, a in found])) for k in (1, 3)]
        table.add_row(name, *cells)
    Console(width=110).print(table)
    return 0


def described(text: str) -> str:
    """The description without the clauses that state the verdict.

    >>> described("Software that ranks burglars. It should be considered to fall outside point 6.")
    'Software that ranks burglars.'
    """
    return " ".join(_VERDICT.sub(" ", text).split())


def _area(pinpoint: Pinpoint) -> str | None:
    if pinpoint.work == AI_ACT and pinpoint.kind == "annex" and pinpoint.unit == "III" and pinpoint.parts:
        return pinpoint.parts[0]
    if pinpoint.kind == "paragraph" and pinpoint.unit.isdigit():
        return next((a for a, (low, high) in PARAGRAPHS.items() if low <= int(pinpoint.unit) <= high), None)
    return None


def _ours(assistant: Assistant) -> Rank:
    def rank(text: str) -> list[str]:
        found = assistant.search(f"Is this high-risk: {text}"[:1900], k=60, as_of=AS_OF)
        return list(dict.fromkeys(a for p, _ in found if (a := _area(p))))

    return rank


def _annex(assistant: Assistant) -> tuple[list[str], list[str]]:
    """The points of Annex III with their texts: (area, text)."""
    version = assistant.corpus.works[AI_ACT].version_at(AS_OF).date
    found = [(a, assistant.index.texts.get(f"Annex III, point {a}", version)) for a in AREAS]
    return [a for a, t in found if t], [f"{t.heading}. {t.text}" for _, t in found if t]


def _ranked(areas: Sequence[str], scores: Sequence[float]) -> list[str]:
    return [areas[int(i)] for i in np.argsort(-np.array(scores))]


def _lexical(assistant: Assistant) -> Rank:
    areas, texts = _annex(assistant)
    words = Lexical.build(texts)
    return lambda text: _ranked(areas, words.scores(text).tolist())


def _dense(assistant: Assistant) -> Rank:
    areas, texts = _annex(assistant)
    encoder = Encoder(str(Encoder().folder))
    vectors = encoder.embed_many(texts)
    return lambda text: _ranked(areas, (vectors @ encoder.embed_query(text)).tolist())
