"""Saying what goes on: lines on stderr, and a bar for the slow stages."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


def say(line: str, out: TextIO | None = None) -> None:
    """One line, on stderr unless told otherwise."""
    print(line, file=out or sys.stderr, flush=True)


class Progress:
    """A bar per stage on a terminal; a line per tenth elsewhere."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.lively = console.is_terminal
        self.bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        )
        self.tasks: dict[str, TaskID] = {}
        self.done: dict[str, int] = {}

    def __enter__(self) -> Progress:
        if self.lively:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.lively:
            self.bar.stop()

    def __call__(self, stage: str, step: int, total: int) -> None:
        """`step` more of `total` are done at this stage."""
        before = self.done.get(stage, 0)
        self.done[stage] = before + step
        if self.lively:
            if stage not in self.tasks:
                self.tasks[stage] = self.bar.add_task(stage, total=total)
            self.bar.update(self.tasks[stage], completed=self.done[stage])
        elif total and 10 * before // total != 10 * self.done[stage] // total:
            say(f"  {stage}: {self.done[stage]} of {total}")
