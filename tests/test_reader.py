"""Reading the works: contents, cross-references, what changed, and searching, on the real texts."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from conftest import needs_originals
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.aids.data import load_aids
from assistant.aids.reader import Link, Reader, changed
from assistant.ask import Assistant
from assistant.corpus import edition
from assistant.law import AI_ACT, parse_pinpoint
from assistant.settings import ROOT
from assistant.ui.sources_page import linked

NOW, FIRST = "2026-07-27", "2024-07-12"


@pytest.fixture(scope="module")
def reader(assistant: Assistant) -> Reader:
    return Reader(assistant, load_aids(ROOT / "corpus", assistant.corpus))


@needs_originals
@pytest.mark.parametrize(
    "work, version, entries, why",
    [
        (AI_ACT, NOW, {"Art. 4a", "Art. 75d", "Annex XIV", "Recital 180"}, "inserted articles stand in their place"),
        (AI_ACT, FIRST, {"Art. 113", "Annex XIII", "Recital 1"}, "the first text has no Art. 4a"),
        ("LED", "2016-05-04", {"LED Art. 65", "LED Recital 107"}, "another work carries its short name"),
        ("Toolkit", "2026-11-22", {"Toolkit: Principles"}, "a digest has topics"),
        ("Draft HR guidelines", "2026-05-19", {"Draft HR guidelines ¶372"}, "guidelines have paragraphs"),
    ],
)
def test_the_contents_hold_every_top_unit_once(
    reader: Reader, work: str, version: str, entries: set[str], why: str
) -> None:
    parts = reader.contents(reader.corpus.works[work], version)
    names = [e.pinpoint for part in parts for e in part.entries]
    known = reader.corpus.exists[edition(work, version)]
    assert len(names) == len(set(names)) == sum(parse_pinpoint(n) == parse_pinpoint(n).top for n in known)
    assert entries <= set(names), why
    assert ("Art. 4a" in names) == (work == AI_ACT and version == NOW)


@needs_originals
@pytest.mark.parametrize("work", [AI_ACT, "LED", "GDPR", "Charter", "Omnibus"])
def test_the_units_of_every_article_are_its_whole_text(reader: Reader, work: str) -> None:
    version = reader.corpus.works[work].versions[-1].date
    for part in reader.contents(reader.corpus.works[work], version):
        for entry in part.entries:
            whole = reader.texts.get(entry.pinpoint, version)
            units = reader.units(parse_pinpoint(entry.pinpoint), version)
            assert whole and units, entry.pinpoint
            shown = "".join(
                u.own if str(u.pinpoint) == entry.pinpoint and len(units) > 1
                else (f"Section A. {u.heading}" if ", Section" in str(u.pinpoint) else "") + u.text
                for u in units
            )  # fmt: skip
            letters = [sum(c.isalpha() for c in t) for t in (shown, whole.text)]
            assert letters[0] >= 0.98 * letters[1], entry.pinpoint


@needs_originals
@pytest.mark.parametrize(
    "here, leads",
    [
        ("Art. 5(2)", {"Art. 5(1)(h)", "Art. 27", "Art. 49"}),
        ("Art. 26(9)", {"Art. 13", "GDPR Art. 35", "LED Art. 27"}),
        ("Art. 26(1)", {"Art. 26(3)", "Art. 26(6)"}),
        ("Art. 27(4)", {"GDPR Art. 35", "LED Art. 27", "Art. 27(1)"}),
        ("LED Art. 11(2)", {"LED Art. 11(1)", "LED Art. 10"}),
        ("Art. 111(2)", {"Art. 5", "Art. 113", "Art. 111(1)"}),
    ],
)
def test_cross_references_lead_where_the_text_says(reader: Reader, here: str, leads: set[str]) -> None:
    version = reader.corpus.works[parse_pinpoint(here).work].versions[-1].date
    provision = reader.texts.get(here, version)
    assert provision
    assert leads <= {x.pinpoint for x in reader.links(provision.text, parse_pinpoint(here), version)}


@needs_originals
def test_every_cross_reference_leads_to_a_provision_and_none_into_an_act_that_is_not_here(reader: Reader) -> None:
    known = {n for table in reader.corpus.exists.values() for n in table}
    links = 0
    for work, version in ((AI_ACT, NOW), ("LED", "2016-05-04")):
        for name, provision in reader.texts.by_version[edition(work, version)].items():
            found = reader.links(provision.own, parse_pinpoint(name), version)
            links += len(found)
            assert all(x.pinpoint in known for x in found), name
            assert all(a.end <= b.start for a, b in pairwise(found)), "links do not overlap"
    assert links > 1000
    foreign = "in accordance with Article 16 TFEU and Article 8 of Regulation (EC) No 765/2008"
    assert reader.links(foreign, parse_pinpoint("Art. 30"), NOW) == []


@needs_originals
@pytest.mark.parametrize(
    "name, old, new",
    [
        ("Art. 4", "best extent", "support"),
        ("Art. 111(2)", "2 August 2026", "Chapter III"),
    ],
)
def test_what_changed_between_the_versions_is_marked(reader: Reader, name: str, old: str, new: str) -> None:
    words = changed(reader, name, (FIRST, NOW))
    assert words is not None
    assert old in " ".join(w for kind, w in words if kind in {"gone", "same"})
    assert new in " ".join(w for kind, w in words if kind in {"new", "same"})
    assert " ".join(w for k, w in words if k != "gone").split() == reader.texts.get(name, NOW).text.split()  # type: ignore[union-attr]
    assert changed(reader, "Art. 26(10)", (FIRST, NOW)) == [
        ("same", " ".join(reader.texts.get("Art. 26(10)", NOW).text.split()))
    ]  # type: ignore[union-attr]
    assert {k for k, _ in changed(reader, "Art. 4a(1)", (FIRST, NOW)) or []} == {"new"}


def test_recitals_and_rules_are_tied_to_the_provision(reader: Reader) -> None:
    assert "Recital 33" in reader.recitals(parse_pinpoint("Art. 5(1)(h)"))
    assert "Omnibus Recital 13" in reader.recitals(parse_pinpoint("Art. 5(1)(bb)"))
    assert "Art. 5(1)(d)" in reader.explains("Recital 42")
    rules = {r.id for r in reader.rules(parse_pinpoint("Art. 26(10)"), NOW)}
    assert {"aia-26-10-authorisation", "aia-26-10-untargeted"} <= rules


@needs_originals
@pytest.mark.parametrize(
    "query, expected",
    [
        ("Art. 26(10)", "Art. 26(10)"),
        ("article 5 1 h", "Art. 5(1)(h)"),
        ("post-remote biometric identification", "Art. 26(10)"),
        ("how long must logs be kept", "Art. 26(6)"),
    ],
)
def test_searching_finds_it_named_or_worded_or_meant(reader: Reader, query: str, expected: str) -> None:
    found = reader.search(query, "", date(2026, 11, 26))
    assert expected in [name for name, _ in found]
    assert all(parse_pinpoint(n).work == "LED" for n, _ in reader.search(query, "LED", date(2026, 11, 26)))


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4))
@hypothesis_settings(max_examples=80)
def test_linking_keeps_every_character_and_escapes_it(text: str, spans: list[tuple[int, int]]) -> None:
    import html
    import re

    links = [Link(min(a, b, len(text)), min(max(a, b), len(text)), "Art. 9") for a, b in spans]
    shown = linked(text, links, "", (0, min(3, len(text))))
    assert html.unescape(re.sub(r'</?(?:a(?: href="[^"]*" target="_self")?|mark)>', "", shown)) == text
