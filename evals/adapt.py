"""Learning the embedding model's adapter from the register's own questions.

Low-rank changes (LoRA; Hu et al. 2021, arXiv:2106.09685) to the query, value, output and
feed-forward matrices of the six layers are trained so that questions of one rule come to lie near
each other and near its statement, and far from other rules' (in-batch softmax over cosines; van den
Oord et al. 2018, arXiv:1807.03748, eq. 4). Rules that share their first provision are never pushed
apart. Refusals take part as targets of their own. No eval case is looked at.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

from assistant.corpus import Corpus, load_corpus
from assistant.settings import Settings
from assistant.vectors import ADAPTER, Encoder

RANK = 8
EPOCHS = 3
BATCH = 64
RATE = 1e-3
SHARPNESS = 20.0  # inverse temperature of the softmax over cosines
SCALE = 2.0  # LoRA's alpha over rank
TOKENS = 48


def adapt(settings: Settings, *, out: Path = ADAPTER, seed: int = 7) -> dict[str, object]:
    """Train on all questions and write the adapter; returns sizes, losses and seconds. Takes about 20 minutes on two cores."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    rng = random.Random(seed)
    groups, kin = _groups(load_corpus(settings.corpus))
    bert, tokenizer = _base(Encoder())
    trained = _insert(bert)
    pairs = [(question, target) for target, texts in groups.items() for question in texts[0]]
    steps = EPOCHS * (len(pairs) // BATCH)
    optimiser = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=RATE, total_steps=steps + 1, pct_start=0.1)
    losses = []
    begun = time.time()
    for epoch in range(EPOCHS):
        rng.shuffle(pairs)
        total = 0.0
        for start in range(0, len(pairs) - BATCH + 1, BATCH):
            batch = pairs[start : start + BATCH]
            partners = [_partner(q, groups[t], rng) for q, t in batch]
            loss = _loss(bert, tokenizer, batch, partners, kin)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        losses.append(round(total / (len(pairs) // BATCH), 3))
        sys.stderr.write(f"epoch {epoch + 1} of {EPOCHS}: loss {losses[-1]}, {time.time() - begun:.0f} s\n")
    scaled = {
        k: v.detach() * (SCALE if k.endswith(".B") else 1.0)
        for k, v in bert.state_dict().items()
        if k.endswith((".A", ".B"))
    }
    half = {k: v.half().contiguous() for k, v in scaled.items()}
    save_file(half, str(out))
    return {"questions": len(pairs), "targets": len(groups), "losses": losses, "seconds": round(time.time() - begun)}


def _groups(corpus: Corpus) -> tuple[dict[str, tuple[list[str], list[str]]], dict[str, str]]:
    """Questions and statements of every target, and the kin (first provision) of every target."""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    kin = {}
    for rule in corpus.rules.values():
        groups[rule.id] = (list(rule.questions), [rule.statement, *([", ".join(rule.words)] if rule.words else [])])
        kin[rule.id] = rule.provisions[0]
    for case in corpus.refusals.values():
        groups[case.id] = (list(case.questions), [])
        kin[case.id] = case.id
    return groups, kin


def _partner(question: str, texts: tuple[list[str], list[str]], rng: random.Random) -> str:
    """Another text of the same target: its statement or words, or another of its questions."""
    questions, said = texts
    if said and rng.random() < 0.4:
        return rng.choice(said)
    return rng.choice([q for q in questions if q != question] or [question])


def _base(encoder: Encoder) -> tuple[Any, Any]:
    from tokenizers import Tokenizer
    from transformers.models.bert.modeling_bert import BertModel

    tokenizer = Tokenizer.from_file(str(encoder.folder / "tokenizer.json"))
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding()
    bert = BertModel.from_pretrained(encoder.folder, local_files_only=True)
    for parameter in bert.parameters():
        parameter.requires_grad = False
    return bert, tokenizer


def _insert(bert: Any) -> list[Any]:
    """Put low-rank changes beside the matrices of every layer; returns what is trained."""
    import torch

    class LowRank(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, base: Any) -> None:
            super().__init__()
            self.base = base
            self.A = torch.nn.Parameter(torch.randn(RANK, base.in_features) * 0.02)
            self.B = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

        def forward(self, x: Any) -> Any:
            return self.base(x) + SCALE * (x @ self.A.T @ self.B.T)

    trained = []
    for layer in bert.encoder.layer:
        for owner, name in (
            (layer.attention.self, "query"), (layer.attention.self, "value"), (layer.attention.output, "dense"),
            (layer.intermediate, "dense"), (layer.output, "dense"),
        ):  # fmt: skip
            changed = LowRank(getattr(owner, name))
            setattr(owner, name, changed)
            trained += [changed.A, changed.B]
    return trained


def _loss(bert: Any, tokenizer: Any, batch: list[tuple[str, str]], partners: list[str], kin: dict[str, str]) -> Any:
    import torch
    from torch.nn import functional

    def embed(texts: list[str]) -> Any:
        coded = tokenizer.encode_batch(texts)
        ids = torch.tensor([c.ids for c in coded])
        mask = torch.tensor([c.attention_mask for c in coded])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = bert(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).float()
        return functional.normalize((hidden.float() * weight).sum(1) / weight.sum(1), dim=1)

    likeness = embed([q for q, _ in batch]) @ embed(partners).T * SHARPNESS
    families = [kin[t] for _, t in batch]
    same = torch.tensor([[a == b for b in families] for a in families]) & ~torch.eye(len(batch), dtype=torch.bool)
    likeness = likeness.masked_fill(same, -1e4)
    right = torch.arange(len(batch))
    return functional.cross_entropy(likeness, right) + functional.cross_entropy(likeness.T, right)
