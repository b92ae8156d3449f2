"""The official texts that are installed, as provisions, by work and version."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from assistant.corpus import edition
from assistant.law import Provision, parse_pinpoint


class Texts:
    """Provisions of the installed versions; empty where a text is not installed.

    >>> texts = Texts({"AI Act@2026-07-27": {"Art. 4": Provision("Art. 4", "", "Words.", "Words.", "", "2026-07-27")}})
    >>> texts.get("Art. 4", "2026-07-27").text, texts.get("Art. 4", "2024-07-12")
    ('Words.', None)
    """

    def __init__(self, by_version: dict[str, dict[str, Provision]]) -> None:
        self.by_version = by_version

    def get(self, pinpoint: str, version: str) -> Provision | None:
        """One provision, or `None` where the text or the provision is not there."""
        return self.by_version.get(edition(parse_pinpoint(pinpoint).work, version), {}).get(pinpoint)

    def __len__(self) -> int:
        return sum(map(len, self.by_version.values()))

    def dump(self, path: Path) -> None:
        """One JSON line per provision, with its work."""
        with path.open("w", encoding="utf-8") as out:
            for name, provisions in self.by_version.items():
                for p in provisions.values():
                    out.write(json.dumps({"in": name, **asdict(p)}, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Texts:
        """Read what `dump` wrote."""
        found: dict[str, dict[str, Provision]] = {}
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                raw = json.loads(line)
                name = raw.pop("in")
                found.setdefault(name, {})[raw["pinpoint"]] = Provision(**raw)
        return cls(found)
