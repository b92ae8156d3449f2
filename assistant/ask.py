"""`Assistant.ask`: the way of a question, from what was typed to a verified answer or a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from assistant import record
from assistant.answer import Answer, Near, Outcome, Reason, Refusal, Statement, Warning_, to_json
from assistant.compose import Chosen, Composer, choose, choose_looked_up
from assistant.corpus import Corpus, edition
from assistant.errors import Misuse
from assistant.index import Index
from assistant.intake import Reference, as_of_named, find_references, guard, is_lookup, normalise
from assistant.law import AI_ACT, Pinpoint
from assistant.register import Effect, Rule
from assistant.retrieve import Found, Retriever
from assistant.settings import Settings
from assistant.settings import settings as current_settings

FLOOR = 0.06  # a rule answers from this probability on; calibrated on the development cases
FURTHER = 0.02  # once one does, further rules answer from here on
RIVAL = 0.7  # a kind of question that is refused wins from this share of the best rule's probability on; likewise
ASK_LEGAL = "Ask your legal adviser or data protection officer, or the market surveillance authority."


class Assistant:
    """Answers questions about AI in policing, every sentence tied to a provision.

    Open it once and ask often; `Assistant.open().ask("May we …?")` returns an `Answer` or a `Refusal`.
    """

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.retriever = Retriever(index)
        self.composer = Composer(index)
        self.record_problem = ""  # why the last outcome could not be recorded

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """Open the index in use. Raises `BrokenInstallation` with what to do when there is none that fits."""
        chosen = settings or current_settings()
        index = Index.open(chosen)
        index.warm()
        return cls(index, chosen)

    @property
    def corpus(self) -> Corpus:
        """The corpus the answers rest on."""
        return self.index.corpus

    def ask(self, question: str, *, as_of: date | None = None) -> Outcome:
        """One question, one outcome. `as_of` is the day whose law is asked for (default: today)."""
        asked = normalise(question)
        day = as_of or as_of_named(asked) or date.today()
        if stop := guard(question, asked):
            shown = "" if stop.reason is Reason.CASE_DATA else asked[:200]
            return Refusal(shown, day, stop.reason, stop.why, stop.ask)
        version = self.corpus.works[AI_ACT].version_at(day).date
        references = find_references(asked)
        if unknown := self._unknown(asked, references, day):
            return unknown
        if is_lookup(asked, references):
            rules = self.retriever.rules_of([r.pinpoint for r in references], version)
            chosen = choose_looked_up(rules, self.corpus, version)
        else:
            found = self._published(self.retriever.find(asked, version, references), day)
            if refusal := self._refused(asked, found, day):
                return refusal
            chosen = choose(found.candidates, self.corpus, FURTHER, version)
        statements = self._statements(chosen, references, day, version)
        return self._conclude(asked, day, version, chosen, self._verified(statements))

    def search(self, question: str, *, k: int = 10, as_of: date | None = None) -> list[tuple[Pinpoint, float]]:
        """The ranked provisions before composition."""
        asked = normalise(question)
        version = self.corpus.works[AI_ACT].version_at(as_of or date.today()).date
        found = self.retriever.find(asked, version, find_references(asked))
        return self.retriever.provisions(found, k)

    def ask_and_record(
        self, question: str, *, as_of: date | None = None, id: str | None = None
    ) -> tuple[Outcome, dict[str, Any]]:
        """Ask, and append the outcome to the record; returns it with its documented JSON form."""
        begun = time.perf_counter()
        outcome = self.ask(question, as_of=as_of)
        latency = round((time.perf_counter() - begun) * 1000, 1)
        row = to_json(outcome, id=id, latency_ms=latency)
        if self.settings.record:
            row["record"] = self._record(outcome, row)
        return outcome, row

    # -- the steps ----------------------------------------------------------------------------

    def _unknown(self, asked: str, references: Iterable[Reference], day: date) -> Refusal | None:
        """A named provision that does not exist is said not to exist, with the nearest that do."""
        for reference in references:
            pinpoint = reference.pinpoint
            work = self.corpus.works.get(pinpoint.work)
            version = work.version_at(day).date if work else ""
            known = self.corpus.exists.get(edition(pinpoint.work, version), {})
            if not known or str(pinpoint) in known:
                continue
            others = [v.date for v in work.versions if self.corpus.exists_in(str(pinpoint), v.date)] if work else []
            also = (
                f" It exists in the text of {others[0]}, which is not the one in force on {day.isoformat()}."
                if others
                else ""
            )
            shown = pinpoint.work if pinpoint.work != AI_ACT else "the AI Act"
            why = f"{pinpoint} does not exist in {shown} (text of {version}).{also}"
            return Refusal(asked, day, Reason.UNKNOWN_PROVISION, why, "", self._near(_nearest(pinpoint, known), day))
        return None

    def _published(self, found: Found, day: date) -> Found:
        """Without rules that rest on a work not yet published on that day: it could not have been answered from them."""
        late = {w.short for w in self.corpus.works.values() if w.short != AI_ACT and w.versions[0].since > day}
        kept = [c for c in found.candidates if not any(p.work in late for p in c.rule.pinpoints)]
        return replace(found, candidates=kept, top=max((c.score for c in kept), default=0.0))

    def _refused(self, asked: str, found: Found, day: date) -> Refusal | None:
        """Outside the corpus: a known kind of question that no rule answers, or nothing near enough."""
        rival = found.refusal
        near = self._near([p for c in found.candidates[:3] for p in c.rule.pinpoints[:1]], day)
        if rival and rival[1] > RIVAL * found.top and rival[1] >= 0.1:
            case = rival[0]
            named = [Near(p, "", "") for p in case.nearest]
            return Refusal(asked, day, Reason(case.reason), case.why, case.ask, tuple(named) or near)
        if found.top < FLOOR:
            why = "Nothing in the law and guidance held here answers this, so it is not guessed at."
            return Refusal(asked, day, Reason.NOTHING_RELEVANT, why, ASK_LEGAL, near)
        return None

    def _statements(self, chosen: Chosen, references: list[Reference], day: date, version: str) -> list[Statement]:
        said = [self.composer.statement(rule, day, version) for rule in chosen.rules]
        covered = [p for rule in chosen.rules for p in rule.pinpoints]
        for reference in references:
            if not any(p.within(reference.pinpoint) for p in covered):
                quoted = self.composer.verbatim(reference.pinpoint, day)
                said = [*([quoted] if quoted else []), *said]
        return said + self.composer.dates(chosen.leading, chosen.rules, day)

    def _verified(self, statements: list[Statement]) -> list[Statement]:
        """Only statements all of whose citations pass every check that could be made."""
        return [s for s in statements if s.citations and not any(c.checks.failed for c in s.citations)]

    def _conclude(self, asked: str, day: date, version: str, chosen: Chosen, verified: list[Statement]) -> Outcome:
        if all(s.effect is Effect.DATE and not s.rule for s in verified):
            near = self._near([p for r in chosen.leading for p in r.pinpoints[:1]], day)
            return Refusal(
                asked,
                day,
                Reason.UNSUPPORTED,
                "What was found could not be verified against the provisions.",
                ASK_LEGAL,
                near,
            )
        said = {s.rule for s in verified}
        left = [r for r in (*chosen.left, *chosen.rules) if r.id not in said]
        warnings = [*self._warnings(day, version, verified), *_partial(left)]
        return Answer(asked, day, tuple(verified), not left, tuple(warnings), version)

    def _warnings(self, day: date, version: str, statements: list[Statement]) -> Iterable[Warning_]:
        first, latest = self.corpus.works[AI_ACT].versions[0], self.corpus.works[AI_ACT].versions[-1]
        if day < first.since:
            yield Warning_(
                "before_publication", f"The AI Act was not yet published on {day.isoformat()}; this is its first text."
            )
        if version != latest.date:
            yield Warning_(
                "earlier_version",
                f"This is the law as it stood on {day.isoformat()} (text of {version}); it was amended on {latest.date}.",
            )
        if any(c.draft for s in statements for c in s.citations):
            yield Warning_(
                "draft",
                "Part of this rests on draft guidelines of the Commission, which are not adopted and bind nobody.",
            )

    def _near(self, pinpoints: Iterable[Pinpoint], day: date) -> tuple[Near, ...]:
        rows = []
        for pinpoint in dict.fromkeys(pinpoints):
            work = self.corpus.works[pinpoint.work]
            version = work.version_at(day).date
            rows.append(Near(str(pinpoint), self.corpus.heading(pinpoint, version), work.url(pinpoint, version)))
        return tuple(rows[:5])

    def _record(self, outcome: Outcome, row: dict[str, Any]) -> str | None:
        private = isinstance(outcome, Refusal) and outcome.reason is Reason.CASE_DATA
        kept = {k: v for k, v in row.items() if k != "record" and not (private and k in {"question", "text", "id"})}
        entry = {"corpus": self.corpus.digest, "build": self.index.stamp.build, "encoder": self.index.stamp.encoder,
                 "asked_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **kept}  # fmt: skip
        try:
            return record.append(self.settings.data / "records" / "answers.jsonl", entry)
        except OSError as error:
            self.record_problem = f"This answer could not be recorded in {self.settings.data}: {error.strerror}."
            return None


def _partial(left: list[Rule]) -> list[Warning_]:
    """What an answer did not cover, by its provisions."""
    names = list(dict.fromkeys(rule.provisions[0] for rule in left))
    return (
        [
            Warning_(
                "partial",
                f"There is more on this in {', '.join(names[:6])}: open the source or ask about a single point.",
            )
        ]
        if names
        else []
    )


def _nearest(pinpoint: Pinpoint, known: dict[str, str]) -> list[Pinpoint]:
    """What exists nearest to a provision that does not: the unit it would stand in and that unit's parts, or neighbours."""
    from assistant.law import parse_pinpoint

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


def parse_day(text: str) -> date:
    """A day given as YYYY-MM-DD. Raises `Misuse` for anything else.

    >>> parse_day("2026-11-22")
    datetime.date(2026, 11, 22)
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Misuse(f"The date {text!r} does not exist.", "Write it as YYYY-MM-DD.") from error
