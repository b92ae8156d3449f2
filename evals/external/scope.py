"""CoCoNot: requests that no assistant for AI law should answer, with the in-scope development cases as controls."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant import Assistant
from evals.cases import FOLDER, load_cases
from evals.external import folder_of, read_lines
from evals.metrics import mean_interval


def run(root: Path | None = None) -> int:
    """The share refused, by kind of request, beside a plain floor on similarity with the same share of false refusals."""
    rows = read_lines(folder_of("scope", root) / "coconot.jsonl")
    assistant = Assistant.open()
    refused = [assistant.ask(r["prompt"]).outcome == "refuse" for r in rows]
    controls = [c for c in load_cases(FOLDER / "dev") if c.expect == "answer" and not c.history]
    kept = [assistant.ask(c.question, as_of=c.day).outcome == "answer" for c in controls]
    floor, plain = _floor(
        assistant, [r["prompt"] for r in rows], [c.question for c in controls], 1 - sum(kept) / len(kept)
    )
    table = Table(title="CoCoNot: share refused (95 % interval)")
    for column in ("kind of request", "n", "Pinpoint", "plain similarity floor"):
        table.add_column(column, justify="left" if column == "kind of request" else "right")
    for kind in sorted({r["category"] for r in rows}):
        mine = [float(x) for x, r in zip(refused, rows, strict=True) if r["category"] == kind]
        base = [float(x) for x, r in zip(plain, rows, strict=True) if r["category"] == kind]
        table.add_row(kind, str(len(mine)), _shown(mine), _shown(base))
    table.add_row("all", str(len(rows)), _shown([float(x) for x in refused]), _shown([float(x) for x in plain]))
    console = Console(width=130)
    console.print(table)
    console.print(
        f"controls, in-scope development questions answered: {sum(kept)} of {len(kept)}; the floor (cosine {floor:.3f}) answers as many"
    )
    return 0


def _floor(assistant: Assistant, asked: list[str], controls: list[str], share: float) -> tuple[float, list[bool]]:
    """What a floor on the best cosine to the register's questions would refuse, at the same share of false refusals."""
    index = assistant.index

    def best(question: str) -> float:
        near = index.store.nearest("ways", index.encoder.embed_query(question), 1)
        return near[0][1] if near else 0.0

    known = sorted(map(best, controls))
    floor = known[min(len(known) - 1, int(share * len(known)))]
    return floor, [best(q) < floor for q in asked]


def _shown(values: list[float]) -> str:
    return "{:.3f} ({:.3f}-{:.3f})".format(*mean_interval(values))
