"""Primers, one page for each audience, and the roadmap: both are sentences of the register in an order of our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.aids.assess import last_day
from assistant.aids.data import Aids, Milestone, Primer, Role
from assistant.aids.document import Document
from assistant.aids.practise import statements
from assistant.ask import Assistant
from assistant.corpus import Corpus
from assistant.errors import CorpusFault
from assistant.law import AI_ACT
from assistant.register import Effect


def primer_document(assistant: Assistant, primer: Primer, day: date) -> Document:
    """A primer as one printed page, current as of a day."""
    version = assistant.corpus.works[AI_ACT].version_at(day).date
    title = f"AI and the law: {primer.audience}"
    checked = assistant.corpus.checked.isoformat()
    made = Document(
        title,
        day,
        f"{primer.lead} As of {day.isoformat()}: AI Act, text of {version}, checked against the law on {checked}.",
        True,
        False,
    )
    for section in primer.sections:
        made.heading(section.title)
        made.bullets(statements(assistant, held(assistant.corpus, section.rules, version), day))
    return made


def held(corpus: Corpus, rules: Iterable[str], version: str) -> list[str]:
    """The rules that are true of a version."""
    return [r for r in rules if corpus.rules[r].holds_in(version)]


@dataclass(frozen=True, slots=True)
class Due:
    """A milestone with its day, the provision that sets it, and what the texts leave open about it."""

    milestone: Milestone
    day: date
    basis: str
    doubt: str

    def begin(self) -> date:
        """When we suggest to begin: so many months before, on the first of the month.

        >>> held = Milestone(id="x", title="A title", roles=("leader",), rules=("r",), steps=("a step",), months=3)
        >>> Due(held, date(2027, 2, 2), "", "").begin()
        datetime.date(2026, 11, 1)
        """
        months = self.day.year * 12 + self.day.month - 1 - self.milestone.months
        return date(months // 12, months % 12 + 1, 1)

    def advice(self) -> str:
        """How our steps are introduced; without a beginning where the day leaves no time before it."""
        return f"Our steps, best begun in {self.begin():%B %Y}:" if self.milestone.months else "Our steps:"


def roadmap(corpus: Corpus, aids: Aids, roles: Iterable[Role] = tuple(Role)) -> list[Due]:
    """The milestones of some roles in the order of their days.

    The day is that of the first rule: where that is a rule on dates, the last day its sentence states; otherwise the
    calendar's day for its first provision of the AI Act.
    """
    wanted = set(roles)
    found = [_due(corpus, m) for m in aids.milestones.values() if wanted & set(m.roles)]
    return sorted(found, key=lambda d: (d.day, d.milestone.id))


def _due(corpus: Corpus, milestone: Milestone) -> Due:
    rule = corpus.rules[milestone.rules[0]]
    if rule.effect is Effect.DATE:
        day, basis = last_day(rule)
        return Due(milestone, day, basis, "")
    version = corpus.works[AI_ACT].versions[-1].date
    pinpoint = next(p for p in rule.pinpoints if p.work == AI_ACT)
    entry = corpus.applies(pinpoint, version)
    if entry is None:
        raise CorpusFault(
            f"aids/roadmap.yaml: {milestone.id}: no day is known for {pinpoint}.", "Put first a rule that has one."
        )
    return Due(milestone, entry.from_, entry.basis, entry.open)


def roadmap_document(assistant: Assistant, dues: Iterable[Due], states: dict[str, str], day: date) -> Document:
    """The roadmap to print: what by when, our steps, and how far one is."""
    made = Document("Roadmap: what to have in place by when", day, "The days are the law's; the steps are our own.")
    last: date | None = None
    for due in dues:
        if due.day != last:
            made.heading(f"{due.day.day} {due.day:%B %Y}")
            last = due.day
        state = states.get(due.milestone.id, "")
        made.heading(due.milestone.title + (f" [{state}]" if state else ""), 3)
        made.bullets(statements(assistant, due.milestone.rules, day))
        if due.doubt:
            made.text(due.doubt, kind="note")
        made.text(f"{due.advice()} {' '.join(due.milestone.steps)}")
    return made
