"""Named provisions and days in a question, however they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.law import AI_ACT, Pinpoint


@dataclass(frozen=True, slots=True)
class Reference:
    """A provision named in a question, and where in the question it stands."""

    pinpoint: Pinpoint
    start: int
    end: int


_WORKS = {
    "LED": r"\bLED\b|law enforcement directive|directive (?:\(eu\) )?2016/680|2016/680|police directive|\bJHA directive",
    "GDPR": r"\bGDPR\b|general data protection regulation|2016/679|\bDSGVO\b|\bRGPD\b",
    "Charter": r"\bcharter\b|fundamental rights charter|\bCFR\b",
    "Omnibus": r"\bomnibus\b|2026/1744",
    AI_ACT: r"\bAI ?-?act\b|\bAIA\b|2024/1689|artificial intelligence act",
}
_SUB = r"(?:\s*\(\s*[0-9]{1,2}[a-z]?\s*\)|\s*\(\s*[a-z]{1,4}\s*\)|[.](?:\d{1,2}[a-z]?|[a-z]{1,3})(?![\w]))"
_WORDY = r"(?:,?\s*(?:para(?:graph)?|sub-?paragraph|point|pt|letter|lit|sub-?point|no|number)\.?\s*\(?\s*(?:\d{1,2}[a-z]?|[a-z]{1,3}|[ivx]{1,4})\s*\)?(?![\w]))"
_BARE = r"(?:\s+(?P<bare>\d{1,2}[a-z]?)(?P<barepoints>(?:\s+(?:[ivx]{1,4}|[a-z]{1,2})(?=\s|$|[?.,;]))*)(?=\s*(?:$|[?.,;!]|say|mean|and\b|or\b|of\b)))?"
_ARTICLE = re.compile(
    rf"\b(?:art(?:icle|\.)?s?|§)\s*(?P<n>\d{{1,3}}(?:[a-z]\b|\s[a-d](?=\s*\())?)(?P<rest>(?:{_SUB}|{_WORDY})*){_BARE}",
    re.I,
)
_ANNEX = re.compile(
    r"\bannex(?:es?)?\s+(?P<n>[ivxl]+|\d{1,2})\b(?:,?\s*sec(?:tion)?\.?\s+(?P<sec>[a-e]|\d)\b)?"
    r"(?P<rest>(?:\s*,?\s*(?:point|pt|no|nr|number|area|letter|lit)?\.?\s*\(?\s*(?:\d{1,2}(?:\.\d)?|(?<=[\d\s(.])[a-z])\s*\)?(?!\w))*)",
    re.I,
)
_ANNEX_LAST = re.compile(
    r"\b(?:point|pt|no|nr|number|area)\.?\s*(?P<rest>\d{1,2}\s*(?:\(?[a-z]\)?)?)(?![a-z])\s+(?:of|in|from|,)?\s*annex(?:es?)?\s+"
    r"(?P<n>[ivxl]+|\d{1,2})\b",
    re.I,
)
_UNNAMED = re.compile(  # "5(1)h iii", "26(10)": a number with a bracketed one can only be a provision
    r"(?<![\w/(.])(?P<n>\d{1,3}[a-z]?)(?P<rest>\(\d{1,2}[a-z]?\)(?:\([a-z]{1,4}\)|[a-z](?![a-z]))?(?:\s?\(?[ivx]{1,4}\)?(?![\w]))?)",
    re.I,
)
_RECITAL = re.compile(r"\brecitals?\s*(?:no|nr|number)?\.?\s*\(?(?P<n>\d{1,3})\)?", re.I)
_GUIDE = re.compile(r"(?:guidelines?\W+(?:paragraph|para\.?|¶)\s*|¶\s*)(?P<n>\d{1,3})\b", re.I)
_ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()


def find_references(question: str) -> list[Reference]:
    """Provisions named in a question, however they are written.

    >>> [str(r.pinpoint) for r in find_references("what does art 26 (10) say, and annex 3 point 6 letter d?")]
    ['Art. 26(10)', 'Annex III, point 6(d)']
    >>> [str(r.pinpoint) for r in find_references("whats in art5 1 h iii; annexe III no. 7 lit. c; Art 4 a (2)")]
    ['Art. 5(1)(h)(iii)', 'Annex III, point 7(c)', 'Art. 4a(2)']
    >>> [str(r.pinpoint) for r in find_references("Article 22 of the GDPR or LED article 11?")]
    ['GDPR Art. 22', 'LED Art. 11']
    """
    found = []
    for m in _ARTICLE.finditer(question):
        parts = _labels(m["rest"] or "")
        if m["bare"] and not parts:
            parts = (m["bare"].lower(), *m["barepoints"].lower().split())
        number = re.sub(r"\s", "", m["n"].lower())
        found.append(Reference(Pinpoint(_work_near(question, m), "article", number, parts=parts), m.start(), m.end()))
    for m in _ANNEX.finditer(question):
        pinpoint = Pinpoint(AI_ACT, "annex", _annex_number(m["n"]), (m["sec"] or "").upper(), _labels(m["rest"] or ""))
        found.append(Reference(pinpoint, m.start(), m.end()))
    for m in _ANNEX_LAST.finditer(question):
        found = [r for r in found if not (r.start < m.end() and m.start() < r.end)]
        pinpoint = Pinpoint(AI_ACT, "annex", _annex_number(m["n"]), "", _labels(m["rest"]))
        found.append(Reference(pinpoint, m.start(), m.end()))
    taken = [(r.start, r.end) for r in found]
    for m in _UNNAMED.finditer(question):
        if not any(a < m.end() and m.start() < b for a, b in taken):
            pinpoint = Pinpoint(_work_near(question, m), "article", m["n"].lower(), parts=_labels(m["rest"]))
            found.append(Reference(pinpoint, m.start(), m.end()))
    for m in _RECITAL.finditer(question):
        found.append(Reference(Pinpoint(_work_near(question, m), "recital", m["n"]), m.start(), m.end()))
    for m in _GUIDE.finditer(question):
        found.append(Reference(Pinpoint("Draft HR guidelines", "paragraph", m["n"]), m.start(), m.end()))
    return sorted(found, key=lambda r: r.start)


_LOOKUP = frozenset(
    (
        "what whats does do say says said is are in the of under a an please show me text wording read reads "
        "content contents tell about explain mean means meaning which provision article paragraph point annex "
        "recital act ai aia led gdpr charter regulation directive law eu it and give quote full exact exactly "
        "police data ec jha can you i need want to see look up lookup 's s summary summarise summarize "
    ).split()
)


def is_lookup(question: str, references: list[Reference]) -> bool:
    """Whether a question only asks what the provisions it names say.

    >>> is_lookup("What does Art. 26(10) say?", find_references("What does Art. 26(10) say?"))
    True
    >>> q = "Does Art. 26(10) cover a drone over a football crowd?"
    >>> is_lookup(q, find_references(q))
    False
    """
    rest = question
    for reference in reversed(references):
        rest = rest[: reference.start] + " " + rest[reference.end :]
    return bool(references) and len([w for w in re.findall(r"[a-z]+", rest.lower()) if w not in _LOOKUP]) <= 1


def _annex_number(text: str) -> str:
    if not text.isdigit():
        return text.upper()
    return _ROMAN[int(text) - 1] if 0 < int(text) <= len(_ROMAN) else text


def _labels(rest: str) -> tuple[str, ...]:
    words = re.sub(
        r"(?i)\b(?:sub-?paragraph|para(?:graph)?|sub-?point|point|pt|letter|lit|number|no|nr|area)\b", " ", rest
    )
    return tuple(x.lower() for x in re.findall(r"\d+(?:\.\d+)?[a-z]?|[a-z]+", words, re.I))


def _work_near(question: str, m: re.Match[str]) -> str:
    """The work named just after the reference, or else just before it; the AI Act when none is.

    An amending act is named far more often for what it did to the AI Act than for an article of its own:
    it counts only in "Article 1 of the Omnibus" and "Omnibus Article 1".
    """
    after, before = question[m.end() : m.end() + 40], question[max(0, m.start() - 40) : m.start()]
    for stretch, last in (
        (re.split(r"\bart|\bannex|\brecital|[?.;]|\band\b|\bor\b", after, flags=re.I)[0], False),
        (before, True),
    ):
        hits = [
            (h.start(), work)
            for work, pattern in _WORKS.items()
            for h in re.finditer(pattern, stretch, re.I)
            if work != "Omnibus" or (_OWN_BEFORE.search(stretch[h.start() :]) if last else _OWN_AFTER.match(stretch))
        ]
        if hits:
            return max(hits)[1] if last else min(hits)[1]
    return AI_ACT


_OMNIBUS = r"(?:omnibus|(?:regulation )?(?:\(eu\) )?2026/1744)"
_OWN_AFTER = re.compile(rf"\s*,?\s*(?:of|in) (?:the )?(?:digital )?{_OMNIBUS}|\s*,?\s*omnibus\b", re.I)
_OWN_BEFORE = re.compile(rf"^{_OMNIBUS}(?:'s| regulation| act)?[\s,:]*$", re.I)


_MONTHS = {
    m: i
    for i, m in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
}
_AS_OF = re.compile(
    r"\b(?:as (?:of|at|on)|as it stood on|in force on)\s+(?:the\s+)?(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>[a-z]+)\s+(?P<y2>\d{4}))",
    re.I,
)


def as_of_named(question: str) -> date | None:
    """The day a question is expressly asked for.

    >>> as_of_named("As of 1 June 2026, what applied to emotion recognition?")
    datetime.date(2026, 6, 1)
    """
    m = _AS_OF.search(question)
    if not m:
        return None
    try:
        if m["y"]:
            return date(int(m["y"]), int(m["m"]), int(m["d"]))
        return date(int(m["y2"]), _MONTHS[m["m2"].lower()], int(m["d2"]))
    except (ValueError, KeyError):
        return None
