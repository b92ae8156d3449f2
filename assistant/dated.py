"""Sentences that say from when provisions apply ("Art. 26(10) applies from 2 December 2027."), read and held against the calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.agree import dates
from assistant.corpus import Corpus
from assistant.law import Pinpoint, PinpointError, parse_pinpoint

_SENTENCE = re.compile(
    r"^(?P<names>.+?)(?:, in (?:its|their) present wording,)? "
    r"(?P<verb>appl(?:y|ies) from|ha(?:s|ve) applied since) (?P<day>\d{1,2} \w+ \d{4})\.?$"
)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence gives them.

    >>> listed(["Art. 4", "Annex III, point 6(b)", "Art. 49"])
    'Art. 4, Annex III, point 6(b) and Art. 49'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def named(text: str) -> list[Pinpoint]:
    """The provisions of a list as `listed` writes it; empty where anything else stands there.

    >>> [str(p) for p in named("Art. 4, Annex III, point 6(b) and Annex II, indent 6")]
    ['Art. 4', 'Annex III, point 6(b)', 'Annex II, indent 6']
    """
    parts = re.split(r", (?!point |Section |indent )| and ", text)
    try:
        return [parse_pinpoint(part) for part in parts]
    except PinpointError:
        return []


def calendar_faults(corpus: Corpus, text: str, cited: Sequence[Pinpoint], as_of: date) -> list[str] | None:
    """What the calendar contradicts of such a sentence; `None` where the sentence is of another kind.

    `cited` is what the sentence names as its basis.
    """
    if m := _SENTENCE.match(text):
        provisions, doubt = named(m["names"]), ""
    else:
        head, _, doubt = text.partition(": ")
        provisions = named(head) if doubt else []
    if not provisions or any(p.work not in corpus.works for p in provisions):
        return None
    faults = []
    for pinpoint in provisions:
        entry = corpus.applies(pinpoint, corpus.works[pinpoint.work].version_at(as_of).date)
        if entry is None:
            return None if doubt else [f"the calendar knows no day for {pinpoint}"]
        if doubt:
            if entry.open.casefold().rstrip(".") != doubt.casefold().rstrip("."):
                return None
        elif entry.from_ not in dates(text):
            faults.append(f"{pinpoint} applies from {entry.from_:%d %B %Y}".replace(" 0", " "))
        if parse_pinpoint(entry.basis) not in cited:
            faults.append(f"the day of {pinpoint} rests on {entry.basis}")
        if m and (entry.from_ <= as_of) != ("since" in m["verb"]):
            faults.append(f"on {as_of} it is wrong whether {pinpoint} already applies")
    return faults
