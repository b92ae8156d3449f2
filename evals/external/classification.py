"""The Commission's example systems: which area of Annex III a description belongs to, and whether it is within, outside or exempt.

Measured is what *Assess a system* suggests for a description in free words (`assistant.aids.describe`); it suggests and
decides nothing. Sentences in which an example states its own verdict are cut off first. The examples are from the draft
guidelines, which are part of the corpus: neither the rules nor the cues were written from these examples, but rules
restate paragraphs they stand in, so the same is measured once more without the rules on those guidelines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.aids.assess import Scheme, load_scheme
from assistant.aids.describe import Describer, Reading, areas_of
from assistant.law import AI_ACT
from assistant.lexical import Lexical
from assistant.vectors import Encoder
from evals.cases import AS_OF
from evals.external import folder_of, read_lines
from evals.metrics import mean_interval

AREAS = [str(n) for n in range(1, 9)]
PLACES = ("within", "outside", "filter")
_VERDICT = re.compile(
    r"[^.;]*\b(?:high[- ]risk|(?:fall|falls|falling|fell) (?:within|outside|under)|exempt\w*|Article 6\(3\)|Annex III|point \d)\b[^.;]*[.;]?",
    re.I,
)
Rank = Callable[[str], Sequence[str]]


def run(root: Path | None = None) -> int:
    """Areas first and among three, beside BM25 and the plain model over Annex III; then within, outside or exempt."""
    rows = read_lines(folder_of("classification", root) / "ec_draft_guidelines_examples.jsonl")
    examples = [(described(r["text"]), r["area"].split(".")[1].split("-")[0], r["label"]) for r in rows]
    examples = [e for e in examples if len(e[0].split()) >= 6]
    assistant = Assistant.open()
    scheme = load_scheme(assistant.settings.corpus, assistant.corpus)
    describer = Describer(assistant, scheme)
    readings = [describer.read(text) for text, _, _ in examples]
    without = [describer.read(text, guidelines=False) for text, _, _ in examples]
    console = Console(width=110)
    table = Table(title=f"areas of Annex III, {len(examples)} of {len(rows)} examples with words left (95 % interval)")
    for column in ("system", "right area first", "among three"):
        table.add_column(column, justify="left" if column == "system" else "right")
    ranked: dict[str, list[Sequence[str]]] = {
        "Pinpoint": [r.areas for r in readings],
        "Pinpoint, without the guidelines": [r.areas for r in without],
        "bm25s": list(map(_lexical(assistant), [text for text, _, _ in examples])),
        "MiniLM": list(map(_dense(assistant), [text for text, _, _ in examples])),
    }
    for name, found in ranked.items():
        right = [(f, area) for f, (_, area, _) in zip(found, examples, strict=True)]
        table.add_row(name, *(_share([a in f[:k] for f, a in right]) for k in (1, 3)))
    console.print(table)
    console.print(_places(examples, {"Pinpoint": readings, "Pinpoint, without the guidelines": without}))
    console.print(
        f"A task is suggested for {_share([_tasks(r) for r in readings])} of them; of the right area for {_share(_fitting(scheme, readings, examples))}."
    )
    return 0


def _places(examples: Sequence[tuple[str, str, str]], systems: dict[str, list[Reading]]) -> Table:
    table = Table(title="within a listed use, outside, or exempt by Art. 6(3)")
    for column in ("system", "right", *(f"{p} recall" for p in PLACES), "balanced"):
        table.add_column(column, justify="left" if column == "system" else "right")
    for name, readings in systems.items():
        pairs = [(r.stands, label) for r, (_, _, label) in zip(readings, examples, strict=True)]
        recalls = [np.mean([said == p for said, label in pairs if label == p]) for p in PLACES]
        table.add_row(
            name, _share([a == b for a, b in pairs]), *(f"{r:.3f}" for r in recalls), f"{np.mean(recalls):.3f}"
        )
    common = Counter(label for _, _, label in examples).most_common(1)[0]
    table.add_row(
        f"always “{common[0]}”",
        f"{common[1] / len(examples):.3f}",
        *("1.000" if p == common[0] else "0.000" for p in PLACES),
        "0.333",
    )
    return table


def described(text: str) -> str:
    """The description without the clauses that state the verdict.

    >>> described("Software that ranks burglars. It should be considered to fall outside point 6.")
    'Software that ranks burglars.'
    """
    return " ".join(_VERDICT.sub(" ", text).split())


def _tasks(reading: Reading) -> list[str]:
    return [s.option for s in reading.suggestions if s.question == "task"]


def _fitting(scheme: Scheme, readings: Sequence[Reading], examples: Sequence[tuple[str, str, str]]) -> list[bool]:
    """Whether a suggested task leads to the right area, for the examples within a listed use."""
    areas = areas_of(scheme)
    return [
        any(area in areas.get(t, ()) for t in _tasks(r))
        for r, (_, area, label) in zip(readings, examples, strict=True) if label == "within"
    ]  # fmt: skip


def _share(right: Sequence[object]) -> str:
    return "{:.3f} ({:.3f}-{:.3f})".format(*mean_interval([float(bool(r)) for r in right]))


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
