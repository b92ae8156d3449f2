"""Verification: every statement is held against the provisions it cites, whoever wrote it.

Three checks for each citation: the provision *exists* in that version; the quote stands *verbatim*
in it; its words *support* the statement. Support asks that numbers, dates and time limits of the
statement stand in the cited provisions (or in the calendar), that "must" and "must not" rest on
law, and that statement and provision are near each other in meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.law import Authority

SUPPORT_FLOOR = 0.1  # cosine; half of all random pairs lie below, and of the register's own pairs none

_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "twelve": "12", "fifteen": "15", "half": "0.5", "twentieth": "20", "third": "3",
}  # fmt: skip
_REFERENCE = re.compile(
    r"\b(?:Art(?:icle|s)?s?\.?|Annex(?:es)?|Recitals?|Section|Chapter|points?|paragraphs?|Regulation|Directive|¶|CETS|LED|GDPR)\s*"
    r"(?:\((?:EU|EC)\)\s*)?(?:No\s*)?[\dIVXL]+(?:[a-z]{1,2}\b)?(?:[./]\d+)*(?:\([0-9a-z]+\))*(?:(?:\s*(?:,|to|and|or|-|–)\s*)[\dIVXL]+[a-z]?(?:\([0-9a-z]+\))*)*",
)
_NUMBER = re.compile(r"\d+(?:[ ,.\u00a0]\d{3})+(?!\d)|\d+(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    """The numbers of a text, written or spelt, without those that are references to provisions.

    >>> sorted(numbers("Within 48 hours, by at least two people; see Art. 26(10)."))
    ['2', '48']
    >>> sorted(numbers("EUR 35 000 000 or 7 %"))
    ['35000000', '7']
    """
    plain = _REFERENCE.sub(" ", text)
    found = {re.sub(r"[ ,.\u00a0]", "", n) if re.search(r"[ ,.\u00a0]\d{3}", n) else n for n in _NUMBER.findall(plain)}
    if m := re.search(r"(\d+(?:\.\d+)?)\s*(million|m\b|bn|billion)", plain):
        scale = 10**6 if m[2].startswith("m") else 10**9
        found = (found - {m[1]}) | {str(int(float(m[1]) * scale))}
    words = re.findall(r"[a-z]+", plain.lower())
    return found | {_WORDS[w] for w in words if w in _WORDS}


def numbers_agree(statement: str, provisions: Iterable[str], calendar: Iterable[str] = ()) -> bool:
    """Whether every number of the statement stands in one of the provisions or in the calendar.

    >>> numbers_agree("Ask within 48 hours.", ["no later than 48 hours"]), numbers_agree("Ask within 72 hours.", ["48 hours"])
    (True, False)
    """
    held: set[str] = set()
    for text in (*provisions, *calendar):
        held |= numbers(text) | set(re.findall(r"\d+", text))
    return numbers(statement) <= held


_BINDING = re.compile(
    r"\b(?:must|shall|may not|is prohibited|are prohibited|is forbidden|are forbidden|is banned|required to|has to|have to)\b",
    re.I,
)


def modality_fits(statement: str, authority: Authority) -> bool:
    """Only law can say "must" or "must not".

    >>> modality_fits("Agencies must train staff.", Authority.TOOLKIT)
    False
    """
    return authority is Authority.LAW or not _BINDING.search(statement)


def supports(
    statement: str, provisions: list[str], calendar: Iterable[str], authority: Authority, nearness: float | None
) -> bool:
    """Whether provisions with these texts support the statement; `nearness` is a cosine, where known."""
    near = nearness is None or nearness >= SUPPORT_FLOOR
    return near and modality_fits(statement, authority) and numbers_agree(statement, provisions, calendar)


def relied_on(statement: str, text: str) -> tuple[int, int]:
    """Where in a provision the words stand that a statement rests on: start and end, in characters.

    The clauses (cut at sentence ends, semicolons and lines) that share most words with the statement,
    and those between them; the whole provision where it is short.

    >>> text = "Use it as told. " * 14 + "Keep the logs for at least six months; not less."
    >>> text[slice(*relied_on("Keep logs for six months.", text))]
    'Keep the logs for at least six months'
    """
    if len(text) <= 220:
        return 0, len(text)
    spans = [(m.start(), m.end()) for m in re.finditer(r"\S[^.;\n]*(?:[.](?!\s|$)[^.;\n]*)*[.;]?", text)]
    wanted = _content_words(statement)
    scored = [(_overlap(wanted, _content_words(text[a:b])), -a, (a, b)) for a, b in spans]
    best = max(scored, default=(0.0, 0, (0, len(text))))
    start, end = best[2]
    left = wanted - _content_words(text[start:end])
    second = max(((_overlap(left, _content_words(text[a:b])), -a, (a, b)) for a, b in spans), default=best)
    if second[0] >= 0.3 and abs(second[2][0] - start) < 500:
        start, end = min(start, second[2][0]), max(end, second[2][1])
    return start, start + len(text[start:end].rstrip(" ;"))


def _content_words(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[a-z0-9]{3,}", text.lower())} - _EMPTY


_EMPTY = {
    w[:6]
    for w in (
        "the and for that this with from which are was has have not may must shall any other its their used "
        "use such been where when who can "
    ).split()
}


def _overlap(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / (len(wanted) or 1) - 0.002 * len(held)
