"""`python -m evals`: run the cases, score stored answers, learn what is learned, measure."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant import PinpointFault, settings
from assistant.ask import parse_day

GATES = Path(__file__).with_name("gates.toml")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure what the assistant says.")
    commands = parser.add_subparsers(dest="command", required=True)
    _evaluating(commands)
    _learning(commands)
    _checking(commands)
    return parser


_SET = "dev, held-out, own, or a folder of cases"


def _evaluating(commands: Any) -> None:
    """What an evaluator does with cases and answers."""
    running = commands.add_parser("run", help="answer the cases, store the answers, print the figures")
    running.add_argument("--set", dest="sets", action="append", help=f"{_SET} (default: dev); may be repeated")
    running.add_argument("--release", default="", help="the cases as they were released under that name")
    running.add_argument("--gate", action="store_true", help="exit 1 where the run breaks a gate, and name the cases")
    running.add_argument("--gates", type=Path, default=GATES, help="another file of gates")
    running.add_argument("--fresh", action="store_true", help="ask everything anew, whatever is kept from earlier runs")
    running.add_argument("--verbose", action="store_true", help="name every case that fell short (never held-out ones)")
    running.add_argument("--out", type=Path, help="folder for the answers (default: in the data folder)")
    scoring = commands.add_parser("score", help="score stored answers again, ours or another system's")
    scoring.add_argument("answers", type=Path, help="a run's folder or a file of answers")
    scoring.add_argument("--set", default="", help=f"{_SET} (default: as the file says, or dev)")
    scoring.add_argument("--gate", action="store_true", help="exit 1 where they break a gate")
    scoring.add_argument("--verbose", action="store_true", help="name every case that fell short")
    comparing = commands.add_parser("compare", help="two runs side by side, or the blessed baseline and a run")
    comparing.add_argument("first", type=Path, nargs="?", help="a run (default: the latest)")
    comparing.add_argument("second", type=Path, nargs="?", help="a later run; left out: the baseline against the first")
    comparing.add_argument("--set", default="", help=_SET)
    comparing.add_argument("--cases", type=int, default=20, help="so many cases of each kind are shown")
    reporting = commands.add_parser("report", help="write report.html, junit.xml and scores.csv of a run")
    reporting.add_argument("answers", type=Path, nargs="?", help="a run (default: the latest)")
    reporting.add_argument("--set", default="", help=_SET)
    reporting.add_argument("--out", type=Path, help="folder for the report (default: the run's)")
    blessing = commands.add_parser("bless", help="make a run the baseline of its set; refused where it breaks a gate")
    blessing.add_argument("answers", type=Path)
    blessing.add_argument("--set", default="", help=_SET)
    blessing.add_argument("--on", type=parse_day, default=date.today(), help="the day to put on it (default: today)")
    linting = commands.add_parser("lint", help="hold the cases against the law")
    linting.add_argument("--set", dest="sets", action="append", help=f"{_SET} (default: dev and held-out)")
    releasing = commands.add_parser("release", help="freeze a set of cases under a name")
    releasing.add_argument("set", help=_SET)
    releasing.add_argument("name", help="such as 2026-11-25")
    testing = commands.add_parser(
        "selftest", help="planted systems with known faults: does the judge see them? (three minutes)"
    )
    testing.add_argument("--set", default="dev", help=_SET)
    publishing = commands.add_parser("schema", help="print the schemas of cases and of answers")
    publishing.add_argument("--write", action="store_true", help="write them into evals/")


def _learning(commands: Any) -> None:
    """What is learned from the register, and what the refusal's weights are fitted on."""
    commands.add_parser("tune", help="learn the ranker's weights from the register's questions")
    commands.add_parser("adapt", help="train the embedding adapter on the register's questions (about 20 minutes)")
    commands.add_parser("judge", help="train the judge of questions (about 12 minutes)")
    trading = commands.add_parser("tradeoff", help="false answers against false refusals, and the refusal's weights")
    trading.add_argument("--set", dest="sets", action="append", choices=["dev", "held-out"])
    growing = commands.add_parser("growth", help="recall with 0, 3, 6 and 12 questions per rule (about ten minutes)")
    growing.add_argument("--set", dest="sets", action="append", choices=["dev", "held-out"])


