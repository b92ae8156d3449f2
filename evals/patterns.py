"""Phrases that an answer must or must not say, written so that a lawyer can write them.

A pattern is words in their order: letter case, punctuation and the kind of space or dash do not matter, words match
whole, `*` stands for any ending (or beginning) of a word, and `…` for any words within one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

_WORD = re.compile(r"[\w*]+|[§%€]|…")


@lru_cache(maxsize=256)
def _plain(text: str) -> str:
    """The text as words with one space between, sentence ends kept as full stops."""
    text = _figures(text.casefold().replace("’", "'"))
    text = re.sub(r"[.!?;:]+(?=\s|$)|\n+", " . ", text)
    return " ".join(re.findall(r"\w+|[§%€]|(?<!\S)\.(?!\S)", text))


def _figures(text: str) -> str:
    """Numbers as one word each: 35,000,000 is 35000000, and 1.5 stays apart from 15."""
    return re.sub(r"(?<=\d)[,.](?=\d)", "point", re.sub(r"(?<=\d)[,.](?=\d{3}(?!\d))", "", text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    words = _WORD.findall(_figures(pattern.casefold().replace("...", "…").replace("’", "'")))
    if not any(w not in {"*", "…"} for w in words):
        raise ValueError(f"the pattern {pattern!r} holds no word")
    shown = ""
    for n, word in enumerate(words):
        if word == "…":
            continue
        gap = "" if not n else r" (?:[^. ]+ )*?" if words[n - 1] == "…" else " "
        shown += gap + r"[^. ]*".join(map(re.escape, word.split("*")))
    return re.compile(rf"(?<!\S){shown}(?!\S)")


def check_pattern(pattern: str) -> None:
    """Raises `ValueError` for a pattern without a word."""
    _compiled(pattern)


def says(text: str, pattern: str) -> bool:
    """Whether the text says what the pattern means.

    >>> says("Ask a court within 48 hours.", "within 48 hours"), says("Ask within 148 hours.", "48 hours")
    (True, False)
    >>> says("A judge must first authorise it.", "judge … authoris*"), says("No judge. Who authorises?", "judge … authoris*")
    (True, False)
    >>> says("up to EUR 35,000,000", "35 000 000"), says("two-person rule", "two person*")
    (True, True)
    >>> says("EUR 1.5 million", "15 million"), says("Ask within 48 hours.", "forty … hours")
    (False, False)
    """
    plain = _plain(text)
    return bool(_compiled(pattern).search(plain)) or (
        any(c.isdigit() for c in pattern) and bool(_compiled(_joined(pattern)).search(_joined(plain)))
    )


_DENIES = re.compile(
    r"(?<!\S)(?:not|never|no|nor|neither|cannot|wrong|wrongly|false|falsely|untrue|incorrect|mistaken|myth|misreading"
    r"|\w+n t)(?!\S)"
)


def claims(text: str, pattern: str) -> bool:
    """Whether a sentence of the text claims what the pattern means: says it, and does not deny it beforehand.

    >>> claims("Searching recordings is prohibited.", "recordings … prohibited")
    True
    >>> claims("Searching recordings is not prohibited.", "recordings … prohibited")
    False
    """
    denies = bool(_DENIES.search(_plain(pattern)))
    for sentence in _plain(text).split(" . "):
        found = _compiled(pattern).search(sentence)
        if found and (denies or not _DENIES.search(sentence[: found.end()])):
            return True
    return False


def _joined(text: str) -> str:
    """Digits grouped by spaces as one number: "35 000 000" is 35000000."""
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "", text)


def says_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text says one of them."""
    return any(says(text, p) for p in patterns)
