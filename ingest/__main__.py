"""`python -m ingest`: build the index; `provisions`, `status`, `table` and `fetch` look at what it reads."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from assistant.build import build_index
from assistant.corpus import Corpus, corpus_digest, edition, load_corpus, load_manifest
from assistant.errors import BrokenInstallation, CorpusFault, IndexMissing, Misuse, PinpointFault
from assistant.index import read_stamp
from assistant.settings import Settings, settings
from assistant.vectors import Encoder
from ingest.progress import Progress, say
from ingest.works import Report, read_works, write_table


def build(chosen: Settings, *, if_needed: bool = False) -> int:
    """Read the corpus and the official texts, build the index, say what is missing."""
    if if_needed and _current(chosen):
        say("The index is current.")
        return 0
    say("Reading the corpus")
    corpus = load_corpus(chosen.corpus)
    say("Obtaining the official texts")
    texts, report = read_works(corpus, chosen, say)
    _say_missing(report)
    with Progress() as progress:
        stamp = build_index(corpus, texts, [f"{k}: {v}" for k, v in report.missing.items()], chosen, progress)
    say(f"Index ready: {len(corpus.rules)} rules, {len(texts)} provisions, {stamp.embedded} texts newly embedded.")
    return 0


def _current(chosen: Settings) -> bool:
    """Whether the index fits the corpus and the model, and no text that it lacks has come into reach."""
    try:
        stamp, _ = read_stamp(chosen)
    except BrokenInstallation:
        return False
    lacking = any(name in line for line in stamp.missing for name in _at_hand(chosen))
    return (
        stamp.corpus == corpus_digest(chosen.corpus) and stamp.encoder == Encoder(chosen.embedder).name and not lacking
    )


def _at_hand(chosen: Settings) -> list[str]:
    return [p.name for p in chosen.originals.iterdir()] if chosen.originals and chosen.originals.is_dir() else []


def provisions(chosen: Settings, work_name: str, version: str | None) -> int:
    """Print what was parsed of one work, one JSON line per provision, in the order of the text."""
    corpus = load_manifest(chosen.corpus)
    work = corpus.work(work_name)
    dates = [v.date for v in work.versions]
    if version and version not in dates:
        raise Misuse(f"{work.short} has no version {version}.", f"Versions: {', '.join(dates)}.")
    name = edition(work.short, version or dates[-1])
    alone = _alone(corpus, name)
    texts, report = read_works(alone, chosen)
    _say_missing(report)
    for p in texts.by_version.get(name, {}).values():
        row = {
            "pinpoint": p.pinpoint,
            "heading": p.heading,
            "text": p.text,
            "version": p.version,
            "label": p.label,
            "own": p.own,
        }
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0 if name in texts.by_version else 3


def _alone(corpus: Corpus, name: str) -> Corpus:
    """The corpus with the files of one edition only."""
    from dataclasses import replace

    work = corpus.works[name.partition("@")[0]]
    kept = replace(work, versions=(work.version(name.partition("@")[2]),))
    return replace(corpus, works={work.short: kept})


def status(chosen: Settings) -> int:
    """Say what is installed, what is missing and why."""
    corpus = load_corpus(chosen.corpus)
    say(f"Corpus: {len(corpus.rules)} rules, {len(corpus.digests)} digests, checked {corpus.checked}.", out=sys.stdout)
    try:
        stamp, folder = read_stamp(chosen)
    except IndexMissing as error:
        say(str(error), out=sys.stdout)
        return 3
    from assistant.texts import Texts

    texts = Texts.load(folder / "texts.jsonl")
    fits = "fits the corpus" if stamp.corpus == corpus.digest else "is older than the corpus: run python -m ingest"
    say(f"Index {stamp.build} {fits}.", out=sys.stdout)
    for name, found in texts.by_version.items():
        say(f"  installed  {name}: {len(found)} provisions", out=sys.stdout)
    for line in stamp.missing:
        say(f"  missing    {line}", out=sys.stdout)
    return 0 if stamp.corpus == corpus.digest else 3


def table(chosen: Settings) -> int:
    """Write corpus/provisions.tsv from the official texts and our own headings."""
    corpus = load_manifest(chosen.corpus)
    texts, report = read_works(corpus, chosen, say)
    if report.missing:
        _say_missing(report)
        raise Misuse("The table is written only from all texts.", "Set PINPOINT_ORIGINALS to a folder that holds them.")
    headings = {}
    for n, row in enumerate((chosen.corpus / "headings.tsv").read_text("utf-8").splitlines(), 1):
        pinpoint, tab, heading = row.partition("\t")
        if not tab:
            raise CorpusFault(f"headings.tsv:{n}: pinpoint, tab, heading expected.", "Mend that line.")
        headings[pinpoint] = heading
    rows = write_table(corpus, texts, headings, chosen.corpus / "provisions.tsv")
    say(f"provisions.tsv: {rows} provisions.")
    return 0


def _say_missing(report: Report) -> None:
    for name, why in report.missing.items():
        say(f"Missing: {name}: {why}")
    if report.missing:
        say("Answers work without them, on the register, with links instead of quotations.")


def main(argv: list[str] | None = None) -> int:
    """Run one command; faults become one line on stderr and an exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ingest", description="Build the index from the corpus and the official texts."
    )
    parser.add_argument(
        "--originals", type=Path, help="folder with official texts already downloaded (or PINPOINT_ORIGINALS)"
    )
    parser.add_argument("--if-needed", action="store_true", help="do nothing when the index is current")
    commands = parser.add_subparsers(dest="command")
    shown = commands.add_parser("provisions", help="print the provisions of a work as JSON lines")
    shown.add_argument("work", help="key or short name, such as ai-act or LED")
    shown.add_argument("--version", help="date of the version, such as 2026-07-27 (default: the latest)")
    commands.add_parser("status", help="what is installed, what is missing and why")
    commands.add_parser("table", help="write corpus/provisions.tsv anew")
    arguments = parser.parse_args(argv)
    try:
        chosen = settings()
        if arguments.originals:
            if not arguments.originals.is_dir():
                raise Misuse(f"{arguments.originals} is no folder.", "Name the folder that holds the official texts.")
            chosen = chosen.model_copy(update={"originals": arguments.originals})
        if arguments.command == "provisions":
            return provisions(chosen, arguments.work, arguments.version)
        if arguments.command in {"status", "table"}:
            return {"status": status, "table": table}[arguments.command](chosen)
        return build(chosen, if_needed=arguments.if_needed)
    except PinpointFault as fault:
        say(str(fault))
        return fault.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        say("Stopped; the index in use is unchanged.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
