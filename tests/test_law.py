from __future__ import annotations

import pytest
from conftest import needs_originals
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus import Corpus
from assistant.law import Pinpoint, PinpointError, parse_pinpoint
from assistant.references import find_references, is_lookup
from assistant.texts import Texts

FORMS = [
    ("Art. 5(1)(h)(i)", "article, paragraph, point, sub-point"),
    ("Art. 4a(2)", "an inserted article"),
    ("Art. 5(1a)(a)(ii)", "an inserted paragraph"),
    ("Annex III, point 6(d)", "annex point with letter"),
    ("Annex VIII, Section C, point 2", "annex section"),
    ("Annex II, indent 4", "an unlettered list"),
    ("Annex VII, point 3.1(a)", "a dotted number"),
    ("Recital 42", "recital of the AI Act"),
    ("LED Art. 11(1)", "another act"),
    ("LED Art. 43(1), indent 2", "an indent in an article"),
    ("GDPR Art. 22", "another act, whole article"),
    ("Charter Art. 8", "the Charter"),
    ("Omnibus Recital 13", "the amending act"),
    ("Draft HR guidelines ¶342", "guidelines by paragraph"),
    ("Toolkit: Principles", "a digest's topic"),
    ("popAI: Objectives", "a digest that begins in lower case"),
    ("Liberty 2026", "a digest without topic"),
    ("Police.AI: Registry", "a name with a stop"),
]


