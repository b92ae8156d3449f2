"""Suggestions from a description in free words: answers to confirm, never decisions.

A description is compared, sentence by sentence and as a whole, with short descriptions that people wrote for each answer
(`corpus/aids/cues.yaml`). Which area of Annex III it may belong to, and whether within a listed use, outside or exempt, is
learned from made-up systems (`corpus/aids/descriptions-*.yaml`) and those cues by logistic regression on their embeddings,
and from the rules that the retriever finds. All of it only orders suggestions; a person says yes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

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
WHOLE = 0.03  # how much more the whole description counts than its best sentence
SHOWN = 4  # nearest rules that are shown
READ = 0.5  # what the readings of the retrieved rules count beside what was learned
STRENGTH = 10.0  # inverse regularisation; chosen by cross-validation on the made-up systems
NEAR_MISSES = {
    "verify",
    "documents",
    "drafting",
    "places",
    "objects",
    "data-search",
    "language",
    "office",
}  # tasks on no list
Table = NDArray[np.float32]


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


class Describer:
    """Reads descriptions, for one assistant and one scheme. What it compares with is embedded once and kept on disk."""

    def __init__(self, assistant: Assistant, scheme: Scheme) -> None:
        self.assistant = assistant
        self.scheme = scheme
        self.keys = [(c.question, c.option) for c in scheme.cues for _ in c.cues]
        self.cues = [cue for c in scheme.cues for cue in c.cues]

    def read(self, description: str, guidelines: bool = True) -> Reading:
        """Read a description; without `guidelines` the rules on the draft guidelines are left aside.

        Raises `Misuse` for one that is empty, too long or holds case data.
        """
        text = normalise(description)
        if not text:
            raise Misuse("There is no description.", "Write what the system does, in a few sentences.")
        if len(text) > LONGEST:
            raise Misuse(f"The description has {len(text):,} characters; at most {LONGEST:,} are read.", "Shorten it.")
        if case_data(text):
            raise Misuse("The description seems to hold data of a real case.", "Describe the system in general.")
        sentences = [s for s in re.split(r"(?<=[.!?;])\s+", text) if len(s.split()) >= 4]
        vectors = np.asarray(self.assistant.index.encoder.embed_many([text, *sentences[:12]]))
        likeness, because = self._likeness(vectors)
        version = self.assistant.corpus.works[AI_ACT].versions[-1].date
        found = self.assistant.retriever.find(f"Is this high-risk: {text}"[:1900], version).candidates
        found = [c for c in found if guidelines or c.rule.pinpoints[0].kind != "paragraph"][:25]
        return Reading(
            tuple(_suggestions(self.scheme, likeness, because)),
            tuple(self._areas(vectors[0], found)),
            self._stands(vectors[0], found),
            tuple(c.rule for c in found[:SHOWN]),
        )

    def _likeness(self, vectors: Table) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], str]]:
        """For every answer with cues: the mean cosine of its nearest cues to the description, and the nearest cue."""
        if not self.cues:
            return {}, {}
        cosines = vectors @ self._table[: len(self.cues)].T
        each = np.maximum(cosines[0], cosines.max(axis=0) - WHOLE)
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, key in enumerate(self.keys):
            groups[key].append(n)
        likeness, because = {}, {}
        for key, members in groups.items():
            order = sorted(members, key=lambda n: -each[n])
            likeness[key] = float(np.mean(each[order[:NEAREST]]))
            because[key] = self.cues[order[0]]
        return likeness, because

    def _areas(self, vector: Table, found: Sequence[Candidate]) -> list[str]:
        """The areas of Annex III, the likeliest first: what was learned, and the share of the retrieved rules."""
        scores = dict(self._probabilities("area", vector))
        retrieved: dict[str, float] = defaultdict(float)
        for n, candidate in enumerate(found):
            for area in {a for p in candidate.rule.provisions if (a := area_of(p))}:
                retrieved[area] += candidate.score * 0.8**n
        total = sum(retrieved.values()) or 1.0
        for area, score in retrieved.items():
            scores[area] = scores.get(area, 0.0) + score / total
        return sorted(scores, key=lambda a: -scores[a])

    def _stands(self, vector: Table, found: Sequence[Candidate]) -> str:
        scores = dict.fromkeys(("within", "outside", "filter"), 0.0) | dict(self._probabilities("stands", vector))
        said: dict[str, float] = defaultdict(float)
        for n, candidate in enumerate(found):
            if read := reading_of(candidate.rule.statement):
                said[read] += candidate.score * 0.8**n
        total = sum(said.values()) or 1.0
        return max(scores, key=lambda place: scores[place] + READ * said[place] / total)

    def _probabilities(self, what: str, vector: Table) -> list[tuple[str, float]]:
        if not self.keys:
            return []
        model = self._models[what]
        return list(zip(map(str, model.classes_), map(float, model.predict_proba(vector[None, :])[0]), strict=True))

    @cached_property
    def _models(self) -> dict[str, Any]:
        """Logistic regressions on the embeddings of the made-up systems and of the cues; a second is enough to fit both."""
        from sklearn.linear_model import LogisticRegression

        labels = self._labels()
        models = {}
        for what, wanted in labels.items():
            rows = [n for n, label in enumerate(wanted) if label]
            model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
            models[what] = model.fit(self._table[rows], [wanted[n] for n in rows])
        return models

    def _labels(self) -> dict[str, list[str]]:
        """What is known of every row of the table; empty where it says nothing: a cue knows its task's area, if it has one."""
        areas = areas_of(self.scheme)
        area, stands = [], []
        for question, option in self.keys:
            of_task = areas.get(option, set()) if question == "task" else set()
            area.append(next(iter(of_task)) if len(of_task) == 1 else "")
            near = option in NEAR_MISSES if question == "task" else False
            weak = question == "effect" and option != "weighs"
            stands.append("within" if of_task else "outside" if near else "filter" if weak else "")
        described = self.scheme.described
        return {"area": area + [d.area for d in described], "stands": stands + [d.stands for d in described]}

    @cached_property
    def _table(self) -> Table:
        """The embeddings of the cues, then of the made-up systems; kept beside the index under a name of their content."""
        texts = [*self.cues, *(d.text for d in self.scheme.described)]
        encoder = self.assistant.index.encoder
        named = sha256("\0".join([encoder.name, *texts]).encode()).hexdigest()[:16]
        path: Path = self.assistant.settings.data / "aids" / f"{named}.npy"
        try:
            return np.asarray(np.load(path), np.float32)
        except (OSError, ValueError):
            table = np.asarray(encoder.embed_many(texts), np.float32)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, table)
        except OSError:
            pass  # only slower next time
        return table


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
