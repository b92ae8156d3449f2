"""Composition without a language model: which rules answer, what must be said with them, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer import Checks, Citation, Statement
from assistant.corpus import Corpus
from assistant.dated import listed
from assistant.index import Index
from assistant.law import AI_ACT, Authority, Pinpoint, PinpointError, parse_pinpoint
from assistant.register import CalendarEntry, Effect, Rule
from assistant.retrieve import Candidate
from assistant.verify import Verifier, relied_on

WORD_BUDGET = 150  # of an answer, as a rule: nothing that need not be said goes beyond it
LONGEST = 320  # a further rule that answers is said up to here, with what limits it
MAX_LEADING = 6  # provisions that rules which answer by themselves rest on
SAME = 1  # such rules on one provision
NEAR_TOP = 0.1  # a further rule answers too if its probability is at least this share of the best
MANY = 3  # exceptions from which on only those that bear on the question are said
# scope, definitions, transition and the calendar itself: their own dates tell an officer nothing
UNDATED = {parse_pinpoint(f"Art. {n}") for n in (1, 2, 3, 111, 112, 113)}
BEARING = 0.05  # share of the best probability from which on a condition bears on the question
UNSAFE_ALONE = {
    Effect.PROHIBITION,
    Effect.PERMISSION,
    Effect.EXCEPTION,
    Effect.RIGHT,
}  # would mislead without conditions
LIMITS = {Effect.EXCEPTION, Effect.CONDITION, Effect.DATE}
_LATE = {Effect.PENALTY: 1, Effect.DATE: 2, Effect.CONTEXT: 3}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules of an answer in the order of saying, those that lead, and those left out for length."""

    rules: tuple[Rule, ...]
    leading: tuple[Rule, ...]
    left: tuple[Rule, ...] = ()


def choose(candidates: list[Candidate], corpus: Corpus, floor: float, version: str) -> Chosen:
    """The rules that answer, each followed by what limits it.

    Rules over the floor and near the best lead. An exception is never said without the rule it is an
    exception to, nor a leading rule without its own exceptions and conditions (see `_limits`). The limits of those limits, and other
    links near the question, follow while the word budget lasts.
    """
    leading = _rule_before_exception(_leading(candidates, floor))
    score = {c.rule.id: c.score for c in candidates}
    said: dict[str, Rule] = {}
    kept: list[Rule] = []
    for rule in leading:
        block = [rule, *_limits(rule, corpus, score, version)]
        if rule.effect is Effect.EXCEPTION and (parent := _parent(rule, corpus, score, version)):
            block.insert(0, parent)
        shorter = (
            [] if rule.effect in UNSAFE_ALONE else [[r for r in block if r is rule or r.effect is Effect.EXCEPTION]]
        )
        for size in (block, *shorter):  # as much as there is room for, and never less than is safe
            with_block = {**said, **{r.id: r for r in size if r.id not in said}}
            if not kept or _words(with_block.values()) <= LONGEST:
                said = with_block
                kept.append(rule)
                break
    left = [rule for rule in leading if rule.id not in said]
    leading = kept
    further = [
        link for rule in list(said.values()) for link in _links(rule, corpus, version)
        if link.id not in said and (link.effect is Effect.CONDITION or score.get(link.id, 0.0) >= floor / 2)
    ]  # fmt: skip
    words = _words(said.values())
    for link in sorted(dict.fromkeys(further), key=lambda r: -score.get(r.id, 0.0)):
        words += len(link.statement.split())
        if words > WORD_BUDGET:
            break
        said.setdefault(link.id, link)
    return Chosen(tuple(_in_order(said, leading)), tuple(leading), tuple(left))


def _words(rules: Iterable[Rule]) -> int:
    return sum(len(r.statement.split()) for r in rules)


def _rule_before_exception(leading: list[Rule]) -> list[Rule]:
    """The same rules, each before those that are exceptions to it."""
    ordered: list[Rule] = []
    for rule in leading:
        below = [n for n, r in enumerate(ordered) if r.id in rule.see and r.effect is Effect.EXCEPTION]
        ordered.insert(below[0] if below else len(ordered), rule)
    return ordered


