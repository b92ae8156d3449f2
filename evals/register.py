"""Checking every rule of the register against the official text (`python -m evals register`).

Each check is a pure function of a rule and the law it rests on. None of them understands; a reader who
held the rule against the law can say so (`reviewed.despite`), for exactly the sentence that was read.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyphen
import Stemmer
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant import agree
from assistant.actors import strange_actors, subjects
from assistant.corpus import Corpus, edition
from assistant.law import AI_ACT, Authority, Pinpoint, parse_pinpoint
from assistant.register import Effect, Rule
from assistant.texts import Texts
from assistant.verify import modality_fits

COPIED = 12  # words in a row that would be the law's and not ours
LONGEST = 40  # words of a statement
HARDEST = -12.0  # Flesch reading ease: the hardest a statement may be; the law's own sentences are far below
LIMITING = {Effect.EXCEPTION, Effect.CONDITION}
BINDING = {Effect.PROHIBITION, Effect.DUTY, Effect.RIGHT, Effect.PERMISSION, Effect.CONDITION}
NEAR_ENOUGH = 0.3  # share of a phrase's weight in the nearest words of the law from which on they speak of the same
WINDOW = 26  # words of the law read together
KINDS = (
    "provision", "identifier", "date", "number", "modality", "negation", "actor", "link", "copied", "length", "reading", "review",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that falls short in one rule."""

    rule: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.kind}: {self.what}"


