"""`python -m evals`: run the cases, score stored answers, learn what is learned, measure."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant import PinpointFault, settings
from assistant.ask import parse_day


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure what the assistant says.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="answer the cases and print the figures")
    running.add_argument(
        "--set",
        dest="sets",
        action="append",
        choices=["dev", "held-out"],
        help="which cases (default: dev); may be repeated",
    )
    running.add_argument("--verbose", action="store_true", help="name the cases that fell short (development only)")
    running.add_argument("--out", type=Path, help="where to store the answers (default: evals/runs/)")
    scoring = commands.add_parser("score", help="score stored answers again")
    scoring.add_argument("answers", type=Path)
    scoring.add_argument("--set", default="dev", choices=["dev", "held-out"])
    commands.add_parser("tune", help="learn the ranker's weights from the register's questions")
    commands.add_parser("adapt", help="train the embedding adapter on the register's questions (about 20 minutes)")
    commands.add_parser("judge", help="train the judge of questions (about 12 minutes)")
    trading = commands.add_parser("tradeoff", help="false answers against false refusals, and the refusal's weights")
    trading.add_argument("--set", dest="sets", action="append", choices=["dev", "held-out"])
    commands.add_parser("mutants", help="hold mutated sentences against the law and its reading (about four minutes)")
    modelling = commands.add_parser(
        "model", help="run a language model over the cases and count what fails verification"
    )
    modelling.add_argument("name", nargs="?", default="gguf:smollm2", help="as in PINPOINT_MODEL")
    modelling.add_argument("--cases", type=int, default=0, help="only so many, drawn with a fixed seed (default: all)")
    outside = commands.add_parser("external", help="public sets beside simple baselines: verification or injection")
    outside.add_argument("name", choices=["verification", "injection"])
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
    growing = commands.add_parser("growth", help="recall with 0, 3, 6 and 12 questions per rule (about ten minutes)")
    growing.add_argument("--set", dest="sets", action="append", choices=["dev", "held-out"])
    return parser


# command -> module, function, and how its arguments become the function's
_COMMANDS: dict[str, tuple[str, str, Any]] = {
    "run": ("run", "run", lambda a: ((a.sets or ["dev"],), {"verbose": a.verbose, "out": a.out})),
    "score": ("run", "rescore", lambda a: ((a.answers, a.set), {})),
    "tune": ("tune", "tune", lambda a: ((settings(),), {})),
    "adapt": ("adapt", "adapt", lambda a: ((settings(),), {})),
    "judge": ("judge", "learn_judge", lambda a: ((settings(),), {})),
    "tradeoff": ("tradeoff", "tradeoff", lambda a: ((a.sets or ["dev"],), {})),
    "mutants": ("mutants", "report", lambda a: ((settings(),), {})),
    "model": ("leash", "leash", lambda a: ((settings(), a.name, a.cases), {})),
    "external": ("external", "run_external", lambda a: ((a.name, a.root), {})),
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
    if isinstance(result, int):
        return result
    sys.stdout.write(f"{result}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
