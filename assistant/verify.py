"""Verification: every sentence is held against the provisions it cites, whoever wrote it.

Three checks for each citation: the provision *exists* in that version; the quote stands *verbatim*
in it; its words *support* the sentence. Support is judged twice. Against the official text: its
numbers, dates and time limits stand in the cited provisions (dates also in the calendar), "must"
rests on law, and the meanings are near. Against the register, the reading of those provisions that
a second reader signed: the nearest rule must be one on a cited provision, and say the same of who
is bound, how (must, may, must not, need not), what is denied, how much and by when, and with which
limits. What differs is a fault in words that a person, or a model asked to mend its draft, can use.

A sentence in free words that says the same may be refused too; then the composed answer is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from assistant.actors import subjects
from assistant.agree import dates, foreign_dates, foreign_quantities, quantities, spell_dates
from assistant.answer import Checks
from assistant.corpus import Corpus
from assistant.dated import calendar_faults
from assistant.index import Index
from assistant.law import AI_ACT, Authority, Pinpoint, PinpointError, parse_pinpoint
from assistant.register import Rule
from assistant.stance import limits, negations, stances

SUPPORT_FLOOR = (
    0.1  # cosine of a rule to its provision; half of all random pairs lie below, and of the register's own none
)
SAME_MEANING = (
    0.75  # cosine of a drafted sentence to the reviewed one it is held against; chosen on development sentences
)
ELSEWHERE = 0.02  # how much nearer a rule on another provision may be
ENTAILED = 0.5  # probability from which the entailment model, where there is one, lets a drafted sentence pass
CLOSE = 0.9  # from here on a sentence nearly repeats the reviewed one, and may drop none of its limits

_BINDING = re.compile(
    r"\b(?:must|shall|may not|is prohibited|are prohibited|is forbidden|are forbidden|is banned|required to|has to|have to)\b",
    re.I,
)


def modality_fits(statement: str, authority: Authority) -> bool:
    """Only law can say "must" or "must not".

    >>> modality_fits("Agencies must train staff.", Authority.TOOLKIT)
    False
    """
    return authority is Authority.LAW or not _BINDING.search(statement)


def figures_agree(statement: str, provisions: Iterable[str], calendar: Iterable[date] = ()) -> bool:
    """Whether every date and quantity of the statement stands in the provisions (dates also in the calendar).

    >>> figures_agree("Ask within 48 hours.", ["no later than 48 hours"]), figures_agree("Ask within 72 hours.", ["48 hours"])
    (True, False)
    """
    law = "\n".join(provisions)
    return not foreign_dates(statement, law, calendar) and not foreign_quantities(statement, law)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found of one sentence: the checks of each citation, and every fault in words."""

    checks: tuple[Checks, ...]
    faults: tuple[str, ...]
    rule: str = ""  # the reviewed rule it was held against

    @property
    def passed(self) -> bool:
        """Whether the sentence may be shown."""
        return not self.faults and bool(self.checks) and not any(c.failed for c in self.checks)


