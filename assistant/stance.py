"""Whether two sentences that speak of the same provision say the same of it: who, how, whether, with what limits.

Used to hold a drafted sentence against one that a reader held against the law. Plain writing says one thing in
many ways ("must not", "is banned", "none may"); each way is read as one of a few stances. What remains
different is a difference of the law, or a turn of phrase that is not understood, and then not shown.
"""

from __future__ import annotations

import re

_STANCES = {  # in the order of reading: the first that matches takes the words
    "free": r"(?:need|needs|needn't|do(?:es)?|did|is|are|be|being|was|were|has|have)(?: not|n't)? (?:not |never |no longer )?(?:be |to )?(?:(?:have|has|need|required|obliged|obligated|bound|forced|necessary|subject)(?: to| by)?(?=\W))|(?:need not|needn't|no (?:obligation|duty|need|requirement|general obligation)|without (?:having to|needing|the need)|not (?:necessary|mandatory|obligatory|compulsory|required|obliged|a requirement)|nothing (?:obliges|requires|compels)|not (?:require|oblige|compel|demand)|(?:exempt(?:s|ed)?|freed?|spared?|released?|relieved?|excused?|dispensed?) from|no one (?:has|need)|optional|voluntar(?:y|ily))",
    "ban": r"(?:must|may|shall|should|can|could|might)(?: not|n't| never| no longer| neither)|cannot|can't|(?:is|are|be|being|was|were|stays?|remains?|become)(?: also| therefore| thus| already| generally| simply)?(?: not| never|n't)(?: be)? (?:allowed|permitted|lawful|open|possible|acceptable|admissible|available|able|entitled|to (?!be understood)\w+)|prohibit(?:s|ed|ing|ions?)?|forbid(?:s|den|ding)?|forbade|bann?(?:s|ed|ing)?|unlawful|illegal|outlaw(?:s|ed)?|off limits|barred?|ruled out|rules out|excludes? the use|no [\w ,-]{2,50}? (?:may|must|can|shall)|(?:nobody|none|no one|neither[\w ,-]*|nothing[\w ,-]*?) (?:may|must|can|shall)|never (?:be )?allowed|nor (?:may|must|can|shall)|not to (?:be )?\w+|(?:refrain|abstain)s?|denied|deny|denies",
    "duty": r"must|shall|(?:has|have|had|having) to|(?:is|are|be) to (?=\w+)|(?:is|are|was|were|be|being)(?: \w+ly)?(?: also| then| therefore)? (?:required|obliged|obligated|bound|mandatory|obligatory|compulsory|necessary|needed|due|tasked|under a duty|under an obligation|responsible|supposed|meant|expected|subject)|requir(?:es?|ed|ing|ements?)|obliges?|obligations?|dut(?:y|ies)|needs?(?: to)?|owes?|demands?|calls? for|asks? for|insists?|imposes?|binds?|mandates?|only (?:if|where|when|after|once|with|for|to|on)|compels?|ensures?|sees? to it|expects?|falls? to|it is for",
    "may": r"may|can|could|might|(?:is|are|be|being|was|were|remains?|stays?)(?: also| then| only| still)? (?:allowed|permitted|free|able|entitled|open|possible|lawful|authorised|authorized|empowered|at liberty|acceptable|admissible|available|an option)|allows?|allow(?:ed|ing)|permit(?:s|ted|ting)?|permission|entitle[sd]?|(?:a|the|any|his|her|their|your) (?:\w+ )?(?:right|rights|option|power|choice|possibility|freedom|discretion)|rights? (?:to|of|not)|leaves? (?:it )?(?:to|open|room)|at (?:its|their|your) discretion|possible|possibility|empowers?|lets?|enables?|(?:has|have|gains?|enjoys?) (?:the|a) (?:right|option|power)|lawfully|permissible|tolerate[sd]?|optional|in order",
}  # fmt: skip
_READ = {name: re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.I) for name, pattern in _STANCES.items()}


def stances(text: str) -> list[str]:
    """What a sentence says of its actors, in order: "free" (need not), "ban", "duty", "may"; empty where it states facts.

    >>> stances("You must not use it, but need not delete it."), stances("It is high-risk.")
    (['ban', 'free'], [])
    """
    left, found = text, []
    for name, pattern in _READ.items():
        for m in pattern.finditer(left):
            found.append((m.start(), name))
        left = pattern.sub(lambda m: "\0" * len(m[0]), left)
    return [name for _, name in sorted(found)]


_PLAIN_NOT = re.compile(
    r"(?<![\w-])(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|can't|\w+n't)(?![\w-])", re.I
)
_EXCEPTION = re.compile(
    r"(?<![\w-])(?:unless|except\w*|save (?:where|for|that)|provided|as long as|so long as|subject to|without prejudice|apart from|other than|but|although|though|however|only|solely|exclusively|exempt\w*|exclu\w+|outside|not|no|without|if|where|when|in case|until|once|free|spared?|waive\w*|lift\w*|bar|any|condition\w*|otherwise|whose|who|which|that|carve\w*|depend\w*|insofar|to the extent|after|before|while|limit\w*|for)(?![\w-])",
    re.I,
)


def negations(text: str) -> int:
    """How many plain negations a text has."""
    return len(_PLAIN_NOT.findall(text))


def limits(text: str) -> int:
    """How many words bring an exception, a condition or a limit."""
    return len(_EXCEPTION.findall(text))