class Checker:
    """Holds rules against one corpus and its official texts."""

    def __init__(self, corpus: Corpus, texts: Texts) -> None:
        self.corpus = corpus
        self.texts = texts
        self._stemmer = Stemmer.Stemmer("english")
        self._syllables = pyphen.Pyphen(lang="en_GB")

    def faults(self, rule: Rule, rules: dict[str, Rule] | None = None, *, despite: bool = True) -> list[Fault]:
        """Everything that falls short in a rule; `rules` are those its links lead to (default: the corpus's).

        With `despite`, what a second reader has settled for exactly this sentence is left out.
        """
        found = [
            *self._provisions(rule), *self._identifier(rule), *self._form(rule),
            *self.link_faults(rule, rules or self.corpus.rules), *self._review(rule),
        ]  # fmt: skip
        for version in self._versions(rule):
            law = self.law(rule, version)
            if law is not None:
                found += self._words(rule, version, law)
        settled = rule.reviewed.despite if despite and rule.reviewed and rule.reviewed.seal == rule.seal else ()
        return list({(f.kind, f.what): f for f in found if f.kind not in settled}.values())

    def law(self, rule: Rule, version: str, *, figures: bool = False) -> str | None:
        """The words a rule rests on: its provisions, with the openings of what contains them; `None` where not installed.

        For figures, an amending act vouches for nothing that the amended provision itself should say.
        """
        parts = []
        for pinpoint in _vouching(rule) if figures else rule.pinpoints:
            day = version if pinpoint.work == AI_ACT else self.corpus.works[pinpoint.work].versions[-1].date
            provision = self.texts.get(str(pinpoint), day)
            if provision is None:
                return None
            above = [self.texts.get(str(a), day) for a in pinpoint.ancestors()]
            inside = any(pinpoint in p.ancestors() for p in rule.pinpoints)  # the part that is meant is named itself
            parts += [provision.heading, *(a.own for a in above if a), provision.own if inside else provision.text]
        return "\n".join(parts)

    # -- checks that need no text ---------------------------------------------------------------------

    def _versions(self, rule: Rule) -> list[str]:
        return [v.date for v in self.corpus.works[AI_ACT].versions if rule.holds_in(v.date)]

    def _provisions(self, rule: Rule) -> Iterator[Fault]:
        for pinpoint in rule.pinpoints:
            work = self.corpus.works.get(pinpoint.work)
            if work is None:
                yield Fault(rule.id, "provision", f"no work {pinpoint.work!r}")
                continue
            for version in self._versions(rule) if pinpoint.work == AI_ACT else [v.date for v in work.versions]:
                known = self.corpus.exists.get(edition(work.short, version), {})
                if known and str(pinpoint) not in known:
                    yield Fault(rule.id, "provision", f"{pinpoint} does not exist in the text of {version}")
            yield from self._nearer(rule, pinpoint)

    def _identifier(self, rule: Rule) -> Iterator[Fault]:
        wanted = slug(rule.pinpoints[0])
        if wanted and not f"{rule.id}-".startswith(f"{wanted}-"):
            yield Fault(rule.id, "identifier", f"first rests on {rule.provisions[0]}, so its id begins with {wanted}-")

    def _form(self, rule: Rule) -> Iterator[Fault]:
        words = rule.statement.split()
        if len(words) > LONGEST:
            yield Fault(rule.id, "length", f"{len(words)} words; at most {LONGEST}")
        if not re.search(r"[.?!]$", rule.statement) or re.search(r"[.?!] [A-Z]", _plain(rule.statement)):
            yield Fault(rule.id, "length", "not one sentence with a full stop at its end")
        if (ease := self.reading_ease(rule.statement)) < HARDEST:
            yield Fault(rule.id, "reading", f"Flesch reading ease {ease:.0f}; at least {HARDEST:.0f}")
        if self._runs(rule.statement) & self._law_runs:
            yield Fault(rule.id, "copied", f"a run of {COPIED} words stands in a text of the corpus")

    def link_faults(self, rule: Rule, rules: dict[str, Rule]) -> Iterator[Fault]:
        """Links that lead nowhere, to a rule of another time, or only one way."""
        seen_by = [r.id for r in rules.values() if rule.id in r.see and r.id != rule.id]
        for other in (*rule.see, *rule.limits):
            if other not in rules:
                yield Fault(rule.id, "link", f"{other} is no rule")
        held = set(self._versions(rule))
        for other in rule.see:
            if other in rules and not held & set(self._versions(rules[other])):
                yield Fault(rule.id, "link", f"sees {other}, which never holds at the same time")
            if other in rules and rules[other].effect in LIMITING and rule.id not in rules[other].limits:
                yield Fault(rule.id, "link", f"sees {other}, which does not say that it limits it")
        for other in rule.limits:
            if other in rules and rule.id not in rules[other].see:
                yield Fault(rule.id, "link", f"limits {other}, which does not see it")
        if rule.effect in LIMITING and not rule.limits:
            yield Fault(
                rule.id,
                "link",
                f"an {rule.effect} that says not what it limits; seen by {', '.join(seen_by) or 'none'}",
            )
        if rule.effect not in LIMITING and rule.limits:
            yield Fault(rule.id, "link", f"limits {', '.join(rule.limits)} but is a {rule.effect}")

    def _review(self, rule: Rule) -> Iterator[Fault]:
        review = rule.reviewed
        if review is None:
            yield Fault(rule.id, "review", "no second reader has held it against the law")
        elif review.seal != rule.seal:
            yield Fault(
                rule.id, "review", f"changed since it was read on {review.day} (seal {review.seal}, now {rule.seal})"
            )
        else:
            needed = {v for p in rule.pinpoints for v in self._read_versions(rule, p)}
            if unread := needed - set(review.texts):
                yield Fault(rule.id, "review", f"not read against the text of {', '.join(sorted(unread))}")

    def _read_versions(self, rule: Rule, pinpoint: Pinpoint) -> list[str]:
        if pinpoint.work == AI_ACT:
            return self._versions(rule)
        return [self.corpus.works[pinpoint.work].versions[-1].date] if pinpoint.work in self.corpus.works else []

    # -- checks against the words ------------------------------------------------------------------------

    def _words(self, rule: Rule, version: str, law: str) -> Iterator[Fault]:
        said = rule.statement
        for day in sorted(agree.foreign_dates(said, *self._days(rule, version))):
            yield Fault(rule.id, "date", f"{day} stands neither in its provisions nor in their calendar")
        written = re.findall(r"\d{1,2} [A-Z][a-z]+ \d{4}", said)
        for day in sorted({d for d in written if written.count(d) > 1}):
            yield Fault(rule.id, "date", f"{day} is said twice")
        for value, unit in sorted(agree.foreign_quantities(said, self.law(rule, version, figures=True) or law)):
            yield Fault(rule.id, "number", f"{value:g} {unit or '(of anything)'} does not stand in its provisions")
        yield from self._modality(rule, law)
        if rule.effect not in BINDING:
            return
        for actor in sorted(strange_actors(said, [a.value for a in rule.actor], law)):
            yield Fault(rule.id, "actor", f"{actor} does not fit sentence, field and provisions")

    def _days(self, rule: Rule, version: str) -> tuple[str, set[date]]:
        """Where a rule's days may stand: in its provisions' own words, and in the calendar of each.

        What stands in a point vouches only for a rule that cites the point: Article 113 as a whole holds every day there is.
        """
        own, days = [], set()
        for pinpoint in _vouching(rule):
            day = version if pinpoint.work == AI_ACT else self.corpus.works[pinpoint.work].versions[-1].date
            provision = self.texts.get(str(pinpoint), day)
            own.append(f"{provision.heading}\n{provision.own}" if provision else "")
            if entry := self.corpus.applies(pinpoint, day):
                days.add(entry.from_)
        return "\n".join(own), days

    def _modality(self, rule: Rule, law: str) -> Iterator[Fault]:
        said, stands = rule.statement, agree.modality(rule.statement)
        binding = all(
            self.corpus.works[p.work].authority is Authority.LAW for p in rule.pinpoints if p.work in self.corpus.works
        )
        if not binding and not modality_fits(said, Authority.OFFICIAL_GUIDANCE):
            yield Fault(rule.id, "modality", "what is not law cannot say must")
        if (wrong := agree.unfit(rule.effect.value, said)) is not None:
            yield Fault(rule.id, "modality", wrong)
        if stands == "duty" and re.search(r"\bmust\b", said) and agree.modality(law) == "":
            yield Fault(rule.id, "modality", "says must, but its provisions bind nobody")
        if agree.modality(said) == "ban" and not agree.denies(law):
            yield Fault(rule.id, "negation", "forbids or denies, but its provisions do not")
        if (wrong := agree.fallen_out(said)) is not None:
            yield Fault(rule.id, "negation", wrong)
        if rule.effect is Effect.RIGHT and "affected_person" in subjects(said) and re.search(r"\bmust\b", said):
            yield Fault(rule.id, "modality", "a right that obliges whom it protects")
        for wrong in self._turned(said, law):
            yield Fault(rule.id, "negation", wrong)
        if rule.effect in BINDING:
            words, stems = self._read(law)
            near, share = self._nearest_words(said, words, stems)
            if share >= NEAR_ENOUGH and (wrong := agree.softened(said, near)) is not None:
                yield Fault(rule.id, "modality", wrong)

    def _turned(self, said: str, law: str) -> Iterator[str]:
        """Where the sentence denies what the nearest words of the law affirm, or the other way round."""
        law_words, law_stems = self._read(law)
        for phrase, plain in agree.modal_phrases(said):
            near, share = self._nearest_words(plain, law_words, law_stems)
            if phrase == "denies" and not agree.denied_modals(near) and not agree.negated(near) and share > 0:
                yield f"denies “{' '.join(plain.split()[:6])} …” where the nearest words of the law affirm it"
            if phrase == "affirms" and share >= NEAR_ENOUGH and agree.denied_modals(near) and not agree.negated(plain):
                yield f"affirms “{' '.join(plain.split()[:6])} …” where the nearest words of the law deny it"

    def _read(self, law: str) -> tuple[list[str], list[str]]:
        words = re.findall(r"[\w'-]+|[.;:\n]", law)
        return words, self._stemmer.stemWords([w.lower() for w in words])

    def _nearest_words(self, plain: str, words: list[str], stems: list[str]) -> tuple[str, float]:
        """The stretch of the law that shares most with these words, and the share of their weight it holds."""
        wanted = set(self._stems(plain))
        total = sum(self._weights[w] for w in wanted) or 1
        best, at = -1.0, 0
        for i in range(0, max(1, len(stems) - WINDOW // 2), 4):
            held = sum(
                self._weights[w] for w in wanted.intersection(stems[i : i + WINDOW])
            )  # whole numbers: no order matters
            if held > best:
                best, at = held, i
        return " ".join(words[max(0, at - 6) : at + WINDOW + 6]), best / total

    # -- which provision is nearest ------------------------------------------------------------------------

    def _nearer(self, rule: Rule, pinpoint: Pinpoint) -> Iterator[Fault]:
        """A neighbour of the provision whose words are nearer to the rule's: a wrong letter or number."""
        for version in (
            self._versions(rule)[-1:]
            if pinpoint.work == AI_ACT
            else [self.corpus.works[pinpoint.work].versions[-1].date]
        ):
            name = edition(pinpoint.work, version)
            siblings = self._siblings.get(name, {}).get(_family(pinpoint), [])
            if len(siblings) < 2 or str(pinpoint) not in siblings:
                return
            asked = self._matrix.transform([" ".join((rule.statement, *rule.words))])
            rows = [self._rows[name, s] for s in siblings]
            scores = np.asarray((self._table[rows] @ asked.T).todense()).ravel()
            best = int(scores.argmax())
            if siblings[best] != str(pinpoint) and scores[best] > scores[siblings.index(str(pinpoint))] + 1e-9:
                yield Fault(rule.id, "provision", f"{siblings[best]} is nearer to its words than {pinpoint}")

    @cached_property
    def _siblings(self) -> dict[str, dict[tuple[object, ...], list[str]]]:
        found: dict[str, dict[tuple[object, ...], list[str]]] = {}
        for name, provisions in self.texts.by_version.items():
            families = found.setdefault(name, defaultdict(list))
            for key in provisions:
                families[_family(parse_pinpoint(key))].append(key)
        return found

    @cached_property
    def _rows(self) -> dict[tuple[str, str], int]:
        return {key: n for n, key in enumerate((e, k) for e, held in self.texts.by_version.items() for k in held)}

    @cached_property
    def _matrix(self) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=self._stems, sublinear_tf=True).fit(self._provision_texts())

    @cached_property
    def _table(self) -> Any:  # a sparse matrix: one row per provision of every edition
        return self._matrix.transform(self._provision_texts())

    def _provision_texts(self) -> list[str]:
        return [p.text for held in self.texts.by_version.values() for p in held.values()]

    @cached_property
    def _weights(self) -> defaultdict[str, int]:
        idf = self._matrix.idf_
        return defaultdict(int, {w: round(100 * float(idf[i])) for w, i in self._matrix.vocabulary_.items()})

    def _stems(self, text: str) -> list[str]:
        return list(self._stemmer.stemWords(re.findall(r"[a-z]{3,}", text.lower())))

    # -- form ------------------------------------------------------------------------------------------------

    def reading_ease(self, text: str) -> float:
        """Flesch reading ease (Flesch 1948, "A new readability yardstick"), one sentence; syllables by pyphen."""
        words = re.findall(r"[A-Za-z]+", _plain(text))
        if not words:
            return 100.0
        syllables = sum(self._syllables.inserted(w).count("-") + 1 for w in words)
        ease: float = 206.835 - 1.015 * len(words) - 84.6 * syllables / len(words)
        return ease

    @staticmethod
    def _runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z0-9]+", text.lower())
        return {tuple(words[i : i + COPIED]) for i in range(len(words) - COPIED + 1)}

    @cached_property
    def _law_runs(self) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for name, provisions in self.texts.by_version.items():
            if self.corpus.files[name]:  # our own digests may be repeated
                for provision in provisions.values():
                    found |= self._runs(provision.text)
        return found


