"""Holding stored answers against the law, apart from what they say of themselves.

Each sentence is put to the verifier with what it cites, each quotation to the official text, each version and day to the
manifest and the calendar. The result is kept beside the answers, so that scoring them again costs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant import Assistant, settings
from assistant.agree import dates
from assistant.corpus import Corpus, corpus_digest
from assistant.law import PinpointError, parse_pinpoint
from assistant.settings import ROOT
from assistant.support import split_sentences
from assistant.verify import Verifier
from evals.answers import Row, Run, Says
from evals.cases import Case

MOST_TRIED = 8  # citations of a whole answer that a sentence without its own is held against


@dataclass(frozen=True, slots=True)
class Held:
    """One sentence as the law sees it."""

    supported: bool
    faults: tuple[str, ...]
    exists: tuple[bool, ...]  # per citation
    verbatim: tuple[bool | None, ...]  # per citation: stands the quote where it is said to? None: no quote, or no text
    stale: tuple[str, ...]  # versions and days of another text of the law


class Holder:
    """Holds answers against one corpus."""

    def __init__(self, assistant: Assistant) -> None:
        self.corpus: Corpus = assistant.corpus
        self.texts = assistant.index.texts
        self.verifier = Verifier(assistant.index)
        self._known: dict[str, Held] = {}
        self._statements: dict[str, set[str]] = {}

    def hold(self, row: Row, case: Case) -> tuple[Held, ...]:
        """Every sentence of an answer; none of a refusal."""
        if row.outcome != "answer":
            return ()
        return tuple(self.sentence(s, case.day) for s in row.statements or _sentences(row))

    def sentence(self, said: Says, day: date) -> Held:
        """One sentence, as on a day; each is looked at once."""
        key = json.dumps([said.text, [c.model_dump(exclude={"checks"}) for c in said.citations], day.isoformat()])
        if key not in self._known:
            self._known[key] = self._look(said, day)
        return self._known[key]

    def _look(self, said: Says, day: date) -> Held:
        names, quotes = [c.pinpoint for c in said.citations], [c.quote for c in said.citations]
        verdict = self.verifier.check(said.text, names, day, quotes)
        faults, passed = list(verdict.faults), verdict.passed
        if not passed and not said.rule and len(names) > 1:  # one of several provisions may carry it alone
            passed = any(self.verifier.check(said.text, [n], day).passed for n in names[:MOST_TRIED])
            faults = [] if passed else faults
        if not passed and self._is_quotation(said, day):
            passed, faults = True, []
        exists = tuple(self._exists(n, day) for n in names)
        verbatim = tuple(self._stands(c.pinpoint, c.quote, c.start, c.end, day) for c in said.citations)
        return Held(
            passed and all(exists) and bool(names), tuple(faults), exists, verbatim, tuple(self._stale(said, day))
        )

    def _text(self, name: str, day: date) -> str | None:
        try:
            provision = self.texts.get(name, self.corpus.works[parse_pinpoint(name).work].version_at(day).date)
        except (PinpointError, KeyError):
            return None
        return provision.text if provision else None

    def _exists(self, name: str, day: date) -> bool:
        try:
            pinpoint = parse_pinpoint(name)
            return self.corpus.exists_in(str(pinpoint), self.corpus.works[pinpoint.work].version_at(day).date)
        except (PinpointError, KeyError):
            return False

    def _stands(self, name: str, quote: str | None, start: int | None, end: int | None, day: date) -> bool | None:
        text = self._text(name, day)
        if quote is None or text is None:
            return None
        if start is not None and end is not None:
            return text[start:end] == quote
        return bool(quote.strip()) and " ".join(quote.split()) in " ".join(text.split())

    def _is_quotation(self, said: Says, day: date) -> bool:
        """Whether the sentence is nothing but the provision's own words, under its name."""
        words = " ".join(said.text.split())
        for cited in said.citations:
            text = " ".join((self._text(cited.pinpoint, day) or "").split())
            inner = words.partition("“")[2].rpartition("”")[0].removesuffix(" …")
            if text and (words in text or (inner and inner in text and words.startswith(cited.pinpoint))):
                return True
        return False

    def _stale(self, said: Says, day: date) -> list[str]:
        found = []
        for cited in said.citations:
            try:
                pinpoint = parse_pinpoint(cited.pinpoint)
                work = self.corpus.works[pinpoint.work]
            except (PinpointError, KeyError):
                continue
            version = work.version_at(day).date
            # recitals stand in the act as published; a consolidated text has none
            if cited.version and cited.version != version and pinpoint.kind != "recital":
                found.append(f"{cited.pinpoint} is cited from the text of {cited.version}, not of {version}")
            entry = self.corpus.applies(pinpoint, version)
            if cited.applies and entry and cited.applies != entry.from_.isoformat():
                found.append(f"{cited.pinpoint} is said to apply from {cited.applies}, not {entry.from_}")
            found += self._other_days(said, cited.pinpoint, version, day)
        return found

    def _other_days(self, said: Says, name: str, version: str, day: date) -> list[str]:
        """Days of the sentence that the other text of the law, not this one, gives for what is cited."""
        pinpoint = parse_pinpoint(name)
        if said.text in self._reviewed(version):
            return []
        here = self.corpus.applies(pinpoint, version)
        right = ({here.from_} if here else set()) | dates(self._text(name, day) or "")
        wrong = {
            e.from_
            for v in self.corpus.works[pinpoint.work].versions
            if v.date != version and (e := self.corpus.applies(pinpoint, v.date))
        }
        return [f"{d} belongs to another text of {name}" for d in sorted(dates(said.text) & (wrong - right))]

    def _reviewed(self, version: str) -> set[str]:
        if version not in self._statements:
            self._statements[version] = {r.statement for r in self.corpus.rules.values() if r.holds_in(version)}
        return self._statements[version]


