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

from assistant.vectors import MAX_TOKENS, Encoder, merge_adapter

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
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer
        from transformers.models.bert.modeling_bert import BertModel

        folder = Encoder().folder
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        model = BertModel.from_pretrained(folder, local_files_only=True).eval()
        merge_adapter(model, JUDGE)
        held = load_file(str(JUDGE))
        weight, bias = held["head.weight"].float(), held["head.bias"].float()

        def odds(text: str) -> list[float]:
            ids = torch.tensor([tokenizer.encode(text).ids])
            with torch.inference_mode():
                mean = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(1)[0]
                found: list[float] = (weight @ mean + bias).tolist()
            return found

        return odds
