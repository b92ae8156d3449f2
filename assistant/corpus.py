"""The corpus as data: manifest, register, digests, refusals, misreadings, lexicon, calendar.

`load_corpus` reads and checks the files; every fault names the file, the line and what to do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from assistant.errors import CorpusFault
from assistant.law import AI_ACT, Authority, Pinpoint, Version, Work, parse_pinpoint
from assistant.register import (
    Calendar,
    CalendarEntry,
    Digest,
    Entry,
    Explained,
    File,
    Misreading,
    PoliceFunction,
    RefusalCase,
    Rule,
    Scope,
    Term,
)

AIDS = {"scenarios", "aids"}  # folders that no index is built from: read anew, whenever they are used
_T = TypeVar("_T", bound=BaseModel)


class _VersionEntry(Entry):
    date: str
    since: dt.date = dt.date.min
    note: str = ""
    link: str = ""
    file: tuple[File, ...] = ()


class _WorkEntry(Entry):
    key: str
    short: str
    title: str
    authority: Authority
    licence: str
    draft: bool = False
    version: tuple[_VersionEntry, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Corpus:
    """Everything the answers rest on, apart from the official texts themselves.

    An *edition* is one version of one work ("AI Act@2026-07-27"); `exists` maps each to the pinpoints
    that exist in it, with our headings.
    """

    checked: date
    works: dict[str, Work]  # by short name
    files: dict[str, tuple[File, ...]]  # by edition
    rules: dict[str, Rule]
    digests: dict[str, Digest]
    refusals: dict[str, RefusalCase]
    misreadings: dict[str, Misreading]
    terms: tuple[Term, ...]
    calendars: dict[str, Calendar]
    exists: dict[str, dict[str, str]]
    digest: str
    functions: dict[str, PoliceFunction] = field(default_factory=dict)
    scope: tuple[Scope, ...] = ()
    explained: tuple[Explained, ...] = ()

    def work(self, name: str) -> Work:
        """A work by its key or its short name, however spaced or spelt. Raises `CorpusFault` when unknown."""
        for work in self.works.values():
            if _bare(name) in {_bare(work.key), _bare(work.short)}:
                return work
        known = ", ".join(sorted(w.key for w in self.works.values()))
        raise CorpusFault(f"No work {name!r} in the manifest.", f"Known works: {known}.")

    def exists_in(self, pinpoint: str, version: str) -> bool:
        """Whether a provision exists in the version of its work."""
        return pinpoint in self.exists.get(edition(parse_pinpoint(pinpoint).work, version), {})

    def heading(self, pinpoint: Pinpoint, version: str) -> str:
        """Our own heading of the article, annex or unit a provision stands in."""
        table = self.exists.get(edition(pinpoint.work, version), {})
        return table.get(str(pinpoint)) or table.get(str(pinpoint.top), "")

    def applies(self, pinpoint: Pinpoint, version: str) -> CalendarEntry | None:
        """The calendar's entry for a provision; recitals and guidance have none."""
        calendar = self.calendars.get(edition(pinpoint.work, version))
        return calendar.entry(pinpoint) if calendar else None


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def edition(work: str, version: str) -> str:
    """The name of one version of one work.

    >>> edition("AI Act", "2026-07-27")
    'AI Act@2026-07-27'
    """
    return f"{work}@{version}"


def corpus_digest(folder: Path) -> str:
    """sha256 over names and bytes of the corpus files that answers rest on, first 16 hex digits."""
    total = hashlib.sha256()
    for path in _files(folder):
        total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    found = [p for p in folder.rglob("*") if p.suffix in {".toml", ".yaml", ".tsv"} and p.is_file()]
    return sorted(p for p in found if p.relative_to(folder).parts[0] not in AIDS)


