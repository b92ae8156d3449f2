"""The two outcomes of a question, as values: `Answer` and `Refusal`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from assistant.law import Authority, Pinpoint
from assistant.register import Effect


class Reason(StrEnum):
    """Why a question is refused."""

    NOTHING_RELEVANT = "nothing_relevant"
    OUTSIDE_SCOPE = "outside_scope"
    UNSUPPORTED = "unsupported"
    CASE_DATA = "case_data"
    INSTRUCTION_OVERRIDE = "instruction_override"
    UNKNOWN_PROVISION = "unknown_provision"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Checks:
    """What was checked of a citation; `None` where the official text is not installed."""

    exists: bool
    verbatim: bool | None
    supports: bool | None

    @property
    def failed(self) -> bool:
        """Whether any check says no."""
        return not self.exists or self.verbatim is False or self.supports is False


@dataclass(frozen=True, slots=True)
class Citation:
    """A provision and the words relied on: `quote` is `text[start:end]` of the provision, in characters."""

    work: str
    authority: Authority
    pinpoint: str
    heading: str
    version: str
    quote: str | None
    start: int | None
    end: int | None
    url: str
    applies: date | None
    status: str
    draft: bool
    checks: Checks


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, with at least one citation."""

    text: str
    effect: Effect
    citations: tuple[Citation, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Warning_:
    """Something the reader must see beside the answer: `kind` is one word, `text` a sentence."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """A provision close to a question that was refused."""

    pinpoint: str
    heading: str
    url: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What an outcome was decided on: kept for whoever evaluates the steps one by one, no part of what is said."""

    ranked: tuple[tuple[Pinpoint, float], ...] = ()  # provisions before composition, best first, with scores
    evidence: tuple[float, float, float, float] | None = None  # for and against refusing; none where a guard decides
    odds: float | None = None  # log odds, from that evidence, that the question should be refused
    corrects: bool = False  # a wrong claim is named in any case, so refusing takes more


@dataclass(frozen=True, slots=True)
class Answer:
    """Statements that answer the question, each tied to its provisions."""

    question: str
    as_of: date
    statements: tuple[Statement, ...]
    complete: bool = True
    warnings: tuple[Warning_, ...] = ()
    version: str = ""
    understood: str = ""  # how a follow-up was read; empty where the question stood alone
    written_by: str = ""  # the language model whose verified draft this is; empty: composed from the register
    basis: Basis = field(default=Basis(), compare=False, repr=False)

    outcome = "answer"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every provision cited, once, in the order of first mention."""
        first: dict[tuple[str, str], Citation] = {}
        for statement in self.statements:
            for citation in statement.citations:
                first.setdefault((citation.pinpoint, citation.version), citation)
        return tuple(first.values())

    def marks(self, statement: Statement) -> str:
        """The numbers of a statement's sources, such as "[1][3]"."""
        numbers = {(c.pinpoint, c.version): n for n, c in enumerate(self.citations, 1)}
        return "".join(f"[{numbers[c.pinpoint, c.version]}]" for c in statement.citations)

    @property
    def text(self) -> str:
        """The whole answer as shown: sentences with their marks, then the sources."""
        lines = [f"Understood as: {self.understood}"] if self.understood else []
        lines += [w.text for w in self.warnings if w.kind != "partial"]
        lines += [f"{s.text} {self.marks(s)}" for s in self.statements]
        lines += [w.text for w in self.warnings if w.kind == "partial"]
        lines += ["", "Sources"]
        for n, c in enumerate(self.citations, 1):
            quote = f" “{c.quote}”" if c.quote else ""
            lines.append(f"[{n}] {c.pinpoint} ({source_label(c)}; {c.status}){quote} {c.url}".rstrip())
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer: why, what is nearest, and whom to ask."""

    question: str
    as_of: date
    reason: Reason
    why: str
    ask: str = ""
    nearest: tuple[Near, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    understood: str = ""
    basis: Basis = field(default=Basis(), compare=False, repr=False)

    outcome = "refuse"

    @property
    def text(self) -> str:
        """The refusal as shown."""
        lines = [f"Understood as: {self.understood}"] if self.understood else []
        lines += [self.why, *([self.ask] if self.ask else [])]
        if self.nearest:
            lines += ["", "Nearest provisions"]
            lines += [f"- {n.pinpoint}{f' ({n.heading})' if n.heading else ''} {n.url}".rstrip() for n in self.nearest]
        return "\n".join(lines)


Outcome = Answer | Refusal


def source_label(c: Citation) -> str:
    """What kind of source a citation is, for people.

    >>> source_label.__name__
    'source_label'
    """
    names: Mapping[Authority, str] = {
        Authority.LAW: "law",
        Authority.OFFICIAL_GUIDANCE: "official guidance",
        Authority.TOOLKIT: "toolkit, not law",
        Authority.COMMENTARY: "commentary, not law",
    }
    return f"{c.work}, {names[c.authority]}{', draft' if c.draft else ''}, text of {c.version}"


def to_json(
    outcome: Outcome, *, id: str | None = None, latency_ms: float | None = None, record: str | None = None
) -> dict[str, Any]:
    """The outcome in the documented form (one line of `batch`, the whole of `ask --json`)."""
    answered = isinstance(outcome, Answer)
    statements = outcome.statements if isinstance(outcome, Answer) else ()
    row: dict[str, Any] = {
        **({"id": id} if id is not None else {}),
        "question": outcome.question,
        "understood": outcome.understood,
        "as_of": outcome.as_of.isoformat(),
        "outcome": outcome.outcome,
        "reason": None if isinstance(outcome, Answer) else outcome.reason.value,
        "complete": outcome.complete if isinstance(outcome, Answer) else False,
        "warnings": [{"kind": w.kind, "text": w.text} for w in outcome.warnings],
        "statements": [
            {"text": s.text, "effect": s.effect.value, "rule": s.rule, "citations": [_citation(c) for c in s.citations]}
            for s in statements
        ],
        "written_by": outcome.written_by if isinstance(outcome, Answer) else "",
        "text": outcome.text,
        "citations": [c.pinpoint for c in outcome.citations] if isinstance(outcome, Answer) else [],
        "nearest": [] if answered else [n.pinpoint for n in outcome.nearest],  # type: ignore[union-attr]
        "latency_ms": latency_ms,
        "record": record,
    }
    return row


def _citation(c: Citation) -> dict[str, Any]:
    return {
        "work": c.work,
        "authority": c.authority.value,
        "pinpoint": c.pinpoint,
        "version": c.version,
        "quote": c.quote,
        "start": c.start,
        "end": c.end,
        "url": c.url,
        "applies": c.applies.isoformat() if c.applies else None,
        "status": c.status,
        "checks": {"exists": c.checks.exists, "verbatim": c.checks.verbatim, "supports": c.checks.supports},
    }
