"""`python -m evals`: run the cases, score stored answers, learn the ranker, measure speed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant import PinpointFault, settings
from assistant.ask import parse_day


def main(argv: list[str] | None = None) -> int:
    """Run one command; faults become one line on stderr and an exit code."""
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
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "run":
            from evals.run import run

            return run(arguments.sets or ["dev"], verbose=arguments.verbose, out=arguments.out)
        if arguments.command == "score":
            from evals.run import rescore

            return rescore(arguments.answers, arguments.set)
        if arguments.command == "adapt":
            from evals.adapt import adapt

            sys.stdout.write(f"{adapt(settings())}\n")
            return 0
        if arguments.command == "register":
            from evals.audit import check_register

            return check_register(settings(), planted=arguments.plants, seed=arguments.seed)
        if arguments.command == "coverage":
            from evals.audit import check_coverage

            return check_coverage(settings(), verbose=arguments.verbose)
        if arguments.command == "sign":
            from evals.audit import sign

            return sign(settings(), arguments.ids, arguments.on, arguments.despite)
        if arguments.command == "growth":
            from evals.growth import growth

            return growth(settings(), arguments.sets or ["held-out"])
        if arguments.command == "bench":
            from evals.bench import bench

            return bench()
        from evals.tune import tune

        sys.stdout.write(f"{tune(settings())}\n")
        return 0
    except PinpointFault as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code


if __name__ == "__main__":
    sys.exit(main())