def load_manifest(folder: Path) -> Corpus:
    """The works, their files and our digests, without the register: what reading the texts needs."""
    if not (folder / "manifest.toml").is_file():
        raise CorpusFault(f"There is no corpus in {folder}.", "Set PINPOINT_CORPUS to the folder with manifest.toml.")
    checked, works, files = _manifest(folder / "manifest.toml")
    digests = unique_entries(folder, "guidance/*.yaml", Digest, "pinpoint", {})
    exists = _provision_table(folder / "provisions.tsv")
    for digest in digests.values():
        work = works.get(parse_pinpoint(digest.pinpoint).work)
        if work is None:
            raise CorpusFault(
                f"guidance: {digest.pinpoint} belongs to no work of the manifest.", "Add the work or mend it."
            )
        exists.setdefault(edition(work.short, work.versions[-1].date), {})[digest.pinpoint] = digest.heading
    return Corpus(checked, works, files, {}, digests, {}, {}, (), {}, exists, corpus_digest(folder))


def load_corpus(folder: Path) -> Corpus:
    """Read and check the corpus. Raises `CorpusFault` at the first thing that is wrong."""
    where: dict[str, str] = {}  # file and line of every entry, for faults
    corpus = replace(
        load_manifest(folder),
        rules=unique_entries(folder, "register/*.yaml", Rule, "id", where),
        refusals=unique_entries(folder, "refusals*.yaml", RefusalCase, "id", where),
        misreadings=unique_entries(folder, "misreadings.yaml", Misreading, "id", where),
        terms=tuple(t for _, _, t in entries_of(folder, "lexicon.yaml", Term)),
        calendars={edition(c.work, c.version): c for _, _, c in entries_of(folder, "calendar.yaml", Calendar)},
        functions=unique_entries(folder, "functions.yaml", PoliceFunction, "id", where),
        scope=tuple(s for _, _, s in entries_of(folder, "scope.yaml", Scope)),
    )
    _check_links(corpus, where)
    return replace(corpus, explained=tuple(_explained(folder, corpus)))


def _explained(folder: Path, corpus: Corpus) -> Iterator[Explained]:
    for path, line, entry in entries_of(folder, "coverage/*.yaml", Explained):
        for other in entry.by:
            if other not in corpus.rules:
                raise CorpusFault(f"{path}:{line}: {other} is no rule.", "Mend the id or remove it.")
        for provision in entry.provisions:
            if corpus.exists and not any(provision in table for table in corpus.exists.values()):
                raise CorpusFault(f"{path}:{line}: {provision} exists in no work.", "Correct the pinpoint.")
        yield entry


def _manifest(path: Path) -> tuple[date, dict[str, Work], dict[str, tuple[File, ...]]]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        entries = [_WorkEntry.model_validate(w) for w in raw["work"]]
        checked = raw["checked"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValidationError) as error:
        raise CorpusFault(f"{path} cannot be read: {_first(error)}.", "Mend the manifest.") from error
    works, files = {}, {}
    for e in entries:
        versions = tuple(Version(v.date, v.since, v.link, v.note) for v in e.version)
        works[e.short] = Work(e.key, e.short, e.title, e.authority, versions, e.draft)
        for v in e.version:
            files[edition(e.short, v.date)] = v.file
    return checked, works, files


class _Lines(yaml.CSafeLoader):
    """A YAML loader that remembers the line on which each mapping begins."""


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[Any, Any]:
    found = loader.construct_mapping(node, deep=True)
    found["__line__"] = node.start_mark.line + 1
    return found


_Lines.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def entries_of(folder: Path, pattern: str, model: type[_T]) -> Iterator[tuple[Path, int, _T]]:
    """Every entry of the files, checked, with its file and line."""
    for path in sorted(folder.glob(pattern)):
        try:
            listed = yaml.load(path.read_text("utf-8"), _Lines) or []
        except (yaml.YAMLError, ValueError) as error:  # a day that does not exist is a ValueError
            mark = getattr(error, "problem_mark", None)
            where = f"{path}:{mark.line + 1}" if mark else str(path)
            raise CorpusFault(f"{where}: not YAML: {_first(error)}.", "Mend that line.") from error
        if not isinstance(listed, list):
            raise CorpusFault(f"{path}:1: a list of entries is expected.", "Begin each entry with '- '.")
        for raw in listed:
            line = _strip_lines(raw) if isinstance(raw, dict) else 1
            try:
                yield path, line, model.model_validate(raw)
            except ValidationError as error:
                name = raw.get("id", raw.get("pinpoint", "")) if isinstance(raw, dict) else ""
                raise CorpusFault(
                    f"{path}:{line}: {name}: {_first(error)}.", "corpus/README.md has the format."
                ) from error


