"""Suggestions from a description in free words: answers to confirm, never decisions.

A description is compared, sentence by sentence and as a whole, with short descriptions that people wrote for each answer
(`corpus/aids/cues.yaml`), and with the rules that the retriever finds. Both only order suggestions; a person says yes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.aids.assess import Scheme
from assistant.ask import Assistant
from assistant.casedata import case_data
from assistant.errors import Misuse
from assistant.intake import normalise
from assistant.law import AI_ACT, parse_pinpoint
from assistant.register import Rule
from assistant.retrieve import Candidate

LONGEST = 8000  # characters of a description
NEAREST = 3  # cues of an answer whose likeness is averaged
LIKE = 0.42  # mean cosine from which an answer is suggested
BEHIND = 0.10  # how far behind the best task another is still suggested
MOST_TASKS = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer to confirm, how near the description is to it (a cosine), and the cue it is near."""

    question: str
    option: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description suggests: answers, the areas of Annex III in order, and the nearest rules.

    `stands` says how the nearest cues and rules place it: "within" a listed use, "outside", or "filter" for a listed
    use that Art. 6(3) may exempt. It is shown as a suggestion and decides nothing.
    """

    suggestions: tuple[Suggestion, ...]
    areas: tuple[str, ...]
    stands: str
    near: tuple[Rule, ...]


def suggest(assistant: Assistant, scheme: Scheme, description: str, rules: int = 4, guidelines: bool = True) -> Reading:
    """Read a description; without `guidelines` the rules on the draft guidelines are left aside. Raises `Misuse` for one that is empty, too long or holds case data."""
    text = normalise(description)
    if not text:
        raise Misuse("There is no description.", "Write what the system does, in a few sentences.")
    if len(text) > LONGEST:
        raise Misuse(f"The description has {len(text):,} characters; at most {LONGEST:,} are read.", "Shorten it.")
    if case_data(text):
        raise Misuse("The description seems to hold data of a real case.", "Describe the system in general.")
    likeness, because = _likeness(assistant, scheme, text)
    version = assistant.corpus.works[AI_ACT].versions[-1].date
    found = assistant.retriever.find(f"Is this high-risk: {text}"[:1900], version).candidates
    found = [c for c in found if guidelines or c.rule.pinpoints[0].kind != "paragraph"][:25]
    return Reading(
        tuple(_suggestions(scheme, likeness, because)),
        tuple(_areas(scheme, found, likeness)),
        _stands(scheme, likeness, [(c.rule, c.score) for c in found]),
        tuple(c.rule for c in found[:rules]),
    )


def _suggestions(
    scheme: Scheme, likeness: Mapping[tuple[str, str], float], because: Mapping[tuple[str, str], str]
) -> list[Suggestion]:
    found = []
    for question in scheme.questions.values():
        scored = sorted(
            ((likeness[key], key) for o in question.options if (key := (question.id, o.id)) in likeness), reverse=True
        )
        best = scored[0][0] if scored else 0.0
        near = [(s, key) for s, key in scored if s >= max(LIKE, best - BEHIND)]
        most = MOST_TASKS if question.id == "task" else 2 if question.several else 1
        found += [Suggestion(*key, s, because[key]) for s, key in near[:most]]
    return found


def _likeness(
    assistant: Assistant, scheme: Scheme, text: str
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], str]]:
    """For every answer with cues: the mean cosine of its nearest cues to the description, and the nearest cue."""
    sentences = [s for s in re.split(r"(?<=[.!?;])\s+", text) if len(s.split()) >= 4]
    vectors = assistant.index.encoder.embed_many([text, *sentences[:12]])
    keys, cues, table = _cues(assistant, scheme)
    if not cues:
        return {}, {}
    cosines = vectors @ table.T
    each = np.maximum(
        cosines[0], cosines.max(axis=0) - 0.03
    )  # one sentence may carry it, the whole counts a little more
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        groups[key].append(n)
    likeness, because = {}, {}
    for key, members in groups.items():
        order = sorted(members, key=lambda n: -each[n])
        likeness[key] = float(np.mean(each[order[:NEAREST]]))
        because[key] = cues[order[0]]
    return likeness, because


_Cues = tuple[tuple[tuple[str, str], ...], tuple[str, ...], NDArray[np.float32]]


def _cues(assistant: Assistant, scheme: Scheme) -> _Cues:
    return _embedded(_ById(assistant, scheme))


@dataclass(frozen=True, eq=False)
class _Held:
    assistant: Assistant
    scheme: Scheme


class _ById(_Held):
    """The pair as a key of the cache: the same objects, the same cues."""

    def __hash__(self) -> int:
        return hash((id(self.assistant), id(self.scheme)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and (self.assistant, self.scheme) == (other.assistant, other.scheme)


@lru_cache(maxsize=4)
def _embedded(held: _ById) -> _Cues:
    flat = [((c.question, c.option), cue) for c in held.scheme.cues for cue in c.cues]
    cues = tuple(cue for _, cue in flat)
    vectors = held.assistant.index.encoder.embed_many(list(cues)) if cues else np.zeros((0, 0), np.float32)
    return tuple(key for key, _ in flat), cues, np.asarray(vectors, np.float32)


# -- where it may belong -----------------------------------------------------------------------------------------


def areas_of(scheme: Scheme) -> dict[str, set[str]]:
    """For every task, the areas of Annex III that its high-risk findings stand in."""
    found: dict[str, set[str]] = defaultdict(set)
    for finding in scheme.findings:
        if finding.kind != "high_risk":
            continue
        for rule in finding.rules[:1]:
            top = scheme.corpus.rules[rule].pinpoints[0]
            if top.kind == "annex" and top.unit == "III":
                for alternative in finding.when:
                    tasks = alternative.get("task", ()) if "data" not in alternative else ()  # its task alone decides
                    for task in tasks if tasks != "any" else ():
                        found[task].add(top.parts[0])
    return found


# the paragraphs in which the draft guidelines speak of each area
PARAGRAPHS = {
    "1": (119, 177), "2": (178, 206), "3": (207, 235), "4": (236, 278),
    "5": (279, 336), "6": (337, 372), "7": (373, 403), "8": (404, 447),
}  # fmt: skip


def area_of(name: str) -> str | None:
    """The area of Annex III that a provision stands in or speaks of.

    >>> area_of("Annex III, point 6(d)"), area_of("Draft HR guidelines ¶400"), area_of("Art. 5")
    ('6', '7', None)
    """
    pinpoint = parse_pinpoint(name)
    if pinpoint.work == AI_ACT and pinpoint.kind == "annex" and pinpoint.unit == "III" and pinpoint.parts:
        return pinpoint.parts[0]
    if pinpoint.kind == "paragraph" and pinpoint.unit.isdigit():
        return next((a for a, (low, high) in PARAGRAPHS.items() if low <= int(pinpoint.unit) <= high), None)
    return None


def _areas(scheme: Scheme, found: list[Candidate], likeness: Mapping[tuple[str, str], float]) -> list[str]:
    """The areas of Annex III, the likeliest first: cues and retrieved rules, fused by rank."""
    by_task = areas_of(scheme)
    cued: dict[str, float] = {}
    for (question, option), score in likeness.items():
        for area in by_task.get(option, ()) if question == "task" else ():
            cued[area] = max(cued.get(area, 0.0), score)
    retrieved: dict[str, float] = {}
    for n, candidate in enumerate(found):
        for area in {a for p in candidate.rule.provisions if (a := area_of(p))}:
            retrieved[area] = retrieved.get(area, 0.0) + candidate.score * 0.8**n
    fused: dict[str, float] = defaultdict(float)
    for order in (cued, retrieved):
        for rank, area in enumerate(sorted(order, key=lambda a: -order[a])):
            fused[area] += 1 / (3 + rank)
    return sorted(fused, key=lambda a: -fused[a])


def _stands(scheme: Scheme, likeness: Mapping[tuple[str, str], float], rules: list[tuple[Rule, float]]) -> str:
    listed = areas_of(scheme)
    best = {"within": 0.0, "outside": 0.0, "filter": 0.0}
    for (question, option), score in likeness.items():
        if question == "task":
            place = "within" if option in listed else "outside"
            best[place] = max(best[place], score)
        elif question == "effect" and option != "weighs":
            best["filter"] = max(best["filter"], score)
    said = {"within": 0.0, "outside": 0.0, "filter": 0.0}
    for n, (rule, score) in enumerate(rules):
        if read := reading_of(rule.statement):
            said[read] += score * 0.8**n
    total = sum(said.values()) or 1.0
    return max(best, key=lambda place: best[place] + 0.5 * said[place] / total)


_EXEMPT = re.compile(r"Article 6\(3\)|narrow procedural|preparatory|exempt|ground for not being high-risk", re.I)
_OUTSIDE = re.compile(
    r"\b(?:outside|out of point|do(?:es)? not (?:treat|regard|see|name|cover)|not (?:a use|covered|what|remote|high-risk)|"
    r"neither|no evaluation|sees? no|should not extend)\b", re.I,
)  # fmt: skip
_WITHIN = re.compile(r"\b(?:is high-risk|within|count|treat|falls? under|include|is listed)\b", re.I)


def reading_of(statement: str) -> str | None:
    """How a rule places what it speaks of, by the first word that says so.

    >>> reading_of("The draft guidelines keep outside point 1(a) cameras that only count."), reading_of("Keep logs.")
    ('outside', None)
    """
    found = [
        (m.start(), place)
        for place, pattern in (("filter", _EXEMPT), ("outside", _OUTSIDE), ("within", _WITHIN))
        if (m := pattern.search(statement))
    ]
    return min(found)[1] if found else None
