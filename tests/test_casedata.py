"""Case data: 670 lines that hold some and 670 that only look so, and what is done with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.casedata import case_data, mask
from assistant.intake import guard, normalise

LINES = [
    json.loads(line) for line in (Path(__file__).parent / "lines" / "case-data.jsonl").read_text("utf-8").splitlines()
]
# what the patterns reach today on each set of lines: share found, share of false alarms; only the fourth was never looked at
REACHED = {"first": (0.97, 0.02), "second": (0.94, 0.05), "third": (0.95, 0.05), "fourth": (0.90, 0.03)}


@pytest.mark.parametrize("name", REACHED)
def test_lines(name: str) -> None:
    holding = [row for row in LINES if row["set"] == name and row["kind"] != "none"]
    clean = [row for row in LINES if row["set"] == name and row["kind"] == "none"]
    found = sum(bool(case_data(row["text"])) for row in holding) / len(holding)
    alarms = sum(bool(case_data(row["text"])) for row in clean) / len(clean)
    least, most = REACHED[name]
    assert found >= least, [row["text"] for row in holding if not case_data(row["text"])]
    assert alarms <= most, [row["text"] for row in clean if case_data(row["text"])]


def test_there_are_enough_lines() -> None:
    assert sum(row["kind"] != "none" for row in LINES) >= 200
    assert sum(row["kind"] == "none" for row in LINES) >= 200


KINDS = [
    ("We arrested Jan Dvořák for theft. May we keep his face?", "a name"),
    ("anpr hit on WA 4471K, may we keep the image", "a number plate"),
    ("ring the witness on +32 470 12 34 56 about the tool", "a telephone number"),
    ("write to j.doe@example.org about the face match", "an e-mail address"),
    ("The suspect lives at 14 Mill Lane, may a drone watch it?", "a postal address"),
    ("PESEL 44051401359 came up in the tool", "an identity number"),
    ("passport C01X00T47 failed at the gate", "a document number"),
    ("the money went to DE89 3704 0044 0532 0130 00", "a bank or card number"),
    ("suspect born 12.05.1987, match score 0.8", "a date of birth"),
    ("custody ref CR/0341/26: may we use the score?", "a case reference"),
    ("drone at 50.8503, 4.3517 saw him", "coordinates"),
    ("imei 490154203237518 was tracked", "a device or account identifier"),
]


@pytest.mark.parametrize(("question", "kind"), KINDS, ids=[kind for _, kind in KINDS])
def test_each_kind_is_named(question: str, kind: str) -> None:
    assert kind in [d.kind for d in case_data(question)]


LAW = [
    ("What does Art. 26(10) ask within 48 hours?", "an article and a time limit"),
    ("Is it Annex III, point 6(d) or Recital 42?", "an annex point and a recital"),
    ("Regulation (EU) 2024/1689 as amended by 2026/1744, CELEX 02024R1689-20260727", "numbers of acts"),
    ("From 2 December 2027 or 2 August 2026?", "days on which the law applies"),
    ("Can the fine be EUR 15 000 000 or 3 %?", "money of the Act"),
    ("Does Case C-293/12 Digital Rights Ireland matter?", "a judgment"),
    ("Does ISO/IEC 42001:2023 help with Article 17?", "a standard"),
    ("LED Art. 11, GDPR Art. 22, ¶342 of the draft guidelines", "other works"),
    ("A database of 2,500,000 faces and a threshold of 0.62", "a size and a threshold"),
]


@pytest.mark.parametrize(("question", "why"), LAW, ids=[w for _, w in LAW])
def test_what_is_law_is_no_case_data(question: str, why: str) -> None:
    assert case_data(question) == []


def test_it_is_shown_back_masked_with_a_way_out() -> None:
    question = normalise("Suspect Jan Dvořák, plate 4AB 1234: may we search live?")
    stop = guard(question, question)
    assert stop is not None and stop.reason.value == "case_data"
    assert "Dvořák" not in stop.why and "1234" not in stop.why
    assert "may we search live?" in stop.why, "what is no case data stays readable"
    assert "a name and a number plate" in stop.why
    assert "word it differently" in stop.ask


def test_what_is_split_over_two_questions_is_found_together() -> None:
    assert guard("his surname is Dvořák", "his surname is Dvořák", ["may we search?"]) is not None
    first, second = "My suspect is called", "Jan Dvořák and he robbed a bank"
    assert guard(second, second, [first]) is not None


@given(st.text(max_size=300))
def test_any_text_is_read_and_masked_in_place(text: str) -> None:
    question = normalise(text)
    found = case_data(question)
    shown = mask(question, found)
    assert len(shown) == len(question)
    assert all(0 <= d.start < d.end <= len(question) for d in found)
    assert all(set(shown[d.start : d.end]) == {"█"} for d in found)
