"""A conversation: what a follow-up means, read from the questions before it.

A follow-up ("and at the border?", "who signs that?") is put behind the question it hangs on and read as one;
the user sees the whole as it was understood. A question that stands alone is left alone, whatever came before.
A question that a guard stopped is no part of it: a follow-up hangs on what was asked before, or on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_FOLLOW_UP = 14  # words; longer questions bring their own subject

_OPENING = re.compile(
    r"^(?:and|but|so|or|also|then|what about|how about|what if|and if|even if|even when|even though|same (?:for|with|goes|thing|question)|does (?:that|this|it|the same)|do (?:those|these|they)|is (?:that|this|it)|are (?:those|these|they)|was (?:that|this|it)|can (?:it|they|he|she)|could (?:it|they|that)|may (?:it|they)|must (?:it|they)|in that case|in this case|if so|if not|for how long|since when|until when|by when|from when|why|how so|how come|who (?:then|else)|which one|where (?:then|else)|when (?:exactly|then)|not even|except|unless|only|ok(?:ay)?,? (?:and|but|so|what|then|who)|right,? (?:and|but|so)|ah,? |hm+,? |then (?:who|what|when|how|does|is|must|can)|whose|by whom|to whom|before or after|either way|anything else|what else|since when)\b",
    re.I,
)
_BACKWARD = re.compile(
    r"\b(?:that|this|it|its|they|them|their|those|these|there|then|he|she|him|her|one|ones|same|such|the other|the latter|the former|so|instead|both|neither|else)\b",
    re.I,
)
_SUBJECT = re.compile(
    r"\b(?:AI|act|face|facial|recognition|camera|cctv|drone|biometric\w*|emotion\w*|polygraph|lie detect\w*|profil\w+|predict\w*|risk assessment|score|chatbot|deepfake\w*|watch ?list|database|log|logs|register|registration|fria|dpia|impact assessment|literacy|training|toolkit|guidelines?|omnibus|sandbox|supplier|vendor|provider|deployer|fine|penalt\w+|plate|anpr|fingerprint\w*|voice|transcri\w+|translat\w+|evidence|high-risk|prohibit\w+|banned|authoris\w+|explanation|complain\w*|art(?:icle|\.)|annex|recital|led|gdpr|charter|software|system|tool)\b",
    re.I,
)


def understood(question: str, history: Sequence[str]) -> str:
    """The question as it is to be read after the questions of the history, the latest last.

    >>> understood("And at the border?", ["May we search faces live?"])
    'May we search faces live? And at the border?'
    >>> understood("What is a deployer under the AI Act?", ["May we search faces live?"])
    'What is a deployer under the AI Act?'
    """
    if not history or not is_follow_up(question):
        return question
    base: list[str] = []
    for earlier in reversed(history):
        base.insert(0, earlier)
        if not is_follow_up(earlier):
            break
    kept = [base[0], *base[1:][-1:]]  # the question it all hangs on, and the turn just before
    stem = " ".join(q if q[-1:] in ".?!" else f"{q}?" for q in kept if q)
    return f"{stem} {question}".strip()


def is_follow_up(question: str) -> bool:
    """Whether a question is only understood from what came before.

    >>> [is_follow_up(q) for q in ("and who signs that?", "Who signs the authorisation for a live face search?", "why?")]
    [True, False, True]
    """
    words = re.findall(r"[\w'’-]+", question)
    if not words or len(words) > LONGEST_FOLLOW_UP:
        return False
    opened, subjects = bool(_OPENING.match(question.strip())), len(set(s.lower() for s in _SUBJECT.findall(question)))
    backward = bool(_BACKWARD.search(question))
    if opened:
        return subjects < 2 or (backward and len(words) <= 10 and subjects < 3)
    return (
        (backward and subjects == 0)
        or (len(words) <= 4 and subjects == 0)
        or (backward and subjects == 1 and len(words) <= 7)
    )
