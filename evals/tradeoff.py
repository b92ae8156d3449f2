"""The trade-off of false answers against false refusals: the refusal's four weights fitted, and its curve.

The weights and the threshold in `assistant.refuse` come from here: a logistic regression on the development cases that no
guard decides. The held-out cases are put through it and printed beside, never fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.answer import Basis
from assistant.refuse import CORRECTED, REFUSES
from evals.cases import Case, load_cases, set_folder

THRESHOLDS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the decision to refuse rested on in one case, and whether it was refused; without odds a guard or a look-up decided."""

    case: Case
    basis: Basis
    refused: bool

    def refused_at(self, threshold: float) -> bool:
        """Whether it is refused at a threshold."""
        if self.basis.odds is None:
            return self.refused
        return self.basis.odds >= threshold + (CORRECTED if self.basis.corrects else 0.0)


def weigh(assistant: Assistant, cases: Sequence[Case]) -> list[Weighed]:
    """Every case with what its refusal rests on."""
    outcomes = [assistant.ask(c.question, as_of=c.day, history=c.history) for c in cases]
    return [Weighed(c, o.basis, o.outcome == "refuse") for c, o in zip(cases, outcomes, strict=True)]


def tradeoff(sets: Sequence[str]) -> int:
    """Print the fitted weights and the curve of each set."""
    from sklearn.linear_model import LogisticRegression

    assistant = Assistant.open()
    console = Console(width=110)
    weighed = {name: weigh(assistant, load_cases(set_folder(name))) for name in sets}
    if "dev" in weighed:
        free = [w for w in weighed["dev"] if w.basis.evidence is not None]
        rows = np.array([w.basis.evidence for w in free])
        fitted = LogisticRegression(C=100.0, max_iter=2000).fit(rows, [w.case.expect == "refuse" for w in free])
        weights = ", ".join(f"{x:.2f}" for x in (fitted.intercept_[0], *fitted.coef_[0]))
        console.print(f"fitted on {len(free)} development cases: bias, judge, best rule, rival, nearness = {weights}")
    table = Table(title=f"false answers against false refusals (in use: {REFUSES})")
    table.add_column("threshold", justify="right")
    for name in sets:
        table.add_column(f"{name}: false answers", justify="right")
        table.add_column(f"{name}: false refusals", justify="right")
    for threshold in sorted({*THRESHOLDS, REFUSES}):
        cells = []
        for rows_ in weighed.values():
            for expect, wrong in (("refuse", False), ("answer", True)):
                among = [w for w in rows_ if w.case.expect == expect]
                count = sum(w.refused_at(threshold) is wrong for w in among)
                cells.append(f"{count} of {len(among)} ({count / (len(among) or 1):.3f})")
        table.add_row(f"{threshold:.2f}", *cells)
    console.print(table)
    return 0
