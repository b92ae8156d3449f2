"""The index: ways to the rules, profiles of the rules, passages of the works; dense and lexical search.

A *way* is any text that leads to a target: to a rule (its statement, its questions, its words), to a kind of
question that is refused, or to a wrong claim that questions take for granted. A *profile* is all ways of one target together:
their mean vector, and their words as one document. A *passage* is a slice of exactly one provision,
with its heading as context. All are searched dense (Chroma) and lexically (BM25, by bm25s).

The stamp says from which corpus, texts and embedding model it was built; `open`
refuses an index whose stamp does not match.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from assistant.corpus import Corpus, corpus_digest
from assistant.errors import IndexMismatch, IndexMissing
from assistant.lexical import Lexical
from assistant.settings import Settings
from assistant.texts import Texts
from assistant.vectors import Encoder, Vector, VectorStore

FORMAT = 2
POINTER = "current"


@dataclass(frozen=True, slots=True)
class Way:
    """A text that leads somewhere: `kind` is statement, words, question, refusal or misreading."""

    kind: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of one provision, the same in all its `editions`."""

    pinpoint: str
    editions: tuple[str, ...]
    start: int
    end: int
    text: str
    heading: str


@dataclass(frozen=True, slots=True)
class Near:
    """How near a target is to a question: cosines and BM25 scores of its profile and its ways.

    `dense` and `lexical` hold one number per way of the target, in the order of the ways; the BM25
    scores are shares of what a perfect match of the question would score.
    """

    kind: str  # rule | refusal | misreading
    target: str
    ways: tuple[str, ...]
    profile: float
    profile_words: float
    dense: Vector
    lexical: Vector


@dataclass(frozen=True)
class Stamp:
    """What an index was built from."""

    format: int
    encoder: str
    corpus: str
    build: str
    probe: tuple[float, ...]
    embedded: int
    missing: tuple[str, ...]


