"""Speed and memory, with medians, beside a plain embed-and-Chroma baseline measured in the same run."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant import Answer, Assistant, settings
from assistant.build import build_index, passages_of, ways_of
from assistant.corpus import load_corpus
from assistant.intake import guard, normalise
from assistant.vectors import Encoder
from evals.cases import FOLDER, load_cases
from ingest.works import read_works

REPEATS = 3


def bench() -> int:
    """Print warm and cold answers, index build against embedding alone, and memory."""
    chosen = settings()
    console = Console()
    table = Table("figure", "median", "95th percentile or range", "bound")
    questions = [c.question for c in load_cases(FOLDER / "dev")]
    assistant = Assistant.open()
    assistant.ask(questions[0])
    warm = sorted(_times(lambda q: assistant.ask(q, as_of=date(2026, 11, 22)), questions * REPEATS))
    table.add_row(
        "warm ask (ms)",
        f"{1000 * statistics.median(warm):.1f}",
        f"{1000 * warm[int(0.95 * len(warm))]:.1f}",
        "60 / 150",
    )
    for part, times in _parts(assistant, questions).items():
        table.add_row(
            f"  {part} (ms)", f"{1000 * statistics.median(times):.1f}", f"{1000 * sorted(times)[int(0.95 * len(times))]:.1f}",
            "15" if part == "intake and verification" else "",
        )  # fmt: skip
    collection = assistant.index.store
    plain = sorted(
        _times(lambda q: collection.nearest("passages", assistant.index.encoder.embed_query(q), 5), questions * REPEATS)
    )
    table.add_row(
        "plain embed and Chroma query (ms)",
        f"{1000 * statistics.median(plain):.1f}",
        f"{1000 * plain[int(0.95 * len(plain))]:.1f}",
        "baseline",
    )
    table.add_row(
        "memory of this process (MB)",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
        "",
        "1500 (page)",
    )
    cold = sorted(_times(_cold, questions[:5]))
    table.add_row("cold ask, whole process (s)", f"{statistics.median(cold):.2f}", f"{cold[0]:.2f}-{cold[-1]:.2f}", "6")
    whole, alone = _build_times()
    table.add_row("index build, nothing cached (s)", f"{whole:.1f}", "", "")
    table.add_row("embedding the same texts alone (s)", f"{alone:.1f}", "", "baseline")
    table.add_row("ratio", f"{whole / alone:.2f}", "", "1.25")
    console.print(table)
    console.print(f"index folder: {chosen.index_folder}")
    return 0


def _times(call: object, arguments: list[str]) -> list[float]:
    found = []
    for argument in arguments:
        begun = time.perf_counter()
        call(argument)  # type: ignore[operator]
        found.append(time.perf_counter() - begun)
    return found


def _parts(assistant: Assistant, questions: list[str]) -> dict[str, list[float]]:
    """Seconds per question of what guards and verifies: the guards, the judge, verification of the sentences said, and all three."""
    day = date(2026, 11, 22)
    found: dict[str, list[float]] = {"guards": [], "judge": [], "verification": [], "intake and verification": []}
    for question in questions:
        outcome = assistant.ask(question, as_of=day)
        said = [s for s in outcome.statements if s.rule] if isinstance(outcome, Answer) else []
        asked = normalise(question)
        guards = _times(lambda q: guard(q, normalise(q)), [question])[0]
        judge = _times(assistant.judge, [asked])[0]
        begun = time.perf_counter()
        for statement in said:
            names = [c.pinpoint for c in statement.citations]
            assistant.composer.verifier.check(statement.text, names, day, [c.quote for c in statement.citations])
        verification = time.perf_counter() - begun
        for part, seconds in zip(found, (guards, judge, verification, guards + judge + verification), strict=True):
            found[part].append(seconds)
    return found


def _cold(question: str) -> None:
    subprocess.run([sys.executable, "-m", "assistant", "ask", question], check=True, capture_output=True)


def _build_times() -> tuple[float, float]:
    """Seconds for a build into an empty folder, and for embedding and storing nothing but its vectors."""
    chosen = settings()
    corpus = load_corpus(chosen.corpus)
    texts, _ = read_works(corpus, chosen)
    contents = [w.text for w in ways_of(corpus)] + [
        f"{p.heading}. {p.text}" if p.heading else p.text for p in passages_of(texts)
    ]
    encoder = Encoder(chosen.embedder)
    encoder.embed_many(contents[:64])
    begun = time.perf_counter()
    encoder.embed_many(contents)
    alone = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        build_index(
            corpus, texts, (), chosen.model_copy(update={"data": Path(folder), "chroma_url": ""}), lambda *_, **__: None
        )
        return time.perf_counter() - begun, alone
