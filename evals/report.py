"""Reports of a run: one self-contained HTML page, JUnit XML for CI, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree

from assistant import Misuse, settings
from assistant.aids.reader import word_diff
from assistant.errors import PinpointFault
from assistant.index import Index
from assistant.texts import Texts
from evals.charts import CHARTS, as_svg
from evals.compare import Comparison, compare
from evals.gates import Crossing
from evals.metrics import by_category, figures, latency
from evals.run import Scored
from evals.score import Score, meets, own_said

FILES = ("report.html", "junit.xml", "scores.csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula


def write_report(folder: Path, run: Scored, passages: Sequence[Crossing], known: Scored | None) -> list[Path]:
    """Write the three files, all or none. Raises `Misuse` where the folder cannot be written."""
    found = compare(known, run) if known else None
    made = {
        "report.html": html_report(run, passages, found),
        "junit.xml": junit(run, passages, known),
        "scores.csv": as_csv(run),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as unfinished:
            for name, text in made.items():
                (Path(unfinished) / name).write_text(text, "utf-8")
            for name in made:
                os.replace(Path(unfinished) / name, folder / name)
    except OSError as error:
        raise Misuse(f"{folder} cannot be written: {error.strerror}.", "Name another folder with --out.") from error
    return [folder / name for name in FILES]


# -- HTML ------------------------------------------------------------------------------------------------------


def html_report(run: Scored, passages: Sequence[Crossing], found: Comparison | None) -> str:
    """The report as one page without anything to load: figures, plots, gates, comparison, every case."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    secret = run.secret or bool(found and found.cases == 0)
    shown = [] if secret else [case_view(s) for s in sorted(run.scores, key=lambda s: (s.passed, s.case.category))]
    return environment.get_template("report.html.jinja").render(
        run=run, passages=passages, found=found, figures=figures(run.scores), by_category=by_category(run.scores), latency=latency(run.scores), cases=shown,
        charts=[(title, note, as_svg(make(run.scores))) for title, note, make in CHARTS], secret=secret,
        pairs=_pairs(found) if found and not secret else [], categories=sorted({s.case.category for s in run.scores}),
    )  # fmt: skip


def case_view(s: Score, texts: Texts | None = None) -> dict[str, Any]:
    """One case for people: question, evidence, answer, verdicts, and the words relied on inside their provision."""
    sources = texts or _texts()
    said = s.row.statements
    rows = []
    for n, held in enumerate(s.held):
        statement = said[n] if n < len(said) else None
        cites = [
            {
                "pinpoint": c.pinpoint, "version": c.version or "", "exists": held.exists[i], "verbatim": held.verbatim[i],
                "source": highlighted(c.pinpoint, c.version or "", c.start, c.end, sources),
            }
            for i, c in enumerate(statement.citations if statement else ())
        ]  # fmt: skip
        rows.append({"text": statement.text if statement else "", "supported": held.supported,
                     "faults": held.faults, "stale": held.stale, "citations": cites})  # fmt: skip
    return {"score": s, "case": s.case, "row": s.row, "statements": rows, "passed": s.passed,
            "ranked": [(p, _wanted(p, s)) for p in (s.row.retrieved or ())[:10]]}  # fmt: skip


def _wanted(pinpoint: str, s: Score) -> bool:
    return any(meets(pinpoint, e) for g in s.case.require for e in g)


def highlighted(
    pinpoint: str, version: str, start: int | None, end: int | None, texts: Texts | None
) -> tuple[str, str, str] | None:
    """The provision's text before, within and after the words relied on; `None` where it is not installed."""
    provision = texts.get(pinpoint, version) if texts and version else None
    if provision is None or start is None or end is None:
        return None
    before, after = provision.text[max(0, start - 400) : start], provision.text[end : end + 400]
    return (
        ("…" if start > 400 else "") + before,
        provision.text[start:end],
        after + ("…" if end + 400 < len(provision.text) else ""),
    )


_held_texts: dict[str, Texts | None] = {}


