"""Learning the judge of questions: whether the corpus can answer, and what a question wants of its answer.

A second set of low-rank changes (LoRA, as in `evals.adapt`) to the same embedding model, and a linear head with
five outputs, are trained by binary cross-entropy on questions written for it: the register's and the refusals'
(`corpus/`), and in `evals/lines/` near misses beside real rules, leading questions, questions that press for an
effect on a person, and questions that take a wrong or a right claim for granted. No eval case is looked at.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.corpus import Corpus, load_corpus
from assistant.judge import HEADS, JUDGE
from assistant.settings import Settings
from assistant.vectors import Encoder
from evals.adapt import SCALE, _base, _insert

LINES = Path(__file__).parent / "lines"
EPOCHS = 3
BATCH = 64
RATE = 1e-3
OFTEN = 5  # how often a line of the small sets is seen for each time that a question of the register is


def learn_judge(settings: Settings, *, out: Path = JUDGE, seed: int = 7) -> dict[str, object]:
    """Train and write `judge.safetensors`; returns sizes, losses and seconds. Takes about 15 minutes on two cores."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    rng = random.Random(seed)
    rows = list(examples(load_corpus(settings.corpus)))
    bert, tokenizer = _base(Encoder())
    trained = _insert(bert)
    head = torch.nn.Linear(bert.config.hidden_size, len(HEADS))
    steps = EPOCHS * (len(rows) // BATCH + 1)
    optimiser = torch.optim.AdamW([*trained, *head.parameters()], lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=RATE, total_steps=steps + 1, pct_start=0.1)
    begun, losses = time.time(), []
    bert.train()
    for epoch in range(EPOCHS):
        total = 0.0
        batches = _batches(rows, rng)
        for batch in batches:
            loss = _loss(bert, head, tokenizer, batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        losses.append(round(total / len(batches), 4))
        sys.stderr.write(f"epoch {epoch + 1} of {EPOCHS}: loss {losses[-1]}, {time.time() - begun:.0f} s\n")
    state = {
        k: v.detach() * (SCALE if k.endswith(".B") else 1.0)
        for k, v in bert.state_dict().items()
        if k.endswith((".A", ".B"))
    }
    state |= {"head.weight": head.weight.detach(), "head.bias": head.bias.detach()}
    save_file({k: v.half().contiguous() for k, v in state.items()}, str(out))
    return {"lines": len(rows), "losses": losses, "seconds": round(time.time() - begun)}


Row = tuple[str, tuple[float | None, ...]]  # a text and its five labels; `None`: not known


def examples(corpus: Corpus) -> Iterator[Row]:
    """Every line to learn from, with its labels in the order of `HEADS`; lines of the small sets several times."""

    def labels(**known: float) -> tuple[float | None, ...]:
        return tuple(known.get(h) for h in HEADS)

    plain = labels(refuse=0, attack=0, leading=0, pressure=0, premise=0)
    for rule in corpus.rules.values():
        yield from ((q, plain) for q in rule.questions)
    for case in corpus.refusals.values():
        attack = float(case.reason == "instruction_override")
        for question in case.questions:
            for _ in range(OFTEN if attack else 1):
                yield question, labels(refuse=1, attack=attack)
    of = {
        "refuse": labels(refuse=1, attack=0),
        "neutral": plain,
        "true_premise": plain,
        "leading": labels(refuse=0, attack=0, leading=1, pressure=0),
        "pressure": labels(refuse=0, attack=0, pressure=1, premise=0),
        "false_premise": labels(refuse=0, attack=0, pressure=0, premise=1),
    }
    for path in (LINES / "leading.jsonl", LINES / "near-misses.jsonl", LINES / "premises.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            for _ in range(2 if path.stem == "near-misses" else OFTEN):
                yield row["text"], of[row["label"]]


def _batches(rows: Sequence[Row], rng: random.Random) -> list[list[Row]]:
    """Batches of texts of like length, in random order."""
    order = list(rows)
    rng.shuffle(order)
    stretches = [sorted(order[i : i + BATCH * 50], key=lambda r: len(r[0])) for i in range(0, len(order), BATCH * 50)]
    batches = [s[i : i + BATCH] for s in stretches for i in range(0, len(s), BATCH)]
    rng.shuffle(batches)
    return batches


def _loss(bert: Any, head: Any, tokenizer: Any, batch: Sequence[Row]) -> Any:
    import torch
    from torch.nn import functional

    coded = tokenizer.encode_batch([text for text, _ in batch])
    ids = torch.tensor([c.ids for c in coded])
    mask = torch.tensor([c.attention_mask for c in coded])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = bert(input_ids=ids, attention_mask=mask).last_hidden_state
    weight = mask.unsqueeze(-1).float()
    mean = (hidden.float() * weight).sum(1) / weight.sum(1)
    odds = head(functional.dropout(mean, 0.1))
    wanted = torch.tensor([[-1.0 if x is None else x for x in labels] for _, labels in batch])
    known = wanted >= 0
    return functional.binary_cross_entropy_with_logits(odds[known], wanted[known])
