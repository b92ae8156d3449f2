"""How recall grows with the number of questions written per rule (`python -m evals growth`).

The same cases are asked of indexes that hold 0, 3, 6 and 12 questions of every rule and kind of refusal. The
embedding model is the plain one, without the adapter, which was trained on all questions; the ranker is learned
anew for each, from one question per rule that none of the indexes holds. The last row is what ships.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.corpus import Corpus, load_corpus
from assistant.register import RefusalCase, Rule
from assistant.retrieve import FEATURES, Ranker
from assistant.settings import Settings
from assistant.vectors import Encoder
from evals.answers import Row
from evals.cases import FOLDER, Case, load_cases
from evals.metrics import figures
from evals.run import asked
from evals.score import score
from evals.tune import index_apart, learn

STEPS = (0, 3, 6, 12)
_Asked = TypeVar("_Asked", Rule, RefusalCase)


def growth(settings: Settings, sets: Sequence[str]) -> int:
    """Print recall, precision and outcomes for each number of questions per rule."""
    cases = [case for name in sets for case in load_cases(FOLDER / name)]
    corpus = load_corpus(settings.corpus)
    plain = settings.model_copy(update={"embedder": str(Encoder().folder)})
    table = Table(title=f"{len(cases)} cases ({', '.join(sets)})")
    for column in ("questions per rule", "required-citation recall", "citation precision", "outcome accuracy"):
        table.add_column(column, justify="right")
    for count in STEPS:
        with tempfile.TemporaryDirectory() as folder:
            index = index_apart(with_questions(corpus, count), plain, Path(folder))
            learned = learn(index, [(r.id, r.questions[-1]) for r in corpus.rules.values()])
            assistant = Assistant(index, plain)
            assistant.retriever.ranker = Ranker(np.array([learned["weights"][f] for f in FEATURES]), learned["bias"])
            table.add_row(str(count), *_measured(cases, assistant))
    with tempfile.TemporaryDirectory() as folder:
        table.add_row(
            "all, as shipped", *_measured(cases, Assistant(index_apart(corpus, settings, Path(folder)), settings))
        )
    Console().print(table)
    return 0


def with_questions(corpus: Corpus, count: int) -> Corpus:
    """The corpus with only so many questions of every rule and kind of refusal, never the last one."""

    def fewer(entry: _Asked) -> _Asked:
        return entry.model_copy(update={"questions": entry.questions[:-1][:count]})

    rules = {i: fewer(r) for i, r in corpus.rules.items()}
    refusals = {i: fewer(r) for i, r in corpus.refusals.items()} if count else {}
    return replace(corpus, rules=rules, refusals=refusals)


def _measured(cases: Sequence[Case], assistant: Assistant) -> list[str]:
    scores = [score(case, Row.model_validate(asked(case, assistant))) for case in cases]
    found = {f.metric.name: f for f in figures(scores)}
    named = ("required-citation recall", "citation precision", "outcome accuracy")
    return [f"{found[n].value:.3f} [{found[n].low:.3f}, {found[n].high:.3f}]" for n in named]
