"""The record: what was asked and answered, one JSON line each, chained by hash.

Each line carries the sha256 of the line before it, so that a changed, removed or inserted line is
found by `check`. Questions stopped for case data are recorded without their words.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from pathlib import Path
from typing import Any

FIRST = "0" * 64


def append(path: Path, entry: dict[str, Any]) -> str:
    """Add one entry; returns its hash. Raises `OSError` when the file cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        previous = _last_hash(path)
        body = json.dumps({"previous": previous, **entry}, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(body.encode()).hexdigest()
        log.write(json.dumps({"hash": digest, "body": body}, ensure_ascii=False).encode() + b"\n")
        log.flush()
    return digest


def _last_hash(path: Path) -> str:
    """The hash of the last whole line, read from the end of the file."""
    size = path.stat().st_size
    if not size:
        return FIRST
    with path.open("rb") as log:
        log.seek(max(0, size - 2_000_000))
        lines = log.read().splitlines()
    for line in reversed(lines):
        try:
            return str(json.loads(line)["hash"])
        except (ValueError, KeyError):
            continue  # a line cut off by a crash; `check` reports it
    return FIRST


def check(path: Path) -> list[str]:
    """What is wrong with the chain: one line per fault, empty when it is whole."""
    faults = []
    previous = FIRST
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            body = json.loads(raw["body"])
        except (ValueError, KeyError, TypeError):
            faults.append(f"line {n}: cannot be read")
            continue
        if hashlib.sha256(raw["body"].encode()).hexdigest() != raw["hash"]:
            faults.append(f"line {n}: its words do not match its hash")
        if body["previous"] != previous:
            faults.append(f"line {n}: the line before it is not the one it was chained to")
        previous = raw["hash"]
    return faults