def _vouching(rule: Rule) -> list[Pinpoint]:
    """The provisions whose figures a rule may use: those of the amending act only where it cites nothing else."""
    return [p for p in rule.pinpoints if p.work != "Omnibus" or p.kind != "article"] or list(rule.pinpoints)


def _plain(text: str) -> str:
    """Without references to provisions, which are neither long words nor ends of sentences."""
    return re.sub(r"\b(?:Art|no)\.", "Article", re.sub(r"\([0-9a-z]+\)", "", text))


def _family(pinpoint: Pinpoint) -> tuple[object, ...]:
    """What a provision could be confused with: the units beside it."""
    if pinpoint.parts:
        return pinpoint.kind, pinpoint.unit, pinpoint.section, len(pinpoint.parts), pinpoint.parts[:-1]
    if pinpoint.kind in {"recital", "paragraph"} and pinpoint.unit.isdigit():
        return pinpoint.kind, math.ceil(int(pinpoint.unit) / 5)
    return pinpoint.kind, pinpoint.unit, pinpoint.section


_ROMAN = {r: str(n) for n, r in enumerate("I II III IV V VI VII VIII IX X XI XII XIII XIV".split(), 1)}
_SHORT = {
    AI_ACT: "aia",
    "LED": "led",
    "GDPR": "gdpr",
    "Charter": "charter",
    "Omnibus": "omn",
    "Draft HR guidelines": "hrg",
}


def slug(pinpoint: Pinpoint) -> str:
    """How the id of a rule begins that rests first on this provision: a check digit that one can read.

    >>> slug(parse_pinpoint("Art. 5(1)(h)(i)")), slug(parse_pinpoint("Annex VIII, Section C, point 2")), slug(parse_pinpoint("LED Recital 38"))
    ('aia-5-1-h-i', 'aia-annex8-c-2', 'led-recital-38')
    """
    work = _SHORT.get(pinpoint.work)
    if work is None:
        return ""
    unit = {
        "annex": lambda: "-".join(
            filter(None, (f"annex{_ROMAN.get(pinpoint.unit, pinpoint.unit)}", pinpoint.section.lower()))
        ),
        "recital": lambda: f"recital-{pinpoint.unit}",
    }.get(pinpoint.kind, lambda: pinpoint.unit)()
    return "-".join((work, unit, *(p.strip("-").replace(".", "-") for p in pinpoint.parts)))


def summary(faults: list[Fault]) -> Counter[str]:
    """How many faults there are of each kind."""
    return Counter(f.kind for f in faults)
