"""Learning the ranker's few weights from the register's own questions.

An index is built without every fourth question; those are then asked of it. Every target found
gives a row of features, and a logistic regression (scikit-learn, L2) learns which target the
question belonged to. Rules that share their first provision with the right one count neither way.
No eval case is looked at.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.build import build_index
from assistant.corpus import Corpus, load_corpus
from assistant.index import Index, read_stamp
from assistant.lexical import Lexicon
from assistant.register import RefusalCase, Rule
from assistant.retrieve import FEATURES, TARGETS, features
from assistant.settings import Settings
from assistant.texts import Texts

EVERY = 4
_Asked = TypeVar("_Asked", Rule, RefusalCase)
OUT = Path(__file__).parent.parent / "assistant" / "ranker.json"


def tune(settings: Settings) -> dict[str, object]:
    """Learn the weights and write `assistant/ranker.json`; returns what was written and from how much."""
    corpus = load_corpus(settings.corpus)
    kept, asked = _split(corpus)
    with tempfile.TemporaryDirectory() as folder:
        learned = learn(index_apart(kept, settings, Path(folder)), asked)
    OUT.write_text(json.dumps(learned) + "\n", "utf-8")
    return {**learned, "questions": len(asked)}


def index_apart(corpus: Corpus, settings: Settings, folder: Path, texts: Texts | None = None) -> Index:
    """An index of another corpus than the one in use, in a folder of its own; vectors are shared with the one in use."""
    apart = settings.model_copy(update={"data": folder, "chroma_url": ""})
    held = settings.data / "embeddings.sqlite"
    if held.is_file():
        shutil.copy(held, folder / held.name)
    build_index(corpus, texts or Texts({}), (), apart, lambda *_, **__: None)
    stamp, built = read_stamp(apart)
    return Index(stamp, corpus, texts or Texts({}), built, apart)


def learn(index: Index, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The ranker's bias and weights from (target, question) pairs that the index does not hold."""
    from sklearn.linear_model import LogisticRegression

    rows, labels = _examples(index, asked)
    model = LogisticRegression(C=1.0, max_iter=5000).fit(rows, labels)
    weights = {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    return {"bias": round(float(model.intercept_[0]), 4), "weights": weights}


def _split(corpus: Corpus) -> tuple[Corpus, list[tuple[str, str]]]:
    """The corpus without every fourth question, and those questions with their targets."""
    asked: list[tuple[str, str]] = []

    def without(entry: _Asked) -> _Asked:
        asked.extend((entry.id, q) for q in entry.questions[::EVERY])
        return entry.model_copy(update={"questions": tuple(q for n, q in enumerate(entry.questions) if n % EVERY)})

    rules = {i: without(r) for i, r in corpus.rules.items()}
    refusals = {i: without(r) for i, r in corpus.refusals.items()}
    return replace(corpus, rules=rules, refusals=refusals), asked


def _examples(index: Index, asked: Sequence[tuple[str, str]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    lexicon = Lexicon(index.corpus.terms)
    rules = index.corpus.rules
    rows, labels = [], []
    for target, question in asked:
        vector = index.encoder.embed_query(question)
        near = index.near_targets(f"{question} {lexicon.expand(question)}".strip(), vector, TARGETS)
        first = rules[target].provisions[0] if target in rules else ""
        for n, feature in zip(near, features(near), strict=True):
            if n.target == target or not (n.kind == "rule" and rules[n.target].provisions[0] == first):
                rows.append(feature)
                labels.append(int(n.target == target))
    return np.array(rows), np.array(labels)
