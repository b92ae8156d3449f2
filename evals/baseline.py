"""The blessed baseline: the run that later runs are compared with.

It is committed, so it holds only words of our own: sentences once each, provisions by name, no quotation of a text,
and of questions nothing (the cases have them). Only `python -m evals bless` writes it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant import Misuse, settings
from evals.answers import Row, Says
from evals.cases import OWN, Case, load_cases, set_folder
from evals.hold import Held
from evals.run import Scored
from evals.score import Fault, Score, own_said, own_words, score

FOLDER = Path(__file__).parent / "baselines"


def place(name: str) -> Path | None:
    """Where the baseline of a set lies: of ours beside the code, of an evaluator's own in the data folder, of others nowhere."""
    return {"dev": FOLDER / "dev.jsonl", OWN: settings().data / "evals" / "baselines" / f"{OWN}.jsonl"}.get(name)


def bless(run: Scored, on: date, to: Path | None = None) -> Path:
    """Make a run the baseline of its set. Whether it may be is for the caller to check."""
    if run.secret:
        raise Misuse("Held-out cases have no baseline: it would put on record which of them fall short.", "Bless dev.")
    sentences: dict[str, int] = {}
    lines = [_packed(s, sentences) for s in run.scores]
    head = {"run": {**run.head, "name": run.name, "blessed": on.isoformat()}, "sentences": list(sentences)}
    path = to or place(run.set)
    if path is None:
        raise Misuse(f"The set {run.set} has no place for a baseline.", "Bless dev, or own, where your own cases lie.")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in [head, *lines]) + "\n", "utf-8")
    unfinished.replace(path)
    return path


def baseline(name: str, path: Path | None = None) -> Scored | None:
    """The baseline of a set, scored as of today over the cases that have not changed since; `None` where none was blessed."""
    path = path or place(name)
    if path is None or not path.is_file():
        return None
    try:
        head, *lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        sentences = head["sentences"]
        cases = {c.digest: c for c in load_cases(set_folder(name))}
        scores = [_unpacked(line, cases[line["case"]], sentences) for line in lines if line["case"] in cases]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Misuse(f"{path} cannot be read: {error!r}.", "Restore it from version control.") from error
    return Scored(f"baseline of {head['run']['blessed']}", name, head["run"], tuple(scores))


def _packed(s: Score, sentences: dict[str, int]) -> dict[str, Any]:
    row = s.row
    said = []
    for statement, held in zip(row.statements, s.held, strict=False):
        number = sentences.setdefault(own_words(statement), len(sentences))
        said.append([number, statement.effect, [c.pinpoint for c in statement.citations], _marks(held, statement)])
    faults = [[f.kind, f.text] for f in s.faults] if row.said != own_said(row) else None  # some need the words left out
    bad = {str(n): [h.faults, h.stale] for n, h in enumerate(s.held) if h.faults or h.stale}
    return {
        "id": s.case.id, "case": s.case.digest, "outcome": row.outcome, "reason": row.reason, "said": said, "bad": bad,
        "cited": row.cited, "warned": [w.kind for w in row.warnings], "retrieved": row.retrieved, "odds": row.odds,
        "latency_ms": row.latency_ms, "faults": faults,
    }  # fmt: skip


def _marks(held: Held, said: Says) -> str:
    """One letter for support, then three for each citation: it exists, its quote stands, the system's own checks said yes."""
    shown = {True: "y", False: "n", None: "-"}
    claimed = [False not in c.checks.values() if c.checks else None for c in said.citations]
    rows = zip(held.exists, held.verbatim, claimed, strict=True)
    return shown[held.supported] + "".join(shown[e] + shown[v] + shown[c] for e, v, c in rows)


def _unpacked(line: dict[str, Any], case: Case, sentences: list[str]) -> Score:
    read = {"y": True, "n": False, "-": None}
    statements, held = [], []
    for n, (number, effect, pinpoints, marks) in enumerate(line["said"]):
        cited = [
            {"pinpoint": p, "checks": {} if read[c] is None else {"all": read[c]}}
            for p, c in zip(pinpoints, marks[3::3], strict=True)
        ]
        said = {"text": sentences[number], "effect": effect, "rule": "as blessed", "citations": cited}
        statements.append(said)
        faults, stale = line["bad"].get(str(n), ((), ()))
        exists, verbatim = tuple(bool(read[m]) for m in marks[1::3]), tuple(read[m] for m in marks[2::3])
        held.append(Held(marks[0] == "y", tuple(faults), exists, verbatim, tuple(stale)))
    row = Row.model_validate(
        {
            **{k: line[k] for k in ("id", "outcome", "reason", "retrieved", "odds", "latency_ms")},
            "citations": line["cited"], "statements": statements, "warnings": [{"kind": k} for k in line["warned"]],
        }
    )  # fmt: skip
    found = score(case, row, held)
    kept = line["faults"]
    return found if kept is None else replace(found, faults=tuple(Fault(kind, text) for kind, text in kept))
