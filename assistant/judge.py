"""The judge of questions: five odds from one pass of a small model, learned by `python -m evals judge`.

The model is the default embedding model with low-rank changes and a linear head of its own (`judge.safetensors`,
0.7 MB). It says what wording alone betrays: that the corpus cannot answer, that an order is given to the assistant,
that a certain answer is pressed for, that an effect on a person is wanted, that a wrong claim is taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.vectors import Encoder, mean_embedder

JUDGE = Path(__file__).with_name("judge.safetensors")
HEADS = ("refuse", "attack", "leading", "pressure", "premise")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Log odds: that a question should be refused, is an attack, leads, presses for an effect, rests on a wrong claim."""

    refuse: float
    attack: float
    leading: float
    pressure: float
    premise: float


class Judge:
    """Judges questions by their wording."""

    def __call__(self, question: str) -> Judgement:
        """The odds of one question."""
        return Judgement(*self._odds(question))

    @cached_property
    def _odds(self) -> Callable[[str], list[float]]:
        from safetensors.numpy import load_file

        held = load_file(str(JUDGE))
        weight, bias = held["head.weight"].astype("float32"), held["head.bias"].astype("float32")
        mean_of = mean_embedder(Encoder().folder, JUDGE)

        def odds(text: str) -> list[float]:
            found: list[float] = (weight @ mean_of(text) + bias).tolist()
            return found

        return odds
