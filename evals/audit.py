"""The commands `register`, `coverage` and `sign`: print what the checks find, mark what was read."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.corpus import Corpus, load_corpus
from assistant.errors import IndexMissing, Misuse
from assistant.index import read_stamp
from assistant.law import AI_ACT
from assistant.register import Rule
from assistant.settings import Settings
from assistant.texts import Texts
from evals import coverage, plants
from evals.register import KINDS, Checker, summary

BOUND = {
    "date moved": 1.0,
    "number changed": 1.0,
    "provision that does not exist": 1.0,
    "wrong letter": 1.0,
    "version swapped": 1.0,
}
OVERALL = 0.95


def opened(settings: Settings) -> tuple[Corpus, Texts]:
    """The corpus as its files are now, and the official texts of the index in use.

    Raises `IndexMissing` where the AI Act is not installed: without it nothing can be held against the law.
    """
    corpus = load_corpus(settings.corpus)
    _, folder = read_stamp(settings)
    texts = Texts.load(folder / "texts.jsonl")
    if not all(f"{AI_ACT}@{v.date}" in texts.by_version for v in corpus.works[AI_ACT].versions):
        raise IndexMissing(
            "The official text of the AI Act is not installed.", "Run: python -m ingest --originals FOLDER"
        )
    return corpus, texts


def check_register(settings: Settings, *, planted: bool, seed: int = plants.SEED) -> int:
    """Print every fault of the register, and with `planted` what the checks catch; 1 when anything falls short."""
    corpus, texts = opened(settings)
    checker, console = Checker(corpus, texts), Console(soft_wrap=True)
    faults = [f for rule in corpus.rules.values() for f in checker.faults(rule)]
    for fault in faults:
        console.print(str(fault), highlight=False, markup=False)
    settled = Counter(kind for r in corpus.rules.values() if r.reviewed for kind in r.reviewed.despite)
    table = Table(title=f"{len(corpus.rules)} rules held against the law")
    for column in ("check", "faults", "settled by a reader"):
        table.add_column(column, justify="left" if column == "check" else "right")
    for kind in KINDS:
        table.add_row(kind, str(summary(faults)[kind]), str(settled[kind]))
    console.print(table)
    eases = sorted(checker.reading_ease(r.statement) for r in corpus.rules.values())
    console.print(
        f"Median length {_median([len(r.statement.split()) for r in corpus.rules.values()])} words; median Flesch reading ease {_median(eases):.0f}."
    )
    short = _print_plants(corpus, checker, console, seed) if planted else False
    return 1 if faults or short else 0


def _print_plants(corpus: Corpus, checker: Checker, console: Console, seed: int) -> bool:
    """The catch rate by kind of error; whether any is below what is asked."""
    made = plants.plants(corpus, seed)
    seen = [plants.caught(p, checker) for p in made]
    table = Table(title=f"{len(made)} planted errors (seed {seed})")
    for column in ("error", "planted", "caught by the checks", "rate", "caught by the seal"):
        table.add_column(column, justify="left" if column == "error" else "right")
    short = False
    for kind in plants.MAKERS:
        mine = [c for p, c in zip(made, seen, strict=True) if p.kind == kind]
        sealed = sum(p.planted.seal != p.sound.seal for p in made if p.kind == kind)
        rate = sum(mine) / len(mine) if mine else 1.0
        short |= rate < BOUND.get(kind, 0.0)
        table.add_row(kind, str(len(mine)), str(sum(mine)), f"{rate:.3f}", str(sealed))
    overall = sum(seen) / len(seen)
    table.add_row(
        "all", str(len(seen)), str(sum(seen)), f"{overall:.3f}", str(sum(p.planted.seal != p.sound.seal for p in made))
    )
    console.print(table)
    return short or overall < OVERALL


def check_coverage(settings: Settings, *, verbose: bool) -> int:
    """Print how the scope is covered, and every gap; 1 when there is one."""
    corpus = load_corpus(settings.corpus)
    console = Console(soft_wrap=True)
    rows = list(coverage.rows(corpus))
    table = Table(title="Provisions the register must cover")
    for column in ("edition", "provisions", "cited by rules", "explained", "gaps"):
        table.add_column(column, justify="left" if column == "edition" else "right")
    for name in dict.fromkeys(r.edition for r in rows):
        mine = [r for r in rows if r.edition == name]
        table.add_row(name, str(len(mine)), *(str(sum(map(f, mine))) for f in (_is_cited, _is_explained, _is_gap)))
    if verbose:
        for row in rows:
            said = row.why or "cited"
            console.print(
                f"{row.edition} {row.pinpoint}: {', '.join(row.rules) or 'no rule'} ({said})",
                highlight=False,
                markup=False,
            )
    for row in rows:
        if row.gap:
            console.print(f"gap: {row.edition} {row.pinpoint}", highlight=False, markup=False)
    for pinpoint in coverage.needless(corpus):
        console.print(f"explained without need: {pinpoint}", highlight=False, markup=False)
    console.print(table)
    return 1 if any(r.gap for r in rows) else 0


def _is_cited(row: coverage.Row) -> bool:
    return bool(row.rules) and not row.why


def _is_explained(row: coverage.Row) -> bool:
    return bool(row.why)


def _is_gap(row: coverage.Row) -> bool:
    return row.gap


def sign(settings: Settings, ids: Sequence[str], on: date, despite: Sequence[str]) -> int:
    """Mark rules as held against the law: writes `reviewed:` with the day, the texts read and the seal.

    Raises `Misuse` for an id that is no rule or a check that is none.
    """
    corpus = load_corpus(settings.corpus)
    if unknown := [i for i in ids if i not in corpus.rules]:
        raise Misuse(f"{', '.join(unknown[:5])}: no such rule.", "Name the ids of rules that were read.")
    if strange := [d for d in despite if d not in KINDS]:
        raise Misuse(f"{', '.join(strange)}: no such check.", f"Checks: {', '.join(KINDS)}.")
    changes = {i: {"reviewed": review_line(corpus, corpus.rules[i], on, despite)} for i in ids}
    for path in sorted((settings.corpus / "register").glob("*.yaml")):
        before = path.read_text("utf-8")
        if (after := with_lines(before, changes)) != before:
            path.write_text(after, "utf-8")
    sys.stdout.write(f"{len(ids)} rules marked as read on {on}.\n")
    return 0


def review_line(corpus: Corpus, rule: Rule, on: date, despite: Sequence[str]) -> str:
    """The value of `reviewed:` for a rule as it stands now."""
    texts = (
        {v.date for v in corpus.works[AI_ACT].versions if rule.holds_in(v.date)}
        if any(p.work == AI_ACT for p in rule.pinpoints)
        else set()
    )
    texts |= {corpus.works[p.work].versions[-1].date for p in rule.pinpoints if p.work != AI_ACT}
    quoted = ", ".join(f'"{t}"' for t in sorted(texts))
    tail = f", despite: [{', '.join(despite)}]" if despite else ""
    return f'{{day: {on}, texts: [{quoted}], seal: "{rule.seal}"{tail}}}'


def with_lines(text: str, changes: dict[str, dict[str, Any]]) -> str:
    r"""A register file with one-line fields of some rules set, everything else left as it was.

    >>> with_lines("- id: a-b\n  see: []\n  words: [x]\n", {"a-b": {"limits": "[c-d]"}})
    '- id: a-b\n  see: []\n  limits: [c-d]\n  words: [x]\n'
    """
    entries = re.split(r"(?m)^(?=- id: )", text)
    for n, entry in enumerate(entries):
        name = re.match(r"- id: [\"']?([a-z0-9-]+)", entry)
        for field, value in changes.get(name[1] if name else "", {}).items():
            bare = re.sub(rf"(?m)^  {field}:.*\n(?:    .*\n)*", "", entry)
            line = f"  {field}: {value}\n" if value else ""
            at = re.search(r"(?m)^  (?:words|questions):", bare)
            entry = bare[: at.start()] + line + bare[at.start() :] if at else bare + line
        entries[n] = entry
    return "".join(entries)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
