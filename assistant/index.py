"""The index: ways to the rules, profiles of the rules, passages of the works; dense and lexical search.

A *way* is any text that leads to a target: to a rule (its statement, its questions, its words), to a
kind of question that is refused, or to a misreading. A *profile* is all ways of one target together:
their mean vector, and their words as one document. A *passage* is a slice of exactly one provision,
with its heading as context. All are searched dense (Chroma) and lexically (BM25, by bm25s).

A build writes a new folder and then moves a pointer to it, so a reader has the old index or the
whole new one. The stamp says from which corpus, texts and embedding model it was built; `open`
refuses an index whose stamp does not match.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from assistant.corpus import Corpus, corpus_digest
from assistant.errors import IndexMismatch, IndexMissing, StoreFault
from assistant.settings import Settings
from assistant.texts import Texts
from assistant.vectors import Encoder, Vector, VectorCache, VectorStore

FORMAT = 1
POINTER = "current"
PASSAGE_CHARS = 900  # about 200 tokens: under the model's 256 with the heading
Progress = Callable[..., None]  # (stage, done now, total=…)


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


def ways_of(corpus: Corpus) -> list[Way]:
    """Every text that leads to a rule, a refusal or a misreading."""
    found = []
    for rule in corpus.rules.values():
        found.append(Way("statement", rule.id, rule.statement))
        if rule.words:
            found.append(Way("words", rule.id, ", ".join(rule.words)))
        found += [Way("question", rule.id, q) for q in rule.questions]
    for case in corpus.refusals.values():
        found += [Way("refusal", case.id, q) for q in case.questions]
    for wrong in corpus.misreadings.values():
        found += [Way("misreading", wrong.id, c) for c in (wrong.claim, *wrong.cues)]
    return found


def passages_of(texts: Texts) -> list[Passage]:
    """Slices of every provision's own words; equal slices of two versions are one passage."""
    merged: dict[tuple[str, int, str], Passage] = {}
    for name, provisions in texts.by_version.items():
        for provision in provisions.values():
            for start, end in _slices(provision.own):
                words = provision.own[start:end]
                known = merged.get((provision.pinpoint, start, words))
                editions = (*known.editions, name) if known else (name,)
                merged[provision.pinpoint, start, words] = Passage(provision.pinpoint, editions, start, end, words, provision.context)
    return list(merged.values())


def _slices(text: str) -> list[tuple[int, int]]:
    """Cut at the ends of sentences, clauses or lines so that no slice is longer than `PASSAGE_CHARS`.

    >>> _slices("One. Two.")
    [(0, 9)]
    """
    cuts = [m.end() for m in re.finditer(r"(?<=[.;:])\s+|\n|, ", text)] + [len(text)]
    slices, start, last = [], 0, 0
    for cut in cuts:
        if cut - start > PASSAGE_CHARS and last > start:
            slices.append((start, last))
            start = last
        last = cut
    if text[start:].strip():
        slices.append((start, len(text)))
    return slices


class Lexical:
    """BM25 over stemmed words (bm25s, Snowball English)."""

    def __init__(self, retriever: Any, idf: dict[str, float], size: int) -> None:
        self.retriever = retriever
        self.idf = idf
        self.size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        """Index the texts in their order."""
        import bm25s

        stemmed = [_stems(t) for t in texts]
        retriever = bm25s.BM25(method="lucene")
        retriever.index(stemmed, show_progress=False)
        count = Counter(s for stems in stemmed for s in set(stems))
        return cls(retriever, {s: _idf(n, len(texts)) for s, n in count.items()}, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self.retriever.save(str(folder), show_progress=False)
        (folder / "idf.json").write_text(json.dumps({"size": self.size, "idf": self.idf}))

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """Read what `save` wrote."""
        import bm25s

        raw = json.loads((folder / "idf.json").read_text())
        return cls(bm25s.BM25.load(str(folder), load_vocab=True), raw["idf"], raw["size"])

    def scores(self, query: str) -> Vector:
        """The BM25 score of every text."""
        known = [s for s in _stems(query) if s in self.retriever.vocab_dict]
        if not known:
            return np.zeros(self.size, np.float32)
        found: Vector = self.retriever.get_scores(known)
        return found

    def full_score(self, query: str) -> float:
        """The score of a text that would match every word of the query; unknown words count as rarest."""
        unseen = _idf(0, self.size)
        return sum(self.idf.get(s, unseen) for s in set(_stems(query))) or unseen


def _idf(holding: int, size: int) -> float:
    """Lucene's idf, as bm25s has it (Robertson and Zaragoza 2009, section 3.2, with +1 inside the log)."""
    return math.log(1 + (size - holding + 0.5) / (holding + 0.5))


def _stemmer() -> Any:
    global _STEMMER
    if _STEMMER is None:
        import Stemmer

        _STEMMER = Stemmer.Stemmer("english")
    return _STEMMER


_STEMMER: Any = None
_STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my "
    "no of on or our shall should so than that the their them then there these they this to was we were what when "
    "where which who why will with would you your".split()
)


