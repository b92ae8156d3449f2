"""The evaluator's commands, as they print: run, score, compare, report, bless, lint, release, schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant import Assistant, Misuse
from assistant.aids.reader import word_diff
from evals.answers import answers_schema
from evals.baseline import baseline, bless
from evals.cases import case_schema, load_cases, set_folder
from evals.compare import Comparison, Pair, compare
from evals.gates import GATES, Crossing, load_gates, through
from evals.lint import lint_set, release_set
from evals.metrics import by_category, figures, latency
from evals.planted import self_test
from evals.report import write_report
from evals.run import Scored, make_run, repeats, scored, stored_runs
from evals.score import Score, own_said

SCHEMAS = Path(__file__).parent
SHOWN = 20  # cases named under a gate or in a list, before "and n more"


def _console() -> Console:
    """Wide enough for the tables where the output is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=130)


def run(
    sets: Sequence[str], *, release: str = "", gate: bool = False, gates: Path = GATES, verbose: bool = False,
    out: Path | None = None, fresh: bool = False,
) -> int:  # fmt: skip
    """Answer the cases of each set, store the answers, print the figures; with `gate`, exit 1 where one is broken."""
    if out and len(sets) > 1:
        raise Misuse("--out names one folder, and there are several sets.", "Run them one by one.")
    thresholds = load_gates(gates)
    assistant = Assistant.open()
    console = _console()
    failed = False
    for name in sets:
        folder = make_run(assistant, name, release=release, out=out, fresh=fresh)
        result = scored(folder, name, release, assistant)
        console.print(_table(result))
        if verbose and not result.secret:
            _print_faults(result, console)
        copies = repeats(assistant, [s.case for s in result.scores])
        for case_id, question, likeness in copies:
            console.print(
                f"[yellow]{case_id} nearly repeats a question of the register ({likeness}): {escape(question)}"
            )
        console.print(f"{len(copies)} of {len(result.scores)} cases nearly repeat a question of the register.")
        console.print(f"Stored in {folder}", highlight=False)
        if gate:
            failed |= not _print_gates(result, through(result, thresholds, baseline(name)), console)
    return int(failed)


def rescore(path: Path, *, name: str = "", gate: bool = False, verbose: bool = False) -> int:
    """Score stored answers, of this assistant or of any other; nothing is asked."""
    result = scored(path, name)
    console = _console()
    console.print(_table(result))
    if verbose and not result.secret:
        _print_faults(result, console)
    if gate:
        return int(not _print_gates(result, through(result, load_gates(), baseline(result.set)), console))
    return 0


def compare_runs(first: Path | None, second: Path | None, *, name: str = "", cases: int = SHOWN) -> int:
    """Two runs side by side; with one, the blessed baseline against it; with none, against the latest run."""
    console = _console()
    if second is None:
        latest = first or next(iter(stored_runs()), None)
        if latest is None:
            raise Misuse("There is no run to compare.", "Make one: python -m evals run")
        theirs = scored(latest, name)
        mine = baseline(theirs.set)
        if mine is None:
            raise Misuse(
                f"The set {theirs.set} has no blessed baseline.",
                "Name two runs, or bless one: python -m evals bless RUN",
            )
    else:
        mine, theirs = scored(first or Path(), name), scored(second, name)
    _print_comparison(compare(mine, theirs), console, cases, secret=mine.secret or theirs.secret)
    return 0


def report(path: Path | None, *, name: str = "", out: Path | None = None) -> int:
    """Write the HTML report, the JUnit XML and the CSV of a run, the latest unless one is named."""
    path = path or next(iter(stored_runs()), None)
    if path is None:
        raise Misuse("There is no run to report on.", "Make one: python -m evals run")
    result = scored(path, name)
    known = baseline(result.set)
    target = out or (path if path.is_dir() else path.parent / f"{path.stem}-report")
    written = write_report(target, result, through(result, load_gates(), known), known)
    for file in written:
        _console().print(str(file), highlight=False, soft_wrap=True)
    return 0


def bless_run(path: Path, *, on: date, name: str = "") -> int:
    """Make a run the baseline of its set; refused where it breaks a gate."""
    result = scored(path, name)
    console = _console()
    if not _print_gates(result, through(result, load_gates(), baseline(result.set)), console):
        console.print("[red]Not blessed: a run that breaks a gate cannot be the baseline.")
        return 1
    console.print(f"Blessed: {bless(result, on)}", highlight=False)
    return 0


def lint(sets: Sequence[str]) -> int:
    """Hold the cases of each set against the law; exit 1 where one is wrong."""
    console = _console()
    found = 0
    for name in sets:
        faults, notes, cases = lint_set(set_folder(name))
        for fault in faults:
            console.print(f"[red]{escape(fault)}", soft_wrap=True)
        for note in notes:
            console.print(escape(note), soft_wrap=True)
        console.print(f"{name}: {cases} cases, {len(faults)} faults.")
        found += len(faults)
    return int(bool(found))


def release(name: str, label: str) -> int:
    """Freeze a set under a name; refused where a case is wrong or was changed without a new version."""
    _console().print(release_set(set_folder(name), label), highlight=False)
    return 0


def selftest(name: str) -> int:
    """The planted systems over a set; exit 1 where one does not score as it should."""
    table = Table(title="planted systems")
    for column in ("system", "metric", "value", "as it should be"):
        table.add_column(column, justify="right" if column == "value" else "left")
    wrong = 0
    for system, metric, value, right in self_test(Assistant.open(), load_cases(set_folder(name))):
        wrong += not right
        table.add_row(system, metric, f"{value:.3f}", "yes" if right else "[red]no")
    _console().print(table)
    return int(bool(wrong))


