"""Verification: every statement is held against the provisions it cites, whoever wrote it.

Three checks for each citation: the provision *exists* in that version; the quote stands *verbatim*
in it; its words *support* the statement. Support asks that numbers, dates and time limits of the
statement stand in the cited provisions (or in the calendar), that "must" and "must not" rest on
law, and that statement and provision are near each other in meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from assistant.agree import foreign_dates, foreign_quantities
from assistant.law import Authority

SUPPORT_FLOOR = 0.1  # cosine; half of all random pairs lie below, and of the register's own pairs none

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


def figures_agree(statement: str, provisions: Iterable[str], calendar: Iterable[date] = ()) -> bool:
    """Whether every date and quantity of the statement stands in the provisions (dates also in the calendar).

    >>> figures_agree("Ask within 48 hours.", ["no later than 48 hours"]), figures_agree("Ask within 72 hours.", ["48 hours"])
    (True, False)
    """
    law = "\n".join(provisions)
    return not foreign_dates(statement, law, calendar) and not foreign_quantities(statement, law)


def supports(
    statement: str, provisions: list[str], calendar: Iterable[date], authority: Authority, nearness: float | None
) -> bool:
    """Whether provisions with these texts support the statement; `nearness` is a cosine, where known."""
    near = nearness is None or nearness >= SUPPORT_FLOOR
    return near and modality_fits(statement, authority) and figures_agree(statement, provisions, calendar)


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
    if best[0] <= 0:  # what a list does not name is shown by the whole list
        return 0, len(text)
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
