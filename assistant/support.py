"""How well a text supports a claim, for any claim and any text: a score without a language model.

Shared words weighed by their rarity in English (symspellpy's counts), shared pairs of words, the nearest sentence
by cosine, and what speaks against it: numbers that do not agree (also "more than 24" against 31), names that the
text does not have, one denying what the other affirms. The weights were set by hand and the threshold on the
development halves of five public sets (`docs/benchmarks.md`); it is no entailment model, and says so there.
Drafts are held against the register instead (`assistant.verify`), which is far stricter.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from functools import cache
from importlib import resources

import numpy as np
import Stemmer

from assistant.vectors import Vector

SUPPORTED = 0.62  # score from which a claim counts as supported
SENTENCES = 6  # of a long text, those that share most with the claim
Embed = Callable[[list[str]], Vector]


def support(claim: str, text: str, embed: Embed) -> float:
    """A score from about 0 (nothing in common) to 1.2 (says just that).

    >>> flat = lambda texts: np.ones((len(texts), 1), np.float32)
    >>> near = support("Logs are kept for six months.", "Deployers keep the logs for at least six months.", flat)
    >>> near > support("Logs are kept for nine months.", "Deployers keep the logs for at least six months.", flat)
    True
    """
    words = [w for w in _stems(claim) if w not in _EMPTY]
    sentences = sorted(split_sentences(text), key=lambda s: -len(set(words) & set(_stems(s))))[:SENTENCES]
    vectors = embed([claim, *sentences])
    cosines = vectors[1:] @ vectors[0]
    weight = sum(map(_rarity, words)) or 1.0

    def covered(held: set[str]) -> float:
        return sum(_rarity(w) for w in words if w in held) / weight

    held = _stems(text)
    pairs = list(zip(_stems(claim), _stems(claim)[1:], strict=False))
    known_pairs = set(itertools.pairwise(held))
    bad, good = numbers_against(claim, " ".join(sentences))
    names = {m.lower() for m in re.findall(r"(?<=[a-z,;] )[A-Z][\w'-]+", claim)}
    strange = len([n for n in names if n not in text.lower()]) / (len(names) or 1)
    denied = bool(_DENIES.search(claim)) != bool(_DENIES.search(sentences[int(np.argmax(cosines))]))
    return float(
        0.4 * covered(set(held))
        + 0.3 * max(covered(set(_stems(s))) for s in sentences)
        + 0.3 * float(cosines.max())
        + 0.2 * sum(p in known_pairs for p in pairs) / (len(pairs) or 1)
        - 0.2 * (bad > 0)
        + 0.1 * (good > 0)
        - 0.1 * strange
        - 0.05 * denied
    )


def split_sentences(text: str) -> list[str]:
    """Sentences and lines of at least three words; the whole text where there are none."""
    return [s for s in re.split(r"(?<=[.!?])\s+|\n+", text) if len(s.split()) > 2] or [text]


_stemmer = Stemmer.Stemmer("english")


def _stems(text: str) -> list[str]:
    found: list[str] = _stemmer.stemWords(re.findall(r"[a-z]+|\d+(?:[.,]\d+)*", text.lower()))
    return found


_EMPTY = frozenset(
    _stems(
        "the a an of to in and or is are was were be been it its he she his her they their that this for on with as by at "
        "from has have had which who not no but also than then there"
    )
)


@cache
def _counts() -> dict[str, int]:
    listed = (resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    counts: dict[str, int] = {}
    for line in listed.splitlines():
        word, count = line.split(" ")
        stem = _stemmer.stemWord(word)
        counts[stem] = counts.get(stem, 0) + int(count)
    return counts


_TOTAL = 5e11  # about all words counted


def _rarity(stem: str) -> float:
    """How rare a word is: the logarithm of its share of all words; words that are not listed are the rarest."""
    return math.log(_TOTAL / _counts().get(stem, 1e5))


_DENIES = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|\w+n't|fail\w*|lack\w*|unlike|instead|stop\w*|den(?:y|ied|ies)|refus\w+|false|incorrect|unable|prevent\w*)\b",
    re.I,
)
_NUMBER = re.compile(
    r"\b(?P<how>(?:more|greater|higher|larger|longer|later|older) than|over|above|at least|exceed\w*|after|since"
    r"|(?:less|fewer|lower|smaller|shorter|earlier|younger) than|under|below|at most|up to|before|by)?"
    r"\s*(?:\$|£|€|the year|a|an|the)?\s*(?P<n>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<unit>million|billion|thousand|k|m)?\b",
    re.I,
)
_TIMES = {"million": 1e6, "billion": 1e9, "thousand": 1e3, "k": 1e3, "m": 1e6}
_MORE = {"more", "greater", "higher", "larger", "longer", "later", "older", "over", "above", "after", "since"}


def numbers_against(claim: str, text: str) -> tuple[int, int]:
    """How many numbers of a claim the text contradicts or lacks, and how many it bears out.

    >>> numbers_against("More than 24 critics", "31 critics"), numbers_against("fewer than 24", "31 critics")
    ((0, 1), (1, 0))
    """
    held = [value for _, value in _numbers(text)]
    bad = good = 0
    for how, value in _numbers(claim):
        near = [h for h in held if (abs(h - value) <= 80 if 1800 < value < 2100 else value / 4 <= h <= value * 4)]
        if how == "=":
            right = any(abs(h - value) <= 0.02 * abs(value) for h in held)
        elif how == ">":
            right = any(h >= value for h in near)
        else:
            right = any(h <= value for h in near)
        good += right
        bad += not right and (how == "=" or bool(near))
    return bad, good


def _numbers(text: str) -> list[tuple[str, float]]:
    found = []
    for m in _NUMBER.finditer(text):
        first = (m["how"] or "").lower()
        how = (
            ">"
            if first.split(" ")[0] in _MORE or first == "at least" or first.startswith("exceed")
            else "<"
            if first
            else "="
        )
        found.append((how, float(m["n"].replace(",", "")) * _TIMES.get((m["unit"] or "").lower(), 1.0)))
    return found
