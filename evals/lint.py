"""Holding a set of cases against the law, and freezing it as a release."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from assistant import Misuse, settings
from assistant.corpus import Corpus, load_corpus
from assistant.errors import PinpointFault
from assistant.index import Index
from assistant.law import AI_ACT, PinpointError, parse_pinpoint
from assistant.texts import Texts
from evals.cases import FOLDER, Case, Placed, read_cases, releases
from evals.patterns import claims, says_any
from evals.score import ALWAYS, is_right

WARNINGS = {
    "leading_question",
    "misreading",
    "pressure_on_a_person",
    "partial",
    "draft",
    "earlier_version",
    "before_publication",
}
KINDS = {"Recital"}  # entries of `allow` that are no work and no provision


def lint_set(folder: Path) -> tuple[list[str], list[str], int]:
    """Faults and notes about a set, each beginning with file and line, and how many cases it has."""
    placed = read_cases(folder)
    corpus = load_corpus(settings().corpus)
    texts, notes = _texts()
    law = Law(corpus, texts) if texts else None
    faults = [f"{p.path}:{p.line}: {p.case.id}: {said}" for p in placed for said in case_faults(p.case, corpus, law)]
    faults += _changed(placed, folder)
    faults += _twice(placed, folder)
    unread = [p for p in placed if not p.case.reviewer or p.case.reviewed is None]
    if unread:
        notes.append(
            f"{len(unread)} cases were read by no second reader, the first at {unread[0].path}:{unread[0].line}."
        )
    return faults, notes, len({p.case.id for p in placed})


def _texts() -> tuple[Texts | None, list[str]]:
    """The official texts, to see whether what must be said can be said; and a note where they are not there."""
    try:
        return Index.open(settings()).texts, []
    except PinpointFault as fault:
        return None, [f"Not checked against the official words: {fault.message} {fault.remedy}"]


def case_faults(case: Case, corpus: Corpus, law: Law | None) -> Iterable[str]:
    """What is wrong with one case; without `law`, nothing is said of its phrases."""
    yield from _unknown(case, corpus)
    yield from (f"{e} is both required and forbidden" for g in case.require for e in g if e in case.forbid)
    yield from (f"there is no warning of the kind {kind}" for kind in set(case.warns or ()) - WARNINGS)
    if case.expect == "answer" and law is not None:
        yield from _unsayable(case, law)


def _unknown(case: Case, corpus: Corpus) -> Iterable[str]:
    """Provisions that do not exist in the text of the case's day."""
    for name in (e for g in (*case.require, *case.exceptions) for e in g):
        if not _exists(name, case, corpus):
            yield f"{name} does not exist in the text of {case.day}"
    for name in case.forbid:
        if not any(name in known for known in corpus.exists.values()):
            yield f"{name}, which it forbids, exists in no text"
    for name in case.allow:
        if name not in KINDS and name not in corpus.works and not _exists(name, case, corpus):
            yield f"{name}, which it allows, does not exist in the text of {case.day}"


def _unsayable(case: Case, law: Law) -> Iterable[str]:
    """Words that must be said though the law does not say them, or must not though it does."""
    required = [e for g in (*case.require, *case.exceptions) for e in g]
    sayable = law.words([*required, *case.allow, *ALWAYS], case)
    for alternatives in case.must_say:
        if not says_any(sayable, alternatives):
            yield f"neither the law nor a rule on what it requires or allows says “{alternatives[0]}”"
    needed = law.words(required, case)
    for phrase in (p for entry in case.must_not_say for p in entry.any):
        if claims(needed, phrase):
            yield f"what it requires itself says “{phrase}”, which an answer must not say"


