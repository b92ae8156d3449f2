"""Building an index: the corpus and the texts -> ways, profiles and passages, embedded and stored.

A build writes a new folder and then moves a pointer to it, so a reader has the old index or the
whole new one. Vectors are kept by text: what was embedded once is not embedded again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from assistant.corpus import Corpus
from assistant.errors import StoreFault
from assistant.index import FORMAT, POINTER, Passage, Stamp, Way, targets_of
from assistant.intake import normalise
from assistant.lexical import Lexical
from assistant.settings import Settings
from assistant.texts import Texts
from assistant.vectors import Encoder, Vector, VectorCache, VectorStore

PASSAGE_CHARS = 900  # about 200 tokens: under the model's 256 with the heading
Progress = Callable[..., None]  # (stage, done now, total=…)


def ways_of(corpus: Corpus) -> list[Way]:
    """Every text that leads to a rule, a refusal or a misreading."""
    found = []
    for rule in corpus.rules.values():
        found.append(Way("statement", rule.id, rule.statement))
        if rule.words:
            found.append(Way("words", rule.id, ", ".join(rule.words)))
        found += [Way("question", rule.id, q) for q in rule.questions]
    for case in corpus.refusals.values():
        found += [Way("refusal", case.id, readable) for q in case.questions if (readable := normalise(q))]
    for misreading in corpus.misreadings.values():
        found += [Way("misreading", misreading.id, cue) for cue in (misreading.claim, *misreading.cues)]
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
                merged[provision.pinpoint, start, words] = Passage(
                    provision.pinpoint, editions, start, end, words, provision.context
                )
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
        raise StoreFault(
            f"The index cannot be written to {settings.index_folder}: {error.strerror}.",
            f"{remedy} and run: python -m ingest",
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sweep(settings, stamp)
    return stamp


def _write(
    corpus: Corpus,
    texts: Texts,
    missing: Sequence[str],
    settings: Settings,
    encoder: Encoder,
    build: str,
    folder: Path,
    progress: Progress,
) -> Stamp:
    ways, passages = ways_of(corpus), passages_of(texts)
    contents = [w.text for w in ways] + [f"{p.heading}. {p.text}" if p.heading else p.text for p in passages]
    cache = VectorCache(settings.data / "embeddings.sqlite", encoder.name)
    try:
        vectors, embedded = cache.embed(encoder, contents, partial(progress, "embedding", total=len(contents)))
    finally:
        cache.close()
    targets = targets_of(ways)
    profiles = np.stack([_unit_mean(vectors[stretch]) for _, _, stretch in targets])
    documents = [" ".join(w.text for w in ways[stretch]) for _, _, stretch in targets]
    store = VectorStore(folder / "chroma", settings.chroma_url, build)
    kinds = {
        "ways": ([w.text for w in ways], vectors[: len(ways)]),
        "profiles": (documents, profiles),
        "passages": (contents[len(ways) :], vectors[len(ways) :]),
    }
    for kind, (words, rows) in kinds.items():
        if words:
            store.add(
                kind, [str(i) for i in range(len(words))], rows, partial(progress, f"storing {kind}", total=len(words))
            )
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


def _unit_mean(rows: Vector) -> Vector:
    mean = rows.mean(axis=0)
    unit: Vector = (mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32)
    return unit