def _checking(commands: Any) -> None:
    """Verification, public sets, speed, and the register held against the law."""
    commands.add_parser("mutants", help="hold mutated sentences against the law and its reading (about four minutes)")
    modelling = commands.add_parser(
        "model", help="run a language model over the cases and count what fails verification"
    )
    modelling.add_argument("name", nargs="?", default="gguf:smollm2", help="as in PINPOINT_MODEL")
    modelling.add_argument("--cases", type=int, default=0, help="only so many, drawn with a fixed seed (default: all)")
    outside = commands.add_parser("external", help="public sets beside simple baselines and peers")
    outside.add_argument("name", choices=["retrieval", "verification", "injection", "scope", "classification"])
    outside.add_argument(
        "--questions", type=int, default=0, help="retrieval: only so many, drawn with a fixed seed (default: all)"
    )
    outside.add_argument("--root", type=Path, help="folder of the public sets (default: ../shared/benchmarks)")
    commands.add_parser("bench", help="speed and memory beside a plain baseline")
    registering = commands.add_parser("register", help="hold every rule against the official text")
    registering.add_argument("--plants", action="store_true", help="also plant errors and report how many are caught")
    registering.add_argument("--seed", type=int, default=11, help="of the planted errors")
    covering = commands.add_parser("coverage", help="list every provision of the scope with its rules; fail on a gap")
    covering.add_argument("--verbose", action="store_true", help="list all, not the gaps alone")
    signing = commands.add_parser("sign", help="mark rules as held against the law by a second reader")
    signing.add_argument("ids", nargs="+", metavar="ID")
    signing.add_argument("--on", required=True, type=parse_day, help="the day on which they were read (YYYY-MM-DD)")
    signing.add_argument(
        "--despite", action="append", default=[], help="a check that the sentence fails and that is wrong about it"
    )


# command -> module, function, and how its arguments become the function's
_COMMANDS: dict[str, tuple[str, str, Any]] = {
    "run": (
        "console",
        "run",
        lambda a: (
            (a.sets or ["dev"],),
            {
                "release": a.release,
                "gate": a.gate,
                "gates": a.gates,
                "verbose": a.verbose,
                "out": a.out,
                "fresh": a.fresh,
            },
        ),
    ),
    "score": ("console", "rescore", lambda a: ((a.answers,), {"name": a.set, "gate": a.gate, "verbose": a.verbose})),
    "compare": ("console", "compare_runs", lambda a: ((a.first, a.second), {"name": a.set, "cases": a.cases})),
    "report": ("console", "report", lambda a: ((a.answers,), {"name": a.set, "out": a.out})),
    "bless": ("console", "bless_run", lambda a: ((a.answers,), {"name": a.set, "on": a.on})),
    "lint": ("console", "lint", lambda a: ((a.sets or ["dev", "held-out"],), {})),
    "release": ("console", "release", lambda a: ((a.set, a.name), {})),
    "selftest": ("console", "selftest", lambda a: ((a.set,), {})),
    "schema": ("console", "schema", lambda a: ((), {"write": a.write})),
    "tune": ("tune", "tune", lambda a: ((settings(),), {})),
    "adapt": ("adapt", "adapt", lambda a: ((settings(),), {})),
    "judge": ("judge", "learn_judge", lambda a: ((settings(),), {})),
    "tradeoff": ("tradeoff", "tradeoff", lambda a: ((a.sets or ["dev"],), {})),
    "mutants": ("mutants", "report", lambda a: ((settings(),), {})),
    "model": ("leash", "leash", lambda a: ((settings(), a.name, a.cases), {})),
    "external": ("external", "run_external", lambda a: ((a.name, a.root, a.questions), {})),
    "register": ("audit", "check_register", lambda a: ((settings(),), {"planted": a.plants, "seed": a.seed})),
    "coverage": ("audit", "check_coverage", lambda a: ((settings(),), {"verbose": a.verbose})),
    "sign": ("audit", "sign", lambda a: ((settings(), a.ids, a.on, a.despite), {})),
    "growth": ("growth", "growth", lambda a: ((settings(), a.sets or ["held-out"]), {})),
    "bench": ("bench", "bench", lambda a: ((), {})),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; faults become one line on stderr and an exit code."""
    arguments = _parser().parse_args(argv)
    module, function, given = _COMMANDS[arguments.command]
    try:
        positional, named = given(arguments)
        result = getattr(import_module(f"evals.{module}"), function)(*positional, **named)  # late: torch is slow
    except PinpointFault as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. A run keeps the answers it has: run it again and it goes on from there.\n")
        return 130
    if isinstance(result, int):
        return result
    sys.stdout.write(f"{result}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