def _parent(rule: Rule, corpus: Corpus, score: dict[str, float], version: str) -> Rule | None:
    """The rule that this one is an exception to: of those it limits, one of the same article, nearest the question."""
    above = [
        r
        for i in rule.limits
        if (r := corpus.rules[i]).holds_in(version) and r.effect not in {Effect.CONTEXT, Effect.DATE}
    ]
    return max(
        above,
        key=lambda r: (
            r.effect is Effect.PROHIBITION,
            r.pinpoints[0].top == rule.pinpoints[0].top,
            score.get(r.id, 0.0),
        ),
        default=None,
    )


def _limits(rule: Rule, corpus: Corpus, score: dict[str, float], version: str) -> list[Rule]:
    """The exceptions, conditions and dates that must be said with a rule.

    Exceptions always; conditions of what forbids, permits or excepts always, of anything else (and dates) where
    they bear on the question. Where the first of many exceptions sums the others up (they stand inside its
    provision), those near the question are said, or else that first one; otherwise all are.
    """
    near = BEARING * max(score.values(), default=0.0)
    limits = [r for r in _links(rule, corpus, version) if r.effect in LIMITS]
    limits = [
        r for r in limits
        if r.effect is Effect.EXCEPTION or score.get(r.id, 0.0) >= near or not score
        or (r.effect is Effect.CONDITION and rule.effect in UNSAFE_ALONE)
    ]  # fmt: skip
    exceptions = [r for r in limits if r.effect is Effect.EXCEPTION]
    summed_up = all(r.pinpoints[0].within(exceptions[0].pinpoints[0]) for r in exceptions[1:])
    if len(exceptions) < MANY or not summed_up:
        return _with_conditions(limits, corpus, version)
    near = NEAR_TOP * max(score.values(), default=0.0)
    bearing = [r for r in exceptions[1:] if score.get(r.id, 0.0) >= near] or exceptions[:1]
    return _with_conditions([r for r in limits if r not in exceptions or r in bearing], corpus, version)


def _with_conditions(limits: list[Rule], corpus: Corpus, version: str) -> list[Rule]:
    """The limits, and the conditions of those that are exceptions: none is said without them."""
    conditions = [
        c
        for r in limits
        if r.effect is Effect.EXCEPTION
        for c in _links(r, corpus, version)
        if c.effect is Effect.CONDITION
    ]
    return list({r.id: r for r in (*limits, *conditions)}.values())


def choose_looked_up(rules: list[Rule], corpus: Corpus, version: str) -> Chosen:
    """The rules of a provision that is looked up, in the order of the text, as far as an answer may be long.

    What limits them but stands elsewhere follows; what finds no room is left out by name.
    """
    elsewhere = [limit for rule in rules for limit in _limits(rule, corpus, {}, version) if limit not in rules]
    wanted = list({r.id: r for r in (*rules, *elsewhere)}.values())
    kept: list[Rule] = []
    for rule in wanted:
        if kept and _words([*kept, rule]) > LONGEST:
            break
        kept.append(rule)
    return Chosen(tuple(kept), tuple(kept[:1]), tuple(wanted[len(kept) :]))


def _leading(candidates: list[Candidate], floor: float) -> list[Rule]:
    """The rules near the best, at most `SAME` of them on one provision, on at most `MAX_LEADING` provisions."""
    best = max((c.score for c in candidates), default=0.0)
    kept: dict[Pinpoint, list[Rule]] = {}
    for c in candidates:
        group = kept.setdefault(c.rule.pinpoints[0], []) if len(kept) < MAX_LEADING else kept.get(c.rule.pinpoints[0])
        if c.score < max(min(floor, best), NEAR_TOP * best):  # what was not refused is answered by its best rule
            break
        if group is not None and len(group) < SAME:
            group.append(c.rule)
    leading = [c.rule for c in candidates if c.rule in kept.get(c.rule.pinpoints[0], ())]
    return sorted(leading, key=lambda r: r.effect is Effect.CONTEXT)  # what binds comes first


def _links(rule: Rule, corpus: Corpus, version: str) -> list[Rule]:
    return [corpus.rules[i] for i in rule.see if corpus.rules[i].holds_in(version)]