def _strip_lines(raw: dict[Any, Any]) -> int:
    for value in raw.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _strip_lines(item)
    return int(raw.pop("__line__", 1))


def unique_entries(folder: Path, pattern: str, model: type[_T], key: str, where: dict[str, str]) -> dict[str, _T]:
    """The entries by their key; `where` gets the file and line of each."""
    found: dict[str, _T] = {}
    for path, line, entry in entries_of(folder, pattern, model):
        name = getattr(entry, key)
        if name in where:
            raise CorpusFault(f"{path}:{line}: {name} stands already in {where[name]}.", "Give one of them another id.")
        where[name], found[name] = f"{path}:{line}", entry
    return found


def _provision_table(path: Path) -> dict[str, dict[str, str]]:
    """work, version, pinpoint, heading: one line each."""
    table: dict[str, dict[str, str]] = {}
    if not path.is_file():
        return table
    for n, row in enumerate(path.read_text("utf-8").splitlines()[1:], 2):
        cells = row.split("\t")
        if len(cells) != 4:
            raise CorpusFault(f"{path}:{n}: four columns are expected.", "Write it anew: python -m ingest table.")
        work, versions, pinpoint, heading = cells
        for version in versions.split(","):
            table.setdefault(edition(work, version), {})[pinpoint] = heading
    return table


def _check_links(corpus: Corpus, where: dict[str, str]) -> None:
    """Every link leads to a rule; every provision that is named exists, a rule's in each version it holds in."""
    others = [(e.id, e.rules, e.provisions) for e in corpus.misreadings.values()]
    others += [(e.id, e.rules, e.provisions) for e in corpus.functions.values()]
    links = [(r.id, (*r.see, *r.limits)) for r in corpus.rules.values()] + [(name, rules) for name, rules, _ in others]
    for name, linked in links:
        for other in linked:
            if other not in corpus.rules:
                raise CorpusFault(
                    f"{where[name]}: {name} names {other}, which is no rule.", "Mend the id or remove it."
                )
    for rule in corpus.rules.values():
        for pinpoint in rule.pinpoints:
            _check_exists(corpus, rule, pinpoint, where[rule.id])
    for name, provisions in [
        *((name, provisions) for name, _, provisions in others),
        *((r.id, r.nearest) for r in corpus.refusals.values()),
    ]:
        for provision in provisions:
            if corpus.exists and not any(provision in table for table in corpus.exists.values()):
                raise CorpusFault(f"{where[name]}: {name}: {provision} exists in no work.", "Correct the pinpoint.")


def _check_exists(corpus: Corpus, rule: Rule, pinpoint: Pinpoint, where: str) -> None:
    work = corpus.works.get(pinpoint.work)
    if work is None:
        raise CorpusFault(f"{where}: {rule.id}: no work {pinpoint.work!r}.", "Use a short name of the manifest.")
    for version in work.versions:
        if pinpoint.work == AI_ACT and not rule.holds_in(version.date):
            continue
        known = corpus.exists.get(edition(work.short, version.date))
        if known is not None and str(pinpoint) not in known:
            raise CorpusFault(
                f"{where}: {rule.id}: {pinpoint} does not exist in {work.short} as of {version.date}.",
                "Correct the pinpoint, or say with `version:` which text the rule belongs to.",
            )


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        e = error.errors()[0]
        return f"{'.'.join(str(x) for x in e['loc'])}: {e['msg']}"
    return " ".join(str(error).split())[:200]
