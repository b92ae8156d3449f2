"""Public test sets, each run by the same parts as the product beside simple baselines and peers in one run."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant import Misuse

ROOT = Path(__file__).parent.parent.parent.parent / "shared" / "benchmarks"
NAMES = ("retrieval", "verification", "injection", "scope", "classification")


def folder_of(name: str, root: Path | None = None) -> Path:
    """The folder of a set. Raises `Misuse` where it is not there."""
    folder = (root or ROOT) / name
    if not folder.is_dir():
        raise Misuse(f"The public sets are not in {folder}.", "Name their folder: --root FOLDER.")
    return folder


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file. Raises `Misuse` naming file and line of the first that is no JSON object."""
    rows = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            rows.append(dict(json.loads(line)))
        except (ValueError, TypeError) as error:
            raise Misuse(f"{path}:{n}: not a JSON object.", "Mend or remove that line.") from error
    return rows


def run_external(name: str, root: Path | None = None, only: int = 0) -> int:
    """Run one public set by name; `only`: so many questions of it, drawn with a fixed seed (0: all)."""
    run = import_module(f"evals.external.{name}").run
    return int(run(root, only) if name == "retrieval" else run(root))