def _in_order(said: dict[str, Rule], leading: list[Rule]) -> list[Rule]:
    """Each leading rule, its exceptions, its conditions, then its duties; penalties, dates and context last."""
    order = {rule.id: n for n, rule in enumerate(leading)}
    inner = {Effect.EXCEPTION: 2, Effect.CONDITION: 3}
    parent: dict[str, int] = {}
    for rule in said.values():
        for link in rule.see:
            parent.setdefault(link, order.get(rule.id, parent.get(rule.id, len(leading))))
    for rule in said.values():  # a rule said because its exception leads comes before that exception
        parent.setdefault(rule.id, min((order[i] for i in rule.see if i in order), default=len(leading)))

    def key(rule: Rule) -> tuple[int, int, int]:
        late = 0 if order.get(rule.id) == 0 else _LATE.get(rule.effect, 0)
        if rule.id in order:
            return late, order[rule.id], 1
        above = any(i in order and said[i].effect is Effect.EXCEPTION for i in rule.see)
        return late, parent[rule.id], 0 if above else inner.get(rule.effect, 4)

    ordered = sorted(said.values(), key=key)
    for rule in [r for r in ordered if r.effect is Effect.EXCEPTION and r.id not in order]:
        limited = [r for r in ordered if r.effect is Effect.CONDITION and rule.id in r.see]
        if limited:  # the exception to a condition is said right after that condition
            ordered.remove(rule)
            ordered.insert(ordered.index(limited[0]) + 1, rule)
    return ordered


