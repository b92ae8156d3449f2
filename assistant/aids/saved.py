"""Work in progress, saved: worksheets as JSON files, every version kept, nothing lost.

One folder per worksheet under `data/work`: `current.json` and the versions `v0001.json`, … that were kept on purpose or
because another window had written meanwhile. A file that cannot be read is never overwritten: it is set aside under
another name, and the newest readable version takes its place. Case data are not written at all.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.casedata import case_data, mask
from assistant.errors import Misuse, StoreFault

FORMAT = 1
LONGEST = 8000  # characters of one field
LARGEST = 2_000_000  # bytes of a file that is read back
_ID = re.compile(r"^[a-z]+-\d{8}-[0-9a-f]{6}$")
Value = str | list[str]


class Sheet(BaseModel):
    """One worksheet: its kind (assessment, fria, risk, …), its name, and what was filled in, field by field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = Field(FORMAT, ge=1, le=FORMAT)
    id: str = Field(pattern=_ID.pattern)
    kind: str = Field(pattern=r"^[a-z]{2,20}$")
    name: str = Field(max_length=200)
    as_of: dt.date
    saved: str = ""  # when, UTC
    note: str = Field("", max_length=400)
    values: dict[str, Value] = Field(default_factory=dict)

    def with_values(self, values: Mapping[str, Value]) -> Sheet:
        """The same worksheet, filled in otherwise; empty fields are left out."""
        return self.model_copy(update={"values": {k: v for k, v in values.items() if v not in ("", [])}})


@dataclass(frozen=True, slots=True)
class Listed:
    """A saved worksheet as the list shows it; `fault` says why it cannot be read."""

    id: str
    kind: str
    name: str
    saved: str
    fault: str = ""


