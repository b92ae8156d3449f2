"""The judge itself: matching of citations, figures, malformed cases, near copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus import Corpus
from assistant.errors import Misuse
from assistant.law import PinpointError, parse_pinpoint
from evals.cases import FOLDER, Case, load_cases, near_copies
from evals.score import figures, interval, is_right, meets, score

CASE = Case(
    id="c",
    question="q",
    category="officer",
    expect="answer",
    require=(("Art. 26(10)",), ("LED Art. 10", "LED Art. 11")),
    allow=("Art. 26",),
    forbid=("Art. 5(1)(h)",),
)
REFUSE = Case(id="r", question="q", category="out_of_scope", expect="refuse", reason=("outside_scope",))


def row(*cited: str, outcome: str = "answer", reason: str | None = None) -> dict[str, object]:
    return {"outcome": outcome, "reason": reason, "citations": list(cited), "latency_ms": 1.0}


def test_a_perfect_answer_scores_one_and_a_wrong_one_less() -> None:
    perfect = score(CASE, row("Art. 26(10)", "LED Art. 10", "Art. 113(c)(i)"))
    assert (perfect.recall, perfect.precision, perfect.outcome) == (1.0, 1.0, True)
    half = score(CASE, row("Art. 26(10)", "Art. 5(1)(h)(i)"))
    assert (half.recall, half.precision, half.forbidden) == (0.5, 0.5, ("Art. 5(1)(h)(i)",))
    silent = score(CASE, row(outcome="refuse", reason="nothing_relevant"))
    assert (silent.recall, silent.precision, silent.false_refusal) == (0.0, None, True)


def test_refusals_need_the_right_reason() -> None:
    assert score(REFUSE, row(outcome="refuse", reason="outside_scope")).outcome
    assert not score(REFUSE, row(outcome="refuse", reason="unreadable")).outcome
    assert score(REFUSE, row("Art. 4")).false_answer


@pytest.mark.parametrize(
    ("cited", "entry", "met"),
    [
        ("Art. 5(1)(h)(i)", "Art. 5(1)(h)", True),
        ("Art. 5(1)", "Art. 5(1)(h)", False),
        ("popAI: Objectives", "popAI", True),
        ("Art. 50", "Art. 5", False),
    ],
)
def test_a_required_entry_is_met_by_itself_or_what_stands_in_it(cited: str, entry: str, met: bool) -> None:
    assert meets(cited, entry) is met


def test_allowed_entries_reach_up_and_down() -> None:
    assert (
        is_right("Art. 26", ["Art. 26(10)"])
        and is_right("Art. 26(10)", ["Art. 26"])
        and not is_right("Art. 27", ["Art. 26"])
    )


def test_intervals_hold_the_value_and_shrink() -> None:
    low, high = interval([0.0, 1.0] * 20)
    wide_low, wide_high = interval([0.0, 1.0] * 5)
    assert low < 0.5 < high and high - low < wide_high - wide_low
    names = {f.name: f for f in figures([score(CASE, row("Art. 26(10)")), score(REFUSE, row("Art. 4"))])}
    assert names["false answers"].value == 1.0 and names["false answers"].n == 1


@pytest.mark.parametrize("name", ["dev", "held-out"])
def test_the_cases_are_well_formed_and_name_provisions_that_exist(name: str, corpus: Corpus) -> None:
    cases = load_cases(FOLDER / name)
    assert len(cases) >= 100
    known = {k for table in corpus.exists.values() for k in table}
    unknown = []
    for case in cases:
        for entry in [e for group in case.require for e in group] + list(case.forbid):
            try:
                pinpoint = parse_pinpoint(entry)
            except PinpointError:
                unknown.append((case.id, entry))
                continue
            if entry not in known and pinpoint.kind != "topic":
                unknown.append((case.id, entry))
    assert not unknown


def test_cases_do_not_repeat_the_register(corpus: Corpus) -> None:
    questions = [q for r in corpus.rules.values() for q in r.questions]
    assert near_copies(load_cases(FOLDER / "held-out"), questions) == []
    copied = near_copies([CASE.model_copy(update={"question": questions[0]})], questions)
    assert copied and copied[0][2] == 1.0


FAULTS = [
    ("- id: a\n  question: q\n  category: officer\n  expect: answer\n", "required citation"),
    ("- {id: a", "not YAML"),
    ("[]", "no cases"),
    ("- 7\n", "number 1"),
]


@pytest.mark.parametrize(("content", "said"), FAULTS)
def test_a_malformed_case_is_named(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(content)
    with pytest.raises(Misuse, match=said):
        load_cases(tmp_path)
