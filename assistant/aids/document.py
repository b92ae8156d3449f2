"""Documents to print and to hand on: one content, written as PDF (Typst) and as DOCX (python-docx).

A document is a list of blocks and the citations they rest on. Text is set as text: what a field holds is never read as
markup, formula or field code. The PDF is tagged (PDF/UA-1), so that a screen reader can follow it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answer import Citation, Statement, source_label

TEMPLATE = Path(__file__).with_name("document.typ")
FOOTER = "Pinpoint: guidance, not legal advice."


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in both forms that the writers need, and what it shows in words."""

    svg: str
    png: bytes
    alt: str


@dataclass
class Document:
    """A document under construction; `say` and its like number each source once, in the order of first mention.

    >>> d = Document("Hand-out", date(2026, 11, 26))
    >>> d.heading("First"); d.text("A <b>sentence</b>.")
    >>> d.blocks[1]["text"]
    'A <b>sentence</b>.'
    """

    title: str
    as_of: date
    subtitle: str = ""
    compact: bool = False
    quotes: bool = True  # whether the list of sources quotes the words relied on
    blocks: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    sources: dict[tuple[str, str], Citation] = field(default_factory=dict)

    def heading(self, text: str, level: int = 2) -> None:
        """A heading of level 2 or 3."""
        self.blocks.append({"kind": "heading", "level": level, "text": _clean(text)})

    def text(self, text: str, cited: Iterable[Citation] = (), kind: str = "text") -> None:
        """A paragraph (`text`) or a remark (`note`), with its sources."""
        self.blocks.append({"kind": kind, "text": _clean(text), "marks": self._marks(cited)})

    def bullets(self, items: Iterable[str | Statement]) -> None:
        """A list: own words, or statements with their sources."""
        rows = [
            {"text": _clean(i), "marks": []} if isinstance(i, str)
            else {"text": _clean(i.text), "marks": self._marks(i.citations)} for i in items
        ]  # fmt: skip
        if rows:
            self.blocks.append({"kind": "bullets", "items": rows})

    def say(self, statement: Statement) -> None:
        """A statement as a paragraph."""
        self.text(statement.text, statement.citations)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int] = ()) -> None:
        """A table with a head; widths are shares."""
        body = [[_clean(c) for c in row] for row in rows]
        self.blocks.append(
            {"kind": "table", "head": list(head), "rows": body, "widths": list(widths or [1] * len(head))}
        )

    def space(self, rows: int) -> None:
        """An empty box to write in, in rows of 8 mm."""
        self.blocks.append({"kind": "lines", "rows": rows})

    def picture(self, picture: Picture) -> None:
        """A drawing with its words."""
        self.pictures.append(picture)
        self.blocks.append(
            {"kind": "picture", "svg": picture.svg, "alt": picture.alt, "number": len(self.pictures) - 1}
        )

    def _marks(self, cited: Iterable[Citation]) -> list[int]:
        marks = []
        for citation in cited:
            key = (citation.pinpoint, citation.version)
            self.sources.setdefault(key, citation)
            marks.append(list(self.sources).index(key) + 1)
        return list(dict.fromkeys(marks))

    def as_pdf(self) -> bytes:
        """The document as PDF/UA-1."""
        import typst

        moment = dt.datetime(self.as_of.year, self.as_of.month, self.as_of.day, tzinfo=dt.UTC)
        blocks = [{k: v for k, v in b.items() if k != "number"} for b in self.blocks]
        data = {
            "title": _clean(self.title), "subtitle": _clean(self.subtitle), "compact": self.compact,
            "footer": self._footer(), "blocks": blocks, "sources": self._listed(),
        }  # fmt: skip
        made = typst.compile(
            TEMPLATE,
            format="pdf",
            sys_inputs={"data": json.dumps(data)},
            pdf_standards="ua-1",
            timestamp=moment,
            ignore_system_fonts=True,
        )
        return made if isinstance(made, bytes) else b"".join(made)

    def as_docx(self) -> bytes:
        """The document as a Word file."""
        import docx
        from docx.shared import Cm, Pt

        file = docx.Document()
        file.core_properties.title, file.core_properties.author = _clean(self.title), "Pinpoint"
        file.core_properties.language = "en"
        file.styles["Normal"].font.size = Pt(9.5 if self.compact else 11)
        for section in file.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            section.left_margin = section.right_margin = Cm(2)
            section.footer.paragraphs[0].text = self._footer()
        file.add_heading(_clean(self.title), 1)
        if self.subtitle:
            file.add_paragraph(_clean(self.subtitle))
        for block in self.blocks:
            self._write(file, block)
        if self.sources:
            file.add_heading("Sources", 2)
        for s in self._listed():
            quote = f": “{s['quote']}”" if s["quote"] else ""
            file.add_paragraph(
                f"[{s['number']}] {s['pinpoint']} ({s['label']}; {s['status']}){quote} {s['url']}".rstrip()
            )
        held = io.BytesIO()
        file.save(held)
        return held.getvalue()

    def _write(self, file: Any, block: dict[str, Any]) -> None:
        from docx.shared import Cm

        kind = block["kind"]
        if kind == "heading":
            file.add_heading(block["text"], block["level"])
        elif kind in {"text", "note"}:
            _run(file.add_paragraph(style="Intense Quote" if kind == "note" else None), block)
        elif kind == "bullets":
            for item in block["items"]:
                _run(file.add_paragraph(style="List Bullet"), item)
        elif kind == "table":
            _grid(file, [block["head"], *block["rows"]])
        elif kind == "lines":
            file.add_table(rows=1, cols=1, style="Table Grid").rows[0].height = Cm(0.8 * block["rows"])
        elif kind == "picture":
            file.add_picture(io.BytesIO(self.pictures[block["number"]].png), width=Cm(11))
            file.add_paragraph(block["alt"], style="Caption")

    def _footer(self) -> str:
        return f"{FOOTER} As of {self.as_of.isoformat()}."

    def _listed(self) -> list[dict[str, Any]]:
        return [
            {
                "number": n, "pinpoint": c.pinpoint, "label": source_label(c), "status": c.status, "url": c.url,
                "quote": _short(c.quote or "") if self.quotes else "", "shown": "open" if self.compact else c.url,
            }
            for n, c in enumerate(self.sources.values(), 1)
        ]  # fmt: skip


def _grid(file: Any, rows: Sequence[Sequence[str]]) -> None:
    table = file.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for n, row in enumerate(rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(text).bold = n == 0


def _run(paragraph: Any, item: dict[str, Any]) -> None:
    paragraph.add_run(item["text"])
    if item["marks"]:
        paragraph.add_run(" " + "".join(f"[{m}]" for m in item["marks"])).bold = True


def _short(quote: str, words: int = 60) -> str:
    parts = quote.split()
    return " ".join(parts[:words]) + (" …" if len(parts) > words else "")


def _clean(text: str) -> str:
    r"""Text without the control characters that no document may hold; line ends stay.

    >>> _clean("a\x00b\x1b[31m\nc")
    'ab[31m\nc'
    """
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def file_name(*parts: str) -> str:
    """A safe name for a download.

    >>> file_name("FRIA", "Face search / Žilina", "2026-11-26")
    'fria-face-search-zilina-2026-11-26'
    """
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "pinpoint"