class Composer:
    """Turns rules into statements whose citations carry the words relied on and their checks."""

    def __init__(self, index: Index, entails: Callable[[str, str], float] | None = None) -> None:
        self.index = index
        self.corpus = index.corpus
        self.verifier = Verifier(index, entails)

    def statement(self, rule: Rule, as_of: date) -> Statement:
        """One rule as a statement."""
        return self.verified(rule.statement, rule.provisions, as_of)[0]

    def verified(
        self, text: str, provisions: Sequence[str], as_of: date, quote: str = ""
    ) -> tuple[Statement, tuple[str, ...]]:
        """A sentence as a statement with its checks, and every fault that verification finds, in words.

        `quote` are the words relied on as a draft gives them; without, they are found in each provision.
        """
        provisions = list(dict.fromkeys(provisions))
        known = [p for p in provisions if self._exists(p, as_of)]
        cited = [self.cite(parse_pinpoint(p), text, as_of, None, quote) for p in known]
        quotes = {c.pinpoint: c.quote for c in cited}
        if quote and cited and not any(c.quote == quote for c in cited):
            quotes[cited[0].pinpoint] = quote  # it stands nowhere: the check must see it
        verdict = self.verifier.check(text, provisions, as_of, [quotes.get(p) for p in provisions])
        checks = dict(zip(provisions, verdict.checks, strict=True))
        marked = tuple(replace(c, checks=checks[c.pinpoint]) for c in cited)
        rule = self.corpus.rules.get(verdict.rule)
        return Statement(text, rule.effect if rule else Effect.CONTEXT, marked, verdict.rule), verdict.faults

    def _exists(self, name: str, as_of: date) -> bool:
        try:
            return self.corpus.exists_in(name, self._version(parse_pinpoint(name), as_of))
        except (PinpointError, KeyError):
            return False

    def cite(
        self, pinpoint: Pinpoint, statement: str, as_of: date, supported: bool | None, quote: str = ""
    ) -> Citation:
        """A citation of one provision for one statement; the quote is cut from the provision's own text."""
        work = self.corpus.works[pinpoint.work]
        version = self._version(pinpoint, as_of)
        provision = self.index.texts.get(str(pinpoint), version)
        start = end = shown = verbatim = None
        if provision is not None and provision.text:
            at = provision.text.find(quote) if quote else -1
            start, end = (at, at + len(quote)) if at >= 0 else relied_on(statement, provision.text)
            shown = provision.text[start:end]
            verbatim = shown in provision.text and bool(shown)
        entry = self.corpus.applies(pinpoint, version)
        return Citation(
            work.short, work.authority, str(pinpoint), self.corpus.heading(pinpoint, version),
            provision.version if provision else version, shown, start, end, work.url(pinpoint, version),
            entry.from_ if entry else None, status_of(entry, work.authority, as_of, draft=work.draft), work.draft,
            Checks(self.corpus.exists_in(str(pinpoint), version), verbatim, supported),
        )  # fmt: skip

    def dates(self, leading: Iterable[Rule], said: Iterable[Rule], as_of: date) -> list[Statement]:
        """Since when the leading rules of the AI Act apply, and from when all that is said but does not apply yet."""
        version = self.corpus.works[AI_ACT].version_at(as_of).date
        groups: dict[tuple[date, str, str, bool], list[Pinpoint]] = {}
        for rule, leads in [*((r, True) for r in leading), *((r, False) for r in said)]:
            if rule.effect in {Effect.DATE, Effect.DEFINITION} or rule.statement.count("20") >= 2:
                continue
            dated = [p for p in rule.pinpoints if p.work == AI_ACT and p.top not in UNDATED]
            for pinpoint in dated[:1] if leads else dated:
                entry = self.corpus.applies(pinpoint, version)
                if entry and (leads or entry.from_ > as_of):
                    groups.setdefault((entry.from_, entry.basis, entry.open, "wording" in entry.note), []).append(
                        pinpoint
                    )
        return [self._date(pinpoints, *group, as_of) for group, pinpoints in groups.items()]

    def _date(
        self, pinpoints: list[Pinpoint], day: date, basis: str, doubt: str, reworded: bool, as_of: date
    ) -> Statement:
        names = list(dict.fromkeys(str(p) for p in pinpoints))
        plural = len(names) > 1
        wording = (", in their present wording," if plural else ", in its present wording,") if reworded else ""
        if day <= as_of:
            verb = "have applied since" if plural else "has applied since"
        else:
            verb = "apply from" if plural else "applies from"
        text = (
            f"{listed(names)}{wording} {verb} {_say(day)}."
            if not doubt
            else f"{listed(names)}: {doubt[0].lower()}{doubt[1:]}"
        )
        bases = [parse_pinpoint(basis)] + ([parse_pinpoint("Art. 113(c)(i)")] if doubt else [])
        cited = tuple(self.cite(b, text, as_of, self._dated(b, day, as_of, bool(doubt))) for b in bases)
        return Statement(text, Effect.DATE, cited)

    def verbatim(self, pinpoint: Pinpoint, as_of: date) -> Statement | None:
        """A provision in its own words, for one that is looked up and that no rule restates."""
        provision = self.index.texts.get(str(pinpoint), self._version(pinpoint, as_of))
        citation = self.cite(pinpoint, "", as_of, None)
        heading = f" ({citation.heading})" if citation.heading else ""
        if provision is None:
            text = f"{pinpoint}{heading} exists in the text of {citation.version}; its words are not installed here, so follow the link."
            return Statement(text, Effect.CONTEXT, (citation,))
        words = provision.text.split()
        shown = " ".join(words[:90]) + (" …" if len(words) > 90 else "")
        whole = len(provision.text) if len(words) <= 90 else _offset(provision.text, 90)
        quoted = Citation(**{**{f: getattr(citation, f) for f in Citation.__slots__},
                             "start": 0, "end": whole, "quote": provision.text[:whole],
                             "checks": Checks(citation.checks.exists, True, True)})  # fmt: skip
        return Statement(f"{pinpoint}{heading} reads: “{shown}”", Effect.CONTEXT, (quoted,))

    def _version(self, pinpoint: Pinpoint, as_of: date) -> str:
        return self.corpus.works[pinpoint.work].version_at(as_of).date

    def _dated(self, basis: Pinpoint, day: date, as_of: date, doubt: bool) -> bool | None:
        text = self.verifier.text(basis, as_of)
        if text is None:
            return None
        return doubt or _say(day) in text or str(basis) in {"Omnibus Art. 4"}


def _offset(text: str, words: int) -> int:
    """Where the given number of words ends."""
    at = 0
    for _ in range(words):
        while at < len(text) and text[at].isspace():
            at += 1
        while at < len(text) and not text[at].isspace():
            at += 1
    return at


def status_of(entry: CalendarEntry | None, authority: Authority, as_of: date, *, draft: bool) -> str:
    """Whether a provision applies on the day, from when it will, or that it is not law.

    >>> status_of(None, Authority.TOOLKIT, date(2026, 11, 22), draft=False)
    'not law'
    """
    if authority is not Authority.LAW:
        return (
            "draft, not adopted"
            if draft
            else ("guidance, not law" if authority is Authority.OFFICIAL_GUIDANCE else "not law")
        )
    if entry is None:
        return "interprets the law"
    if entry.from_ <= as_of:
        return f"applies since {_say(entry.from_)}"
    return f"applies from {_say(entry.from_)}, not yet"


def _say(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
