"""Training: an answer beside the reasoning, and the staged hallucination that verification refuses."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import needs_originals

from assistant.aids.data import Aids, load_aids
from assistant.aids.practise import compared, staged
from assistant.ask import Assistant
from assistant.errors import Misuse
from assistant.settings import ROOT
from assistant.ui.practise_page import scores

DAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def aids(assistant: Assistant) -> Aids:
    return load_aids(ROOT / "corpus", assistant.corpus)


@needs_originals
def test_the_staged_falsehood_of_every_scenario_is_refused(aids: Aids, assistant: Assistant) -> None:
    passed = [
        s.id for s in aids.scenarios.values()
        if staged(assistant, s.staged.claim, s.staged.provisions, s.staged.quote, s.as_of).shown
    ]  # fmt: skip
    assert passed == []


@needs_originals
def test_together_the_staged_falsehoods_fail_each_of_the_three_checks(aids: Aids, assistant: Assistant) -> None:
    failed = {
        c.name for s in aids.scenarios.values()
        for c in staged(assistant, s.staged.claim, s.staged.provisions, s.staged.quote, s.as_of).checks if c.passed is False
    }  # fmt: skip
    assert len(failed) == 3


@needs_originals
@pytest.mark.parametrize(
    "claim, provisions, quote, fails, why",
    [
        ("Officers must ask a court within 48 hours.", ["Art. 26(14)"], "", {0}, "no such paragraph"),
        (
            "Police must delete the watch list after 31 days.",
            ["Art. 26(10)"],
            "",
            {2},
            "a number the law does not have",
        ),
        (
            "Providers may keep the logs for a week.",
            ["Art. 26(6)"],
            "the provider may keep logs for a week",
            {1, 2},
            "an invented quotation",
        ),
        ("Everyone must tell the truth.", [], "", {0}, "no provision at all"),
    ],
)
def test_a_false_claim_fails_where_it_is_false(
    claim: str, provisions: list[str], quote: str, fails: set[int], why: str, assistant: Assistant
) -> None:
    result = staged(assistant, claim, provisions, quote, DAY)
    assert not result.shown
    assert fails <= {n for n, c in enumerate(result.checks) if c.passed is False}, why


@needs_originals
def test_a_true_sentence_passes_every_check(assistant: Assistant) -> None:
    rule = assistant.corpus.rules["aia-26-6-logs"]
    result = staged(assistant, rule.statement, rule.provisions, "", DAY)
    assert result.shown and [c.passed for c in result.checks] == [True, None, True]
    assert result.compared_with and result.compared_with.text == rule.statement


@pytest.mark.parametrize(
    "claim, provisions, message",
    [
        ("", ["Art. 5"], "no claim"),
        ("x" * 700, ["Art. 5"], "at most 600"),
        ("A claim.", ["Article five"], "not written as a pinpoint"),
        ("Jan Dvořák, plate 4AB 1234, was searched.", ["Art. 5"], "real case"),
    ],
)
def test_a_claim_that_cannot_be_checked_is_explained(
    claim: str, provisions: list[str], message: str, assistant: Assistant
) -> None:
    with pytest.raises(Misuse, match=message):
        staged(assistant, claim, provisions, "", DAY)


def test_an_answer_is_laid_beside_the_steps_it_is_near(aids: Aids, assistant: Assistant) -> None:
    scenario = aids.scenarios["sc-hot-spots"]
    own = " ".join(s.say for s in scenario.steps)
    result = compared(assistant, scenario, own)
    assert all(step.sentence for step in result.steps), "its own words are near"
    nothing = compared(assistant, scenario, "The canteen serves soup on Mondays and pasta on Fridays.")
    assert not any(step.sentence for step in nothing.steps) and not nothing.tempting
    wrong = compared(assistant, scenario, scenario.wrong[0].claim)
    assert scenario.wrong[0].claim in [claim for _, claim in wrong.tempting]
    named = compared(assistant, scenario, "Under Art. 5(1)(d) it is out; see also Art. 72 and Art. 26(44).")
    assert any("Art. 5(1)(d)" in step.named for step in named.steps)
    assert "Art. 72" in named.other and named.unknown == ("Art. 26(44)",)


@pytest.mark.parametrize(
    "answer, message",
    [("x" * 5000, "at most 4,000"), ("Jan Dvořák lives at 12 Long Street, plate 4AB 1234", "real case")],
)
def test_an_answer_that_cannot_be_compared_is_explained(
    answer: str, message: str, aids: Aids, assistant: Assistant
) -> None:
    with pytest.raises(Misuse, match=message):
        compared(assistant, aids.scenarios["sc-hot-spots"], answer)


def test_groups_are_ranked_by_their_points() -> None:
    from assistant.aids.saved import Sheet

    sheet = Sheet(id="scores-20261126-abcdef", kind="scores", name="Course", as_of=DAY).with_values({
        "group1.name": "North", "group1.sc-a": ["step 1"], "group1.sc-b": ["decision", "step 2"],
        "group2.name": "South", "group2.sc-a": ["decision", "step 1"], "group3.sc-a": ["step 1"],
    })  # fmt: skip
    assert scores(sheet, "sc-a") == [("South", 3, 3), ("North", 1, 4)]