def _texts() -> Texts | None:
    """The official texts of the index in use, read once; nothing where there is none."""
    folder = str(settings().data)
    if folder not in _held_texts:
        try:
            _held_texts[folder] = Index.open(settings()).texts
        except PinpointFault:
            _held_texts[folder] = None
    return _held_texts[folder]


def _pairs(found: Comparison) -> list[dict[str, Any]]:
    named = (("broken", found.broken), ("fixed", found.fixed), ("changed", found.changed))
    return [
        {"kind": kind, "case": p.second.case, "first": p.first, "second": p.second,
         "diff": word_diff(own_said(p.first.row), own_said(p.second.row))}
        for kind, pairs in named
        for p in pairs
    ]  # fmt: skip


# -- JUnit and CSV -----------------------------------------------------------------------------------------------


def junit(run: Scored, passages: Sequence[Crossing], known: Scored | None) -> str:
    """JUnit XML: one suite of gates, one suite per category of cases.

    A case that falls short fails; one that falls short in the blessed baseline too is skipped with what is missing,
    so that CI goes red for what got worse, not for what is known.
    """
    root = etree.Element("testsuites", name=run.name)
    gates = etree.SubElement(root, "testsuite", name="gates")
    for p in passages:
        case = etree.SubElement(gates, "testcase", classname="gates", name=p.gate)
        if not p.passed:
            named = "" if run.secret else "\n".join(f"{s.case.id}: {_said(s)}" for s in p.cases)
            etree.SubElement(case, "failure", message=_clean(p.said)).text = _clean(named)
    before = known.by_id if known else {}
    if not run.secret:
        for category in sorted({s.case.category for s in run.scores}):
            suite = etree.SubElement(root, "testsuite", name=category)
            for s in (s for s in run.scores if s.case.category == category):
                seconds = f"{(s.row.latency_ms or 0) / 1000:.4f}"
                case = etree.SubElement(suite, "testcase", classname=category, name=s.case.id, time=seconds)
                if not s.passed:
                    old = before.get(s.case.id)
                    tag = "skipped" if old and not old.passed else "failure"
                    etree.SubElement(case, tag, message=_clean(_said(s))).text = _clean(
                        f"{s.case.question}\n{s.row.said}"
                    )
    for suite in root:
        for attribute, tag in (("failures", "failure"), ("skipped", "skipped")):
            suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(suite)))
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8").decode()


def _said(s: Score) -> str:
    return "; ".join(f.text for f in s.faults) or "stray citations"


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(
        c if c in "\n\t" or (c >= " " and c not in "￾￿" and not "\ud800" <= c <= "\udfff") else "�" for c in text
    )


def as_csv(run: Scored) -> str:
    """One line per case; held-out cases without their question and faults. Cells that look like formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ["id", "version", "category", "severity", "expect", "outcome", "reason", "right", "passed", "recall", "precision",
               "loss", "statements", "unsupported", "odds", "latency_ms"]  # fmt: skip
    writer.writerow(columns if run.secret else [*columns, "question", "faults", "cited"])
    for n, s in enumerate(run.scores, 1):
        shared = [
            s.case.version, s.case.category, s.case.severity, s.case.expect, s.row.outcome, s.row.reason, int(s.outcome), int(s.passed),
            _number(s.recall), _number(s.precision), _number(s.loss), len(s.held), sum(not h.supported for h in s.held),
            _number(s.row.odds), _number(s.row.latency_ms),
        ]  # fmt: skip
        if run.secret:
            writer.writerow([f"case {n}", *shared])
        else:
            told = [s.case.question, _said(s) if not s.passed else "", " ".join(s.row.cited)]
            writer.writerow([_cell(x) for x in (s.case.id, *shared, *told)])
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _cell(value: object) -> object:
    """A cell that no spreadsheet runs (OWASP, CSV injection).

    >>> _cell("=1+1"), _cell("-0.5"), _cell("plain")
    ("'=1+1", '-0.5', 'plain')
    """
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


__all__ = ["FILES", "as_csv", "case_view", "html_report", "junit", "write_report"]
