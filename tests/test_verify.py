"""Support: numbers, dates and modality of a statement against its provisions; the words relied on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ask import Assistant
from assistant.compose import status_of
from assistant.corpus import Corpus
from assistant.law import Authority, parse_pinpoint
from assistant.verify import Verifier, figures_agree, modality_fits, relied_on
from tests.conftest import DAY

NUMBERS = [
    ("within 48 hours", "no later than 48 hours", True, "the same limit"),
    ("within 72 hours", "no later than 48 hours", False, "another limit"),
    ("six months", "at least six months", True, "spelt alike"),
    ("6 months", "at least six months", True, "figure against word"),
    ("EUR 35 million or 7 %", "up to EUR 35 000 000 or 7 %", True, "millions"),
    ("EUR 15 million", "up to EUR 35 000 000", False, "another amount"),
    ("from 2 December 2027", "shall apply from 2 December 2027", True, "a date"),
    ("from 2 August 2026", "shall apply from 2 December 2027", False, "a superseded date"),
    ("at least two people", "at least two natural persons", True, "a number of people"),
    ("see Article 27 and Art. 5(2)", "nothing with a number", True, "references are no numbers"),
    ("Annex III, points 6 and 7", "nothing with a number", True, "points are no numbers"),
    ("one officer", "a person", True, "'one' is a pronoun as often as a number"),
]


@pytest.mark.parametrize(("statement", "provision", "agrees", "why"), NUMBERS, ids=[w for *_, w in NUMBERS])
def test_numbers(statement: str, provision: str, agrees: bool, why: str) -> None:
    assert figures_agree(statement, [provision]) is agrees


@pytest.mark.parametrize(
    ("statement", "authority", "fits"),
    [
        ("Deployers must keep logs.", Authority.LAW, True),
        ("Forces must train staff.", Authority.TOOLKIT, False),
        ("The toolkit asks forces to train staff.", Authority.TOOLKIT, True),
        ("Agencies must not do this.", Authority.OFFICIAL_GUIDANCE, False),
    ],
)
def test_only_law_says_must(statement: str, authority: Authority, fits: bool) -> None:
    assert modality_fits(statement, authority) is fits


@given(st.text(max_size=400), st.text(max_size=900))
def test_the_words_relied_on_are_a_stretch_of_the_text(statement: str, text: str) -> None:
    start, end = relied_on(statement, text)
    assert 0 <= start <= end <= len(text)


CALENDAR = [
    ("Art. 5(1)(h)", "2026-07-27", date(2025, 2, 2), "the first prohibitions"),
    ("Art. 5(1)(ba)", "2026-07-27", date(2026, 12, 2), "the new prohibitions"),
    ("Art. 5(1a)(a)(ii)", "2026-07-27", date(2026, 12, 2), "and what belongs to them"),
    ("Art. 4(1)", "2026-07-27", date(2026, 7, 27), "literacy as reworded"),
    ("Art. 26(10)", "2026-07-27", date(2027, 12, 2), "duties of deployers, deferred"),
    ("Art. 26(10)", "2024-07-12", date(2026, 8, 2), "the same before the amendment"),
    ("Art. 6(1)", "2026-07-27", date(2028, 8, 2), "products of Annex I"),
    ("Art. 6(5)", "2026-07-27", date(2026, 8, 2), "excepted from the deferral"),
    ("Art. 49(3)", "2026-07-27", date(2026, 8, 2), "Section 5 is not deferred"),
    ("Art. 50(3)", "2026-07-27", date(2026, 8, 2), "transparency"),
    ("Art. 99(3)", "2026-07-27", date(2025, 8, 2), "penalties"),
    ("Art. 101(1)", "2026-07-27", date(2026, 8, 2), "fines for models, excepted"),
    ("Art. 78(3)", "2026-07-27", date(2025, 8, 2), "confidentiality"),
    ("Annex III, point 6(d)", "2026-07-27", date(2027, 12, 2), "the list"),
    ("Annex II", "2026-07-27", date(2025, 2, 2), "offences of Art. 5"),
    ("Art. 104", "2026-07-27", date(2026, 7, 27), "amendments of other acts"),
    ("LED Art. 11(1)", "2016-05-04", date(2018, 5, 6), "transposition"),
    ("GDPR Art. 22", "2016-05-04", date(2018, 5, 25), "application"),
]


@pytest.mark.parametrize(("pinpoint", "version", "day", "why"), CALENDAR, ids=[w for *_, w in CALENDAR])
def test_the_calendar(pinpoint: str, version: str, day: date, why: str, corpus: Corpus) -> None:
    entry = corpus.applies(parse_pinpoint(pinpoint), version)
    assert entry is not None and entry.from_ == day


def test_every_article_and_annex_has_a_date(corpus: Corpus) -> None:
    for version in ("2024-07-12", "2026-07-27"):
        for name in corpus.exists[f"AI Act@{version}"]:
            pinpoint = parse_pinpoint(name)
            if pinpoint.kind != "recital":
                assert corpus.applies(pinpoint, version), f"{name} in {version}"


def test_a_provision_not_yet_applicable_is_said_to_be() -> None:
    entry = load_entry()
    assert status_of(entry, Authority.LAW, date(2026, 11, 22), draft=False) == "applies from 2 December 2027, not yet"
    assert status_of(entry, Authority.LAW, date(2028, 1, 1), draft=False) == "applies since 2 December 2027"
    assert status_of(None, Authority.OFFICIAL_GUIDANCE, date(2026, 11, 22), draft=True) == "draft, not adopted"


def load_entry():
    from assistant.register import CalendarEntry

    return CalendarEntry.model_validate({"covers": ["Art. 6-27"], "from": date(2027, 12, 2), "basis": "Art. 113(c)(i)"})


# -- any draft, whoever wrote it -----------------------------------------------------------------------------------

TRUE = "Deployers must submit annual reports on their use of retrospective (post-remote) biometric identification systems to the relevant market surveillance and national data protection authorities."
DRAFTS = [
    (TRUE, ["Art. 26(10)"], "", True, "as reviewed"),
    (TRUE, ["Art. 26(11)"], "", False, "another paragraph"),
    (TRUE, ["Art. 999"], "", False, "no such article"),
    (TRUE, [], "", False, "no citation"),
    (TRUE, ["Art. 26(10)"], "shall submit no annual reports", False, "a quote that is not there"),
    (TRUE.replace("must", "may"), ["Art. 26(10)"], "", False, "may for must"),
    (TRUE.replace("must", "must not"), ["Art. 26(10)"], "", False, "a negation"),
    (TRUE.replace("Deployers", "Providers"), ["Art. 26(10)"], "", False, "another actor"),
    (TRUE.replace("annual reports", "reports every 3 months"), ["Art. 26(10)"], "", False, "another number"),
    ("Police forces are free to ignore the whole Act.", ["Art. 26(10)"], "", False, "an invention"),
    ("", ["Art. 26(10)"], "", False, "nothing at all"),
]


@pytest.mark.parametrize(("text", "provisions", "quote", "passes", "why"), DRAFTS, ids=[w for *_, w in DRAFTS])
def test_any_draft_is_held_against_law_and_reading(
    assistant: Assistant, text: str, provisions: list[str], quote: str, passes: bool, why: str
) -> None:
    verdict = assistant.composer.verifier.check(text, provisions, DAY, [quote or None for _ in provisions])
    assert verdict.passed is passes, verdict.faults
    assert passes or verdict.faults or not verdict.checks


def test_every_reviewed_sentence_passes_on_its_day(assistant: Assistant) -> None:
    days = {v.date: v.since for v in assistant.corpus.works["AI Act"].versions}
    refused = {
        rule.id: verdict.faults
        for rule in assistant.corpus.rules.values()
        for verdict in [assistant.composer.verifier.check(rule.statement, rule.provisions, days.get(rule.version, DAY))]
        if not verdict.passed
    }
    assert refused == {}


def test_mutants_of_reviewed_sentences_are_caught(assistant: Assistant) -> None:
    """A quick draw of `python -m evals mutants`: fewer of each kind, the same bounds."""
    from evals.mutants import measure

    result = measure(assistant.index, "register", each=40)
    assert result.share >= 0.98, (result.caught, result.made)
    assert result.refused <= 0.02 * result.true


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3), st.text(max_size=50))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_draft_breaks_the_verifier(assistant: Assistant, text: str, provisions: list[str], quote: str) -> None:
    verdict = assistant.composer.verifier.check(text, provisions, DAY, [quote] * len(provisions))
    assert not verdict.passed or provisions


def test_an_entailment_model_is_asked_where_one_is_named(assistant: Assistant, tmp_path: Path) -> None:
    """A tiny untrained cross-encoder with three labels: the real loading and the real call, on made-up weights."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    from assistant.vectors import Encoder, entailment

    vocabulary = json.loads((Encoder().folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    (tmp_path / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)), "utf-8")
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"}, label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    entails = entailment(tmp_path)
    assert 0.0 <= entails("Deployers must keep logs.", "Logs must be kept.") <= 1.0
    asked: list[tuple[str, str]] = []
    verifier = Verifier(assistant.index, lambda premise, hypothesis: asked.append((premise, hypothesis)) or 0.1)
    assert verifier.check(TRUE, ["Art. 26(10)"], DAY).passed, "a reviewed sentence needs no model"
    verdict = verifier.check(TRUE.replace("submit", "send in"), ["Art. 26(10)"], DAY)
    assert asked and any("entailment" in fault for fault in verdict.faults)


def test_a_folder_without_an_entailment_model_is_said_so(tmp_path: Path) -> None:
    from assistant.errors import BrokenInstallation
    from assistant.vectors import entailment

    with pytest.raises(BrokenInstallation, match="PINPOINT_NLI"):
        entailment(tmp_path)
