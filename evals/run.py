"""Generating answers for cases, storing them, and printing what the scores say."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant import Assistant, Misuse, to_json
from evals.cases import FOLDER, Case, load_cases, near_copies
from evals.score import Figure, Score, figures, score

RUNS = Path(__file__).parent / "runs"
AS_OF = date(2026, 11, 22)  # the day a case is about unless it says otherwise


def generate(cases: Sequence[Case], assistant: Assistant) -> list[dict[str, Any]]:
    """One row per case, in the documented JSON form of an answer."""
    rows = []
    for case in cases:
        begun = time.perf_counter()
        outcome = assistant.ask(case.question, as_of=case.as_of or AS_OF, history=case.history)
        rows.append(to_json(outcome, id=case.id, latency_ms=round((time.perf_counter() - begun) * 1000, 2)))
    return rows


def run(sets: Sequence[str], *, verbose: bool, out: Path | None) -> int:
    """Answer the cases of each set, store the answers with what produced them, print the figures."""
    assistant = Assistant.open()
    assistant.ask("Warm up: may police use AI?", as_of=AS_OF)
    console = Console()
    for name in sets:
        cases = load_cases(FOLDER / name)
        rows = generate(cases, assistant)
        scores = [score(case, row) for case, row in zip(cases, rows, strict=True)]
        _store(out or RUNS / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl", rows, assistant)
        if verbose and name == "dev":  # held-out cases are only ever reported: who has read their faults has used them
            _print_faults(scores, console)
        console.print(_table(name, figures(scores), scores))
        copies = near_copies(cases, (q for r in assistant.corpus.rules.values() for q in r.questions))
        for case_id, question, likeness in copies:
            console.print(f"[yellow]{case_id} nearly repeats a question of the register ({likeness}): {question}")
        console.print(f"{len(copies)} of {len(cases)} cases nearly repeat a question of the register.")
    return 0


def rescore(path: Path, name: str) -> int:
    """Score stored answers again; nothing is asked."""
    if not path.is_file():
        raise Misuse(f"{path} does not exist.", "Name a file that `python -m evals run` wrote.")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = {row["id"]: row for row in lines if "id" in row}
    cases = load_cases(FOLDER / name)
    missing = [c.id for c in cases if c.id not in rows]
    if missing:
        raise Misuse(
            f"{path} has no answer for {', '.join(missing[:5])}.",
            f"Name the set these answers belong to (now: {name}).",
        )
    scores = [score(case, rows[case.id]) for case in cases]
    Console().print(_table(name, figures(scores), scores))
    return 0


def _store(path: Path, rows: list[dict[str, Any]], assistant: Assistant) -> None:
    stamp = assistant.index.stamp
    head = {
        "settings": {"corpus": stamp.corpus, "encoder": stamp.encoder, "build": stamp.build},
        "as_of": AS_OF.isoformat(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in [head, *rows]) + "\n", "utf-8")


def _table(name: str, found: Sequence[Figure], scores: Sequence[Score]) -> Table:
    table = Table(title=f"{name}: {len(scores)} cases")
    for column in ("metric", "value", "95 % interval", "n"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    for f in found:
        table.add_row(f.name, f"{f.value:.3f}", f"{f.low:.3f}-{f.high:.3f}", str(f.n))
    latencies = sorted(s.latency_ms for s in scores)
    table.add_row(
        "latency, median (ms)",
        f"{latencies[len(latencies) // 2]:.1f}",
        f"p95 {latencies[int(0.95 * len(latencies))]:.1f}",
        str(len(latencies)),
    )
    by: dict[str, list[Score]] = {}
    for s in scores:
        by.setdefault(s.case.category, []).append(s)
    for category, group in sorted(by.items()):
        right = sum(s.outcome for s in group)
        recalls = [s.recall for s in group if s.recall is not None]
        recall = f"recall {sum(recalls) / len(recalls):.2f}" if recalls else ""
        table.add_row(f"  {category}", f"{right}/{len(group)} right", recall, str(len(group)))
    return table


def _print_faults(scores: Sequence[Score], console: Console) -> None:
    for s in scores:
        if not s.outcome:
            console.print(f"[red]{s.case.id}[/] expected {s.case.expect}: {s.case.question}", highlight=False)
        elif s.missed or s.forbidden:
            missed = "; ".join(" or ".join(g) for g in s.missed)
            console.print(
                f"[yellow]{s.case.id}[/] missed {missed} stray {', '.join(s.stray)}: {s.case.question}", highlight=False
            )