@pytest.mark.parametrize(("text", "why"), FORMS, ids=[w for _, w in FORMS])
def test_printed_forms_come_back(text: str, why: str) -> None:
    assert str(parse_pinpoint(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Article 5",
        "Art. 5.1",
        "art. 5(1)",
        "Art. 5 (1)",
        "Art.5",
        "Annex 3, point 6",
        "5(1)(h)",
        "Annex III point 6",
        "¶",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(PinpointError):
        parse_pinpoint(text)


_label = st.one_of(
    st.integers(1, 99).map(str), st.sampled_from(["a", "ba", "bb", "da", "h", "i", "iii", "xiv", "1a", "3b"])
)
_roman = st.sampled_from(["I", "II", "III", "IV", "VIII", "IX", "XIV"])
_works = st.sampled_from(["AI Act", "LED", "GDPR", "Draft HR guidelines"])


@st.composite
def pinpoints(draw: st.DrawFn) -> Pinpoint:
    work = draw(_works)
    kind = draw(st.sampled_from(["article", "annex", "recital", "paragraph"]))
    if kind in {"recital", "paragraph"}:
        return Pinpoint(work, kind, str(draw(st.integers(1, 500))))
    parts = tuple(draw(st.lists(_label, max_size=3)))
    if kind == "article":
        return Pinpoint(work, kind, str(draw(st.integers(1, 113))) + draw(st.sampled_from(["", "a", "d"])), parts=parts)
    if parts and not (parts[0].isdigit() or parts[0] in {"a", "h", "i"}):
        parts = ("1", *parts[1:])
    return Pinpoint(work, kind, draw(_roman), draw(st.sampled_from(["", "A", "C", "1"])), parts)


@given(pinpoints())
def test_any_pinpoint_comes_back(pinpoint: Pinpoint) -> None:
    assert parse_pinpoint(str(pinpoint)) == pinpoint


@given(pinpoints())
def test_ancestors_contain_it_and_do_not_loop(pinpoint: Pinpoint) -> None:
    chain = list(pinpoint.ancestors())
    assert all(pinpoint.within(a) and not a.within(pinpoint) for a in chain)
    assert len(set(chain)) == len(chain)


@needs_originals
def test_every_parsed_provision_has_a_printed_form(texts: Texts) -> None:
    for provisions in texts.by_version.values():
        for name in provisions:
            assert str(parse_pinpoint(name)) == name


WRITTEN = [
    ("What does Art. 26(10) say?", ["Art. 26(10)"], "as printed"),
    ("article 26 paragraph 10", ["Art. 26(10)"], "in words"),
    ("art 26 (10)", ["Art. 26(10)"], "spaced"),
    ("Article 5.1.h", ["Art. 5(1)(h)"], "dotted"),
    ("art5 1 h iii", ["Art. 5(1)(h)(iii)"], "bare"),
    ("Article 5(1), point (h)(ii)", ["Art. 5(1)(h)(ii)"], "with 'point'"),
    ("annex III point 6 letter d", ["Annex III, point 6(d)"], "continental"),
    ("annexe III no. 7 lit. c", ["Annex III, point 7(c)"], "French and German habits"),
    ("Annex 3, 6(e)", ["Annex III, point 6(e)"], "arabic numeral"),
    ("Annex VIII Section C point 2", ["Annex VIII, Section C, point 2"], "section"),
    ("show me 5(1)h iii", ["Art. 5(1)(h)(iii)"], "without the word article"),
    ("What does point 6(g) of Annex III say about drones?", ["Annex III, point 6(g)"], "the point before the annex"),
    ("whats in recital no 95 of the ai act", ["Recital 95"], "with 'no'"),
    ("Annex VIII sec. C point 3?", ["Annex VIII, Section C, point 3"], "an abbreviated section"),
    ("recital (42)", ["Recital 42"], "recital"),
    ("recital 13 of the Omnibus", ["Omnibus Recital 13"], "another act's recital"),
    ("Article 10 of the Law Enforcement Directive", ["LED Art. 10"], "work after"),
    ("the LED, article 11(1)", ["LED Art. 11(1)"], "work before"),
    ("GDPR art. 22 and AI Act art. 86", ["GDPR Art. 22", "Art. 86"], "two works"),
    ("Art 4 a (2) AIA", ["Art. 4a(2)"], "a letter set apart"),
    ("art. 8 Charter", ["Charter Art. 8"], "work after, no preposition"),
    ("did the Omnibus change Article 26?", ["Art. 26"], "an amending act names what it amended"),
    ("has art 27 been touched by the digital omnibus", ["Art. 27"], "likewise, the other way round"),
    ("what does Omnibus Art. 1 say", ["Omnibus Art. 1"], "its own article"),
    ("Article 4 of Regulation (EU) 2026/1744", ["Omnibus Art. 4"], "its own article by its number"),
    ("within 48 hours, 2 officers, 5 cameras", [], "numbers that name no provision"),
    ("the article in the newspaper", [], "an article of another kind"),
]


@pytest.mark.parametrize(("question", "found", "why"), WRITTEN, ids=[w for *_, w in WRITTEN])
def test_references_in_questions(question: str, found: list[str], why: str) -> None:
    assert [str(r.pinpoint) for r in find_references(question)] == found


@pytest.mark.parametrize(
    ("question", "only"),
    [
        ("What does Art. 26(10) say?", True),
        ("annexe III no. 7 lit. c", True),
        ("Does Art. 5(1)(h) cover a drone over a football match?", False),
        ("who pays?", False),
    ],
)
def test_a_look_up_is_told_from_a_question(question: str, only: bool) -> None:
    assert is_lookup(question, find_references(question)) is only


def test_the_table_of_provisions_meets_the_counts_of_the_acts(corpus: Corpus) -> None:
    act = corpus.exists["AI Act@2026-07-27"]
    articles = [p for k in act if (p := parse_pinpoint(k)).kind == "article" and not p.parts]
    annexes = [p for k in act if (p := parse_pinpoint(k)).kind == "annex" and not p.parts and not p.section]
    assert (len(articles), len(annexes), sum(k.startswith("Recital") for k in act)) == (119, 14, 180)
    assert "Art. 10(5)" not in act and "Annex VIII, Section B, point 7" not in act, "deleted units do not exist"
    assert "Art. 10(5)" in corpus.exists["AI Act@2024-07-12"]
