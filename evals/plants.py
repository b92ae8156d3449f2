"""Errors planted in real rules by script, to measure what the register's checks catch.

Each plant changes one thing that a tired writer might get wrong. It is caught when the changed rule has a
fault that the sound one has not; that a reader's seal breaks is counted apart, because it catches every change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.actors import subjects
from assistant.corpus import Corpus, edition
from assistant.law import AI_ACT, Authority, Pinpoint, parse_pinpoint
from assistant.register import Actor, Effect, Rule
from evals import mutants
from evals.register import LIMITING, Checker

EACH = 60  # plants of a kind, at most
SEED = 11


@dataclass(frozen=True, slots=True)
class Plant:
    """A rule with one planted error; `linked` is another rule changed with it, if any."""

    kind: str
    sound: Rule
    planted: Rule
    rules: dict[str, Rule]


def plants(corpus: Corpus, seed: int = SEED) -> list[Plant]:
    """At most `EACH` plants of every kind, drawn with a fixed seed."""
    rng = random.Random(seed)
    found = []
    for kind, make in MAKERS.items():
        made = [p for rule in corpus.rules.values() for p in make(rule, corpus, rng)]
        found += [Plant(kind, *p) for p in rng.sample(made, min(EACH, len(made)))]
    return found


def caught(plant: Plant, checker: Checker) -> bool:
    """Whether the checks of words, numbers, names and links see the error, without any seal."""
    before = {(f.kind, f.what) for f in checker.faults(plant.sound, despite=False)}
    now = checker.faults(plant.planted, plant.rules, despite=False)
    if any(f.kind != "review" and (f.kind, f.what) not in before for f in now):
        return True
    linked = {
        *plant.sound.see,
        *plant.sound.limits,
        *(r.id for r in plant.rules.values() if plant.sound.id in (*r.see, *r.limits)),
    }
    return any(
        set(checker.link_faults(plant.rules[i], plant.rules)) - set(checker.link_faults(plant.rules[i], checker.corpus.rules))
        for i in linked if i in plant.rules
    )  # fmt: skip


# -- the kinds ------------------------------------------------------------------------------------------

_Made = Iterator[tuple[Rule, Rule, dict[str, Rule]]]


def _changed(rule: Rule, corpus: Corpus, **new: object) -> tuple[Rule, Rule, dict[str, Rule]]:
    planted = rule.model_copy(update=new)
    planted.__dict__.pop("pinpoints", None)  # a copy keeps what was cached
    return rule, planted, {**corpus.rules, rule.id: planted}


def _said(rule: Rule, corpus: Corpus, statement: str) -> _Made:
    if statement != rule.statement:
        yield _changed(rule, corpus, statement=statement)


def _missing_provision(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    n = rng.randrange(len(rule.provisions))
    pinpoint = rule.pinpoints[n]
    if pinpoint.kind in {"article", "annex", "recital", "paragraph"}:
        other = (
            f"{rule.provisions[n]}({rng.choice('vwxyz')})"
            if pinpoint.kind in {"article", "annex"} and pinpoint.parts
            else str(
                Pinpoint(
                    pinpoint.work, pinpoint.kind, f"{rng.randrange(480, 999)}" if pinpoint.kind != "annex" else "XL"
                )
            )
        )
        yield _changed(rule, corpus, provisions=(*rule.provisions[:n], other, *rule.provisions[n + 1 :]))


def _wrong_letter(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    n = rng.randrange(len(rule.provisions))
    pinpoint = rule.pinpoints[n]
    work = corpus.works[pinpoint.work]
    if not pinpoint.parts or work.authority is not Authority.LAW:
        return
    version = work.versions[-1].date if pinpoint.work != AI_ACT or not rule.version else rule.version
    beside = [
        key for key in corpus.exists.get(edition(pinpoint.work, version), {})
        if (p := parse_pinpoint(key)).parts and p != pinpoint and (p.kind, p.unit, p.section, p.parts[:-1])
        == (pinpoint.kind, pinpoint.unit, pinpoint.section, pinpoint.parts[:-1]) and key not in rule.provisions
    ]  # fmt: skip
    if beside:
        yield _changed(rule, corpus, provisions=(*rule.provisions[:n], rng.choice(beside), *rule.provisions[n + 1 :]))


def _added_negation(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    if rule.effect is not Effect.PROHIBITION:
        for text in mutants.added_negation(rule.statement, rng):
            yield from _said(rule, corpus, text)


def _swapped_modality(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    if rule.effect in {Effect.DUTY, Effect.PROHIBITION, Effect.PERMISSION, Effect.RIGHT}:
        for text in mutants.swapped_modality(rule.statement, rng):
            yield from _said(rule, corpus, text)


def _swapped_actor(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """In the sentence: somebody else is bound."""
    if rule.effect in {Effect.DUTY, Effect.PERMISSION, Effect.PROHIBITION, Effect.CONDITION}:
        for text in mutants.swapped_actor(rule.statement, rng):
            yield from _said(rule, corpus, text)


def _worded(change: Callable[[str, random.Random], Iterator[str]]) -> Callable[..., _Made]:
    def make(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
        for text in change(rule.statement, rng):
            yield from _said(rule, corpus, text)

    return make


def _swapped_field(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """In the field: the rule is filed under somebody else."""
    if (
        rule.effect in {Effect.DUTY, Effect.PERMISSION, Effect.PROHIBITION}
        and (subject := subjects(rule.statement))
        and len(subject) == 1
    ):
        held = {a.value for a in rule.actor}
        if subject <= held:
            yield _changed(
                rule,
                corpus,
                actor=(
                    Actor.PROVIDER
                    if subject
                    & {
                        "affected_person",
                        "commission",
                        "deployer",
                        "law_enforcement",
                        "member_state",
                        "market_surveillance",
                    }
                    else Actor.AFFECTED_PERSON,
                ),
            )


def _unlinked(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """An exception or condition is no longer said with its rule."""
    for other in rule.see:
        if corpus.rules[other].effect in LIMITING:
            yield _changed(rule, corpus, see=tuple(s for s in rule.see if s != other))
            return


def _orphaned(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """An exception or condition no longer says what it limits."""
    if rule.limits:
        yield _changed(rule, corpus, limits=rule.limits[1:])


def _wrong_version(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """A rule of one text is filed under the other, where its provision does not exist."""
    if rule.version:
        other = next(v.date for v in corpus.works[AI_ACT].versions if v.date != rule.version)
        gone = [p for p in rule.pinpoints if p.work == AI_ACT and not corpus.exists_in(str(p), other)]
        if gone:
            yield _changed(rule, corpus, version=other)


def _guidance_as_law(rule: Rule, corpus: Corpus, rng: random.Random) -> _Made:
    """A recommendation becomes a duty."""
    if all(corpus.works[p.work].authority is not Authority.LAW for p in rule.pinpoints):
        for pattern in (r"\b(?:should|may|can|could|want|wants)\b", r"\bsay(?:s)?\b", r"\b(?:is|are)\b"):
            if re.search(pattern, rule.statement):
                yield from _said(rule, corpus, re.sub(pattern, "must", rule.statement, count=1))
                return


MAKERS: dict[str, Callable[[Rule, Corpus, random.Random], _Made]] = {
    "date moved": _worded(mutants.moved_date),
    "number changed": _worded(mutants.changed_number),
    "provision that does not exist": _missing_provision,
    "wrong letter": _wrong_letter,
    "version swapped": _wrong_version,
    "negation dropped": _worded(mutants.dropped_negation),
    "negation added": _added_negation,
    "modality swapped": _swapped_modality,
    "actor swapped in the sentence": _swapped_actor,
    "actor swapped in the field": _swapped_field,
    "exception unlinked": _unlinked,
    "exception orphaned": _orphaned,
    "guidance turned into law": _guidance_as_law,
}
