"""The trade-off of false answers against false refusals: the refusal's four weights fitted, and its curve.

The weights and the threshold in `assistant.ask` come from here: a logistic regression on the development cases that no
guard decides. The held-out cases are put through it and printed beside, never fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.conversation import is_follow_up, understood
from assistant.intake import guard, normalise
from assistant.judge import Judgement
from assistant.law import AI_ACT
from assistant.references import find_references, is_lookup
from assistant.refuse import CORRECTED, REFUSES, evidence, leaves_scope, refusal_odds, unknown_provision
from assistant.retrieve import Found
from evals.cases import FOLDER, Case, load_cases
from evals.run import AS_OF

THRESHOLDS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the decision to refuse rests on in one case; `decided` where a guard or a look-up decides before it."""

    case: Case
    decided: bool | None
    judged: Judgement
    found: Found
    corrects: bool

    def odds(self) -> float:
        """The log odds as the assistant weighs them."""
        return refusal_odds(self.judged, self.found)

    def refused(self, threshold: float) -> bool:
        """Whether it is refused at a threshold."""
        return (
            self.decided if self.decided is not None else self.odds() >= threshold + (CORRECTED if self.corrects else 0)
        )


def weigh(assistant: Assistant, cases: Sequence[Case]) -> list[Weighed]:
    """Every case with what its refusal rests on."""
    return [_weighed(assistant, case) for case in cases]


def _weighed(assistant: Assistant, case: Case) -> Weighed:
    asked, day = normalise(case.question), case.as_of or AS_OF
    history = [h for h in map(normalise, case.history) if h and not guard(h, h)]
    stopped = guard(case.question, asked, case.history) or (case.history and not history and is_follow_up(asked))
    read = understood(asked, history)
    references = find_references(read)
    version = assistant.corpus.works[AI_ACT].version_at(day).date
    found = assistant._published(assistant.retriever.find(read, version, references), day)
    judged = assistant.judge(read)
    decided = None
    leaves = read != asked and leaves_scope(assistant.corpus, asked, assistant.retriever.find(asked, version), day)
    if stopped or leaves or unknown_provision(assistant.corpus, read, references, day):
        decided = True
    elif is_lookup(read, references):
        decided = False
    corrects = bool(
        assistant._premise(asked, judged if asked == read else assistant.judge(asked), found, version).rules
    )
    return Weighed(case, decided, judged, found, corrects)


def tradeoff(sets: Sequence[str]) -> int:
    """Print the fitted weights and the curve of each set."""
    from sklearn.linear_model import LogisticRegression

    assistant = Assistant.open()
    console = Console(width=110)
    weighed = {name: weigh(assistant, load_cases(FOLDER / name)) for name in sets}
    if "dev" in weighed:
        free = [w for w in weighed["dev"] if w.decided is None]
        rows = np.array([evidence(w.judged, w.found) for w in free])
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
                cells.append(
                    f"{sum(w.refused(threshold) is wrong for w in among)} of {len(among)} ({sum(w.refused(threshold) is wrong for w in among) / (len(among) or 1):.3f})"
                )
        table.add_row(f"{threshold:.1f}", *cells)
    console.print(table)
    return 0