def _sentences(row: Row) -> list[Says]:
    """The sentences of an answer that comes as one text, each with all its citations."""
    cites = [{"pinpoint": c} for c in row.cited]
    return [Says.model_validate({"text": s, "citations": cites}) for s in split_sentences(row.text)]


@cache
def engine() -> str:
    """Fingerprint of the code and the learned weights that answer, and of this module, which holds answers."""
    files = [p for p in sorted((ROOT / "assistant").rglob("*")) if p.suffix in {".py", ".json", ".safetensors"}]
    files.append(Path(__file__))
    sums = hashlib.sha256()
    for path in files:
        sums.update(path.name.encode() + path.read_bytes())
    return sums.hexdigest()[:16]


def held_answers(
    run: Run, rows: Sequence[Row], cases: Sequence[Case], assistant: Assistant | None = None
) -> list[tuple[Held, ...]]:
    """Every answer held against the law, in the order of the cases; looked up where these very answers were held before.

    The index is opened (unless an `assistant` is at hand) only where they were not.
    """
    chosen = settings()
    told = [(c.id, c.day.isoformat()) for c in cases]
    key = hashlib.sha256(
        run.path.read_bytes() + corpus_digest(chosen.corpus).encode() + engine().encode() + json.dumps(told).encode()
    ).hexdigest()
    path = chosen.data / "evals" / "held" / f"{key[:24]}.jsonl"
    if path.is_file():
        found = _read(path)
        return [found[c.id] for c in cases]
    holder = Holder(assistant or Assistant.open())
    held = [holder.hold(row, case) for row, case in zip(rows, cases, strict=True)]
    _store(path, {c.id: h for c, h in zip(cases, held, strict=True)})
    return held


def _store(path: Path, found: dict[str, tuple[Held, ...]]) -> None:
    lines = [json.dumps({"id": i, "held": [asdict(h) for h in held]}, ensure_ascii=False) for i, held in found.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text("\n".join(lines) + "\n", "utf-8")
    unfinished.replace(path)


def _read(path: Path) -> dict[str, tuple[Held, ...]]:
    found = {}
    for line in path.read_text("utf-8").splitlines():
        raw: dict[str, Any] = json.loads(line)
        found[raw["id"]] = tuple(
            Held(h["supported"], tuple(h["faults"]), tuple(h["exists"]), tuple(h["verbatim"]), tuple(h["stale"]))
            for h in raw["held"]
        )
    return found
