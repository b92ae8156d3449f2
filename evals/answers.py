"""Files of answers: what `run` stores and `score` reads, from this assistant or from any other system.

JSON Lines. One line may be the *head*, `{"run": {...}}`: which system, set, corpus, settings and versions. Every
other line is one answer in the form of `python -m assistant batch` (`evals/answers.schema.json`); of its fields only `id` and
`outcome` are needed. Further fields (`retrieved`, `odds`) let the steps be scored one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import Misuse
from evals.cases import Case

FORMAT = "evals/README.md has the format."


class Cites(BaseModel):
    """A citation of a statement."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    pinpoint: str
    version: str | None = Field(None, description="edition of the work, as YYYY-MM-DD")
    quote: str | None = Field(None, description="words said to stand in the provision")
    start: int | None = Field(None, ge=0, description="where the quote begins in the provision's text, in characters")
    end: int | None = Field(None, ge=0)
    applies: str | None = Field(None, description="the day from which the provision is said to apply")
    checks: dict[str, bool | None] = Field(default_factory=dict, description="what the system says it checked")


class Says(BaseModel):
    """One sentence of an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    effect: str = ""
    rule: str = ""
    citations: tuple[Cites, ...] = ()


class Warns(BaseModel):
    """A warning beside an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    text: str = ""


class Row(BaseModel):
    """One stored answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    outcome: Literal["answer", "refuse"]
    question: str = ""
    understood: str = ""
    as_of: str | None = None
    reason: str | None = None
    complete: bool = True
    warnings: tuple[Warns, ...] = ()
    statements: tuple[Says, ...] = ()
    text: str = Field("", description="the whole answer as shown")
    citations: tuple[str, ...] = Field((), description="pinpoints; left out: those of the statements")
    nearest: tuple[str, ...] = ()
    latency_ms: float | None = None
    retrieved: tuple[str, ...] | None = Field(None, description="provisions before composition, best first")
    odds: float | None = Field(None, description="log odds by which the system weighed refusing")

    @property
    def cited(self) -> tuple[str, ...]:
        """Every pinpoint cited, once."""
        if self.citations:
            return self.citations
        return tuple(dict.fromkeys(c.pinpoint for s in self.statements for c in s.citations))

    @property
    def said(self) -> str:
        """The sentences of the answer; the whole text where a system gives no sentences."""
        return "\n".join(s.text for s in self.statements) or (self.text if self.outcome == "answer" else "")


@dataclass(frozen=True, slots=True)
class Run:
    """Stored answers with what produced them."""

    head: dict[str, Any]
    rows: dict[str, Row]
    path: Path = field(default=Path())

    @property
    def name(self) -> str:
        """How the run is called: its folder's name, or the file's."""
        return self.path.parent.name if self.path.name == "answers.jsonl" else self.path.stem


def parse_row(line: str, where: str) -> Row:
    """One answer. Raises `Misuse` that begins with `where`."""
    try:
        return Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field_ = ".".join(map(str, first["loc"]))
        raise Misuse(f"{where}: {field_ + ': ' if field_ else ''}{first['msg']}.", FORMAT) from error


def read_run(path: Path) -> Run:
    """The answers of a file, or of a run's folder. Raises `Misuse` naming file and line."""
    path = path / "answers.jsonl" if path.is_dir() else path
    if not path.is_file():
        raise Misuse(f"{path} does not exist.", "Name a run's folder or a file of answers.")
    head: dict[str, Any] = {}
    rows: dict[str, Row] = {}
    at: dict[str, int] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Misuse(f"{path}: not UTF-8 text.", FORMAT) from error
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if line.startswith('{"run"'):
            head = _head(line, f"{path}:{n}")
            continue
        row = parse_row(line, f"{path}:{n}")
        if row.id in rows:
            raise Misuse(
                f"{path}:{n}: the id {row.id} stands twice (first in line {at[row.id]}).", "Remove one of them."
            )
        rows[row.id], at[row.id] = row, n
    if not rows:
        raise Misuse(f"{path} holds no answers.", FORMAT)
    return Run(head, rows, path)


def _head(line: str, where: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line)["run"])
    except (ValueError, TypeError) as error:
        raise Misuse(f"{where}: the head is no JSON object.", FORMAT) from error


def matched(run: Run, cases: Sequence[Case]) -> list[Row]:
    """The rows of the cases, in their order. Raises `Misuse` where one is missing or belongs to no case."""
    missing = [c.id for c in cases if c.id not in run.rows]
    if missing:
        raise Misuse(
            f"{run.path}: no answer for {', '.join(missing[:5])}{_more(missing)} ({len(missing)} of {len(cases)} cases).",
            "Name the set these answers belong to with --set, or answer the rest.",
        )
    known = {c.id for c in cases}
    strange = [row for row in run.rows if row not in known]
    if strange:
        raise Misuse(
            f"{run.path}: {', '.join(strange[:5])}{_more(strange)} is the id of no case.",
            "Name the set these answers belong to with --set.",
        )
    return [run.rows[c.id] for c in cases]


def _more(names: Sequence[str]) -> str:
    return " and others" if len(names) > 5 else ""


def answers_schema() -> dict[str, Any]:
    """The published JSON schema of one line of answers."""
    return Row.model_json_schema()
