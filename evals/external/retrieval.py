"""ObliQA: questions about regulatory obligations and the passages that answer them, searched by five systems in one run.

The product's passage search (its embedding model with the adapter, Chroma, its BM25, rank fusion) beside bm25s alone, the plain
embedding model with Chroma, and the stock pipelines of two peers over the same plain embedding model.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Misuse
from assistant.lexical import Lexical
from assistant.retrieve import PASSAGES, fused
from assistant.vectors import Encoder, Vector, VectorStore
from evals.external import folder_of
from evals.external.peers import Search, haystack_search, llama_index_search
from evals.metrics import mean_interval

K = 10


def run(root: Path | None = None, only: int = 0) -> int:
    """Recall@10, MAP@10, MRR and nDCG@10 of each system, with 95 % intervals over questions, and its milliseconds."""
    ids, texts = read_passages(root)
    questions = read_questions(root, set(ids))
    if only:
        questions = random.Random(11).sample(questions, min(only, len(questions)))
    asked = [q for q, _ in questions]
    plain, ours = Encoder(str(Encoder().folder)), Encoder()
    console = Console(width=150)
    console.print(f"{len(texts)} passages, {len(questions)} questions; embedding them twice takes some minutes")
    vectors = {"plain": plain.embed_many(texts), "ours": ours.embed_many(texts)}
    queries = dict(zip(asked, plain.embed_many(asked), strict=True))
    table = Table(title="ObliQA, development questions (95 % interval)")
    for column in ("system", "recall@10", "MAP@10", "MRR", "nDCG@10", "ms a question"):
        table.add_column(column, justify="left" if column == "system" else "right")
    with tempfile.TemporaryDirectory() as folder:
        systems: dict[str, Callable[[], Search | None]] = {
            "Pinpoint": lambda: pinpoint_search(ids, texts, vectors["ours"], ours, Path(folder) / "ours"),
            "bm25s": lambda: bm25_search(ids, texts),
            "MiniLM + Chroma": lambda: chroma_search(ids, vectors["plain"], plain, Path(folder) / "plain"),
            "LlamaIndex, stock": lambda: llama_index_search(ids, texts, vectors["plain"], queries),
            "Haystack, stock hybrid": lambda: haystack_search(ids, texts, vectors["plain"], queries),
        }
        for name, make in systems.items():
            search = make()
            if search is None:
                table.add_row(name, "not installed: pip install 'pinpoint[peers]'", "", "", "", "")
                continue
            search(asked[0], K)  # warm
            begun = time.perf_counter()
            found = [search(question, K) for question in asked]
            each = (time.perf_counter() - begun) / len(asked) * 1000
            rows = [measured(f, right) for f, (_, right) in zip(found, questions, strict=True)]
            cells = ["{:.3f} ({:.3f}-{:.3f})".format(*mean_interval(column)) for column in zip(*rows, strict=True)]
            table.add_row(name, *cells, f"{each:.1f}")
    console.print(table)
    return 0


def read_passages(root: Path | None = None) -> tuple[list[str], list[str]]:
    """Names ("document|passage") and texts of the passages that hold words; what has one name is one passage. Raises `Misuse` naming a file that is damaged."""
    found: dict[str, str] = {}
    for path in sorted((folder_of("retrieval", root) / "obliqa" / "StructuredRegulatoryDocuments").glob("*.json")):
        try:
            for passage in json.loads(path.read_text("utf-8")):
                if passage["Passage"].strip():
                    name = f"{passage['DocumentID']}|{passage['PassageID']}"
                    found[name] = f"{found[name]}\n{passage['Passage']}" if name in found else passage["Passage"]
        except (ValueError, KeyError, TypeError) as error:
            raise Misuse(f"{path}: not a list of passages: {error!r}.", "Restore the set.") from error
    return list(found), list(found.values())


def read_questions(root: Path | None, known: set[str]) -> list[tuple[str, frozenset[str]]]:
    """Questions with the names of the passages that answer them; those whose passages are all known."""
    raw = json.loads((folder_of("retrieval", root) / "obliqa" / "ObliQA_dev.json").read_text("utf-8"))
    found = [(q["Question"], frozenset(f"{p['DocumentID']}|{p['PassageID']}" for p in q["Passages"])) for q in raw]
    return [(q, right) for q, right in found if right and right <= known]


def measured(found: Sequence[str], right: frozenset[str], k: int = K) -> tuple[float, float, float, float]:
    """Recall, average precision, reciprocal rank and nDCG of the first k.

    >>> [round(x, 3) for x in measured(["a", "b"], frozenset({"b"}))]
    [1.0, 0.5, 0.5, 0.631]
    """
    ranks = [n for n, name in enumerate(found[:k], 1) if name in right]
    precision = sum(i / n for i, n in enumerate(ranks, 1)) / min(k, len(right))
    gain = sum(1 / math.log2(n + 1) for n in ranks)
    ideal = sum(1 / math.log2(n + 1) for n in range(1, min(k, len(right)) + 1))
    return len(ranks) / len(right), precision, 1 / ranks[0] if ranks else 0.0, gain / ideal


def pinpoint_search(
    ids: Sequence[str], texts: Sequence[str], vectors: Vector, encoder: Encoder, folder: Path
) -> Search:
    """The product's passage search over other passages."""
    store = VectorStore(folder, "", "external")
    places = [str(i) for i in range(len(ids))]
    store.add("passages", places, vectors)
    words = Lexical.build(texts)

    def search(question: str, k: int) -> list[str]:
        near = [ids[int(i)] for i, _ in store.nearest("passages", encoder.embed_query(question), PASSAGES)]
        scores = words.scores(question)
        best = [int(i) for i in np.argsort(-scores)[:PASSAGES] if scores[i] > 0]
        ranked = fused([near, [ids[i] for i in best]])
        return sorted(ranked, key=lambda name: -ranked[name])[:k]

    return search


def bm25_search(ids: Sequence[str], texts: Sequence[str]) -> Search:
    """bm25s with its own tokeniser and an English stemmer."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize(list(texts), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False
    )

    def search(question: str, k: int) -> list[str]:
        tokens = bm25s.tokenize([question], stopwords="en", stemmer=stemmer, show_progress=False)
        found, _ = retriever.retrieve(tokens, k=k, show_progress=False)
        return [ids[int(i)] for i in found[0]]

    return search


def chroma_search(ids: Sequence[str], vectors: Vector, encoder: Encoder, folder: Path) -> Search:
    """The plain embedding model and a Chroma collection."""
    store = VectorStore(folder, "", "external")
    store.add("passages", [str(i) for i in range(len(ids))], vectors)
    return lambda question, k: [ids[int(i)] for i, _ in store.nearest("passages", encoder.embed_query(question), k)]
