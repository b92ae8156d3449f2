"""Mutants: sentences made wrong by script, one change each, from sentences that are true.

A sentence is what anyone might draft: words, the provisions it cites, and the words it quotes from the first
of them. The kinds are those in which guidance goes wrong in practice: a date or number, the article or letter
cited, who is bound, how (must, may, must not), a negation, an exception left out, two provisions blended, a
quote altered by one word.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant import agree
from assistant.actors import subjects
from assistant.corpus import Corpus, edition
from assistant.index import Index
from assistant.law import AI_ACT, Authority, Pinpoint, parse_pinpoint
from assistant.settings import Settings
from assistant.verify import Verifier, relied_on

DAY = date(2026, 11, 22)  # the day on which sentences on the current law are checked


@dataclass(frozen=True, slots=True)
class Sentence:
    """A drafted sentence: its words, the provisions it cites, and what it quotes of the first of them."""

    name: str  # the rule whose meaning it has
    text: str
    provisions: tuple[str, ...]
    version: str  # of the AI Act
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong sentence, the true one it was made from, and what was changed."""

    kind: str
    sentence: Sentence
    true: Sentence


def mutants(
    sentences: list[Sentence], corpus: Corpus, *, each: int, seed: int = 7, kinds: frozenset[str] = frozenset()
) -> list[Mutant]:
    """At most `each` mutants of every kind, drawn from all that can be made of the sentences."""
    rng = random.Random(seed)
    found = []
    for kind, make in MAKERS.items():
        if kinds and kind not in kinds:
            continue
        made = []
        for n, sentence in enumerate(sentences):
            if kind == "two provisions blended":
                made += [
                    Mutant(kind, s, sentence) for s in _blended(sentence, sentences[(n + 7) % len(sentences)], rng)
                ]
            else:
                made += [Mutant(kind, s, sentence) for s in make(sentence, corpus, rng) if s != sentence]
        found += rng.sample(made, min(each, len(made)))
    return found


# -- changes of the words ------------------------------------------------------------------------------------------


def moved_date(text: str, rng: random.Random) -> Iterator[str]:
    """Another day, month or year.

    >>> list(moved_date("It applies from 2 August 2026.", random.Random(1)))
    ['It applies from 2 August 2025.']
    """
    for day in sorted(agree.dates(text)):
        said = f"{day.day} {agree.MONTHS[day.month - 1]} {day.year}"
        other = rng.choice([
            date(day.year + 1, day.month, day.day), date(day.year - 1, day.month, day.day),
            date(day.year, day.month % 12 + 1, min(day.day, 28)), date(day.year, day.month, day.day % 27 + 1),
        ])  # fmt: skip
        if said in text:
            yield text.replace(said, f"{other.day} {agree.MONTHS[other.month - 1]} {other.year}")


_SPELT = "zero one two three four five six seven eight nine ten eleven twelve".split()


def changed_number(text: str, rng: random.Random) -> Iterator[str]:
    """Another number of the same thing: 48 hours become 96.

    >>> list(changed_number("Ask within 48 hours.", random.Random(1)))
    ['Ask within 96 hours.']
    """
    for value, _ in sorted(agree.quantities(text)):
        spelt = _SPELT[int(value) : int(value) + 1] if 1 < value < 13 else []
        for shown in (f"{value:g}", f"{value / 1e6:g} million", *spelt):
            other = value * 2 if rng.random() < 0.5 else value + 1 + (value >= 12) * 11
            new = (
                _SPELT[int(other)]
                if shown.isalpha() and other < 13
                else f"{other / 1e6:g} million"
                if "million" in shown
                else f"{other:g}"
            )
            pattern = rf"(?<![\d(.,]){re.escape(shown)}\b(?!\s*(?:{'|'.join(agree.MONTHS)})|\()"
            named = re.search(
                rf"(?:Art\w*\.?|Annex|Recital|Section|points?|paragraphs?|¶) (?:\S+ (?:to|and|or) )?{re.escape(shown)}\b",
                text,
            )
            if not named and re.search(pattern, text):
                yield re.sub(pattern, new, text, count=1)


