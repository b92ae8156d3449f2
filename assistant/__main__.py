"""`python -m assistant`: ask a question, answer a file of questions, search, check the record; and the aids."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.aids import console
from assistant.answer import Answer, Outcome
from assistant.ask import Assistant, parse_day
from assistant.errors import Misuse, PinpointFault, StoreFault
from assistant.settings import settings


class Request(BaseModel):
    """One line of a batch."""

    model_config = ConfigDict(extra="ignore")

    id: str
    question: str
    as_of: str | None = None
    history: tuple[str, ...] = ()  # what was asked before in the same conversation


def ask(question: str, as_of: str | None, as_json: bool) -> int:
    """Answer one question on stdout."""
    day = parse_day(as_of) if as_of else None
    assistant = Assistant.open()
    outcome, row = assistant.ask_and_record(question, as_of=day)
    if assistant.record_problem:
        _say(assistant.record_problem)
    _print(json.dumps(row, ensure_ascii=False) if as_json else _shown(outcome))
    return 0


def _shown(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return f"{outcome.text}\n\nText of the AI Act: {outcome.version}; as of {outcome.as_of.isoformat()}. Guidance, not legal advice."
    return f"No answer ({outcome.reason.value}): {outcome.text}"


def batch(source: Path, target: Path) -> int:
    """Answer every line of a file, in order; resume where an earlier run stopped.

    A line that cannot be read gets a line with `error` and the batch goes on.
    """
    if not source.is_file():
        raise Misuse(f"{source} does not exist.", 'Give a file with one {"id": …, "question": …} per line.')
    done = _finished(target)
    assistant: Assistant | None = None
    problems = 0
    try:
        with target.open("a", encoding="utf-8") as out:
            for n, line in _lines(source):
                if n <= done:
                    continue
                request = _request(n, line)
                if isinstance(request, str):
                    problems += 1
                    _say(f"{source}:{n}: {request}")
                    row: dict[str, Any] = {"id": _id_of(line, n), "error": request, "outcome": None}
                else:
                    assistant = assistant or Assistant.open()
                    day = parse_day(request.as_of) if request.as_of else None
                    _, row = assistant.ask_and_record(
                        request.question, as_of=day, id=request.id, history=request.history
                    )
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()
    except OSError as error:
        raise StoreFault(
            f"{target} cannot be written: {error.strerror}.", "Name another file or free some space; then run it again."
        ) from error
    if assistant and assistant.record_problem:
        _say(assistant.record_problem)
    if problems:
        _say(f'{problems} lines could not be read; each has a line with "error" in {target}.')
    return 0


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, numbered by their order among those."""
    n = 0
    with source.open("rb") as lines:
        for raw in lines:
            if raw.strip():
                n += 1
                yield n, raw.decode("utf-8", "replace")


def _finished(target: Path) -> int:
    """How many whole lines an earlier run wrote; a line cut off by a crash is removed."""
    if not target.exists():
        return 0
    try:
        data = target.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) != len(data):
            target.write_bytes(whole)
    except OSError as error:
        raise StoreFault(f"{target} cannot be used: {error.strerror}.", "Name another file.") from error
    return whole.count(b"\n")


def _request(n: int, line: str) -> Request | str:
    """The request of a line, or what is wrong with it."""
    try:
        request = Request.model_validate_json(line)
        if request.as_of:
            parse_day(request.as_of)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(x) for x in first["loc"])
        return f"line {n} is not a request: {where + ': ' if where else ''}{first['msg']}"
    except Misuse as error:
        return f"line {n}: {error}"
    return request


def _id_of(line: str, n: int) -> str:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, KeyError, TypeError):
        return f"line-{n}"


def search(question: str, k: int, as_json: bool, as_of: str | None) -> int:
    """Print the ranked provisions before composition."""
    found = Assistant.open().search(question, k=k, as_of=parse_day(as_of) if as_of else None)
    rows = [{"pinpoint": str(p), "work": p.work, "score": round(score, 5)} for p, score in found]
    _print(
        json.dumps(rows, ensure_ascii=False)
        if as_json
        else "\n".join(f"{r['score']:.4f}  {r['pinpoint']}" for r in rows)
    )
    return 0


def check_record() -> int:
    """Verify the hash chain of the record."""
    from assistant.record import check

    path = settings().data / "records" / "answers.jsonl"
    if not path.is_file():
        raise Misuse(f"There is no record in {path}.", "It begins with the first question that is asked.")
    faults = check(path)
    _print("\n".join(faults) if faults else "The record is whole.")
    return 3 if faults else 0


def main(argv: list[str] | None = None) -> int:
    """Run one command; faults become one line on stderr and an exit code."""
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Cited answers about AI in policing.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("ask", help="answer one question")
    one.add_argument("question")
    one.add_argument("--as-of", help="the day whose law is asked for, YYYY-MM-DD (default: today)")
    one.add_argument("--json", action="store_true", help="the documented JSON form")
    many = commands.add_parser("batch", help="answer a file of questions, one JSON object per line")
    many.add_argument("source", type=Path)
    many.add_argument("target", type=Path)
    found = commands.add_parser("search", help="the ranked provisions before composition")
    found.add_argument("question")
    found.add_argument("-k", type=int, default=10, help="how many (default: 10)")
    found.add_argument("--as-of", help="the day whose law is searched, YYYY-MM-DD (default: today)")
    found.add_argument("--json", action="store_true")
    commands.add_parser("check-record", help="verify the hash chain of the record of answers")
    console.add_commands(commands)
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "ask":
            return ask(arguments.question, arguments.as_of, arguments.json)
        if arguments.command == "batch":
            return batch(arguments.source, arguments.target)
        if arguments.command == "search":
            return search(arguments.question, max(1, arguments.k), arguments.json, arguments.as_of)
        if arguments.command == "check-record":
            return check_record()
        return console.run(arguments)
    except PinpointFault as fault:
        _say(str(fault))
        return fault.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _print(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
