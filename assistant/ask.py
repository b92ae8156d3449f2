"""`Assistant.ask`: the way of a question, from what was typed to a verified answer or a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant import record
from assistant.answer import Answer, Basis, Outcome, Reason, Refusal, Statement, Warning_, to_json
from assistant.compose import Chosen, Composer, choose, choose_looked_up
from assistant.conversation import is_follow_up, understood
from assistant.corpus import Corpus
from assistant.draft import Drafted, drafted, open_writer
from assistant.errors import Misuse
from assistant.index import Index
from assistant.intake import Stop, guard, normalise
from assistant.judge import Judge, Judgement
from assistant.law import AI_ACT, Pinpoint
from assistant.premise import PRESSURE, Premise, premise_of
from assistant.references import Reference, as_of_named, find_references, is_lookup
from assistant.refuse import (
    ASK_LEGAL,
    HARMLESS,
    NOTHING_TO_HANG_ON,
    SURELY_IN_SCOPE,
    evidence,
    leaves_scope,
    near,
    out_of_scope,
    refusal_odds,
    unknown_provision,
)
from assistant.register import Effect, Rule
from assistant.retrieve import Found, Retriever
from assistant.settings import Settings
from assistant.settings import settings as current_settings
from assistant.vectors import entailment

FURTHER = 0.02  # once a rule answers, further rules answer from this probability on
RANKED = 20  # provisions kept with an outcome, for evaluating retrieval
BEARING_RULES = 15  # a wrong claim is named where one of so many nearest rules refutes it


class Assistant:
    """Answers questions about AI in policing, every sentence tied to a provision.

    Open it once and ask often; `Assistant.open().ask("May we …?")` returns an `Answer` or a `Refusal`.
    """

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.retriever = Retriever(index)
        self.composer = Composer(index, entailment(Path(settings.nli)) if settings.nli else None)
        self.judge = Judge()
        self.writer = open_writer(settings)
        self.record_problem = ""  # why the last outcome could not be recorded

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """Open the index in use. Raises `BrokenInstallation` with what to do when there is none that fits."""
        chosen = settings or current_settings()
        index = Index.open(chosen)
        index.warm()
        assistant = cls(index, chosen)
        assistant.judge("warm")
        return assistant

    @property
    def corpus(self) -> Corpus:
        """The corpus the answers rest on."""
        return self.index.corpus

    def ask(self, question: str, *, as_of: date | None = None, history: Sequence[str] = ()) -> Outcome:
        """One question, one outcome.

        `as_of` is the day whose law is asked for (default: today); `history` holds what was asked before in the same
        conversation, as typed, the latest last. What a guard stopped is no part of a conversation.
        """
        asked = normalise(question)
        day = as_of or as_of_named(asked) or date.today()
        if (stop := guard(question, asked, history)) and not self._harmless(stop, asked):
            shown = "" if stop.reason is Reason.CASE_DATA else asked[:200]
            return Refusal(shown, day, stop.reason, stop.why, stop.ask)
        earlier = [normalise(h) for h in history]
        earlier = [h for h in earlier if h and not guard(h, h)]
        if history and not earlier and is_follow_up(asked):
            return Refusal(asked, day, Reason.NOTHING_RELEVANT, *NOTHING_TO_HANG_ON)
        read = understood(asked, earlier)
        if read != asked:
            version = self.corpus.works[AI_ACT].version_at(day).date
            if refusal := leaves_scope(self.corpus, asked, self.retriever.find(asked, version), day):
                return replace(refusal, understood=read)
        outcome = self._answered(read, day, asked)
        return outcome if read == asked else replace(outcome, question=asked, understood=read)

    def _answered(self, asked: str, day: date, typed: str) -> Outcome:
        """The way of a question as understood, which no guard stopped; `typed` is what of it was asked last."""
        version = self.corpus.works[AI_ACT].version_at(day).date
        references = find_references(asked)
        if unknown := unknown_provision(self.corpus, asked, references, day):
            return unknown
        premise = Premise()
        if is_lookup(asked, references):
            named = [r.pinpoint for r in references]
            basis = Basis(tuple((p, 1.0) for p in named))
            chosen = choose_looked_up(self.retriever.rules_of(named, version), self.corpus, version)
        else:
            judged = self.judge(asked)
            found = self._published(self.retriever.find(asked, version, references), day)
            premise = self._premise(typed, judged if typed == asked else self.judge(typed), found, version)
            basis = self._basis(judged, found, bool(premise.rules))
            if refusal := out_of_scope(self.corpus, asked, judged, found, bool(premise.rules), day):
                return replace(refusal, basis=basis)
            chosen = choose(
                found.led_by([self.corpus.rules[r] for r in premise.rules]).candidates, self.corpus, FURTHER, version
            )
        statements = self._statements(chosen, references, day)
        drafted = self._drafted(asked, chosen, day)
        answer = self._conclude(
            asked, day, version, chosen, self._verified(drafted.statements or statements), bool(drafted.statements)
        )
        if isinstance(answer, Refusal):
            return replace(answer, basis=basis)
        return replace(answer, warnings=(*premise.warnings, *drafted.warnings, *answer.warnings), basis=basis)

    def search(self, question: str, *, k: int = 10, as_of: date | None = None) -> list[tuple[Pinpoint, float]]:
        """The ranked provisions before composition. Raises `Misuse` for case data, which are not searched with."""
        asked = normalise(question)
        if (stop := guard(question, asked)) and stop.reason is Reason.CASE_DATA:
            raise Misuse(stop.why, stop.ask)
        version = self.corpus.works[AI_ACT].version_at(as_of or date.today()).date
        found = self.retriever.find(asked, version, find_references(asked))
        return self.retriever.provisions(found, k)

    def ask_and_record(
        self, question: str, *, as_of: date | None = None, id: str | None = None, history: Sequence[str] = ()
    ) -> tuple[Outcome, dict[str, Any]]:
        """Ask, and append the outcome to the record; returns it with its documented JSON form."""
        begun = time.perf_counter()
        outcome = self.ask(question, as_of=as_of, history=history)
        latency = round((time.perf_counter() - begun) * 1000, 1)
        row = to_json(outcome, id=id, latency_ms=latency)
        if self.settings.record:
            row["record"] = self._record(outcome, row)
        return outcome, row

    # -- the steps ----------------------------------------------------------------------------

    def _published(self, found: Found, day: date) -> Found:
        """Without rules that rest on a work not yet published on that day: it could not have been answered from them."""
        late = {w.short for w in self.corpus.works.values() if w.short != AI_ACT and w.versions[0].since > day}
        kept = [c for c in found.candidates if not any(p.work in late for p in c.rule.pinpoints)]
        return replace(found, candidates=kept, top=max((c.score for c in kept), default=0.0))

    def _basis(self, judged: Judgement, found: Found, corrects: bool) -> Basis:
        ranked = tuple(self.retriever.provisions(found, RANKED))
        return Basis(ranked, evidence(judged, found), refusal_odds(judged, found), corrects)

    def _harmless(self, stop: Stop, asked: str) -> bool:
        """Whether what a phrase makes look like an order is a plain question of law, as far as the judge can tell."""
        if stop.reason is not Reason.INSTRUCTION_OVERRIDE:
            return False
        judged = self.judge(asked)
        return judged.attack < HARMLESS and judged.refuse < SURELY_IN_SCOPE

    def _premise(self, asked: str, judged: Judgement, found: Found, version: str) -> Premise:
        """What the question presses for or takes for granted, held against the rules that answer it."""
        bearing = [c.rule.id for c in found.candidates[:BEARING_RULES]]
        pressure = self.corpus.misreadings.get(PRESSURE)
        current = (
            version == self.corpus.works[AI_ACT].versions[-1].date
        )  # the corrections speak of the law as it stands
        premise = premise_of(asked, judged, found.misreadings if current else (), pressure, bearing)
        return replace(premise, rules=tuple(r for r in premise.rules if self.corpus.rules[r].holds_in(version)))

    def _statements(self, chosen: Chosen, references: list[Reference], day: date) -> list[Statement]:
        said = [self.composer.statement(rule, day) for rule in chosen.rules]
        covered = [p for rule in chosen.rules for p in rule.pinpoints]
        for reference in references:
            if not any(p.within(reference.pinpoint) for p in covered):
                quoted = self.composer.verbatim(reference.pinpoint, day)
                said = [*([quoted] if quoted else []), *said]
        return said + self.composer.dates(chosen.leading, chosen.rules, day)

    def _drafted(self, asked: str, chosen: Chosen, day: date) -> Drafted:
        """The configured model's draft, verified; nothing where none is configured, or a warning why it is not shown."""
        if self.writer is None or not chosen.rules:
            return Drafted()
        return drafted(self.writer, asked, chosen, self.composer, day)

    def _verified(self, statements: Sequence[Statement]) -> list[Statement]:
        """Only statements all of whose citations pass every check that could be made."""
        return [s for s in statements if s.citations and not any(c.checks.failed for c in s.citations)]

    def _conclude(
        self, asked: str, day: date, version: str, chosen: Chosen, verified: list[Statement], written: bool
    ) -> Outcome:
        if all(s.effect is Effect.DATE and not s.rule for s in verified):
            nearest = near(self.corpus, [p for r in chosen.leading for p in r.pinpoints[:1]], day)
            return Refusal(
                asked,
                day,
                Reason.UNSUPPORTED,
                "What was found could not be verified against the provisions.",
                ASK_LEGAL,
                nearest,
            )
        said = {s.rule for s in verified}
        left = [r for r in (*chosen.left, *chosen.rules) if r.id not in said]
        writer = self.writer.name if written and self.writer else ""
        warnings = [*self._warnings(day, version, verified), *_partial(left)]
        return Answer(asked, day, tuple(verified), not left, tuple(warnings), version, written_by=writer)

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


def parse_day(text: str) -> date:
    """A day given as YYYY-MM-DD. Raises `Misuse` for anything else.

    >>> parse_day("2026-11-22")
    datetime.date(2026, 11, 22)
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Misuse(f"The date {text!r} does not exist.", "Write it as YYYY-MM-DD.") from error
