"""Cases: questions with what a right answer cites, read from YAML and checked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant import Misuse, Reason

FOLDER = Path(__file__).parent / "cases"
Category = Literal[
    "officer", "trainer", "lookup", "date", "boundary", "guidance", "false_premise", "out_of_scope", "no_such_provision",
    "injection", "conversation", "case_data",
]  # fmt: skip


class Case(BaseModel):
    """One case; the fields are explained in `evals/README.md`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    history: tuple[str, ...] = ()  # earlier questions of the conversation, as typed
    question: str = Field(min_length=1)
    as_of: date | None = None
    category: Category
    tags: tuple[str, ...] = ()
    expect: Literal["answer", "refuse"]
    reason: tuple[Reason, ...] = ()
    require: tuple[tuple[str, ...], ...] = ()
    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    warns: tuple[str, ...] | None = None  # kinds of warning that must be shown; [] where no question is leading
    why: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Case:
        if self.expect == "answer" and not self.require:
            raise ValueError("an answer needs at least one required citation")
        if self.expect == "refuse" and not self.reason:
            raise ValueError("a refusal needs its reasons")
        return self


def load_cases(folder: Path) -> list[Case]:
    """Every case of a folder. Raises `Misuse` that names file and case when one is malformed."""
    cases: dict[str, Case] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            listed = yaml.safe_load(path.read_text("utf-8")) or []
        except yaml.YAMLError as error:
            raise Misuse(f"{path}: not YAML: {' '.join(str(error).split())[:160]}.", "Mend the file.") from error
        for n, raw in enumerate(listed, 1):
            name = raw.get("id", f"number {n}") if isinstance(raw, dict) else f"number {n}"
            try:
                case = Case.model_validate(raw)
            except ValidationError as error:
                first = error.errors()[0]
                raise Misuse(
                    f"{path}: case {name}: {first['loc']}: {first['msg']}.", "evals/README.md has the format."
                ) from error
            if case.id in cases:
                raise Misuse(f"{path}: case {case.id} stands twice.", "Give one of them another id.")
            cases[case.id] = case
    if not cases:
        raise Misuse(f"There are no cases in {folder}.", "Name a folder of YAML files.")
    return list(cases.values())


def near_copies(cases: Iterable[Case], questions: Iterable[str], limit: float = 0.85) -> list[tuple[str, str, float]]:
    """Cases that nearly repeat one of the register's questions: (case id, question, likeness from 0 to 1).

    Likeness is difflib's ratio over words (Ratcliff and Obershelp 1988).

    >>> near_copies([], ["anything"])
    []
    """
    known = [(q, q.lower().split(), set(q.lower().split())) for q in questions]
    found = []
    for case in cases:
        words = case.question.lower().split()
        held = set(words)
        for question, other, others in known:
            if len(held & others) < limit * max(len(held), len(others)) * 0.8:
                continue
            likeness = difflib.SequenceMatcher(None, words, other, autojunk=False).ratio()
            if likeness >= limit:
                found.append((case.id, question, round(likeness, 3)))
    return found
