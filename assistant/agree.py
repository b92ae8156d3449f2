"""Whether a sentence agrees with words of the law: dates, quantities, modality, negation, actors.

Pure functions over text. They do not understand; they find what can be read off the words, and a
reader settles the rest. `law` is always the text of the provisions that a sentence rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import takewhile

MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(MONTHS)})\s+(\d{{4}})\b")
_SHORT_MONTHS = "|".join(rf"{m[:3]}(?:{m[3:]}|t|\.)?" for m in MONTHS)
_OTHER_DATES = (
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_SHORT_MONTHS})\.?,? (?P<y>\d{{4}})\b"),
    re.compile(rf"\b(?P<m>{_SHORT_MONTHS})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b"),
    re.compile(r"\b(?P<y>20\d\d)-(?P<n>\d\d)-(?P<d>\d\d)\b"),
)


def spell_dates(text: str) -> str:
    """The text with its days written as the law writes them.

    >>> spell_dates("by Dec. 2, 2027, not 2027-12-03 or 4th of Aug 2026")
    'by 2 December 2027, not 3 December 2027 or 4 August 2026'
    """
    for pattern in _OTHER_DATES:
        text = pattern.sub(_spelt, text)
    return text


def _spelt(m: re.Match[str]) -> str:
    held = m.groupdict()
    number = int(held["n"]) if "n" in held else next(n for n, x in enumerate(MONTHS, 1) if x[:3] == held["m"][:3])
    return f"{int(held['d'])} {MONTHS[number - 1]} {held['y']}" if 1 <= number <= 12 else m[0]


def dates(text: str) -> set[date]:
    """The calendar days written out in a text.

    >>> dates("from 2 December 2027")
    {datetime.date(2027, 12, 2)}
    """
    found = set()
    for day, month, year in _DATE.findall(text):
        try:
            found.add(date(int(year), MONTHS.index(month) + 1, int(day)))
        except ValueError:
            continue  # "31 February": no day, so nothing that could agree
    return found


_DEADLINE = re.compile(rf"\b(?:by|before|until|than) {_DATE.pattern[2:]}")


def foreign_dates(sentence: str, law: str, calendar: Iterable[date] = ()) -> set[str]:
    """Days of the sentence, as written, that stand neither in the law nor in the calendar.

    The calendar says from when a thing applies; a deadline ("by 2 August 2025") stands in the law itself.

    >>> foreign_dates("It applies from 2 December 2028.", "from 2 December 2027")
    {'2 December 2028'}
    >>> foreign_dates("Publish it by 2 August 2026.", "by 2 August 2025", [date(2026, 8, 2)])
    {'2 August 2026'}
    """
    written, known = dates(law), dates(law) | set(calendar)
    found = {m[0] for m in _DATE.finditer(sentence) if not dates(m[0]) & known}
    if written:
        late = (m[0].split(" ", 1)[1] for m in _DEADLINE.finditer(sentence))
        found |= {day for day in late if not dates(day) & written}
    return found


_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "hundred": 100, "once": 1, "twice": 2,
}  # fmt: skip
_UNITS = {
    "hour": "hour", "hours": "hour", "day": "day", "days": "day", "week": "week", "weeks": "week",
    "month": "month", "months": "month", "year": "year", "years": "year", "%": "%", "percent": "%",
    "eur": "eur", "euro": "eur", "euros": "eur", "person": "person", "persons": "person", "people": "person",
    "natural": "person", "kilometre": "km", "flops": "flop", "annex": "", "million": "",
}  # fmt: skip
# a number in front of one of these words, or joined to one, names a provision and counts nothing
_NAMED = re.compile(
    r"\b(?:Art(?:icle)?s?\.?|Annex(?:es)?|Recitals?|Sections?|Chapters?|points?|paragraphs?|subparagraphs?|Regulations?|Directives?"
    r"|Decisions?|Protocols?|Nos?|¶|CETS|area|Areas?)\s*(?:\((?:EU|EC|EU, Euratom)\)\s*)?(?:No\s*)?(?:[\dIVXL]+[a-z]{0,2}(?:[./]\d+)*(?:\([0-9a-z]+\))*(?: \([a-z ]+\))?"
    r"(?:\s*(?:,|to|and|or|-|–)\s*(?=[\dIVXL(])(?:\(\w{1,3}\))?)?)+",
    re.I,
)
_TOKEN = re.compile(r"\d+(?:[ \u00a0,]\d{3})+(?!\d)|\d+(?:\.\d+)?|[A-Za-z]+|%")


def quantities(text: str) -> set[tuple[float, str]]:
    """Numbers with what they count: hours, days, months, years, %, euros, persons, or "" for anything else.

    Numbers that name provisions, and days of the calendar, are left out.

    >>> sorted(quantities("within 48 hours, by two people; see Art. 26(10), from 2 August 2026"))
    [(2.0, 'person'), (48.0, 'hour')]
    >>> sorted(quantities("EUR 35 000 000 or, for an undertaking, up to 7 %"))
    [(7.0, '%'), (35000000.0, 'eur')]
    """
    plain = re.sub(r"\b\d+[a-z]?\(\w{1,4}\)", " ; ", _DATE.sub(" ; ", _NAMED.sub(" ; ", text)))
    tokens = _TOKEN.findall(plain)
    found = set()
    for i, token in enumerate(tokens):
        value = _value(token)
        if value is None or (1900 <= value <= 2100 and token.isdigit()):
            continue
        after = [t.lower() for t in tokens[i + 1 : i + 4]]
        if after and after[0] in {"million", "m"}:
            value, after = value * 1e6, after[1:]
        after = list(takewhile(lambda t: _value(t) is None, after))  # what follows the next number is the next one's
        unit = (
            "eur" if i and tokens[i - 1].lower() == "eur" else next((u for t in after if (u := _UNITS.get(t, ""))), "")
        )
        if token.isalpha() and value == 1:
            continue  # "one" is mostly a pronoun
        found.add((value, unit))
    return found


def _value(token: str) -> float | None:
    if token[0].isdigit():
        return float(re.sub(r"[ \u00a0,]", "", token))
    return float(_WORDS[token.lower()]) if token.lower() in _WORDS else None


def foreign_quantities(sentence: str, law: str) -> set[tuple[float, str]]:
    """Quantities of the sentence that the law does not have, with the same unit.

    >>> foreign_quantities("Ask within 72 hours.", "no later than 48 hours; 72 days")
    {(72.0, 'hour')}
    """
    held = quantities(law)
    values = {v for v, _ in held}
    return {(v, u) for v, u in quantities(sentence) if (v, u) not in held and (u or v not in values)}


# -- modality and negation --------------------------------------------------------------------------

_BANS = re.compile(
    r"\b(?:must not|shall not|may not|must never|must no longer|cannot|can not|not (?:be )?(?:allowed|permitted|lawful)"
    r"|prohibit(?:s|ed|ion)?|forbid(?:s|den)?|forbade|ban(?:s|ned)?|unlawful|outlawed|neither|no [a-z -]{3,40} (?:may|must|can|shall)|never|nobody|nothing)\b",
    re.I,
)
_OBLIGES = re.compile(
    r"\b(?:must|shall|has to|have to|had to|need(?:s)? to|is to|are to|be to|requir(?:e|es|ed|ement|ements)|oblig(?:e|es|ed|ation|ations)|dut(?:y|ies)"
    r"|binds?|owes?|ensures?)\b",
    re.I,
)
_PERMITS = re.compile(
    r"\b(?:may|can|could|might|allow(?:s|ed)?|permit(?:s|ted)?|free to|entitle[sd]?|right|possible|able to|enough|suffices?|leaves?|need not|does not|do not|exempt|open)\b",
    re.I,
)
_LIMITS = re.compile(
    r"\b(?:only|unless|except(?:ed|ion|ions)?|without|not|no|nor|none|exempt(?:ed|ion|ions|s)?|excluded?|excludes|outside|escapes?|need not|waive[sd]?|lift(?:s|ed)?|cannot"
    r"|instead|provided|if|where|when|as long as|until|before|falls? away|spared?|free)\b",
    re.I,
)
_DENIES = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|isn't|aren't|doesn't|don't|unless|except(?:ion|ions|ed)?|exempt(?:ed|ion|ions|s)?"
    r"|excluded?|excludes|excluding|outside|prohibit(?:s|ed|ion|ions)?|forbid(?:s|den)?|ban(?:s|ned)?|only|solely|alone|lack(?:s|ing)?|refus(?:e|es|ed|al)|absence|instead|other than"
    r"|irrespective|regardless|escapes?|repealed|deleted|removed|ceases?|stops?|suspends?|rejected|prevent(?:s|ed)?)\b",
    re.I,
)
_NOT = re.compile(r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|unless|only|solely)\b", re.I)


def modality(sentence: str) -> str:
    """What a sentence says of its actor: "ban", "duty", "leave" (may) or "" (states).

    >>> [modality(s) for s in ("You must not use it.", "You must ask.", "You may ask.", "It is high-risk.")]
    ['ban', 'duty', 'leave', '']
    """
    if _BANS.search(sentence):
        return "ban"
    if _OBLIGES.search(sentence):
        return "duty"
    return "leave" if _PERMITS.search(sentence) else ""


def denies(text: str) -> bool:
    """Whether a text denies, excludes or narrows anything.

    >>> denies("It is not high-risk."), denies("It is high-risk.")
    (True, False)
    """
    return bool(_DENIES.search(text))


def negated(text: str) -> bool:
    """Whether a text has a plain negation.

    >>> negated("not without a judge"), negated("outside the ban")
    (True, False)
    """
    return bool(_NOT.search(text))


_BINDS = re.compile(
    r"\b(?:must|has to|have to|is to|are to|needs?|(?:is|are|be) (?:required|obliged)|dut(?:y|ies))\b", re.I
)
_FITS = {
    "prohibition": (_BANS, "a prohibition that forbids nothing"),
    "duty": (_BINDS, "a duty that obliges nobody"),
    "permission": (_PERMITS, "a permission that permits nothing"),
    "right": (re.compile(rf"{_PERMITS.pattern}|{_OBLIGES.pattern}", re.I), "a right that gives nothing"),
    "exception": (re.compile(rf"{_LIMITS.pattern}|{_PERMITS.pattern}", re.I), "an exception that excepts nothing"),
    "condition": (re.compile(rf"{_OBLIGES.pattern}|{_BANS.pattern}|{_LIMITS.pattern}", re.I), "a condition that asks for nothing"),
}  # fmt: skip
_PLAIN_BAN = re.compile(r"\b(?:must not|shall not|may not|must never)\b", re.I)


def unfit(effect: str, sentence: str) -> str | None:
    """What is wrong between the effect a rule claims and its sentence; `None` when they fit.

    >>> unfit("prohibition", "Police may use it."), unfit("duty", "The force must ask.")
    ('a prohibition that forbids nothing', None)
    >>> unfit("duty", "The force must not ask.")
    'a duty that forbids'
    """
    fits = _FITS.get(effect)
    if fits and not fits[0].search(sentence):
        return fits[1]
    if effect == "duty" and _PLAIN_BAN.search(sentence):
        return "a duty that forbids"
    if effect in {"permission", "right"} and _PLAIN_BAN.search(sentence):
        return f"a {effect} that forbids"
    if effect == "permission" and re.search(r"\bmust\b", sentence) and not re.search(r"\b(?:may|need not)\b", sentence):
        return "a permission that obliges"
    if effect == "prohibition" and re.search(r"\bneed(?:s)? not\b", sentence):
        return "a prohibition that only frees"
    return None


_MODAL_PHRASE = re.compile(
    r"\b(?P<no>(?:must|may|shall|need|does|do|did|is|are|was|has|have|can|should|could|would) (?:not|never|no longer)\b|cannot\b"
    r"|(?:is|are|stays?|remains?) (?:prohibited|forbidden|banned|excluded|exempt(?:ed)?)\b)"
    r"|\b(?P<yes>must|may|shall|is|are|does|do|has|have|can|should|applies|apply|covers?|counts?)\b",
    re.I,
)
_DENIED_MODAL = re.compile(
    r"\b(?:must|may|shall|need|do|does|is|are|can|should|could) (?:\w+ )?(?:not|never|no)\b|cannot|\bprohibited|\bforbidden|\bexempt|\bexclud|\bno (?:action|decision|case|person|later)|\bnot\b",
    re.I,
)


def modal_phrases(sentence: str) -> list[tuple[str, str]]:
    """The phrases of a sentence that affirm or deny something, each with the words it speaks of.

    >>> modal_phrases("It must not be used, and the judge may refuse.")
    [('denies', 'It be used'), ('affirms', 'and the judge refuse')]
    """
    found = []
    hits = list(_MODAL_PHRASE.finditer(sentence))
    for n, hit in enumerate(hits):
        start = hits[n - 1].end() if n else 0
        end = hits[n + 1].start() if n + 1 < len(hits) else len(sentence)
        before = re.split(r"[,;:]", sentence[start : hit.start()])
        after = sentence[hit.end() : end]
        if n + 1 < len(hits):  # the words in front of the next phrase belong to it
            after = re.split(r"[,;:]", after)[0]
        words = f"{before[-1].strip() or before[0].strip()} {after.strip()}".strip(" ,.;:")
        found.append(("denies" if hit["no"] else "affirms", words))
    return found


def softened(phrase: str, near: str) -> str | None:
    """Whether a phrase of a sentence says may where the words of the law say shall, or must where they say may.

    >>> softened("National law may let everyone complain", "Member States shall provide for every data subject to lodge a complaint")
    'says may where the nearest words of the law say shall'
    """
    may, must = re.search(r"\b(?:may|can)\b(?! only| not)", phrase, re.I), re.search(r"\bmust\b", phrase, re.I)
    law_may = re.search(r"\b(?:may|can|could|might|should|entitled|allow|permit\w*)\b", near, re.I)
    law_must = re.search(r"\b(?:shall|must|required?|obliged?|obligations?|necessary|only|unless)\b", near, re.I)
    if may and not must and law_must and not law_may:
        return "says may where the nearest words of the law say shall"
    if must and not may and law_may and not law_must:
        return "says must where the nearest words of the law say may"
    return None


def denied_modals(text: str) -> bool:
    """Whether a text denies in so many words: "shall not", "prohibited", "is not"."""
    return bool(_DENIED_MODAL.search(text))


_EMPHATIC = re.compile(
    r"\b(?:do|does|did) (?!(?:so|not|the|this|that|it|its|them|their|both|a|an|for|to|in|as|with|where|neither|nor|no|these|those)\b)[a-z]+\b",
    re.I,
)
_NEED_BARE = re.compile(r"\bneeds? (?:be|have|do|[a-z]+ed)\b", re.I)


def fallen_out(sentence: str) -> str | None:
    """A sign that a "not" fell out of a sentence: "does apply", "need be told", "nor" without a negation before it.

    Plain writing has no emphatic "does"; a form that only a negation leaves behind is suspicious.

    >>> fallen_out("The Act does apply to research."), fallen_out("It must lead to decisions, nor affect rights.")
    ('“does apply” reads as if a “not” fell out', '“nor” has no negation before it')
    >>> fallen_out("It does not apply, nor does it bind.")
    """
    for pattern in (_EMPHATIC, _NEED_BARE):
        for hit in pattern.finditer(sentence):
            if not re.search(
                r"\b(?:nor|neither|what|how|that|than|as|only)\b[^,;]{0,30}$", sentence[: hit.start()], re.I
            ):
                return f"“{hit[0]}” reads as if a “not” fell out"
    nor = re.search(r"\bnor\b", sentence, re.I)
    if nor and not re.search(r"\b(?:not|neither|no|never|none|cannot|nobody|nothing)\b", sentence[: nor.start()], re.I):
        return "“nor” has no negation before it"
    return None