class Index:
    """An opened index."""

    def __init__(self, stamp: Stamp, corpus: Corpus, texts: Texts, folder: Path, settings: Settings) -> None:
        self.stamp = stamp
        self.corpus = corpus
        self.texts = texts
        self.folder = folder
        self.encoder = Encoder(settings.embedder)
        self.store = VectorStore(folder / "chroma", settings.chroma_url, stamp.build)

    @classmethod
    def open(cls, settings: Settings) -> Index:
        """Open the index in use.

        Raises `IndexMissing` when nothing was built, `IndexMismatch` when the corpus or the
        embedding model has changed since, `StoreFault` when the data folder cannot be read.
        """
        stamp, folder = read_stamp(settings)
        if stamp.corpus != corpus_digest(settings.corpus):
            raise IndexMismatch("The index was built from another corpus.", "Run: python -m ingest")
        if stamp.encoder != Encoder(settings.embedder).name:
            raise IndexMismatch(
                "The index was built with another embedding model.",
                "Run: python -m ingest, or restore PINPOINT_EMBEDDER.",
            )
        try:
            corpus = TypeAdapter(Corpus).validate_json((folder / "corpus.json").read_bytes())
            return cls(stamp, corpus, Texts.load(folder / "texts.jsonl"), folder, settings)
        except (OSError, ValueError, TypeError) as error:
            raise IndexMissing(
                f"The index in {folder} is damaged: {type(error).__name__}.", "Run: python -m ingest"
            ) from error

    def warm(self) -> None:
        """Load the model and the store, and check that query vectors fit the index."""
        if float(np.dot(self.encoder.probe, np.array(self.stamp.probe, np.float32))) < 0.999:
            raise IndexMismatch(
                "The query vectors do not fit the index: another model's weights.", "Run: python -m ingest"
            )
        self.ways, self.targets, self.vectors, self.passages, self.words  # noqa: B018 -- loads them
        self.store.collection("profiles")

    @cached_property
    def ways(self) -> list[Way]:
        """All ways, in index order."""
        return [Way(**w) for w in json.loads((self.folder / "ways.json").read_text("utf-8"))]

    @cached_property
    def passages(self) -> list[Passage]:
        """All passages, in index order."""
        raw = json.loads((self.folder / "passages.json").read_text("utf-8"))
        return [Passage(**{**p, "editions": tuple(p["editions"])}) for p in raw]

    @cached_property
    def support(self) -> dict[str, float]:
        """How near each rule's statement is to each provision it names: cosine by "rule|edition|pinpoint"."""
        found: dict[str, float] = json.loads((self.folder / "support.json").read_text("utf-8"))
        return found

    @cached_property
    def targets(self) -> list[tuple[str, str, slice]]:
        """Kind, id and the stretch of `ways` of every target; its place in the list is its profile's id."""
        return targets_of(self.ways)

    @cached_property
    def vectors(self) -> dict[str, Vector]:
        """The vectors of the ways and of the profiles, mapped from disk, for exact scores of what search found."""
        return {k: np.load(self.folder / f"{k}.npy", mmap_mode="r") for k in ("ways", "profiles")}

    @cached_property
    def words(self) -> dict[str, Lexical]:
        """BM25 over ways, profiles and (where texts are installed) passages."""
        return {
            k: Lexical.load(self.folder / f"bm25-{k}")
            for k in ("ways", "profiles", "passages")
            if (self.folder / f"bm25-{k}").is_dir()
        }

    def near_targets(self, query: str, vector: Vector, n: int) -> list[Near]:
        """The targets nearest to the question by any of the searches, with exact scores."""
        found = {int(i) for i, _ in self.store.nearest("profiles", vector, min(n, len(self.targets)))}
        owner = self._owner
        found |= {owner[int(i)] for i, _ in self.store.nearest("ways", vector, min(2 * n, len(self.ways)))}
        full = self.words["ways"].full_score(query)
        by_way, by_profile = self.words["ways"].scores(query) / full, self.words["profiles"].scores(query)
        found |= {
            int(i)
            for i in np.argpartition(-by_profile, min(n // 2, len(by_profile) - 1))[: n // 2]
            if by_profile[i] > 0
        }
        by_profile = by_profile / self.words["profiles"].full_score(query)
        near = []
        for t in sorted(found):
            kind, target, stretch = self.targets[t]
            rows = self.vectors["ways"][stretch]
            kinds = tuple(w.kind for w in self.ways[stretch])
            profile = float(self.vectors["profiles"][t] @ vector)
            near.append(Near(kind, target, kinds, profile, float(by_profile[t]), rows @ vector, by_way[stretch]))
        return near

    @cached_property
    def _owner(self) -> list[int]:
        return [t for t, (_, _, stretch) in enumerate(self.targets) for _ in range(stretch.start, stretch.stop)]

    def near_passages(self, query: str, vector: Vector, n: int) -> list[tuple[Passage, float, float]]:
        """The passages nearest to the question by either search, each with its cosine and its BM25 score."""
        if not self.passages:
            return []
        dense = {int(i): s for i, s in self.store.nearest("passages", vector, min(n, len(self.passages)))}
        lexical = self.words["passages"].scores(query)
        best = np.argpartition(-lexical, min(n, len(self.passages) - 1))[:n]
        chosen = dict.fromkeys([*dense, *(int(i) for i in best if lexical[i] > 0)])
        return [(self.passages[i], dense.get(i, 0.0), float(lexical[i])) for i in chosen]


def targets_of(ways: Sequence[Way]) -> list[tuple[str, str, slice]]:
    """Kind, id and stretch of every target; the ways of one target stand together."""
    found: list[tuple[str, str, slice]] = []
    for i, way in enumerate(ways):
        kind = way.kind if way.kind in {"refusal", "misreading"} else "rule"
        if found and found[-1][:2] == (kind, way.target):
            found[-1] = (kind, way.target, slice(found[-1][2].start, i + 1))
        else:
            found.append((kind, way.target, slice(i, i + 1)))
    return found


def read_stamp(settings: Settings) -> tuple[Stamp, Path]:
    """The stamp and the folder of the index in use. Raises `IndexMissing` when there is none."""
    try:
        folder = settings.index_folder / (settings.index_folder / POINTER).read_text().strip()
        raw = json.loads((folder / "stamp.json").read_text())
        stamp = Stamp(**{**raw, "probe": tuple(raw["probe"]), "missing": tuple(raw["missing"])})
    except FileNotFoundError as error:
        raise IndexMissing(f"There is no index in {settings.index_folder}.", "Run: python -m ingest") from error
    except (OSError, ValueError, TypeError) as error:
        raise IndexMissing(
            f"The index in {settings.index_folder} cannot be read: {error}.", "Run: python -m ingest"
        ) from error
    if stamp.format != FORMAT:
        raise IndexMismatch("The index was written by another version of Pinpoint.", "Run: python -m ingest")
    return stamp, folder