class Law:
    """The words of the law, and of our rules on it, at named provisions."""

    def __init__(self, corpus: Corpus, texts: Texts) -> None:
        self.corpus = corpus
        self.texts = texts
        self._known: dict[tuple[str, date], str] = {}

    def words(self, entries: Iterable[str], case: Case) -> str:
        """Everything that stands at these provisions on the case's day."""
        return "\n".join(self._at(entry, case.day) for entry in dict.fromkeys(entries))

    def _at(self, entry: str, day: date) -> str:
        version = self.corpus.works[AI_ACT].version_at(day).date
        key = (entry, self.corpus.works[AI_ACT].version_at(day).since)
        if key not in self._known:
            rules = [r for r in self.corpus.rules.values() if r.holds_in(version)]
            said = [r.statement for r in rules if any(is_right(str(p), [entry]) for p in r.pinpoints)]
            self._known[key] = "\n".join([*said, *self._official(entry, day)])
        return self._known[key]

    def _official(self, entry: str, day: date) -> Iterable[str]:
        try:
            pinpoint = parse_pinpoint(entry)
            version = self.corpus.works[pinpoint.work].version_at(day).date
        except (PinpointError, KeyError):
            return
        if provision := self.texts.get(entry, version):
            yield from (provision.heading, provision.text)
        if applies := self.corpus.applies(pinpoint, version):
            yield f"{applies.from_:%d %B %Y}".lstrip("0")


def _exists(name: str, case: Case, corpus: Corpus) -> bool:
    try:
        pinpoint = parse_pinpoint(name)
    except PinpointError:
        return False
    work = corpus.works.get(pinpoint.work)
    if work is None:
        return False
    if pinpoint.kind == "topic" and not pinpoint.unit:
        return True
    return corpus.exists_in(str(pinpoint), work.version_at(case.day).date)


def _changed(placed: list[Placed], folder: Path) -> list[str]:
    """Released cases that are gone or not as they were."""
    now = {(p.case.id, p.case.version): p for p in placed}
    faults = []
    for label, held in releases(folder).items():
        for case_id, (version, digest) in held.items():
            found = now.get((case_id, version))
            if found is None:
                faults.append(
                    f"{folder}: {case_id}, version {version}, of release {label} is gone; a released case stays"
                )
            elif found.case.digest != digest:
                faults.append(
                    f"{found.path}:{found.line}: {case_id} was changed since release {label}; restore it and add version {version + 1} beside it"
                )
    return sorted(set(faults))


def _twice(placed: list[Placed], folder: Path) -> list[str]:
    """Cases that ask the same on the same day, in this set or in another one of ours."""
    seen: dict[tuple[str, ...], str] = {}
    faults = []
    others = [f for f in FOLDER.iterdir() if f.is_dir() and f.resolve() != folder.resolve()]
    for other in others:
        for p in read_cases(other):
            seen[_asked(p.case)] = f"{other.name}/{p.case.id}"
    for p in placed:
        first = seen.setdefault(_asked(p.case), p.case.id)
        if first != p.case.id:
            faults.append(f"{p.path}:{p.line}: {p.case.id} asks the same as {first}")
    return faults


def _asked(case: Case) -> tuple[str, ...]:
    return (case.day.isoformat(), *(" ".join(q.casefold().split()) for q in (*case.history, case.question)))


def release_set(folder: Path, label: str) -> str:
    """Freeze the latest version of every case under a name. Raises `Misuse` where a case is wrong or the name is taken."""
    faults, _, _ = lint_set(folder)
    if faults:
        raise Misuse(f"{faults[0]} ({len(faults)} faults)", "Mend the cases; python -m evals lint lists all faults.")
    known = releases(folder)
    if label in known:
        raise Misuse(f"{folder} has a release {label} already.", f"Choose another name; taken: {', '.join(known)}.")
    placed = read_cases(folder)
    latest: dict[str, Case] = {}
    for p in placed:
        if p.case.id not in latest or p.case.version > latest[p.case.id].version:
            latest[p.case.id] = p.case
    known[label] = {c.id: [c.version, c.digest] for c in latest.values()}
    path = folder / "releases.json"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(_written(known), "utf-8")
    unfinished.replace(path)
    return f"{path}: release {label} holds {len(latest)} cases."


def _written(known: dict[str, dict[str, list[object]]]) -> str:
    """One case a line, so that version control shows what a release changed."""
    parts = []
    for label, held in known.items():
        lines = ",\n".join(f"  {json.dumps(i)}: {json.dumps(v)}" for i, v in held.items())
        parts.append(f" {json.dumps(label)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
