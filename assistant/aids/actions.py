"""From an answer to action: the question of the assessment, the worksheet field, the scenario and the primer that fit.

What fits is read off the rules: an aid that names a rule which the answer says. Where none does, one whose rules rest on
a provision that the answer cites. Nothing is guessed from words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from assistant.aids.assess import Scheme
from assistant.aids.data import Aids
from assistant.answer import Answer
from assistant.corpus import Corpus

_K = TypeVar("_K")
SAME, NEAR = 1.0, 0.25  # what a rule in common counts, and a provision in common
LEAST = 0.3  # what an aid must come to, to be offered
EACH = 2  # scenarios and fields that are offered


@dataclass(frozen=True, slots=True)
class Action:
    """A page to go on with: its name, what its link says, and its address."""

    page: str
    label: str
    query: dict[str, str]


def actions(answer: Answer, corpus: Corpus, aids: Aids, scheme: Scheme) -> list[Action]:
    """Where an answer leads, each kind at most a few times, the best fit first; the first statements count most."""
    weights = _weights(answer)
    provisions = {c.pinpoint for s in answer.statements for c in s.citations}

    found: list[Action] = []

    def best(offered: Mapping[_K, Iterable[str]], most: int) -> list[_K]:
        """Those that fit best: rules in common, for their number (cosine-like, so that length wins nothing)."""
        scores: dict[_K, float] = {}
        for key, rules in offered.items():
            mine = list(dict.fromkeys(rules))
            shared = [
                SAME * weights[r] if r in weights else NEAR
                for r in mine
                if r in weights or corpus.rules[r].provisions[0] in provisions
            ]
            scores[key] = sum(shared) / math.sqrt(max(1, len(mine)))
        return sorted((k for k, s in scores.items() if s >= LEAST), key=lambda k: -scores[k])[:most]

    def early(offered: Mapping[_K, Iterable[str]], most: int) -> list[_K]:
        """Those whose rules stand first in the answer, more so if it is their main rule."""
        scores = {
            key: max((weights[r] * (1.0 if n == 0 else 0.8) for n, r in enumerate(rules) if r in weights), default=0.0)
            for key, rules in offered.items()
        }
        return sorted((k for k, s in scores.items() if s >= LEAST), key=lambda k: -scores[k])[:most]

    tasks = early(_task_rules(scheme), 1)
    labels = {o.id: o.label for o in scheme.questions["task"].options}
    found += [Action("assess", f"Assess a system: {labels[t]}", {"task": t}) for t in tasks]
    fields = {(t.id, f.id): f.rules for t in aids.templates.values() for f in t.fields.values()}
    for form, field in early(fields, EACH):
        cited = _cited(answer, aids.templates[form].fields[field].rules, corpus)
        query = {"form": form, "field": field} | ({"cite": cited} if cited else {})
        found.append(Action("worksheets", f"Worksheet: {aids.templates[form].fields[field].ask}", query))
    steps = {s.id: [r for step in s.steps for r in step.rules] for s in aids.scenarios.values()}
    for id in best(steps, EACH):
        found.append(Action("practise", f"Scenario: {aids.scenarios[id].title}", {"scenario": id}))
    primers = {p.id: [r for s in p.sections for r in s.rules] for p in aids.primers.values()}
    found += [Action("primers", f"Primer: {aids.primers[id].audience}", {"for": id}) for id in best(primers, 1)]
    return found


def _weights(answer: Answer) -> dict[str, float]:
    """The rules that an answer says; the first ones lead it."""
    rules = [s.rule for s in answer.statements if s.rule]
    return {rule: 1.0 / (1 + 0.35 * n) for n, rule in reversed(list(enumerate(rules)))}


def _task_rules(scheme: Scheme) -> dict[str, list[str]]:
    """The rules of the findings that each task leads to."""
    found: dict[str, list[str]] = {}
    for finding in scheme.findings:
        tasks = [
            t for alternative in finding.when for t in alternative.get("task", ()) if alternative.get("task") != "any"
        ]
        ids = {finding.id}
        for task in tasks:
            found.setdefault(task, []).extend((*finding.rules, *(r for e in finding.unless for r in e.rules)))
        for duty in scheme.findings:  # duties that only these findings bring
            for alternative in duty.when:
                named = alternative.get("found", ())
                if duty.kind == "duty" and named != "any" and set(named) == ids:
                    for task in tasks:
                        found.setdefault(task, []).extend(duty.rules)
    return found


def _cited(answer: Answer, rules: Iterable[str], corpus: Corpus) -> str:
    """The provision that goes along: one that the answer cites and the field's rules rest on."""
    wanted = {p for r in rules for p in corpus.rules[r].provisions}
    return next((c.pinpoint for c in answer.citations if c.pinpoint in wanted), "")
