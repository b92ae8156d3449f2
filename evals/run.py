"""Generating answers once, storing them with what produced them, and scoring stored answers as often as wanted."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from assistant import Assistant, Misuse, settings, to_json
from evals.answers import matched, read_run
from evals.cases import AS_OF, Case, load_cases, near_copies, set_folder
from evals.hold import engine, held_answers
from evals.score import Score, score

PARTS = ("torch", "sentence-transformers", "chromadb", "bm25s", "langchain-core")


@dataclass(frozen=True, slots=True)
class Scored:
    """A run with its scores, in the order of the cases."""

    name: str
    set: str
    head: dict[str, Any]
    scores: tuple[Score, ...]

    @property
    def by_id(self) -> dict[str, Score]:
        """Scores by case id."""
        return {s.case.id: s for s in self.scores}

    @property
    def secret(self) -> bool:
        """Whether cases may not be named: who has read the faults of held-out cases has used them."""
        return self.set == "held-out"


def runs_folder() -> Path:
    """Where runs are stored."""
    return settings().data / "evals" / "runs"


def stored_runs() -> list[Path]:
    """Folders of runs, the latest first."""
    return sorted((p.parent for p in runs_folder().glob("*/answers.jsonl")), key=lambda p: p.name[-16:], reverse=True)


def produced_by(assistant: Assistant) -> dict[str, Any]:
    """What decides an answer beside the question: corpus, texts, embedding model, code and weights, settings."""
    chosen, stamp = assistant.settings, assistant.index.stamp
    return {
        "corpus": stamp.corpus, "encoder": stamp.encoder, "missing": list(stamp.missing), "engine": engine(),
        "model": chosen.model, "nli": str(chosen.nli or ""),
    }  # fmt: skip


class Kept:
    """Answers kept by question, conversation, day, settings, corpus and engine; a run that was cut off goes on from them."""

    def __init__(self, assistant: Assistant) -> None:
        self.produced = produced_by(assistant)
        path = assistant.settings.data / "evals" / "answers.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.store = sqlite3.connect(path, isolation_level=None)
            self.store.execute("pragma journal_mode = wal")
            self.store.execute("create table if not exists answers (key text primary key, row text not null)")
        except (sqlite3.Error, OSError) as error:
            raise Misuse(
                f"{path} cannot be used: {error}.", "Name a data folder that can be written: PINPOINT_DATA."
            ) from error

    def key(self, case: Case) -> str:
        """The fingerprint under which an answer is kept."""
        asked = [case.question, case.history, case.day.isoformat(), self.produced]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def get(self, case: Case) -> dict[str, Any] | None:
        """The answer to this case's question, if it was asked before."""
        found = self.store.execute("select row from answers where key = ?", (self.key(case),)).fetchone()
        return {**json.loads(found[0]), "id": case.id} if found else None

    def put(self, case: Case, row: dict[str, Any]) -> None:
        """Keep an answer."""
        self.store.execute("insert or replace into answers values (?, ?)", (self.key(case), json.dumps(row)))


def asked(case: Case, assistant: Assistant) -> dict[str, Any]:
    """One case asked: the documented JSON form of its outcome, with what the steps found."""
    begun = time.perf_counter()
    outcome = assistant.ask(case.question, as_of=case.day, history=case.history)
    row = to_json(outcome, id=case.id, latency_ms=round((time.perf_counter() - begun) * 1000, 2))
    basis = outcome.basis
    return {**row, "retrieved": [str(p) for p, _ in basis.ranked], "odds": basis.odds}


def generate(
    cases: Sequence[Case], assistant: Assistant, *, fresh: bool = False, note: str = ""
) -> list[dict[str, Any]]:
    """One row per case, from those kept where the same question met the same assistant before (`fresh`: never)."""
    kept = Kept(assistant)
    rows = []
    with closing(kept.store):
        warm = False
        for case in track(cases, note, console=Console(stderr=True), disable=not note, transient=True):
            row = None if fresh else kept.get(case)
            if row is None:
                if not warm:
                    assistant.ask("Warm up: may police use AI?", as_of=AS_OF)
                    warm = True
                row = asked(case, assistant)
                kept.put(case, row)
            rows.append(row)
    return rows


def store_run(folder: Path, rows: Sequence[dict[str, Any]], head: dict[str, Any]) -> Path:
    """Write a run's answers in one go; returns the file. Raises `Misuse` where the folder cannot be written."""
    path = folder / "answers.jsonl"
    lines = [json.dumps({"run": head}, ensure_ascii=False), *(json.dumps(r, ensure_ascii=False) for r in rows)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text("\n".join(lines) + "\n", "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise Misuse(f"{folder} cannot be written: {error.strerror}.", "Name another folder with --out.") from error
    return path


def check_writable(folder: Path) -> None:
    """Raises `Misuse` where a folder cannot be written, before minutes are spent on what would go there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Misuse(f"{folder} cannot be written: {error.strerror}.", "Name another folder with --out.") from error


def make_run(
    assistant: Assistant, name: str, *, release: str = "", out: Path | None = None, fresh: bool = False
) -> Path:
    """Answer the cases of a set and store them with what produced them; returns the run's folder."""
    folder = set_folder(name)
    cases = load_cases(folder, release)
    made = datetime.now(UTC)
    short = name if name in {"dev", "held-out", "own"} else folder.name
    target = out or runs_folder() / f"{short}-{made:%Y%m%dT%H%M%SZ}"
    check_writable(target)
    rows = generate(cases, assistant, fresh=fresh, note=f"{short}: {len(cases)} questions")
    head = {
        "system": f"Pinpoint {version('pinpoint')}",
        "made": f"{made:%Y-%m-%dT%H:%M:%SZ}",
        "set": name,
        "release": release,
        "cases": set_digest(cases),
        "as_of": AS_OF.isoformat(),
        **produced_by(assistant),
        "versions": {part: version(part) for part in PARTS},
    }
    store_run(target, rows, head)
    return target


def set_digest(cases: Sequence[Case]) -> str:
    """Fingerprint of a set of cases: two runs with the same were asked and judged alike."""
    told = sorted(f"{c.id} {c.version} {c.digest}" for c in cases)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def scored(path: Path, name: str = "", release: str = "", assistant: Assistant | None = None) -> Scored:
    """The scores of stored answers; nothing is asked. `name` of the set: left out, as the run's head says, or dev."""
    run = read_run(path)
    name = name or str(run.head.get("set") or "dev")
    cases = load_cases(set_folder(name), release or str(run.head.get("release") or ""))
    rows = matched(run, cases)
    held = held_answers(run, rows, cases, assistant)
    return Scored(run.name, name, run.head, tuple(map(score, cases, rows, held)))


def repeats(assistant: Assistant, cases: Sequence[Case]) -> list[tuple[str, str, float]]:
    """Cases that nearly repeat a question of the register, which would flatter the figures."""
    return near_copies(cases, (q for r in assistant.corpus.rules.values() for q in r.questions))
