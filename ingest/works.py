"""The works of the manifest -> provisions: obtain each file, parse it, report what could not be had."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.corpus import Corpus, edition
from assistant.law import Authority, Provision, Version, Work, parse_pinpoint
from assistant.settings import Settings
from assistant.texts import Texts
from ingest.eurlex import OriginalError, parse_act
from ingest.fetch import Obtained, Offline, obtain


@dataclass
class Report:
    """What was installed and what is missing, by edition."""

    installed: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def read_works(
    corpus: Corpus, settings: Settings, say: Callable[[str], object] = lambda s: None
) -> tuple[Texts, Report]:
    """Provisions of every work of the manifest that can be had; the report says which cannot and why.

    One file that is missing or faulty never stops the others.
    """
    by_version: dict[str, dict[str, Provision]] = {}
    report = Report()
    online = True
    for work in corpus.works.values():
        for version in work.versions:
            name = edition(work.short, version.date)
            files = corpus.files[name]
            if not files:
                by_version[name] = _digests(corpus, work, version)
                report.installed[name] = len(by_version[name])
                continue
            found: dict[str, Provision] = {}
            problems = []
            for file in files:
                say(f"{work.short} {version.date}: {file.name}")
                try:
                    got = obtain(
                        file, settings.originals, settings.data / "originals", settings.publications_url, online=online
                    )
                except Offline as error:
                    online = False
                    got = Obtained(file, None, "", str(error))
                provisions, problem = _read(got, work, file.text_of or version.date)
                found.update({p.pinpoint: p for p in provisions})
                if problem:
                    problems.append(problem)
            if found:
                by_version[name] = found
                report.installed[name] = len(found)
            if problems:
                report.missing[name] = "; ".join(problems)
    return Texts(by_version), report


def _read(got: Obtained, work: Work, version: str) -> tuple[list[Provision], str]:
    if got.path is None:
        return [], got.problem
    try:
        data = got.path.read_bytes()
        if work.authority is Authority.OFFICIAL_GUIDANCE:
            return parse_guidelines(data, work.short, version), ""
        provisions = parse_act(data, work.short, version, depth=got.file.depth)
    except (OSError, OriginalError) as error:
        return [], f"{got.path}: {error}"
    return [p for p in provisions if parse_pinpoint(p.pinpoint).kind in got.file.takes], ""


def parse_guidelines(data: bytes, work: str, version: str) -> list[Provision]:
    """The Commission's guidelines by paragraph, from a JSON object of paragraph number -> section and text.

    Raises `OriginalError` when it is not such an object.
    """
    try:
        raw = json.loads(data)
        rows = sorted(((int(n), p["section"], p["text"]) for n, p in raw.items()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OriginalError(f"not the guidelines' paragraphs: {error}") from error
    return [_paragraph(work, version, n, section, text) for n, section, text in rows]


def _paragraph(work: str, version: str, number: int, section: str, text: str) -> Provision:
    plain = re.sub(r"^#+ .*$", "", text, flags=re.MULTILINE)  # the next section's heading hangs on the paragraph
    plain = re.sub(r"\*\*?|\[\^\d+\]", "", plain)
    plain = re.sub(r"\n{2,}", "\n", plain).strip()
    return Provision(f"{work} ¶{number}", section, plain, plain, "", version)


def _digests(corpus: Corpus, work: Work, version: Version) -> dict[str, Provision]:
    mine = [d for d in corpus.digests.values() if parse_pinpoint(d.pinpoint).work == work.short]
    return {d.pinpoint: Provision(d.pinpoint, d.heading, d.text, d.text, "", version.date) for d in mine}


def write_table(corpus: Corpus, texts: Texts, headings: dict[str, str], path: Path) -> int:
    """Write the committed table of the provisions that exist in each version; returns the number of rows.

    Headings are our own (`headings.tsv`, by article, annex or unit); the official ones are not copied.
    """
    rows: dict[tuple[str, str], list[str]] = {}
    for name, provisions in texts.by_version.items():
        work, _, version = name.partition("@")
        if not corpus.files[name]:
            continue
        for pinpoint in provisions:
            rows.setdefault((work, pinpoint), []).append(version)
    lines = ["work\tversions\tpinpoint\theading"]
    for (work, pinpoint), versions in rows.items():
        parsed = parse_pinpoint(pinpoint)
        heading = headings.get(pinpoint, headings.get(str(parsed.top), "") if parsed == parsed.top else "")
        lines.append(f"{work}\t{','.join(sorted(versions))}\t{pinpoint}\t{heading}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return len(rows)