class Shelf:
    """The worksheets of an installation."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "work"

    def new(self, kind: str, name: str, as_of: dt.date, values: Mapping[str, Value] | None = None) -> Sheet:
        """A worksheet of a kind, saved at once."""
        id = f"{kind}-{dt.datetime.now(dt.UTC):%Y%m%d}-{secrets.token_hex(3)}"
        return self.save(Sheet(id=id, kind=kind, name=name[:200], as_of=as_of).with_values(values or {}))

    def list(self, kind: str = "") -> list[Listed]:
        """The saved worksheets, newest first; those that cannot be read among them."""
        found = []
        for folder in self.folder.iterdir() if self.folder.is_dir() else ():
            if not _ID.match(folder.name) or (kind and folder.name.partition("-")[0] != kind):
                continue
            try:
                sheet = _read(folder / "current.json")
                found.append(Listed(sheet.id, sheet.kind, sheet.name, sheet.saved))
            except Misuse as fault:
                found.append(Listed(folder.name, folder.name.partition("-")[0], "", "", fault.message))
        return sorted(found, key=lambda s: s.saved, reverse=True)

    def open(self, id: str) -> Sheet:
        """A worksheet as last saved. Raises `Misuse` when there is none or its file cannot be read."""
        if not _ID.match(id) or not (self.folder / id).is_dir():
            raise Misuse("There is no such worksheet here.", "Choose one from the list, or begin a new one.")
        return _read(self.folder / id / "current.json")

    def save(self, sheet: Sheet, seen: str | None = None) -> Sheet:
        """Write a worksheet and return it with the moment of saving.

        `seen` is the `saved` of the version that was open: where the file is newer, another window wrote it, and that
        text is kept as a version first. Raises `Misuse` for case data and for a field that is too long: then nothing is
        written, and what was saved before stays.
        """
        _check(sheet)
        folder = self.folder / sheet.id
        current = folder / "current.json"
        if seen is not None and current.is_file():
            try:
                other = _read(current)
            except Misuse:
                self.set_aside(sheet.id)
            else:
                if other.saved != seen and other.values != sheet.values:
                    self._write(folder / self._next(folder), other.model_copy(update={"note": "written elsewhere"}))
        moment = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
        done = sheet.model_copy(update={"saved": moment})
        self._write(current, done)
        return done

    def keep(self, sheet: Sheet, note: str = "") -> int:
        """Keep the worksheet as it is as a version; returns its number."""
        folder = self.folder / sheet.id
        name = self._next(folder)
        self._write(folder / name, sheet.model_copy(update={"note": note[:400]}))
        return int(name[1:5])

    def versions(self, id: str) -> dict[int, Sheet]:
        """The kept versions that can be read, by number."""
        found = {}
        for path in sorted((self.folder / id).glob("v[0-9][0-9][0-9][0-9].json")):
            try:
                found[int(path.stem[1:])] = _read(path)
            except Misuse:
                continue
        return found

    def set_aside(self, id: str) -> Sheet | None:
        """Put a file that cannot be read out of the way, whole, and take the newest version in its place."""
        folder = self.folder / id
        stamp = f"{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S%f}"
        try:
            (folder / "current.json").rename(folder / f"unreadable-{stamp}.json")
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreFault(f"{folder} cannot be written: {error.strerror}.", "Mend its permissions.") from error
        versions = self.versions(id)
        return self.save(versions[max(versions)]) if versions else None

    def take_in(self, raw: bytes, kind: str = "") -> Sheet:
        """A worksheet from a file that was downloaded before, saved here under an id of its own. Raises `Misuse`."""
        sheet = parse(raw, "The file")
        if kind and sheet.kind != kind:
            raise Misuse(
                f"The file holds another kind of worksheet ({sheet.kind}).", "Open it on the page of its kind."
            )
        return self.new(sheet.kind, sheet.name, sheet.as_of, sheet.values)

    @staticmethod
    def _next(folder: Path) -> str:
        taken = [int(p.stem[1:5]) for p in folder.glob("v[0-9][0-9][0-9][0-9].json")]
        return f"v{max(taken, default=0) + 1:04}.json"

    @staticmethod
    def _write(path: Path, sheet: Sheet) -> None:
        """Whole or not at all: written beside, then put in place."""
        beside: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
                beside = Path(file.name)
                file.write(as_json(sheet))
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError as error:
            if beside:
                beside.unlink(missing_ok=True)
            raise StoreFault(
                f"The worksheet cannot be saved in {path.parent}: {error.strerror}.",
                "Download it as JSON now, then mend the folder or its disk.",
            ) from error


def as_json(sheet: Sheet) -> str:
    """The worksheet as the JSON that can be taken in again."""
    return json.dumps(sheet.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def differences(old: Sheet, new: Sheet) -> list[tuple[str, str, str]]:
    """Field, before and after, for every field that differs, in the order of the newer worksheet."""
    names = list(dict.fromkeys((*new.values, *old.values)))
    rows = [(n, shown(old.values.get(n, "")), shown(new.values.get(n, ""))) for n in names]
    return [row for row in rows if row[1] != row[2]]


def shown(value: Value) -> str:
    """A value as one text."""
    return value if isinstance(value, str) else "; ".join(value)


def _check(sheet: Sheet) -> None:
    for name, value in {"name": sheet.name, "note": sheet.note, **sheet.values}.items():
        text = shown(value)
        if len(text) > LONGEST:
            raise Misuse(
                f"The field {name!r} has {len(text):,} characters; at most {LONGEST:,} are kept.",
                "Shorten it; what was saved before is unchanged.",
            )
        if found := case_data(text):
            kinds = ", ".join(dict.fromkeys(d.kind for d in found))
            raise Misuse(
                f"The field {name!r} seems to hold case data ({kinds}), so it was not saved: “{mask(text, found)[:300]}”",
                "Write it without names, numbers or references; what was saved before is unchanged.",
            )


def _read(path: Path) -> Sheet:
    try:
        if path.stat().st_size > LARGEST:
            raise Misuse(f"{path.name} is too large for a worksheet.", "Take a version that was kept.")
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise Misuse(f"{path.name} cannot be read: {error.strerror}.", "Take a version that was kept.") from error


def parse(raw: bytes, name: str) -> Sheet:
    """A worksheet from the JSON of a file. Raises `Misuse` that names the file and says what is wrong with it."""
    if len(raw) > LARGEST:
        raise Misuse(f"{name} is too large for a worksheet.", "Choose a file that was saved here.")
    try:
        held: Any = json.loads(raw.decode("utf-8"))
        return Sheet.model_validate(held)
    except (ValueError, RecursionError) as error:
        why = "it is no JSON" if not isinstance(error, ValidationError) else _first(error)
        raise Misuse(
            f"{name} is no worksheet that can be read: {why}.", "Choose a file that was saved here."
        ) from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(p) for p in first['loc']) or 'file'}: {first['msg'].lower()}"
