"""Whether the register covers what it must (`python -m evals coverage`).

Every paragraph and point of the scope (`corpus/scope.yaml`), in every version of its work, is cited by a
rule of that version, or is explained in `corpus/coverage/`: said by rules that cite what contains it, or
needing none. Anything else is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.corpus import Corpus
from assistant.law import AI_ACT, Pinpoint, parse_pinpoint


@dataclass(frozen=True, slots=True)
class Row:
    """One provision of one edition: the rules that cite it or stand in for it, or the reason why there are none."""

    edition: str
    pinpoint: str
    rules: tuple[str, ...]
    why: str

    @property
    def gap(self) -> bool:
        """Neither cited nor explained."""
        return not self.rules and not self.why


def rows(corpus: Corpus) -> Iterator[Row]:
    """Every paragraph and point of the scope, in the order of its text."""
    explained = {p: e for e in corpus.explained for p in e.provisions}
    for name, known in corpus.exists.items():
        work, version = name.split("@")
        scopes = [s for s in corpus.scope if s.work == work]
        units = [parse_pinpoint(k) for k in known] if scopes else []
        wanted = [u for u in units if any(s.holds(u) for s in scopes)]
        containers = {a for u in wanted for a in u.ancestors()}
        citing = _citing(corpus, work, version)
        for unit in wanted:
            if unit in containers and not unit.parts and unit.kind in {"article", "annex"}:
                continue  # a whole article or annex is the sum of its parts
            rules = citing.get(unit, ())
            why = ""
            if not rules and (e := explained.get(str(unit))):
                held = [i for i in e.by if work != AI_ACT or corpus.rules[i].holds_in(version)]
                rules, why = (tuple(held), e.why) if held or not e.by else ((), "")
            yield Row(name, str(unit), rules, why)


def needless(corpus: Corpus) -> list[str]:
    """Explained provisions that rules cite after all, in every version they exist in, or that are outside the scope."""
    found = []
    for entry in corpus.explained:
        for text in entry.provisions:
            pinpoint = parse_pinpoint(text)
            editions = [n.split("@") for n, known in corpus.exists.items() if text in known]
            cited = all(_citing(corpus, work, version).get(pinpoint) for work, version in editions)
            if cited or not any(s.holds(pinpoint) for s in corpus.scope):
                found.append(text)
    return found


def _citing(corpus: Corpus, work: str, version: str) -> dict[Pinpoint, tuple[str, ...]]:
    """The rules that cite each provision or something inside it."""
    found: dict[Pinpoint, tuple[str, ...]] = {}
    for rule in corpus.rules.values():
        if work == AI_ACT and not rule.holds_in(version):
            continue
        for pinpoint in rule.pinpoints:
            if pinpoint.work == work:
                for unit in (pinpoint, *pinpoint.ancestors()):
                    found[unit] = (*found.get(unit, ()), rule.id)
    return found
