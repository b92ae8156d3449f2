"""Gates: what a run must meet to be released, from `gates.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant import Misuse
from evals.cases import Category, Severity
from evals.compare import broken
from evals.metrics import NAMED, figure
from evals.run import Scored
from evals.score import Score

GATES = Path(__file__).with_name("gates.toml")


class Gate(BaseModel):
    """A threshold for one metric, of one set or all, of one category or all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    set: Literal["dev", "held-out", "own"] | None = None
    category: Category | None = None
    min: float | None = None
    max: float | None = None
    why: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Gate:
        if self.metric not in NAMED:
            raise ValueError(f"there is no metric called {self.metric!r}; evals/README.md lists them")
        if (self.min is None) == (self.max is None):
            raise ValueError("a gate needs either min or max")
        return self

    @property
    def name(self) -> str:
        """As a person would say it."""
        bound = f"at least {self.min:g}" if self.min is not None else f"at most {self.max:g}"
        return f"{self.metric}{f' of {self.category}' if self.category else ''}: {bound}"


class Broken(BaseModel):
    """Cases of which severities may not break."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: tuple[Severity, ...] = ("high",)


class Gates(BaseModel):
    """The file of gates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broken: Broken = Broken()
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossing:
    """How a run came through one gate; `cases` are those that speak against it."""

    gate: str
    passed: bool
    said: str
    cases: tuple[Score, ...] = ()


def load_gates(path: Path = GATES) -> Gates:
    """The gates of a file. Raises `Misuse` naming file and line, or the gate."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Misuse(f"{path} does not exist.", "Name a file of gates with --gates.") from error
    except tomllib.TOMLDecodeError as error:
        raise Misuse(f"{path}: {error}.", "Mend the file.") from error
    try:
        return Gates.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(x + 1) if isinstance(x, int) else x for x in first["loc"])
        raise Misuse(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}.", "Mend the file.") from error


def through(run: Scored, gates: Gates, baseline: Scored | None) -> list[Crossing]:
    """How a run comes through every gate that concerns its set, and through the comparison with the baseline."""
    found = [_through(gate, run.scores) for gate in gates.gates if gate.set in {None, run.set}]
    if baseline:
        went = [s for s in broken(baseline, run) if s.case.severity in gates.broken.severity]
        said = f"{len(went)} of {', '.join(gates.broken.severity)} severity went wrong that {baseline.name} got right"
        found.append(Crossing("no broken case of that severity", not went, said, tuple(went)))
    return [p for p in found if p]


def _through(gate: Gate, scores: Sequence[Score]) -> Crossing:
    metric = NAMED[gate.metric]
    among = [s for s in scores if gate.category in {None, s.case.category}]
    measured = figure(metric, among)
    if measured is None:
        return Crossing(gate.name, True, "says nothing of these cases")
    passed = measured.value >= gate.min - 1e-9 if gate.min is not None else measured.value <= (gate.max or 0.0) + 1e-9
    best = 1.0 if metric.better == "higher" else 0.0
    against = [s for s in among if (p := metric.of(s)) and p[1] and p[0] / p[1] != best]
    said = f"{measured.value:.4f} of {measured.n:g} {metric.unit}"
    return Crossing(gate.name, passed, said, () if passed else tuple(against))