class Verifier:
    """Holds sentences against the official text and the register of one index."""

    def __init__(self, index: Index, entails: Callable[[str, str], float] | None = None) -> None:
        self.index = index
        self.corpus: Corpus = index.corpus
        self.entails = entails  # a local cross-encoder, where the settings name one
        self.calendar_dates = frozenset(e.from_ for c in self.corpus.calendars.values() for e in c.entries)
        self._reviewed = {_plain(rule.statement): rule for rule in self.corpus.rules.values()}

    def check(self, text: str, provisions: Sequence[str], as_of: date, quotes: Sequence[str | None] = ()) -> Verdict:
        """One sentence with the provisions it cites and, of each, the words it quotes (`None`: it quotes nothing).

        Never raises for what a draft may contain; a provision that cannot be read does not exist.
        """
        text = spell_dates(text)
        version = self.corpus.works[AI_ACT].version_at(as_of).date
        cited, faults = self._cited(provisions, as_of)
        if not provisions:
            faults.append("it cites no provision")
        texts = {p: self.text(p, as_of) for p in cited.values() if p}
        verbatim = [self._verbatim(quote, texts.get(p) if p else None) for p, quote in _paired(cited, quotes)]
        for (name, quote), stands in zip(_named(provisions, quotes), verbatim, strict=True):
            if stands is False:
                faults.append(f"the words “{_short(quote or '')}” do not stand in {name}")
        known = [p for p in cited.values() if p]
        official = [t for t in texts.values() if t]
        rule, against_law = None, []
        against_rules = calendar_faults(self.corpus, text, known, as_of) if known else []
        if against_rules is None:
            against_law = self._law_faults(text, known, official, len(texts))
            rule, against_rules = self._reading_faults(text, known, version, "\n".join(official))
        supported = None if known and not official and not against_rules else not (against_law or against_rules)
        checks = tuple(Checks(bool(p), v, supported) for p, v in zip(cited.values(), verbatim, strict=True))
        return Verdict(checks, tuple([*faults, *against_law, *against_rules]), rule.id if rule else "")

    def text(self, pinpoint: Pinpoint, as_of: date) -> str | None:
        """The official words of a provision on a day, under its heading; `None` where they are not installed."""
        provision = self.index.texts.get(str(pinpoint), self.corpus.works[pinpoint.work].version_at(as_of).date)
        return f"{provision.heading}\n{provision.text}" if provision else None

    def _cited(self, provisions: Sequence[str], as_of: date) -> tuple[dict[str, Pinpoint | None], list[str]]:
        found: dict[str, Pinpoint | None] = {}
        faults = []
        for name in provisions:
            try:
                pinpoint = parse_pinpoint(name)
                version = self.corpus.works[pinpoint.work].version_at(as_of).date
                found[name] = pinpoint if self.corpus.exists_in(str(pinpoint), version) else None
            except (PinpointError, KeyError):
                found[name] = None
            if found[name] is None:
                faults.append(f"{name} does not exist in the text of that day")
        return found, faults

    @staticmethod
    def _verbatim(quote: str | None, text: str | None) -> bool | None:
        if quote is None or text is None:
            return None
        return bool(quote.strip()) and _spaced(quote) in _spaced(text)

    def _law_faults(self, text: str, cited: list[Pinpoint], texts: list[str], wanted: int) -> list[str]:
        """What the official text contradicts; numbers only where all that is cited is installed."""
        faults = []
        if all(not modality_fits(text, self.corpus.works[p.work].authority) for p in cited):
            faults.append("“must” and “must not” need a provision of law")
        if len(texts) == wanted:
            law = "\n".join(texts)
            faults += [
                f"the day {day} stands in no cited provision"
                for day in sorted(foreign_dates(text, law, self.calendar_dates))
            ]
            faults += [
                f"the number {value:g} {unit}".rstrip() + " stands in no cited provision"
                for value, unit in sorted(foreign_quantities(text, law))
            ]
        return faults

    def _reading_faults(
        self, text: str, cited: list[Pinpoint], version: str, law: str
    ) -> tuple[Rule | None, list[str]]:
        """What the reviewed reading of the cited provisions contradicts, and the rule that was compared."""
        same = self._reviewed.get(_plain(text))
        if same and same.holds_in(version) and any(_bound(same, p) for p in cited):
            held = self._nearness.get(same.id, [])
            return same, ["its meaning is far from what it cites"] if held and max(held) < SUPPORT_FLOOR else []
        if not cited:
            return None, []
        likeness = self._statements @ self.index.encoder.embed_query(text)
        holding = np.array([r.holds_in(version) for r in self._rules])
        on = np.array([[_bound(r, p) for r in self._rules] for p in cited]) & holding
        if not on.any(axis=1).all():
            bare = [str(p) for p, row in zip(cited, on, strict=True) if not row.any()]
            return None, [f"no reviewed rule restates {', '.join(bare)}"]
        if not on.all(axis=0).any():
            return None, ["it runs together what different provisions say"]
        best = int(np.where(on.all(axis=0), likeness, -1).argmax())
        anywhere = int(np.where(holding, likeness, -1).argmax())
        rule, near = self._rules[best], float(likeness[best])
        slack = ELSEWHERE if likeness[anywhere] < 0.95 else 0.001
        if likeness[anywhere] - near > slack:
            return rule, [f"what it says is nearer to {self._rules[anywhere].provisions[0]} than to what it cites"]
        faults = [] if near >= SAME_MEANING else ["no reviewed rule on what it cites says this"]
        faults += differences(text, rule.statement, law, close=near >= CLOSE)
        if self.entails and self.entails(rule.statement, text) < ENTAILED:
            faults.append("the entailment model does not find it in what it cites")
        return rule, faults

    @cached_property
    def _nearness(self) -> dict[str, list[float]]:
        """How near each reviewed sentence is to the official text of what it rests on, as measured at build time."""
        found: dict[str, list[float]] = {}
        for name, likeness in self.index.support.items():
            found.setdefault(name.partition("|")[0], []).append(likeness)
        return found

    @cached_property
    def _rules(self) -> list[Rule]:
        return [self.corpus.rules[w.target] for w in self.index.ways if w.kind == "statement"]

    @cached_property
    def _statements(self) -> np.ndarray:
        return np.array(self.index.vectors["ways"][[i for i, w in enumerate(self.index.ways) if w.kind == "statement"]])


