"""The aids on the command line: assess, scenario, stage, worksheet, primer, roadmap, read."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from assistant.aids.assess import Answers, Line, Scheme, load_scheme
from assistant.aids.briefs import primer_document, roadmap, roadmap_document
from assistant.aids.data import Aids, Role, load_aids
from assistant.aids.describe import Describer
from assistant.aids.document import Document
from assistant.aids.practise import handout, staged, statements
from assistant.aids.reader import Reader
from assistant.aids.saved import Sheet, parse
from assistant.aids.worksheets import (
    FALLS,
    NOT_A_VERDICT,
    PARTS,
    assessment_document,
    headline,
    worksheet_document,
)
from assistant.ask import Assistant, parse_day
from assistant.errors import Misuse, StoreFault
from assistant.law import PinpointError, parse_pinpoint

Run = Callable[[argparse.Namespace, Assistant], None]


def add_commands(commands: Any) -> None:
    """Add the commands to those of `python -m assistant`; each sets `run`."""
    assess = _add(commands, "assess", "what the Act holds for a system, from answers or a description", _assess)
    given = assess.add_mutually_exclusive_group(required=True)
    given.add_argument("--answers", type=Path, metavar="FILE", help='JSON: {"who": ["police"], "task": ["places"], …}')
    given.add_argument("--describe", metavar="TEXT", help="suggest answers for a description; decides nothing")
    given.add_argument("--questions", action="store_true", help="print the questions and their answers")
    assess.add_argument("--json", action="store_true")
    scenario = _add(commands, "scenario", "a training scenario, to read or as a hand-out", _scenario)
    scenario.add_argument("id", nargs="?", help="such as sc-hot-spots; without: the list")
    scenario.add_argument("--solutions", action="store_true", help="with the expected reasoning")
    stage = _add(commands, "stage", "hold a claim against the provisions it names, check by check", _stage)
    stage.add_argument("claim")
    stage.add_argument("--provision", action="append", default=[], metavar="PINPOINT")
    stage.add_argument("--quote", default="", help="words it pretends to quote")
    sheet = _add(commands, "worksheet", "a saved worksheet (the JSON of its page) as a document", _worksheet)
    sheet.add_argument("file", type=Path)
    primer = _add(commands, "primer", "one page for one audience", _primer)
    primer.add_argument("audience", nargs="?", help="without: the list")
    road = _add(commands, "roadmap", "what to have in place by when", _roadmap)
    road.add_argument("--role", action="append", choices=[r.value for r in Role], default=[])
    read = _add(commands, "read", "a provision with its recitals, rules and cross-references", _read)
    read.add_argument("pinpoint")
    read.add_argument("--version", default="", help="date of the text (default: the latest)")
    for command in (assess, scenario, sheet, primer, road):
        command.add_argument("--pdf", type=Path, metavar="FILE")
        command.add_argument("--docx", type=Path, metavar="FILE")
    for command in (stage, primer):
        command.add_argument("--as-of", help="the day whose law counts, YYYY-MM-DD (default: today)")


def _add(commands: Any, name: str, help: str, run: Run) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help)
    command.set_defaults(run=run)
    return command


def run(arguments: argparse.Namespace) -> int:
    """Run the command that was given. Faults are raised as `PinpointFault`."""
    arguments.run(arguments, Assistant.open())
    return 0


def _assess(arguments: argparse.Namespace, assistant: Assistant) -> None:
    scheme = _scheme(assistant)
    if arguments.questions:
        for question in scheme.questions.values():
            _print(f"{question.id}: {question.ask}{' (several)' if question.several else ''}")
            _print("\n".join(f"    {o.id}: {o.label}" for o in question.options))
        return
    if arguments.describe is not None:
        reading = Describer(assistant, scheme).read(arguments.describe)
        rows = [
            {"question": s.question, "answer": s.option, "like": s.because, "score": round(s.score, 3)}
            for s in reading.suggestions
        ]
        _print(
            json.dumps(
                {
                    "suggestions": rows,
                    "areas": reading.areas,
                    "stands": reading.stands,
                    "near": [r.id for r in reading.near],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    answers = _answers(arguments.answers)
    result = scheme.assess(answers)
    sheet = Sheet(id="assessment-20000101-000000", kind="assessment", name=arguments.answers.stem, as_of=date.today()).with_values({q: sorted(v) for q, v in answers.items()})  # fmt: skip
    if _written(arguments, lambda: assessment_document(assistant, scheme, sheet, result)):
        return
    if arguments.json:
        rows = [_row(assistant, line) for line in result.lines]
        falls = result.falls.value if result.falls else None
        _print(
            json.dumps({"falls": falls, "lines": rows, "missing": dict(result.missing)}, ensure_ascii=False, indent=1)
        )
        return
    _print(f"{FALLS[result.falls]}\n{NOT_A_VERDICT}")
    for kind, title in PARTS:
        for n, line in enumerate(result.of(kind)):
            _print(("" if n else f"\n{title}\n") + f"- {headline(line)}")
            _print(
                "\n".join(
                    f"    {s.text} [{', '.join(c.pinpoint for c in s.citations)}]"
                    for s in statements(assistant, line.rules, date.today())
                )
            )
    if result.missing:
        _print("\nMissing to decide: " + ", ".join(result.missing))


def _row(assistant: Assistant, line: Line) -> dict[str, Any]:
    cited = [
        {"rule": r, "text": assistant.corpus.rules[r].statement, "provisions": assistant.corpus.rules[r].provisions}
        for r in line.rules
    ]
    return {
        "finding": line.finding.id, "kind": line.finding.kind, "title": line.finding.title, "status": line.status.value,
        "exceptions": [e.id for e in line.exceptions], "since": line.since.isoformat() if line.since else None,
        "basis": line.basis, "doubt": line.doubt, "in_place": line.in_place, "missing": line.missing, "rules": cited,
    }  # fmt: skip


def _answers(path: Path) -> Answers:
    try:
        raw = json.loads(path.read_text("utf-8"))
        if not isinstance(raw, Mapping):
            raise ValueError("an object is expected")
        return {str(q): frozenset([v] if isinstance(v, str) else map(str, v)) for q, v in raw.items() if v}
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}.", "Name a file with the answers.") from error
    except (ValueError, TypeError) as error:
        raise Misuse(
            f"{path} holds no answers: {str(error)[:100]}.", 'Write {"task": ["places"], …}; see assess --questions.'
        ) from error


def _scenario(arguments: argparse.Namespace, assistant: Assistant) -> None:
    scenarios = _aids(assistant).scenarios
    if not arguments.id:
        _print("\n".join(f"{s.id}: {s.title} ({s.falls.value})" for s in scenarios.values()))
        return
    if arguments.id not in scenarios:
        raise Misuse(f"There is no scenario {arguments.id!r}.", "List them: python -m assistant scenario")
    made = handout(assistant, scenarios[arguments.id], arguments.solutions)
    if not _written(arguments, lambda: made):
        _print(plain_text(made))


def _stage(arguments: argparse.Namespace, assistant: Assistant) -> None:
    result = staged(assistant, arguments.claim, arguments.provision, arguments.quote, _day(arguments))
    for check in result.checks:
        word = {True: "passed", False: "failed", None: "not made"}[check.passed]
        _print(f"{check.name}: {word}" + "".join(f"\n    {f}" for f in check.found))
    _print("It would be shown." if result.shown else "It is never shown.")
    if result.compared_with:
        _print(
            f"The law says: {result.compared_with.text} [{', '.join(c.pinpoint for c in result.compared_with.citations)}]"
        )


def _worksheet(arguments: argparse.Namespace, assistant: Assistant) -> None:
    try:
        sheet = parse(arguments.file.read_bytes(), arguments.file.name)
    except OSError as error:
        raise Misuse(f"{arguments.file} cannot be read: {error.strerror}.", "Name a downloaded worksheet.") from error
    made = worksheet_document(assistant, _aids(assistant), _scheme(assistant), sheet)
    if not _written(arguments, lambda: made):
        _print(plain_text(made))


def _primer(arguments: argparse.Namespace, assistant: Assistant) -> None:
    primers = _aids(assistant).primers
    if not arguments.audience:
        _print("\n".join(f"{p.id}: {p.audience}" for p in primers.values()))
        return
    if arguments.audience not in primers:
        raise Misuse(f"There is no primer {arguments.audience!r}.", f"There are: {', '.join(primers)}.")
    made = primer_document(assistant, primers[arguments.audience], _day(arguments))
    if not _written(arguments, lambda: made):
        _print(plain_text(made))


def _roadmap(arguments: argparse.Namespace, assistant: Assistant) -> None:
    roles = [Role(r) for r in arguments.role] or list(Role)
    dues = roadmap(assistant.corpus, _aids(assistant), roles)
    made = roadmap_document(assistant, dues, {}, date.today())
    if not _written(arguments, lambda: made):
        _print(plain_text(made))


def _read(arguments: argparse.Namespace, assistant: Assistant) -> None:
    try:
        pinpoint = parse_pinpoint(arguments.pinpoint)
        work = assistant.corpus.works[pinpoint.work]
    except (PinpointError, KeyError) as error:
        raise Misuse(
            f"{arguments.pinpoint!r} is no pinpoint of these works.", "Write it like Art. 5(1)(h) or LED Art. 11(1)."
        ) from error
    version = arguments.version or work.versions[-1].date
    if not assistant.corpus.exists_in(str(pinpoint), version):
        raise Misuse(
            f"{pinpoint} does not stand in the text of {version}.",
            f"Texts: {', '.join(v.date for v in work.versions)}.",
        )
    reader = Reader(assistant, _aids(assistant))
    held = assistant.index.texts.get(str(pinpoint), version)
    _print(f"{pinpoint} {assistant.corpus.heading(pinpoint, version)} (text of {version})")
    _print(held.text if held else f"The official text is not installed here: {work.url(pinpoint, version)}")
    links = dict.fromkeys(x.pinpoint for x in reader.links(held.text, pinpoint, version)) if held else {}
    for title, names in (
        ("Refers to", list(links)),
        ("Recitals", reader.recitals(pinpoint)),
        ("Explains", reader.explains(str(pinpoint))),
    ):
        if names:
            _print(f"{title}: {', '.join(names)}")
    rules = reader.rules(pinpoint, version)
    _print("\n".join([f"Rules ({len(rules)}):", *(f"- {r.statement} [{', '.join(r.provisions)}]" for r in rules)]))


def plain_text(made: Document) -> str:
    """A document as plain text, with its sources."""
    lines = [made.title, made.subtitle]
    for block in made.blocks:
        if block["kind"] == "heading":
            lines += ["", block["text"]]
        elif block["kind"] in {"text", "note"}:
            lines.append(block["text"] + _marked(block["marks"]))
        elif block["kind"] == "bullets":
            lines += [f"- {i['text']}{_marked(i['marks'])}" for i in block["items"]]
        elif block["kind"] == "table":
            lines += [" | ".join(row) for row in (block["head"], *block["rows"])]
    lines += ["", "Sources"] + [f"[{n}] {c.pinpoint} ({c.status})" for n, c in enumerate(made.sources.values(), 1)]
    return "\n".join(lines)


def _marked(marks: list[int]) -> str:
    return (" " + "".join(f"[{m}]" for m in marks)) if marks else ""


def _written(arguments: argparse.Namespace, made: Callable[[], Document]) -> bool:
    """Write the files that were asked for; whether any was."""
    done = False
    for path, form in ((arguments.pdf, "pdf"), (arguments.docx, "docx")):
        if path:
            document = made()
            try:
                path.write_bytes(document.as_pdf() if form == "pdf" else document.as_docx())
            except OSError as error:
                raise StoreFault(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
            _print(f"Written: {path}")
            done = True
    return done


def _day(arguments: argparse.Namespace) -> date:
    return parse_day(arguments.as_of) if arguments.as_of else date.today()


def _aids(assistant: Assistant) -> Aids:
    return load_aids(assistant.settings.corpus, assistant.corpus)


def _scheme(assistant: Assistant) -> Scheme:
    return load_scheme(assistant.settings.corpus, assistant.corpus)


def _print(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