def _stems(text: str) -> list[str]:
    """Stemmed words without the commonest ones.

    >>> _stems("Can we search the recordings?")
    ['search', 'record']
    """
    words = re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'s", ""))
    stems: list[str] = _stemmer().stemWords([w for w in words if w not in _STOP])
    return stems


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
        encoder = Encoder(settings.embedder)
        if stamp.encoder != encoder.name:
            raise IndexMismatch("The index was built with another embedding model.", "Run: python -m ingest, or restore PINPOINT_EMBEDDER.")
        try:
            corpus = TypeAdapter(Corpus).validate_json((folder / "corpus.json").read_bytes())
            index = cls(stamp, corpus, Texts.load(folder / "texts.jsonl"), folder, settings)
        except (OSError, ValueError, TypeError) as error:
            raise IndexMissing(f"The index in {folder} is damaged: {type(error).__name__}.", "Run: python -m ingest") from error
        index.encoder = encoder
        return index

    def warm(self) -> None:
        """Load the model and the store, and check that query vectors fit the index."""
        if float(np.dot(self.encoder.probe, np.array(self.stamp.probe, np.float32))) < 0.999:
            raise IndexMismatch("The query vectors do not fit the index: another model's weights.", "Run: python -m ingest")
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
        return _targets(self.ways)

    @cached_property
    def vectors(self) -> dict[str, Vector]:
        """The vectors of the ways and of the profiles, mapped from disk, for exact scores of what search found."""
        return {k: np.load(self.folder / f"{k}.npy", mmap_mode="r") for k in ("ways", "profiles")}

    @cached_property
    def words(self) -> dict[str, Lexical]:
        """BM25 over ways, profiles and (where texts are installed) passages."""
        return {k: Lexical.load(self.folder / f"bm25-{k}") for k in ("ways", "profiles", "passages") if (self.folder / f"bm25-{k}").is_dir()}

    def near_targets(self, query: str, vector: Vector, n: int) -> list[Near]:
        """The targets nearest to the question by any of the searches, with exact scores."""
        found = {int(i) for i, _ in self.store.nearest("profiles", vector, min(n, len(self.targets)))}
        owner = self._owner
        found |= {owner[int(i)] for i, _ in self.store.nearest("ways", vector, min(2 * n, len(self.ways)))}
        full = self.words["ways"].full_score(query)
        by_way, by_profile = self.words["ways"].scores(query) / full, self.words["profiles"].scores(query)
        found |= {int(i) for i in np.argpartition(-by_profile, min(n // 2, len(by_profile) - 1))[: n // 2] if by_profile[i] > 0}
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


def _targets(ways: Sequence[Way]) -> list[tuple[str, str, slice]]:
    found: list[tuple[str, str, slice]] = []
    for i, way in enumerate(ways):
        kind = way.kind if way.kind in {"refusal", "misreading"} else "rule"
        if found and found[-1][:2] == (kind, way.target):
            found[-1] = (kind, way.target, slice(found[-1][2].start, i + 1))
        else:
            found.append((kind, way.target, slice(i, i + 1)))
    return found


def _mean(rows: Vector) -> Vector:
    mean = rows.mean(axis=0)
    unit: Vector = (mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32)
    return unit


def read_stamp(settings: Settings) -> tuple[Stamp, Path]:
    """The stamp and the folder of the index in use. Raises `IndexMissing` when there is none."""
    try:
        folder = settings.index_folder / (settings.index_folder / POINTER).read_text().strip()
        raw = json.loads((folder / "stamp.json").read_text())
        stamp = Stamp(**{**raw, "probe": tuple(raw["probe"]), "missing": tuple(raw["missing"])})
    except FileNotFoundError as error:
        raise IndexMissing(f"There is no index in {settings.index_folder}.", "Run: python -m ingest") from error
    except (OSError, ValueError, TypeError) as error:
        raise IndexMissing(f"The index in {settings.index_folder} cannot be read: {error}.", "Run: python -m ingest") from error
    if stamp.format != FORMAT:
        raise IndexMismatch("The index was written by another version of Pinpoint.", "Run: python -m ingest")
    return stamp, folder


def build_index(corpus: Corpus, texts: Texts, missing: Sequence[str], settings: Settings, progress: Progress) -> Stamp:
    """Build a new index and put it into use. Texts embedded before are not embedded again.

    Raises `StoreFault` when the data folder cannot be written; the old index then stays in use.
    """
    encoder = Encoder(settings.embedder)
    build = f"{corpus.digest}-{os.urandom(4).hex()}"
    folder = settings.index_folder / build
    try:
        folder.mkdir(parents=True)
        stamp = _write(corpus, texts, missing, settings, encoder, build, folder, progress)
        (folder / "stamp.json").write_text(json.dumps(asdict(stamp)))
        part = settings.index_folder / f".{POINTER}.part"
        part.write_text(build)
        part.replace(settings.index_folder / POINTER)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        remedy = "Free some space" if error.errno == 28 else "Set PINPOINT_DATA to a folder that can be written"
        raise StoreFault(f"The index cannot be written to {settings.index_folder}: {error.strerror}.", f"{remedy} and run: python -m ingest") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sweep(settings, stamp)
    return stamp


def _write(
    corpus: Corpus, texts: Texts, missing: Sequence[str], settings: Settings, encoder: Encoder, build: str, folder: Path, progress: Progress
) -> Stamp:
    ways, passages = ways_of(corpus), passages_of(texts)
    contents = [w.text for w in ways] + [f"{p.heading}. {p.text}" if p.heading else p.text for p in passages]
    cache = VectorCache(settings.data / "embeddings.sqlite", encoder.name)
    try:
        vectors, embedded = cache.embed(encoder, contents, partial(progress, "embedding", total=len(contents)))
    finally:
        cache.close()
    targets = _targets(ways)
    profiles = np.stack([_mean(vectors[stretch]) for _, _, stretch in targets])
    documents = [" ".join(w.text for w in ways[stretch]) for _, _, stretch in targets]
    store = VectorStore(folder / "chroma", settings.chroma_url, build)
    kinds = {
        "ways": ([w.text for w in ways], vectors[: len(ways)]),
        "profiles": (documents, profiles),
        "passages": (contents[len(ways) :], vectors[len(ways) :]),
    }
    for kind, (words, rows) in kinds.items():
        if words:
            store.add(kind, [str(i) for i in range(len(words))], rows, partial(progress, f"storing {kind}", total=len(words)))
            Lexical.build(words).save(folder / f"bm25-{kind}")
    np.save(folder / "ways.npy", vectors[: len(ways)])
    np.save(folder / "profiles.npy", profiles)
    (folder / "ways.json").write_text(json.dumps([asdict(w) for w in ways], ensure_ascii=False), "utf-8")
    (folder / "passages.json").write_text(json.dumps([asdict(p) for p in passages], ensure_ascii=False), "utf-8")
    (folder / "corpus.json").write_bytes(TypeAdapter(Corpus).dump_json(corpus, by_alias=True))
    support = _support(corpus, ways, passages, vectors)
    (folder / "support.json").write_text(json.dumps(support), "utf-8")
    texts.dump(folder / "texts.jsonl")
    probe = tuple(float(x) for x in encoder.probe)
    return Stamp(FORMAT, encoder.name, corpus.digest, build, probe, embedded, tuple(missing))


def _support(corpus: Corpus, ways: Sequence[Way], passages: Sequence[Passage], vectors: Vector) -> dict[str, float]:
    """Cosine between each statement and the best slice of each provision it names (or of what stands in it)."""
    at: dict[str, list[int]] = {}
    for i, passage in enumerate(passages, len(ways)):
        for name in passage.editions:
            at.setdefault(f"{name}|{passage.pinpoint}", []).append(i)
    found = {}
    for n, way in enumerate(ways):
        if way.kind != "statement":
            continue
        for pinpoint in corpus.rules[way.target].pinpoints:
            for version in corpus.works[pinpoint.work].versions:
                name = f"{pinpoint.work}@{version.date}"
                below = f"{name}|{pinpoint}"
                rows = [i for key, ids in at.items() if key == below or key.startswith(below + "(") for i in ids]
                if rows:
                    found[f"{way.target}|{name}|{pinpoint}"] = round(float((vectors[rows] @ vectors[n]).max()), 4)
    return found


def _sweep(settings: Settings, stamp: Stamp) -> None:
    """Remove earlier builds and what interrupted ones left behind."""
    for folder in settings.index_folder.iterdir():
        if folder.is_dir() and folder.name != stamp.build:
            shutil.rmtree(folder, ignore_errors=True)
    if settings.chroma_url:
        VectorStore(Path(), settings.chroma_url, stamp.build).drop_other_builds()

