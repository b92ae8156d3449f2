"""Refusing: what the corpus does not answer, by a question's wording and by what lies near it, and what is nearest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from assistant.answer import Near, Reason, Refusal
from assistant.corpus import Corpus, edition
from assistant.intake import OVERRIDE
from assistant.judge import Judgement
from assistant.law import AI_ACT, Pinpoint, parse_pinpoint
from assistant.references import Reference
from assistant.retrieve import Found

BIAS = 11.89
# of the judge, the best rule, the best rival and nearness; fitted on the development cases
WEIGHTS = (0.56, -0.50, 0.43, -17.49)
REFUSES = -0.75  # log odds from which a question is refused; calibrated on the development cases
CORRECTED = 2.0  # what more it takes where a wrong claim or a push is to be named: that is worth an answer by itself
HARMLESS = -5.0  # log odds of an attack, and of a refusal, below which a suspicious phrase is a plain question
SURELY_IN_SCOPE = -1.0
ATTACK = 2.0  # log odds from which a refused question counts as an order to the assistant
ATTACK_IN_A_LONG_TEXT = 7.0  # over 25 words, where the judge, which learned from questions, is less sure
RIVAL = 0.1  # a known kind of refused question gives the reason from this probability on
LEAVES = 0.3  # from this probability of a known kind of refused question on, a follow-up leaves the scope by itself
WITHOUT_SUBJECT = frozenset(
    {"refuse-vague", "refuse-dangling-fragment", "refuse-topicless-legal", "refuse-missing-attachment"}
)
ASK_LEGAL = "Ask your legal adviser or data protection officer, or the market surveillance authority."
CHECK_REFERENCE = "Check the reference in its source, or ask your legal adviser which provision is meant."
NOTHING_TO_HANG_ON = (
    "This follows an earlier question that was stopped and not kept, so there is nothing to read it with.",
    "Ask it again in full, without case data.",
)


def refusal_odds(judged: Judgement, found: Found) -> float:
    """Log odds that a question should be refused: a logistic model in four numbers, fitted by `python -m evals tradeoff`.

    >>> refusal_odds(Judgement(5, 0, 0, 0, 0), Found([], None, [], 0.0)) > 0
    True
    """
    return BIAS + sum(w * x for w, x in zip(WEIGHTS, evidence(judged, found), strict=True))


def evidence(judged: Judgement, found: Found) -> tuple[float, float, float, float]:
    """What speaks for and against refusing: the judge's odds, the best rule's probability, the rival's, nearness to any rule."""
    rival = found.refusal[1] if found.refusal else 0.0
    return judged.refuse, math.log(found.top + 0.001), math.log(rival + 0.001), found.likeness


def out_of_scope(
    corpus: Corpus, asked: str, judged: Judgement, found: Found, corrects: bool, day: date
) -> Refusal | None:
    """Outside the corpus: by its wording and by what lies near it, no rule answers."""
    rival, probability = found.refusal or (None, 0.0)
    odds = refusal_odds(judged, found)
    if odds < REFUSES + (CORRECTED if corrects else 0.0) or (corrects and _pushes(judged)):
        return None  # a push on a person is named as such, never refused as an order or a task
    nearest = near(corpus, [p for c in found.candidates[:3] for p in c.rule.pinpoints[:1]], day)
    if judged.attack > (ATTACK if len(asked.split()) <= 25 else ATTACK_IN_A_LONG_TEXT):
        return Refusal(asked, day, OVERRIDE.reason, OVERRIDE.why, OVERRIDE.ask)
    if rival and probability >= RIVAL:
        named = near(corpus, [parse_pinpoint(p) for p in rival.nearest], day)
        return Refusal(asked, day, Reason(rival.reason), rival.why, rival.ask, named or nearest)
    why = "Nothing in the law and guidance held here answers this, so it is not guessed at."
    return Refusal(asked, day, Reason.NOTHING_RELEVANT, why, ASK_LEGAL, nearest)


def _pushes(judged: Judgement) -> bool:
    """Whether a question surely pushes for an effect on a person; the judge learned that apart from orders and tasks."""
    return judged.pressure > 0.0 and judged.attack < -4.0 and judged.refuse < 2.0


def leaves_scope(corpus: Corpus, follow_up: str, found: Found, day: date) -> Refusal | None:
    """A follow-up that by itself asks for a known kind of refused question ("and what does it cost?"), whatever it hangs on.

    Kinds that are refused only for want of a subject do not count: the subject stands in the questions before.
    """
    rival, probability = found.refusal or (None, 0.0)
    if rival is None or rival.id in WITHOUT_SUBJECT or probability < max(LEAVES, found.top):
        return None
    nearest = near(corpus, [parse_pinpoint(p) for p in rival.nearest], day)
    return Refusal(follow_up, day, Reason(rival.reason), rival.why, rival.ask, nearest)


def unknown_provision(corpus: Corpus, asked: str, references: Iterable[Reference], day: date) -> Refusal | None:
    """A named provision that does not exist is said not to exist, with the nearest that do."""
    for reference in references:
        pinpoint = reference.pinpoint
        work = corpus.works.get(pinpoint.work)
        version = work.version_at(day).date if work else ""
        known = corpus.exists.get(edition(pinpoint.work, version), {})
        if not known or str(pinpoint) in known:
            continue
        others = [v.date for v in work.versions if corpus.exists_in(str(pinpoint), v.date)] if work else []
        also = (
            f" It exists in the text of {others[0]}, which is not the one in force on {day.isoformat()}."
            if others
            else ""
        )
        shown = pinpoint.work if pinpoint.work != AI_ACT else "the AI Act"
        why = f"{pinpoint} does not exist in {shown} (text of {version}).{also}"
        return Refusal(
            asked, day, Reason.UNKNOWN_PROVISION, why, CHECK_REFERENCE, near(corpus, _nearest(pinpoint, known), day)
        )
    return None


def near(corpus: Corpus, pinpoints: Iterable[Pinpoint], day: date) -> tuple[Near, ...]:
    """At most five provisions with their headings and links, each once."""
    rows = []
    for pinpoint in dict.fromkeys(pinpoints):
        work = corpus.works[pinpoint.work]
        version = work.version_at(day).date
        rows.append(Near(str(pinpoint), corpus.heading(pinpoint, version), work.url(pinpoint, version)))
    return tuple(rows[:5])


def _nearest(pinpoint: Pinpoint, known: dict[str, str]) -> list[Pinpoint]:
    """What exists nearest to a provision that does not: the unit it would stand in and that unit's parts, or neighbours."""
    for ancestor in pinpoint.ancestors():
        if str(ancestor) in known:
            inside = [
                p
                for k in known
                if (p := parse_pinpoint(k)) != ancestor and p.parts[:-1] == ancestor.parts and p.within(ancestor)
            ]
            return [ancestor, *inside[-4:]]
    if pinpoint.unit.isdigit():
        same = [p for k in known if (p := parse_pinpoint(k)).kind == pinpoint.kind and not p.parts and p.unit.isdigit()]
        return sorted(same, key=lambda p: abs(int(p.unit) - int(pinpoint.unit)))[:2]
    return [p for k in known if (p := parse_pinpoint(k)).kind == pinpoint.kind and not p.parts][-2:]
