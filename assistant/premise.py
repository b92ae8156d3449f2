"""What a question presses for or takes for granted: the warning, the neutral restatement, the claim refuted.

A leading question is answered like any other, and the reader is told: what it presses for, how it reads when put
neutrally, and, where it rests on a wrong claim that is known (`corpus/misreadings.yaml`), what the law says instead.
A push to make a text, a score or a selection weigh as heavily as possible on a person is named as such: two of the
UK cases that Liberty reports turned on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from assistant.answer import Warning_
from assistant.judge import Judgement
from assistant.register import Misreading

LEADS = -2.5  # log odds from which a question counts as leading; these were chosen on development cases
PRESSES = -5.5
PRESUMES = -2.0  # log odds of a wrong claim taken for granted, where a known one is near
PRESUMES_ALONE = 1.0  # and where none is
NEAR_CLAIM = 0.5  # cosine to the nearest of the ways in which a claim is put
OFTEN_MISREAD = 0.75  # from here on a known wrong claim is named even where the question does not rest on it
PRESSURE = "pressure-on-a-person"


@dataclass(frozen=True, slots=True)
class Premise:
    """How a question leads: the warnings to show, and the rules that must be said because of it."""

    warnings: tuple[Warning_, ...] = ()
    rules: tuple[str, ...] = ()


def premise_of(
    question: str,
    judged: Judgement,
    near: Collection[tuple[Misreading, float, float]],
    pressure: Misreading | None,
    bearing: Collection[str],
) -> Premise:
    """What a question presses for or takes for granted.

    `near` holds known wrong claims with the cosine of their nearest cue, `bearing` the rules that answer the
    question: a claim is only named where what refutes it bears on the question.
    """
    claim = next(
        (m for m, likeness, _ in near if likeness >= NEAR_CLAIM and m.id != PRESSURE and set(m.rules) & set(bearing)),
        None,
    )
    found: list[Warning_] = []
    rules: tuple[str, ...] = ()
    presumes = judged.premise >= (PRESUMES if claim else PRESUMES_ALONE)
    presses = judged.pressure >= PRESSES
    if not (presumes or presses):
        often = claim and any(m is claim and likeness >= OFTEN_MISREAD for m, likeness, _ in near)
        if often and claim:
            found.append(_misread("Often misread", claim))
        if judged.leading >= LEADS:
            put = f"Put neutrally: “{neutral(question)}”"
            found.insert(
                0,
                Warning_(
                    "leading_question", f"This asks for a certain answer; what follows is what the law says. {put}"
                ),
            )
        return Premise(tuple(found))
    if presses and pressure:
        put = "What does the law ask of those who use AI for this, whatever it means for the person?"
        found.append(
            Warning_(
                "leading_question",
                f"This asks for a result that weighs on a person, and the answer does not depend on it. Put neutrally: “{put}”",
            )
        )
        found.append(
            Warning_(
                "pressure_on_a_person",
                f"It is a push to raise an effect on a person. {pressure.correction} ({', '.join(pressure.provisions)})",
            )
        )
        rules = pressure.rules
    elif presumes and claim:
        found.append(
            Warning_(
                "leading_question",
                f"This takes something for granted that is not so. Put neutrally: “{_whether(claim.claim)}”",
            )
        )
    else:
        found.append(
            Warning_(
                "leading_question",
                f"This takes something for granted; check it against the sentences below. Put neutrally: “{neutral(question)}”",
            )
        )
    if claim and not presses:
        found.append(_misread("A misreading", claim))
        rules = claim.rules[:2]
    return Premise(tuple(found), rules)


def _misread(how: str, claim: Misreading) -> Warning_:
    return Warning_("misreading", f"{how}: “{claim.claim}” {claim.correction} ({', '.join(claim.provisions)})")


def _whether(claim: str) -> str:
    """A claim as a neutral question.

    >>> _whether("The AI Act bans facial recognition.")
    'Is it right that the AI Act bans facial recognition?'
    """
    first, rest = claim.rstrip(".").split(" ", 1) if " " in claim else (claim, "")
    lowered = first.lower() if first.istitle() and first not in _PROPER else first
    return f"Is it right that {lowered} {rest}?"


_PROPER = frozenset("Article Annex Recital Commission Parliament Council Liberty Europol Omnibus Charter".split())
_SMALL = frozenset(
    "the a an every all any each no only once if when where because using searching police forces national since real-time retrospective".split()
)
_LEAD_IN = re.compile(
    r"^(?:(?:please|pls|so|ok|okay|hi|hello|look|listen|come on|right|well|and|but)[,.!]* )*"
    r"(?:(?:can|could|would|will) you (?:please )?)?(?:just |simply |quickly |please |kindly )*"
    r"(?:(?:i (?:only |just )?(?:need|want|would like|'d like)(?: you)? to (?:hear|know|confirm|say)(?: from you)?|confirm|affirm|assure \w+(?: \w+)?|reassure \w+(?: \w+)?|tell (?:me|us)|say|admit|agree|promise|back (?:me|us) up|you(?:'ll| will|'d| would) (?:surely |certainly )?agree(?: with me)?|we (?:all )?know|everyone knows|surely|of course|obviously|clearly|no doubt|don't tell me)"
    r"(?: (?:in (?:one|a) \w+|for \w+ \w+|once more|again|please))*[,:]? ?(?:(?:that|it's (?:fine|ok|okay|all right) (?:to|if)|it is (?:fine|ok) (?:to|if)) )?)+",
    re.I,
)
_TAG = re.compile(
    r"[,.;:\s–-]+(?:right|isn't it|is it not|aren't (?:we|they|you)|don't (?:we|they|you)|won't (?:it|they|you)|wouldn't (?:it|you)(?: say)?|correct|yes|agreed|no|ok|okay|nod|surely|true|is there|are there|do we|does it|can we|you agree|don't you think|wouldn't you|can't (?:we|they|i)|eh|yeah)\s*[?!.]*$",
    re.I,
)
_GIVEN = re.compile(
    r"^(?P<given>(?:since|as|because|given that|now that|seeing (?:as|that)|considering that|in view of the fact that|after|with) [^,?]{8,160}), (?P<rest>.{8,}\?)\s*$",
    re.I,
)


def neutral(question: str) -> str:
    """A leading question without what presses.

    >>> neutral("Just confirm that we may keep the logs for two weeks, right?")
    'Is it right that we may keep the logs for two weeks?'
    >>> neutral("Since lie detectors are banned, who do I report to?")
    'Who do I report to? And is it right that lie detectors are banned?'
    """
    text = question.strip()
    if given := _GIVEN.match(text):
        clause = re.sub(
            r"^(?:since|as|because|given that|now that|seeing (?:as|that)|considering that|in view of the fact that|after|with) ",
            "",
            given["given"],
            flags=re.I,
        )
        return f"{given['rest'][0].upper()}{given['rest'][1:]} And is it right that {clause}?"
    bare = _TAG.sub("", _LEAD_IN.sub("", text)).strip(" ,.;:!?")
    if bare and bare != text.strip(" ,.;:!?"):
        return f"Is it right that {bare[0].lower() if bare.split()[0].lower() in _SMALL | {'we', 'our', 'you', 'it', 'this', 'that', 'there'} else bare[0]}{bare[1:]}?"
    return f"What does the law say on this, whatever answer is hoped for: {text}"