_DROPS = (
    (r"\b(must|may|shall|need|does|do|is|are|did|has|have|can|was|were) not\b", r"\1"), (r"\bcannot\b", "can"),
    (r"\b(is|are) (?:prohibited|forbidden|banned)\b", r"\1 allowed"), (r"\bneed not\b", "must"),
)  # fmt: skip


def dropped_negation(text: str, rng: random.Random) -> Iterator[str]:
    """A negation falls out.

    >>> list(dropped_negation("Police must not use it.", random.Random(1)))
    ['Police must use it.']
    """
    for pattern, new in _DROPS:
        if re.search(pattern, text):
            yield re.sub(pattern, new, text, count=1)
            return


_ADDS = (
    (r"\bmust (?!not\b)", "must not "), (r"\b(has|have) to\b", r"does not \1 to"), (r"\b(is|are) high-risk\b", r"\1 not high-risk"),
    (r"\bmay (?!not\b)", "may not "), (r"\b(is|are) (allowed|permitted|required|entitled)\b", r"\1 not \2"),
)  # fmt: skip


def added_negation(text: str, rng: random.Random) -> Iterator[str]:
    """A negation comes in.

    >>> list(added_negation("Police must ask.", random.Random(1)))
    ['Police must not ask.']
    """
    for pattern, new in _ADDS:
        if re.search(pattern, text):
            yield re.sub(pattern, new, text, count=1)
            return


_MODALITIES = (
    (r"\bmust not\b", "need not"), (r"\bmay not\b", "need not"), (r"\b(?:must|has to|have to)\b", "may"), (r"\bmay\b(?! not)", "must"),
    (r"\b(is|are) (?:required|obliged) to\b", r"\1 free to"), (r"\b(is|are) (?:allowed|permitted|free) to\b", r"\1 required to"),
    (r"\b(is|are) (?:banned|prohibited|forbidden)\b", r"\1 discouraged"),
)  # fmt: skip


def swapped_modality(text: str, rng: random.Random) -> Iterator[str]:
    """Must becomes may, may becomes must, a ban becomes a choice.

    >>> list(swapped_modality("Police may ask.", random.Random(1)))
    ['Police must ask.']
    """
    for pattern, new in _MODALITIES:
        if re.search(pattern, text):
            yield re.sub(pattern, new, text)
            return


_OTHERS = {
    r"[Pp]roviders?|[Ss]uppliers?|[Dd]evelopers?": "deployer", r"[Dd]eployers?": "provider",
    r"[Mm]arket surveillance authorit(?:y|ies)": "provider", r"[Cc]ontrollers?": "provider", r"[Pp]olice force|[Ff]orces?": "supplier",
    r"Member States?": "Providers", r"(?:The )?Commission": "Deployers",
}  # fmt: skip


def swapped_actor(text: str, rng: random.Random) -> Iterator[str]:
    """Somebody else is bound.

    >>> list(swapped_actor("The provider must keep the logs.", random.Random(1)))
    ['The deployer must keep the logs.']
    """
    if len(subjects(text)) != 1:
        return
    for words, other in _OTHERS.items():
        changed = re.sub(rf"\b(?:{words})\b", other, text, count=1)
        if changed != text and subjects(changed) != subjects(text):
            yield changed
            return


_EXCEPTION = re.compile(
    r",? (?:unless|except(?: where| when| if| for| that)?|save (?:where|for)|provided that|but only|only (?:if|where|when|for|after)|other than|as long as|subject to|without prejudice to|apart from)\b[^.;]*",
    re.I,
)


