"""Documents: read back and rendered, with every citation and quote in place and nothing in them read as markup."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from test_saved import HOSTILE

from assistant.aids.assess import load_scheme
from assistant.aids.briefs import primer_document, roadmap, roadmap_document
from assistant.aids.data import Aids, Kind, load_aids
from assistant.aids.document import Document
from assistant.aids.practise import handout
from assistant.aids.saved import Sheet, Value
from assistant.aids.worksheets import assessment_document, readiness_document, risk_document, sheet_document
from assistant.ask import Assistant
from assistant.settings import ROOT

DAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def aids(assistant: Assistant) -> Aids:
    return load_aids(ROOT / "corpus", assistant.corpus)


def sheet(kind: str, values: dict[str, Value]) -> Sheet:
    return Sheet(id=f"{kind}-20261126-abcdef", kind=kind, name="Face search in Łódź", as_of=DAY).with_values(values)


def pdf_text(raw: bytes) -> tuple[str, int]:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(raw)).pages
    text = "\n".join(p.extract_text() for p in pages)
    return re.sub(r"Pinpoint: guidance, not legal advice\. As of [\d-]+\.\s*\d+ / \d+", "", text), len(pages)


def docx_text(raw: bytes) -> str:
    import docx

    file = docx.Document(io.BytesIO(raw))
    cells = [c.text for t in file.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in file.paragraphs] + cells)


def words(text: str) -> str:
    """Letters and digits only: line ends, hyphens at line ends and ligatures differ between the forms."""
    return re.sub(r"[\W_]+", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl"))


def filled(aids: Aids, name: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for n, field in enumerate(aids.templates[name].fields.values()):
        if field.kind is Kind.TEXT:
            values[field.id] = f"Answer number {n}: two officers check, =1+1 <b>bold</b>."
        elif field.kind is Kind.DAY:
            values[field.id] = "2027-12-02"
        else:
            values[field.id] = field.options[0] if field.kind is Kind.CHOICE else list(field.options[:2])
    return values


Maker = Callable[[Assistant, Aids], Document]


def _assessment(assistant: Assistant, aids: Aids) -> Document:
    scheme = load_scheme(ROOT / "corpus", assistant.corpus)
    given: dict[str, Value] = {"who": ["police"], "task": ["search-people"], "timing": ["later"], "since": "before"}
    answers = {q: frozenset([v] if isinstance(v, str) else v) for q, v in given.items()}
    return assessment_document(assistant, scheme, sheet("assessment", given), scheme.assess(answers))


def _risk(assistant: Assistant, aids: Aids) -> Document:
    values: dict[str, Value] = {"own1.text": "=HYPERLINK(1)", "own1.likelihood": "2", "own1.impact": "5"}
    for principle in aids.principles.values():
        for risk in principle.risks[:1]:
            values |= {
                f"{risk.id}.likelihood": "3",
                f"{risk.id}.impact": "4",
                f"{risk.id}.measures": "Test it.",
                f"{risk.id}.review": "2027-01-31",
            }
    return risk_document(assistant, aids, sheet("risk", values))


def _readiness(assistant: Assistant, aids: Aids) -> Document:
    now: dict[str, Value] = {q.id: str(n % 5) for n, p in enumerate(aids.principles.values()) for q in p.readiness}
    return readiness_document(assistant, aids, sheet("readiness", now), sheet("readiness", {k: "1" for k in now}))


MAKERS: dict[str, Maker] = {
    "assessment": _assessment,
    "fria": lambda a, x: sheet_document(a, x.templates["fria"], sheet("fria", filled(x, "fria"))),
    "transparency": lambda a, x: sheet_document(
        a, x.templates["transparency"], sheet("transparency", filled(x, "transparency"))
    ),
    "risk": _risk,
    "readiness": _readiness,
    "roadmap": lambda a, x: roadmap_document(a, roadmap(a.corpus, x), {}, DAY),
    "handout": lambda a, x: handout(a, x.scenarios["sc-hot-spots"], solutions=False),
    "solutions": lambda a, x: handout(a, x.scenarios["sc-hot-spots"], solutions=True),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_document_reads_back_with_its_citations_and_quotes(name: str, assistant: Assistant, aids: Aids) -> None:
    made = MAKERS[name](assistant, aids)
    pdf, pages = pdf_text(made.as_pdf())
    for form in (words(pdf), words(docx_text(made.as_docx()))):
        assert (words(made.title) in form and "guidancenotlegaladvice" in form.lower()) or form is not words(pdf)
        for block in made.blocks:
            if block["kind"] in {"heading", "text", "note"}:
                assert words(block["text"]) in form, block["text"]
            for item in block.get("items", []):
                assert words(item["text"]) in form, item["text"]
        for n, (key, citation) in enumerate(made.sources.items(), 1):
            assert f"{n}{words(key[0])}" in form, key
            if citation.quote:
                assert words(" ".join(citation.quote.split()[:40])) in form, citation.pinpoint
    assert pages >= 1
    if name not in {"handout"}:
        assert made.sources, "it cites"


@pytest.mark.parametrize("name", ["handout", "solutions", "risk"])
def test_a_page_is_rendered_and_not_blank(name: str, assistant: Assistant, aids: Aids) -> None:
    import pypdfium2

    file = pypdfium2.PdfDocument(MAKERS[name](assistant, aids).as_pdf())
    try:
        for n in range(len(file)):
            page = file[n].render(scale=0.5).to_pil().convert("L")
            dark = sum(page.histogram()[:128]) / (page.width * page.height)
            least = 0.002 if n < len(file) - 1 else 0.00005  # the last page may hold a line or two
            assert least < dark < 0.4, f"page {n + 1}: {dark:.5f} of it is ink"
            edge = page.crop((0, 0, 12, page.height))
            assert sum(edge.histogram()[:128]) == 0, "nothing runs into the margin"
    finally:
        file.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_set_as_text(text: str) -> None:
    made = Document(f"T {text}", DAY)
    made.heading(text)
    made.text(text, kind="note")
    made.table(["head"], [[text]])
    pdf, pages = pdf_text(made.as_pdf())
    assert pages == 1
    visible = words(text)
    assert words(pdf).count(visible) >= 4
    raw = made.as_docx()
    assert words(docx_text(raw)).count(visible) >= 4
    import zipfile

    inside = zipfile.ZipFile(io.BytesIO(raw)).read("word/document.xml").decode()
    assert "<script" not in inside and "w:instrText" not in inside and "w:fldSimple" not in inside
    assert b"/JavaScript" not in made.as_pdf()


def test_the_pdf_says_its_title_and_language_and_is_tagged(assistant: Assistant, aids: Aids) -> None:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(MAKERS["handout"](assistant, aids).as_pdf()))
    root = reader.trailer["/Root"]
    assert reader.metadata and reader.metadata.title == aids.scenarios["sc-hot-spots"].title
    assert str(root["/Lang"]).startswith("en") and "/StructTreeRoot" in root


def test_the_hand_out_for_trainees_keeps_the_solution_to_itself(aids: Aids, assistant: Assistant) -> None:
    for scenario in aids.scenarios.values():
        trainee = words(docx_text(handout(assistant, scenario, solutions=False).as_docx()))
        assert not [s.say for s in scenario.steps if words(s.say) in trainee], scenario.id
        assert words(scenario.staged.why) not in trainee and "✓" not in trainee


def test_each_primer_is_one_page_and_current(aids: Aids, assistant: Assistant) -> None:
    assert len(aids.primers) == 8
    for primer in aids.primers.values():
        made = primer_document(assistant, primer, DAY)
        text, pages = pdf_text(made.as_pdf())
        assert pages == 1, f"{primer.id} has {pages} pages"
        assert "2026-11-26" in text and "2026-07-27" in text
        assert all(
            words(assistant.corpus.rules[r].statement) in words(text) for s in primer.sections for r in s.rules
        ), primer.id


def test_a_primer_of_an_earlier_day_leaves_out_what_was_not_yet_true(aids: Aids, assistant: Assistant) -> None:
    for primer in aids.primers.values():
        made = primer_document(assistant, primer, date(2026, 7, 1))
        assert all(c.version != "2026-07-27" for c in made.sources.values()), primer.id
