"""Intake: what arrives is made readable, and stopped where it must go no further."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Reason
from assistant.casedata import case_data, mask
from assistant.override import overrides

MAX_CHARS = 2000
TURNS = 3  # earlier questions that are read together with this one, for what was split over several


@dataclass(frozen=True, slots=True)
class Stop:
    """The question goes no further: why, in words for the user."""

    reason: Reason
    why: str
    ask: str = ""


def normalise(text: str) -> str:
    r"""NFC, one line, without hidden or control characters.

    >>> normalise("Can\u200b we\n use  it?")
    'Can we use it?'
    """
    kept = (c if not unicodedata.category(c).startswith("C") else (" " if c in "\t\n\r" else "") for c in text)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", "".join(kept))).strip()


def guard(raw: str, question: str, history: Sequence[str] = ()) -> Stop | None:
    """Why a question must stop here, or `None`. Case data come first: what follows may look, but not at those.

    The history is what was asked before, as typed: a name in one question and its bearer's crime in the next are
    case data together, and so is an order in two halves.

    >>> guard("", "").reason.value
    'unreadable'
    >>> guard("Call me on 0049 170 1234567", "Call me on 0049 170 1234567").reason.value
    'case_data'
    """
    if not question:
        return Stop(Reason.UNREADABLE, "There is no question to read.", "Write your question in a sentence or two.")
    if len(question) > MAX_CHARS:
        return Stop(
            Reason.UNREADABLE,
            f"The question has {len(question):,} characters; at most {MAX_CHARS:,} can be read.",
            "Ask the legal question in a few sentences, without the case file.",
        )
    if stop := _case_data(question, history):
        return stop
    letters = sum(c.isalpha() for c in question)
    odd = sum(c == "\ufffd" for c in raw) + sum(
        unicodedata.category(c) in {"Cc", "Co", "Cn"} and c not in "\t\n\r" for c in raw
    )
    hides = overrides(question)
    if not hides and (letters < 2 or letters < 0.2 * len(question) or odd > 0.1 * len(raw)):
        return Stop(Reason.UNREADABLE, "This does not read as a question.", "Write your question in a sentence or two.")
    if hides or (history and overrides(" ".join([*_readable(history), question]))):
        return OVERRIDE
    return None


OVERRIDE = Stop(
    Reason.INSTRUCTION_OVERRIDE,
    "This asks the assistant to set its own rules aside, to show its workings, or to say what it is told; it does none of these.",
    "Ask what the law requires in your situation.",
)


def _case_data(question: str, history: Sequence[str]) -> Stop | None:
    found = case_data(question)
    split = False
    if not found and history:
        before = " ".join(_readable(history)) + " "
        found = [d for d in case_data(before + question) if d.end > len(before)]
        found = [type(d)(d.kind, max(0, d.start - len(before)), d.end - len(before)) for d in found]
        split = bool(found)
    if not found:
        return None
    kinds = list(dict.fromkeys(d.kind for d in found))
    listed = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    together = ", read together with your earlier questions," if split else ""
    return Stop(
        Reason.CASE_DATA,
        f"This{together} seems to hold {listed} from a case, so it was neither stored, searched nor sent anywhere: “{mask(question, found)}”",
        "Ask about the situation in general: “a suspect”, “a vehicle”, “an address”, without names, numbers or references. "
        "If this was no case data, word it differently.",
    )


def _readable(history: Sequence[str]) -> list[str]:
    """The last earlier questions that a guard would let pass by themselves; what it stopped is gone."""
    kept = [h for h in map(normalise, history[-TURNS:]) if h and not case_data(h) and not overrides(h)]
    return kept