def dropped_exception(text: str, rng: random.Random) -> Iterator[str]:
    """The clause with the exception or condition is left out.

    >>> list(dropped_exception("Live search in public is banned, unless a judge agrees.", random.Random(1)))
    ['Live search in public is banned.']
    """
    m = _EXCEPTION.search(text)
    if m and len(text[: m.start()].split()) >= 5 and len(m[0].split()) >= 3:
        kept = text[: m.start()].rstrip(" ,") + text[m.end() :]
        yield kept if kept.endswith(".") else kept + "."


def _blended(one: Sentence, other: Sentence, rng: random.Random) -> Iterator[Sentence]:
    """The first half of one sentence with the second half of another, citing both."""
    if one.name == other.name or set(one.provisions) & set(other.provisions):
        return
    a = re.split(r", | (?=(?:must|may|is|are|has|have)\b)", one.text, maxsplit=1)
    b = re.split(r", | (?=(?:must|may|is|are|has|have)\b)", other.text, maxsplit=1)
    if len(a) == 2 and len(b) == 2 and len(a[0].split()) >= 3 and len(b[1].split()) >= 4:
        yield replace(one, text=f"{a[0]} {b[1]}", provisions=(one.provisions[0], other.provisions[0]))


# -- changes of the citation ------------------------------------------------------------------------------------------


def _moved_article(sentence: Sentence, corpus: Corpus, rng: random.Random) -> Iterator[Sentence]:
    """The sentence cites another article of the same work, or one that does not exist."""
    own = parse_pinpoint(sentence.provisions[0])
    if own.kind != "article":
        return
    if rng.random() < 0.3:
        other = str(Pinpoint(own.work, "article", str(rng.randrange(130, 999)), parts=own.parts))
    else:
        known = corpus.exists.get(_edition(own, sentence, corpus), {})
        elsewhere = [
            k for k in known if (p := parse_pinpoint(k)).kind == "article" and p.unit != own.unit and len(p.parts) <= 1
        ]
        if not elsewhere:
            return
        other = rng.choice(elsewhere)
    yield replace(sentence, provisions=(other,), quote="")


def _moved_letter(sentence: Sentence, corpus: Corpus, rng: random.Random) -> Iterator[Sentence]:
    """The sentence cites a neighbouring paragraph or letter."""
    own = parse_pinpoint(sentence.provisions[0])
    if not own.parts or corpus.works[own.work].authority is not Authority.LAW:
        return
    beside = [
        key for key in corpus.exists.get(_edition(own, sentence, corpus), {})
        if key not in sentence.provisions and (p := parse_pinpoint(key)).parts and p != own
        and (p.kind, p.unit, p.section, p.parts[:-1]) == (own.kind, own.unit, own.section, own.parts[:-1])
    ]  # fmt: skip
    if beside:
        yield replace(sentence, provisions=(rng.choice(beside),), quote="")


def _edition(pinpoint: Pinpoint, sentence: Sentence, corpus: Corpus) -> str:
    version = sentence.version if pinpoint.work == AI_ACT else corpus.works[pinpoint.work].versions[-1].date
    return edition(pinpoint.work, version)


_FILLERS = "shall not may only prior all any competent national public before after without serious".split()


def _altered_quote(sentence: Sentence, corpus: Corpus, rng: random.Random) -> Iterator[Sentence]:
    """One word of the quote is another one."""
    words = sentence.quote.split()
    if len(words) >= 3:
        n = rng.randrange(len(words))
        new = rng.choice([f for f in _FILLERS if f != words[n].lower()])
        yield replace(sentence, quote=" ".join([*words[:n], new, *words[n + 1 :]]))


def _worded(change: Callable[[str, random.Random], Iterator[str]]) -> Callable[..., Iterator[Sentence]]:
    def make(sentence: Sentence, corpus: Corpus, rng: random.Random) -> Iterator[Sentence]:
        for text in change(sentence.text, rng):
            yield replace(sentence, text=text)

    return make