def differences(text: str, reviewed: str, law: str = "", *, close: bool = False) -> list[str]:
    """In what a sentence says something else than the reviewed one: stance, negation, numbers, days, who, limits.

    >>> differences("Providers may keep the logs.", "Deployers must keep the logs.")
    ['it says may where the law says must', 'it binds another: provider instead of deployer']
    >>> differences("The logs must be kept by deployers.", "Deployers must keep the logs.")
    []
    """
    faults = []
    said, known = Counter(stances(text)), Counter(stances(reviewed))
    if set(said) != set(known) or (close and said != known):
        faults.append(f"it says {_stance(said)} where the law says {_stance(known)}")
    elif negations(text) != negations(reviewed):
        faults.append("it denies more or less than the law does")
    for day in sorted(foreign_dates(text, reviewed if dates(reviewed) else law)):
        faults.append(f"the day {day} is not the law's")
    counted = {unit for _, unit in quantities(reviewed)}
    for value, unit in sorted(
        foreign_quantities(text, f"{reviewed}\n{law}")
        | {q for q in foreign_quantities(text, reviewed) if q[1] in counted}
    ):
        faults.append(f"the number {value:g} {unit}".rstrip() + " is not the law's")
    who, bound = subjects(text), subjects(reviewed)
    if who - bound:
        faults.append(
            f"it binds another: {', '.join(sorted(who - bound))} instead of {', '.join(sorted(bound)) or 'nobody named'}"
        )
    dropped = limits(reviewed) - limits(text)
    if dropped > (0 if close else 1):
        faults.append("it leaves out an exception, a condition or a limit")
    return faults


_SAYS = {"ban": "must not", "duty": "must", "may": "may", "free": "need not"}


def _stance(found: Iterable[str]) -> str:
    return " and ".join(_SAYS[s] for s in _SAYS if s in found) or "only how things are"


def _bound(rule: Rule, pinpoint: Pinpoint) -> bool:
    """Whether a rule rests on a provision, on a part of it, or on the whole of which it is a part.

    The whole does not count where the rule names the part it means, and this is another part.
    """
    for p in rule.pinpoints:
        if p.within(pinpoint):
            return True
        if pinpoint.within(p) and not any(other != p and other.within(p) for other in rule.pinpoints):
            return True
    return False


def _paired(
    cited: dict[str, Pinpoint | None], quotes: Sequence[str | None]
) -> list[tuple[Pinpoint | None, str | None]]:
    return [(p, quotes[n] if n < len(quotes) else None) for n, p in enumerate(cited.values())]


def _named(provisions: Sequence[str], quotes: Sequence[str | None]) -> list[tuple[str, str | None]]:
    return [(name, quotes[n] if n < len(quotes) else None) for n, name in enumerate(dict.fromkeys(provisions))]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w%().-]+", text)).rstrip(".")


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _short(text: str, words: int = 12) -> str:
    parts = text.split()
    return " ".join(parts[:words]) + (" …" if len(parts) > words else "")


def relied_on(statement: str, text: str) -> tuple[int, int]:
    """Where in a provision the words stand that a statement rests on: start and end, in characters.

    The clauses (cut at sentence ends, semicolons and lines) that share most words with the statement,
    and those between them; the whole provision where it is short.

    >>> text = "Use it as told. " * 14 + "Keep the logs for at least six months; not less."
    >>> text[slice(*relied_on("Keep logs for six months.", text))]
    'Keep the logs for at least six months'
    """
    if len(text) <= 220:
        return 0, len(text)
    spans = [(m.start(), m.end()) for m in re.finditer(r"\S[^.;\n]*(?:[.](?!\s|$)[^.;\n]*)*[.;]?", text)]
    wanted = _content_words(statement)
    scored = [(_overlap(wanted, _content_words(text[a:b])), -a, (a, b)) for a, b in spans]
    best = max(scored, default=(0.0, 0, (0, len(text))))
    if best[0] <= 0:  # what a list does not name is shown by the whole list
        return 0, len(text)
    start, end = best[2]
    left = wanted - _content_words(text[start:end])
    second = max(((_overlap(left, _content_words(text[a:b])), -a, (a, b)) for a, b in spans), default=best)
    if second[0] >= 0.3 and abs(second[2][0] - start) < 500:
        start, end = min(start, second[2][0]), max(end, second[2][1])
    return start, start + len(text[start:end].rstrip(" ;"))


def _content_words(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[a-z0-9]{3,}", text.lower())} - _EMPTY


_EMPTY = {
    w[:6]
    for w in (
        "the and for that this with from which are was has have not may must shall any other its their used "
        "use such been where when who can "
    ).split()
}


def _overlap(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / (len(wanted) or 1) - 0.002 * len(held)
