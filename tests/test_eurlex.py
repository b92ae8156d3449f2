"""The parsers against the real files: an independent oracle, counts, and nothing lost or twice."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ORIGINALS, REFERENCE, needs_originals, needs_reference
from lxml import html

from assistant.law import Provision, parse_pinpoint
from ingest.eurlex import OriginalError, parse_act

LATIN = {"bis": "a", "ter": "b", "quater": "c", "quinquies": "d", "sexies": "e"}


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def act(name: str, work: str = "AI Act", depth: int = 99) -> dict[str, Provision]:
    assert ORIGINALS is not None
    provisions = parse_act((ORIGINALS / name).read_bytes(), work, "x", depth=depth)
    assert len({p.pinpoint for p in provisions}) == len(provisions), "no pinpoint stands twice"
    return {p.pinpoint: p for p in provisions}


ORACLES = [
    ("aiact_current.json", "02024R1689-20260727.en.xhtml", "AI Act", ""),
    ("led_consolidated_20160504.json", "02016L0680-20160504.en.xhtml", "LED", "LED "),
    ("led_recitals.json", "32016L0680.en.xhtml", "LED", "LED "),
    ("gdpr_consolidated_20160504.json", "02016R0679-20160504.en.xhtml", "GDPR", "GDPR "),
    ("gdpr_recitals.json", "32016R0679.en.xhtml", "GDPR", "GDPR "),
    ("aiact_consolidated_20260727_fr.json", "02024R1689-20260727.fr.xhtml", "AI Act", ""),
]


@needs_originals
@needs_reference
@pytest.mark.parametrize(("reference", "file", "work", "prefix"), ORACLES, ids=[o[0] for o in ORACLES])
def test_every_unit_of_the_oracle_is_found_with_the_same_words(
    reference: str, file: str, work: str, prefix: str
) -> None:
    parsed = act(file, work)
    if reference == "aiact_current.json":
        parsed = {**{k: v for k, v in act("32024R1689.en.xhtml").items() if k.startswith("Recital")}, **parsed}
    units = json.loads((REFERENCE / reference).read_text("utf-8"))
    wrong = []
    for unit in units:
        name = prefix + re.sub(r" ?(bis|quater|quinquies|sexies|ter)\b", lambda m: LATIN[m[1]], unit["id"])
        if (
            "subparagraph" in name or "(unnumbered)" in name
        ):  # no pinpoint of its own: a slice of its paragraph or article
            parent = parsed.get(name.split(", ")[0])
            found = parent is not None and letters(unit["text"]) in letters(parent.text)
        else:
            found = name in parsed and letters(parsed[name].text) == letters(unit["text"])
        if not found:
            wrong.append(name)
    assert not wrong
    assert len(units) > 100


COUNTS = [
    ("02024R1689-20260727.en.xhtml", "AI Act", 119, 552, 0, 14, 99),
    ("32024R1689.en.xhtml", "AI Act", 113, 500, 180, 13, 99),
    ("32026R1744.en.xhtml", "Omnibus", 4, None, 47, 0, 1),
    ("02016L0680-20160504.en.xhtml", "LED", 65, None, 0, 0, 99),
    ("32016L0680.en.xhtml", "LED", 65, None, 107, 0, 99),
    ("02016R0679-20160504.en.xhtml", "GDPR", 99, None, 0, 0, 99),
    ("32016R0679.en.xhtml", "GDPR", 99, None, 173, 0, 99),
    ("12012P.en.xhtml", "Charter", 54, None, 0, 0, 99),
    ("02024R1689-20260727.fr.xhtml", "AI Act", 119, None, 0, 14, 99),
    ("32024R1689.fr.xhtml", "AI Act", 113, 500, 180, 13, 99),
]


@needs_originals
@pytest.mark.parametrize(
    ("file", "work", "articles", "paragraphs", "recitals", "annexes", "depth"), COUNTS, ids=[c[0] for c in COUNTS]
)
def test_counts(
    file: str, work: str, articles: int, paragraphs: int | None, recitals: int, annexes: int, depth: int
) -> None:
    parsed = {name: (parse_pinpoint(name), p) for name, p in act(file, work, depth).items()}
    of = [(pin, p) for pin, p in parsed.values()]
    assert sum(pin.kind == "article" and not pin.parts for pin, _ in of) == articles
    assert sum(pin.kind == "recital" for pin, _ in of) == recitals
    assert sum(pin.kind == "annex" and not pin.parts and not pin.section for pin, _ in of) == annexes
    if paragraphs is not None:
        assert (
            sum(pin.kind == "article" and len(pin.parts) == 1 and p.label.endswith(".") for pin, p in of) == paragraphs
        )


DROPPED = (
    "//*[contains(@class,'modref')]|//*[contains(@class,'footnote')]|//p[contains(@class,'oj-note')]"
    "|//a[contains(@href,'#ntr') or starts-with(@id,'ntc') or contains(@href,'#E0')]"
    "|//p[contains(@class,'title-article-norm')]|//div[contains(@class,'eli-title')]|//p[contains(@class,'title-annex')]"
    "|//div[starts-with(@id,'anx_')]/p[@class='oj-doc-ti']|//div[starts-with(@id,'art_')]/p[@class='oj-ti-art']"
)


@needs_originals
@pytest.mark.parametrize("file", [c[0] for c in COUNTS if c[0] not in {"12012P.en.xhtml"}])
def test_put_together_the_provisions_are_the_body(file: str) -> None:
    """The outermost units, in order, equal the file's own words; own texts with labels are the same letters, once."""
    assert ORIGINALS is not None
    parsed = act(file, depth=1 if "1744" in file else 99)
    root = html.document_fromstring((ORIGINALS / file).read_bytes())
    for element in root.xpath(DROPPED):
        element.drop_tree()
    units = root.xpath(
        "//*[starts-with(@id,'rct_')]|//div[starts-with(@id,'art_') and not(contains(@id,'.'))]|//*[starts-with(@id,'anx_')]"
    )
    tops = [
        p for p in parsed.values() if parse_pinpoint(p.pinpoint).parts == () and not parse_pinpoint(p.pinpoint).section
    ]
    assert len(units) == len(tops)
    for unit, top in zip(units, tops, strict=True):
        body = letters(re.sub(r"[►◄](?:C\d+\b)?", " ", "".join(unit.itertext())))
        mine = letters(top.text)
        number = parse_pinpoint(top.pinpoint).unit if parse_pinpoint(top.pinpoint).kind == "recital" else ""
        assert body == number + mine, top.pinpoint
        inside = [p for p in parsed.values() if parse_pinpoint(p.pinpoint).within(parse_pinpoint(top.pinpoint))]
        parts = "".join(letters(p.label) + letters(p.own) for p in inside)
        headed = "".join(sorted(mine))
        assert set(parts) <= set(headed) and len(headed) - len(parts) < 1500, top.pinpoint


@needs_originals
def test_deleted_units_do_not_appear() -> None:
    parsed = act("02024R1689-20260727.en.xhtml")
    for gone in (
        "Art. 10(5)",
        "Annex VIII, Section B, point 7",
        "Annex VIII, Section B, point 9",
        "Annex I, Section A, point 1",
    ):
        assert gone not in parsed
    assert not any("—————" in p.text for p in parsed.values())


@needs_originals
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d[: len(d) // 2], "cut off"),
        (lambda d: b"\x00\xff" * 400, "cut off"),
        (lambda d: b"<html><body><p>nothing</p></body></html>", "no article"),
    ],
    ids=["truncated", "junk", "another page"],
)
def test_what_is_no_act_is_refused(change: object, said: str) -> None:
    assert ORIGINALS is not None
    data = change((ORIGINALS / "12012P.en.xhtml").read_bytes())  # type: ignore[operator]
    with pytest.raises(OriginalError, match=said):
        parse_act(data, "Charter", "x")
