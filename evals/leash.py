"""A language model over the development cases: how many of its drafts failed verification, and whether any failure was shown."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from rich.console import Console

from assistant import Answer, Assistant
from assistant.draft import ModelFault, Writer, open_writer, read_draft
from assistant.settings import Settings
from evals.cases import FOLDER, load_cases


class _Watched:
    """A model whose replies are kept beside passing them on."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.replies: list[str] = []

    def invoke(self, messages: Any) -> Any:
        reply = self.model.invoke(messages)
        self.replies.append(str(getattr(reply, "text", reply)))
        return reply


def leash(settings: Settings, name: str, only: int = 0, seconds: float = 60) -> int:
    """Run the model over the answerable development cases and print what came of its drafts."""
    assistant = Assistant.open()
    writer = open_writer(settings.model_copy(update={"model": name, "model_seconds": seconds}))
    if writer is None:
        return 0
    watched = _Watched(writer.model)
    cases = [c for c in load_cases(FOLDER / "dev") if c.expect == "answer"]
    if only:
        cases = random.Random(5).sample(cases, min(only, len(cases)))
    counts: Counter[str] = Counter()
    shown = 0
    begun = time.perf_counter()
    for case in cases:
        watched.replies.clear()
        assistant.writer = Writer(watched, writer.name, writer.where, seconds)
        outcome = assistant.ask(case.question, as_of=case.day, history=case.history)
        if not isinstance(outcome, Answer):
            counts["refused before the model was asked"] += 1
            continue
        counts["asked"] += 1
        counts["drafts"] += len(watched.replies)
        counts["drafts without readable JSON"] += sum(not _readable(r) for r in watched.replies)
        counts["answers worded by the model"] += bool(outcome.written_by)
        counts["composed answers shown instead"] += not outcome.written_by
        unverified = [s for s in outcome.statements if not s.citations or any(c.checks.failed for c in s.citations)]
        shown += len(unverified)
    console = Console(width=110)
    console.print(f"{name}: {len(cases)} answerable development cases in {time.perf_counter() - begun:.0f} s")
    for what, n in counts.items():
        console.print(f"  {what}: {n}")
    console.print(f"  drafts that failed verification: {counts['drafts'] - counts['answers worded by the model']}")
    console.print(f"  unverified sentences shown: {shown}")
    return int(shown > 0)


def _readable(reply: str) -> bool:
    try:
        read_draft(reply)
    except ModelFault:
        return False
    return True