def schema(*, write: bool = False) -> int:
    """Print the published schemas of cases and answers, or write them beside the code."""
    for name, made in (("cases", case_schema()), ("answers", answers_schema())):
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        if write:
            (SCHEMAS / f"{name}.schema.json").write_text(text, "utf-8")
        else:
            _console().print_json(text)
    return 0


def _table(result: Scored) -> Table:
    table = Table(title=f"{result.name}: {len(result.scores)} cases")
    for column in ("stage", "metric", "value", "95 % interval", "of"):
        table.add_column(column, justify="left" if column in {"stage", "metric"} else "right")
    stage = ""
    for f in figures(result.scores):
        shown = f.metric.stage if f.metric.stage != stage else ""
        stage = f.metric.stage
        table.add_row(shown, f.metric.name, f"{f.value:.3f}", f"{f.low:.3f}-{f.high:.3f}", f"{f.n:g} {f.metric.unit}")
    if timed := latency(result.scores):
        table.add_row(
            "", "latency, median (ms)", f"{timed.median:.1f}", f"{timed.low:.1f}-{timed.high:.1f}", f"{timed.n} answers"
        )
        table.add_row("", "latency, 95th percentile (ms)", f"{timed.p95:.1f}", "", f"{timed.n} answers")
    table.add_section()
    for category, found in by_category(result.scores).items():
        named = {f.metric.name: f for f in found}
        right = named["outcome accuracy"]
        recall = named.get("required-citation recall")
        table.add_row(
            "category", category, f"{right.value:.3f}", f"{right.low:.3f}-{right.high:.3f}",
            f"{right.n:g} cases{f', recall {recall.value:.2f}' if recall else ''}",
        )  # fmt: skip
    return table


def _print_faults(result: Scored, console: Console) -> None:
    for s in result.scores:
        if not s.passed:
            said = "; ".join(f.text for f in s.faults)
            console.print(
                f"[bold]{s.case.id}[/] ({s.case.severity}) {escape(s.case.question)}\n    {escape(said)}",
                highlight=False, soft_wrap=True,
            )  # fmt: skip


def _print_gates(result: Scored, passages: Sequence[Crossing], console: Console) -> bool:
    for p in passages:
        console.print(f"{'[green]holds' if p.passed else '[red]BROKEN'}[/] {p.gate} ({p.said})", highlight=False)
        if not p.passed and not result.secret:
            for s in p.cases[:SHOWN]:
                console.print(f"    {_line(s)}", highlight=False, soft_wrap=True)
            if len(p.cases) > SHOWN:
                console.print(f"    and {len(p.cases) - SHOWN} more: python -m evals report names them all")
    return all(p.passed for p in passages)


def _line(s: Score) -> str:
    return escape(
        f"{s.case.id} ({s.case.severity}): {s.case.question} — {'; '.join(f.text for f in s.faults) or 'stray citations'}"
    )


def _print_comparison(found: Comparison, console: Console, most: int, *, secret: bool) -> None:
    console.print(
        f"{found.first} against {found.second}: {found.cases} cases, {found.left_out} left out (not in both, or changed)"
    )
    console.print(f"fixed {len(found.fixed)}, broken {len(found.broken)}, otherwise changed {len(found.changed)}")
    if not secret:
        for title, pairs in (("broken", found.broken), ("fixed", found.fixed), ("changed", found.changed)):
            for pair in pairs[:most]:
                _print_pair(title, pair, console)
            if len(pairs) > most:
                console.print(f"and {len(pairs) - most} more {title}; --cases shows more")
    table = Table(title="paired differences")
    for column in ("metric", found.first, found.second, "change", "95 % interval", "p", "test"):
        table.add_column(column, justify="left" if column in {"metric", "test"} else "right")
    for d in found.differences:
        colour = "" if d.p >= 0.05 else "green" if d.better else "red"
        table.add_row(
            d.metric.name, f"{d.first:.3f}", f"{d.second:.3f}", f"{d.change:+.3f}", f"{d.low:+.3f} to {d.high:+.3f}",
            f"{d.p:.3f}", f"{d.test}, {d.cases} cases", style=colour,
        )  # fmt: skip
    console.print(table)


def _print_pair(title: str, pair: Pair, console: Console) -> None:
    case = pair.second.case
    colour = {"broken": "red", "fixed": "green"}.get(title, "yellow")
    console.print(
        f"[{colour}]{title}[/] [bold]{case.id}[/] ({case.severity}) {escape(case.question)}",
        highlight=False,
        soft_wrap=True,
    )
    gone, new = (set(f.text for f in s.faults) for s in (pair.first, pair.second))
    for text in sorted(new - gone):
        console.print(f"    new: {escape(text)}", highlight=False, soft_wrap=True)
    for text in sorted(gone - new):
        console.print(f"    gone: {escape(text)}", highlight=False, soft_wrap=True)
    marks = {"same": "", "gone": "[red strike]", "new": "[green]"}
    parts = [
        f"{marks[kind]}{escape(_shortened(words) if kind == 'same' else words)}{'[/]' if marks[kind] else ''}"
        for kind, words in word_diff(own_said(pair.first.row), own_said(pair.second.row))
    ]
    console.print(f"    {' '.join(parts)}", highlight=False, soft_wrap=True)


def _shortened(words: str, most: int = 12) -> str:
    parts = words.split()
    return words if len(parts) <= most else f"{' '.join(parts[: most // 2])} … {' '.join(parts[-most // 2 :])}"