MAKERS: dict[str, Callable[..., Iterator[Sentence]]] = {
    "date moved": _worded(moved_date),
    "number changed": _worded(changed_number),
    "article moved": _moved_article,
    "letter moved": _moved_letter,
    "actor swapped": _worded(swapped_actor),
    "modality swapped": _worded(swapped_modality),
    "negation dropped": _worded(dropped_negation),
    "negation added": _worded(added_negation),
    "exception dropped": _worded(dropped_exception),
    "two provisions blended": _blended,
    "quote altered": _altered_quote,
}


# -- measuring ------------------------------------------------------------------------------------------------------

LINES = Path(__file__).parent / "lines"
EACH = 300  # mutants of a kind and source, at most


@dataclass(frozen=True, slots=True)
class Caught:
    """How verification did on one source of sentences: true ones refused, mutants caught, of how many, by kind."""

    source: str
    refused: int
    true: int
    caught: dict[str, int]
    made: dict[str, int]

    @property
    def share(self) -> float:
        """Share of the mutants that were caught."""
        return sum(self.caught.values()) / (sum(self.made.values()) or 1)


def sentences_of(index: Index, source: str) -> list[Sentence]:
    """True sentences: the register's own, or others' rewordings of them ("dev", "held-out"), with words they rely on."""
    corpus, latest = index.corpus, index.corpus.works[AI_ACT].versions[-1].date
    if source == "register":
        said = [(rule, rule.statement) for rule in corpus.rules.values()]
    else:
        lines = (LINES / f"paraphrases-{source}.jsonl").read_text("utf-8").splitlines()
        said = [
            (corpus.rules[row["rule"]], row["text"]) for row in map(json.loads, lines) if row["rule"] in corpus.rules
        ]
    found = []
    for rule, text in said:
        version = rule.version or latest
        pinpoint = rule.pinpoints[0]
        held = index.texts.get(
            str(pinpoint), _edition(pinpoint, Sentence("", "", (), version), corpus).partition("@")[2]
        )
        quote = held.text[slice(*relied_on(rule.statement, held.text))] if held and held.text else ""
        found.append(Sentence(rule.id, text, rule.provisions, version, quote))
    return found


def measure(index: Index, source: str, *, each: int = EACH) -> Caught:
    """Hold the true sentences of a source and their mutants against the law and its reading."""
    verifier = Verifier(index)
    day_of = {v.date: v.since for v in index.corpus.works[AI_ACT].versions}
    latest = index.corpus.works[AI_ACT].versions[-1].date

    def passes(s: Sentence) -> bool:
        day = DAY if s.version == latest else day_of[s.version]
        return verifier.check(s.text, s.provisions, day, [s.quote or None]).passed

    true = sentences_of(index, source)
    made, caught = Counter[str](), Counter[str]()
    for mutant in mutants(true, index.corpus, each=each):
        made[mutant.kind] += 1
        caught[mutant.kind] += not passes(mutant.sentence)
    return Caught(source, sum(not passes(s) for s in true), len(true), dict(caught), dict(made))


def report(settings: Settings) -> int:
    """Print what is caught and what is refused, for the register's sentences and for free rewordings of them."""
    index = Index.open(settings)
    index.warm()
    table = Table(title="verification of mutated sentences")
    results = [measure(index, source) for source in ("register", "dev", "held-out")]
    table.add_column("")
    for r in results:
        table.add_column(
            {"register": "as reviewed", "dev": "reworded, dev", "held-out": "reworded, held-out"}[r.source],
            justify="right",
        )
    table.add_row("true sentences refused", *(f"{r.refused} of {r.true} ({r.refused / r.true:.3f})" for r in results))
    table.add_row(
        "mutants caught", *(f"{sum(r.caught.values())} of {sum(r.made.values())} ({r.share:.3f})" for r in results)
    )
    for kind in MAKERS:
        table.add_row(f"  {kind}", *(f"{r.caught.get(kind, 0)} of {r.made.get(kind, 0)}" for r in results))
    Console(width=120).print(table)
    return 0
