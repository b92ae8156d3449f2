"""The judge itself: cases, stored answers, scoring, figures, comparison, gates, reports, and the planted systems."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from assistant.answer import Reason
from assistant.ask import Assistant
from assistant.corpus import Corpus
from assistant.errors import Misuse
from assistant.settings import ROOT, Settings
from evals.__main__ import main
from evals.answers import Row, answers_schema, matched, read_run
from evals.baseline import baseline, bless
from evals.cases import FOLDER, Case, case_schema, dump_cases, load_cases, near_copies, read_cases, releases
from evals.compare import compare
from evals.gates import Broken, Gate, Gates, load_gates, through
from evals.hold import Held
from evals.lint import lint_set, release_set
from evals.metrics import METRICS, NAMED, confusion, figure, figures, tradeoff
from evals.patterns import claims, says
from evals.planted import SPOILT, self_test
from evals.report import as_csv, html_report, junit, write_report
from evals.run import Scored, generate, make_run, scored
from evals.score import COST, guide_errors, is_right, meets, score
from tests.conftest import needs_originals

CASE = Case(
    id="c", question="q", category="officer", expect="answer", severity="high",
    require=(("Art. 26(10)",), ("LED Art. 10", "LED Art. 11")), allow=("Art. 26",), forbid=("Art. 5(1)(h)",),
    exceptions=(("Art. 26(10)", "Art. 3(43)"),), must_say=(("48 hours",),),
)  # fmt: skip
REFUSE = Case(id="r", question="q", category="out_of_scope", expect="refuse", reason=(Reason.OUTSIDE_SCOPE,))
SECRET = Case(
    id="s", question="Plate 4AB 1234?", category="case_data", expect="refuse", reason=(Reason.CASE_DATA,), secrets=("4AB 1234",),
)  # fmt: skip
GOOD = Held(True, (), (True,) * 3, (True,) * 3, ())


def row(*cited: str, outcome: str = "answer", reason: str | None = None, text: str = "Ask within 48 hours.") -> Row:
    said = [{"text": text, "citations": [{"pinpoint": c} for c in cited]}] if outcome == "answer" else []
    return Row.model_validate({"id": "c", "outcome": outcome, "reason": reason, "statements": said, "latency_ms": 1.0})


# -- cases ---------------------------------------------------------------------------------------------------------

MALFORMED = [
    ("- id: a\n  question: q\n  category: officer\n  expect: answer\n", r"one\.yaml:1: case a: .*required citation", "no key"),
    ("- {id: a", r"one\.yaml:2: not YAML", "broken"),
    ("[]", "no cases", "empty"),
    ("cases:\n- 7\n", r"one\.yaml:2: not an entry", "no fields"),
    ("cases:\n- id: a\n  question: q\n  category: chef\n  expect: answer\n", r"one\.yaml:4: case a: category", "unknown category"),
    ("cases:\n- id: a\n  id: b\n", r"one\.yaml:3: id stands twice", "a field twice"),
    ("cases:\n- id: a\n  question: q\n  category: lookup\n  expect: refuse\n  reason: [nonsense]\n", r"one\.yaml:6: case a: reason", "unknown reason"),
    ("cases:\n- id: a\n  question: q\n  category: lookup\n  expect: refuse\n  reason: [unreadable]\n  must_say: [[x]]\n", "refusal has no", "a refusal that must say something"),
    ("cases:\n- id: a\n  question: q\n  category: case_data\n  expect: refuse\n  reason: [case_data]\n", "secrets", "case data without naming them"),
    ("about: {writer: x}\ncases: []\n", r"one\.yaml:1: .*writer", "unknown field about the file"),
    ("extra: 1\n", r"one\.yaml:1: 'extra' is neither", "unknown part"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said", "why"), MALFORMED, ids=[w for *_, w in MALFORMED])
def test_a_malformed_case_is_named_with_file_and_line(content: str, said: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(content)
    with pytest.raises(Misuse, match=said):
        load_cases(tmp_path)


def test_the_same_case_twice_is_named_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(dump_cases([CASE]))
    (tmp_path / "two.yaml").write_text(dump_cases([CASE]))
    with pytest.raises(Misuse, match=r"two\.yaml:3: case c, version 1, stands twice \(first at .*one\.yaml:3\)"):
        load_cases(tmp_path)


@example("null", ["no"], date(2026, 1, 1))
@example("2026-01-01", [], date(2026, 1, 1))
@given(st.text(min_size=1).filter(lambda t: t.strip()), st.lists(st.text(min_size=1), max_size=3), st.dates())
def test_cases_read_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, question: str, history: list[str], day: date
) -> None:
    folder = tmp_path_factory.mktemp("cases")
    case = CASE.model_copy(update={"question": question, "history": tuple(history), "as_of": day, "reviewed": day})
    text = dump_cases([case], {"source": "here"}, head="What it is.")
    try:
        text.encode()
    except UnicodeEncodeError:
        return  # lone surrogates are no text
    (folder / "one.yaml").write_text(text, "utf-8")
    assert load_cases(folder) == [case.model_copy(update={"source": "here"})]


@pytest.mark.parametrize("name", ["dev", "held-out"])
def test_the_cases_hold_against_the_law(name: str, built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINPOINT_DATA", str(built.data))
    faults, _, count = lint_set(FOLDER / name)
    assert not faults
    assert count >= 400


def test_every_case_was_read_by_a_second_reader() -> None:
    placed = read_cases(FOLDER / "dev") + read_cases(FOLDER / "held-out")
    assert not [p.case.id for p in placed if not (p.case.reviewer and p.case.reviewed and p.case.source)]


def test_the_development_set_covers_what_it_promises() -> None:
    cases = load_cases(FOLDER / "dev")
    kinds = Counter(c.category for c in cases)
    counts = {
        "cases": (len(cases), 400),
        "dated": (sum(c.as_of is not None or c.category == "date" for c in cases), 60),
        "of the earlier text": (sum(c.day < date(2026, 7, 27) for c in cases), 30),
        "out of scope": (kinds["out_of_scope"], 60),
        "false premises": (kinds["false_premise"], 40),
        "injections": (kinds["injection"], 40),
        "with case data": (kinds["case_data"], 30),
        "of several provisions": (sum(len(c.require) > 1 for c in cases), 40),
        "look-ups": (kinds["lookup"] + kinds["no_such_provision"], 30),
        "look-ups of what does not exist": (kinds["no_such_provision"], 10),
        "toolkit and background": (kinds["guidance"], 40),
        "conversations": (sum(1 <= len(c.history) <= 3 for c in cases), 30),
        "trainers'": (sum(c.category == "trainer" or "trainer" in c.tags for c in cases), 30),
        "evaluators'": (sum("evaluator" in c.tags for c in cases), 5),
    }
    assert not {name: found for name, (found, least) in counts.items() if found < least}


def test_cases_do_not_repeat_the_register(corpus: Corpus) -> None:
    questions = [q for r in corpus.rules.values() for q in r.questions]
    assert near_copies(load_cases(FOLDER / "held-out"), questions) == []
    copied = near_copies([CASE.model_copy(update={"question": questions[0]})], questions)
    assert copied and copied[0][2] == 1.0


def test_a_released_case_may_not_change_and_a_new_version_stands_beside_it(
    tmp_path: Path, built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINPOINT_DATA", str(built.data))
    case = CASE.model_copy(update={"question": "How soon must a search of recordings be authorised, in these tests?"})
    path = tmp_path / "one.yaml"
    path.write_text(dump_cases([case]))
    release_set(tmp_path, "first")
    with pytest.raises(Misuse, match="has a release first"):
        release_set(tmp_path, "first")
    changed = case.model_copy(update={"severity": "low"})
    path.write_text(dump_cases([changed]))
    assert [f for f in lint_set(tmp_path)[0] if "was changed since release first" in f]
    path.write_text(dump_cases([case, changed.model_copy(update={"version": 2})]))
    assert not lint_set(tmp_path)[0]
    assert [c.severity for c in load_cases(tmp_path)] == ["low"]
    assert [c.severity for c in load_cases(tmp_path, "first")] == ["high"], "a release stays as it was"
    path.write_text(dump_cases([changed.model_copy(update={"version": 2})]))
    assert [f for f in lint_set(tmp_path)[0] if "is gone" in f]


def test_what_is_released_is_unchanged_and_released_at_all() -> None:
    for name in ("dev", "held-out"):
        held = list(releases(FOLDER / name).values())
        assert held, f"{name} was never released"
        now = {(p.case.id, p.case.version): p.case.digest for p in read_cases(FOLDER / name)}
        assert all(now[i, v] == digest for r in held for i, (v, digest) in r.items())


LINTED = [
    ({"require": (("Art. 5(1)(z)",),)}, "does not exist", "an unknown provision"),
    ({"require": (("Artikel 5",),)}, "Artikel 5 does not exist", "no pinpoint at all"),
    ({"as_of": date(2026, 7, 1), "require": (("Art. 4a",),)}, "does not exist in the text of 2026-07-01", "one of the other version"),
    ({"forbid": ("Art. 26(10)",)}, "both required and forbidden", "a contradiction"),
    ({"warns": ("shouting",)}, "no warning of the kind", "an unknown warning"),
    ({"must_say": (("purple elephants",),)}, "says “purple elephants”", "what no law says"),
    ({"allow": ("Art. 999",)}, "which it allows", "an unknown allowed provision"),
]  # fmt: skip


@needs_originals
@pytest.mark.parametrize(("change", "said", "why"), LINTED, ids=[w for *_, w in LINTED])
def test_lint_finds(
    change: dict[str, object], said: str, why: str, tmp_path: Path, built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINPOINT_DATA", str(built.data))
    case = CASE.model_copy(update={"question": "A question of the lint test alone?", "exceptions": (), **change})
    (tmp_path / "one.yaml").write_text(dump_cases([case]))
    faults, _, _ = lint_set(tmp_path)
    assert [f for f in faults if said in f and re.search(r"one\.yaml:3: c: ", f)], faults


def test_the_published_schemas_are_up_to_date() -> None:
    for name, made in (("cases", case_schema()), ("answers", answers_schema())):
        assert json.loads((ROOT / "evals" / f"{name}.schema.json").read_text("utf-8")) == made, (
            "python -m evals schema --write"
        )


# -- patterns --------------------------------------------------------------------------------------------------------


@given(st.lists(st.text("abcdefgh0123456789", min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_text_says_itself(words: list[str]) -> None:
    assert says(f"Before. {' '.join(words)}. After", " ".join(words))


@pytest.mark.parametrize(
    ("text", "pattern", "claimed"),
    [
        ("Retrospective identification is a prohibited practice.", "retrospective … prohibited", True),
        ("It is wrong that retrospective identification is prohibited.", "retrospective … prohibited", False),
        ("Retrospective identification isn't prohibited.", "retrospective … prohibited", False),
        ("You must not search recordings.", "must not search", True),
        ("Recordings differ. Live search is prohibited.", "recordings … prohibited", False),
    ],
)
def test_a_denial_is_no_claim(text: str, pattern: str, claimed: bool) -> None:
    assert claims(text, pattern) is claimed


def test_every_guide_error_recognises_itself_and_no_rule_of_ours(corpus: Corpus) -> None:
    said = [r.statement for r in corpus.rules.values()]
    for error in guide_errors():
        for phrase in error.any:
            plain = phrase.replace("*", "").replace("…", " ")
            assert claims(plain, phrase), (error.id, phrase)
            assert not [s for s in said if claims(s, phrase) and error.from_ == date.min], (error.id, phrase)


# -- scoring -----------------------------------------------------------------------------------------------------------


def test_a_perfect_answer_scores_one_and_a_wrong_one_less() -> None:
    perfect = score(CASE, row("Art. 26(10)", "LED Art. 10", "Art. 113(c)(i)"), [GOOD])
    assert (perfect.recall, perfect.precision, perfect.passed, perfect.loss) == (1.0, 1.0, True, 0.0)
    half = score(CASE, row("Art. 26(10)", "Art. 5(1)(h)(i)"))
    assert (half.recall, half.precision, half.has("misleading_citation")) == (0.5, 0.5, True)
    silent = score(CASE, row(outcome="refuse", reason="nothing_relevant"))
    assert (silent.recall, silent.precision, [f.kind for f in silent.faults]) == (0.0, None, ["false_refusal"])


def test_refusals_need_the_right_reason() -> None:
    assert score(REFUSE, row(outcome="refuse", reason="outside_scope")).passed
    assert [f.kind for f in score(REFUSE, row(outcome="refuse", reason="unreadable")).faults] == ["wrong_reason"]
    assert score(REFUSE, row("Art. 4")).has("false_answer")


STALE = Held(True, (), (True,), (None,), ("Art. 4 is cited from the text of 2024-07-12",))
FAULTY = [
    ({}, row("Art. 26(10)", "LED Art. 10", text="Ask soon."), (), "missing_words"),
    ({"exceptions": (("Art. 3(43)",),)}, row("Art. 26(10)", "LED Art. 10"), (), "exception_omitted"),
    (
        {"must_not_say": ({"kind": "wrong_permission", "any": ["within 48 hours"]},)},
        row("Art. 26(10)"),
        (),
        "wrong_permission",
    ),
    (
        {},
        row("Art. 26(10)", text="Under the Act outputs must never automatically trigger enforcement."),
        (),
        "guide_error",
    ),
    ({}, row("Art. 26(10)"), (Held(False, ("no",), (True,), (None,), ()),), "unsupported"),
    ({}, row("Art. 26(10)"), (Held(True, (), (True,), (False,), ()),), "bad_quote"),
    ({}, row("Art. 26(10)"), (STALE,), "stale_date"),
    ({"warns": ("leading_question",)}, row("Art. 26(10)"), (), "missing_warning"),
]


@pytest.mark.parametrize(("change", "answer", "held", "kind"), FAULTY, ids=[k for *_, k in FAULTY])
def test_each_fault_is_found(change: dict[str, object], answer: Row, held: tuple[Held, ...], kind: str) -> None:
    case = Case.model_validate({**CASE.model_dump(), **change})
    found = score(case, answer, held)
    assert found.has(kind) and found.loss >= min(COST[kind], COST["missing_citation"])
    assert not score(CASE, row("Art. 26(10)", "LED Art. 10"), [GOOD]).has(kind)


def test_case_data_in_any_part_of_an_outcome_are_a_leak() -> None:
    stopped = {"id": "s", "outcome": "refuse", "reason": "case_data"}
    assert score(SECRET, Row.model_validate({**stopped, "text": "“Plate ████████?”"})).passed
    for part in ("text", "question", "understood"):
        assert score(SECRET, Row.model_validate({**stopped, part: "plate 4ab 1234?"})).has("leak"), part


@pytest.mark.parametrize(
    ("cited", "entry", "met"),
    [
        ("Art. 5(1)(h)(i)", "Art. 5(1)(h)", True),
        ("Art. 5(1)", "Art. 5(1)(h)", False),
        ("popAI: Objectives", "popAI", True),
        ("Art. 50", "Art. 5", False),
        ("nonsense", "Art. 5", False),
    ],
)
def test_a_required_entry_is_met_by_itself_or_what_stands_in_it(cited: str, entry: str, met: bool) -> None:
    assert meets(cited, entry) is met


def test_allowed_entries_reach_up_and_down() -> None:
    assert is_right("Art. 26", ["Art. 26(10)"]) and is_right("Art. 26(10)", ["Art. 26"])
    assert not is_right("Art. 27", ["Art. 26"])


def test_retrieval_is_ranked_by_the_required_groups() -> None:
    found = row("Art. 26(10)").model_copy(update={"retrieved": ("Art. 4", "Art. 26(10)", "LED Art. 11(1)")})
    ranking = score(CASE, found).ranking
    assert ranking and (ranking.recall_5, ranking.mrr) == (1.0, 0.5) and 0.5 < ranking.ndcg_10 < 1.0
    first = score(CASE, found.model_copy(update={"retrieved": ("Art. 26(10)", "LED Art. 10")})).ranking
    assert first and first.ndcg_10 == 1.0


# -- figures -----------------------------------------------------------------------------------------------------------


def many(right: int, wrong: int, start: int = 0) -> list[Scored]:
    cases = [CASE.model_copy(update={"id": f"c{n}"}) for n in range(start, start + right + wrong)]
    good, bad = row("Art. 26(10)", "LED Art. 10"), row(outcome="refuse", reason="nothing_relevant")
    scores = [score(c, good if n < right else bad, [GOOD] if n < right else []) for n, c in enumerate(cases)]
    return [Scored("run", "dev", {}, tuple(scores))]


def test_intervals_hold_the_value_and_shrink_with_more_cases() -> None:
    wide, narrow = (figure(NAMED["outcome accuracy"], many(n, n)[0].scores) for n in (5, 50))
    assert wide and narrow and wide.low < 0.5 < wide.high and narrow.high - narrow.low < wide.high - wide.low
    assert (wide.n, narrow.n) == (10, 100)


def test_a_metric_without_denominator_says_nothing() -> None:
    names = {f.metric.name for f in figures(many(2, 0)[0].scores)}
    assert "false answers" not in names and "outcome accuracy" in names


def test_metrics_are_named_once_and_documented() -> None:
    assert len(NAMED) == len(METRICS)
    text = (ROOT / "evals" / "README.md").read_text("utf-8")
    assert not [m.name for m in METRICS if f"**{m.name}**" not in text]
    assert not [kind for kind in COST if f"`{kind}`" not in text]


def test_a_wrong_permission_weighs_more_than_an_omission() -> None:
    assert COST["wrong_permission"] > COST["missing_citation"] and COST["unsupported"] > COST["false_refusal"]


def test_confusion_and_tradeoff_count_every_case() -> None:
    run = many(3, 2)[0]
    assert sum(confusion(run.scores).values()) == 5 and confusion(run.scores)["answer", "nothing_relevant"] == 2
    weighed = [
        replace(s, row=s.row.model_copy(update={"odds": o}))
        for s, o in zip(run.scores, (-3, -2, -1, 1, 2), strict=True)
    ]
    curve = tradeoff(weighed)
    assert curve[0][1] > curve[-1][1], "fewer are refused as the threshold rises"


# -- stored answers ------------------------------------------------------------------------------------------------------

ANSWERS = [
    ('{"id": "c", "outcome": "answer"}\n{"id": "c", "outcome": "answer"}', r"answers\.jsonl:2: the id c stands twice \(first in line 1\)"),
    ('{"id": "c", "outcome": "answer"}\nnonsense', r"answers\.jsonl:2: "),
    ('{"id": "c", "outcome": "perhaps"}', r"answers\.jsonl:1: outcome"),
    ('{"outcome": "answer"}', r"answers\.jsonl:1: id"),
    ("", "holds no answers"),
    ('{"run": 3}', r"answers\.jsonl:1: the head"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), ANSWERS)
def test_a_bad_file_of_answers_is_named_with_its_line(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text(content)
    with pytest.raises(Misuse, match=said):
        read_run(tmp_path)


def test_answers_that_do_not_fit_the_set_are_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text('{"id": "c", "outcome": "answer"}\n{"id": "x", "outcome": "answer"}')
    run = read_run(tmp_path)
    with pytest.raises(Misuse, match=r"no answer for r \(1 of 2"):
        matched(run, [CASE, REFUSE])
    with pytest.raises(Misuse, match="x is the id of no case"):
        matched(run, [CASE])


SMALL = ("dev-live-child", "dev-live-places", "dev-live-matchday")


@pytest.fixture
def small(tmp_path: Path, built: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three cases, and settings whose data folder is the session's index."""
    monkeypatch.setenv("PINPOINT_DATA", str(built.data))
    folder = tmp_path / "small"
    folder.mkdir()
    cases = [c for c in load_cases(FOLDER / "dev") if c.id in SMALL]
    (folder / "one.yaml").write_text(dump_cases(cases))
    return folder


def test_a_run_that_was_cut_off_goes_on(small: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = load_cases(small)
    cases = [c.model_copy(update={"question": f"{c.question} (again)"}) for c in cases]
    asked: list[str] = []
    real = assistant.ask

    def ask(question: str, **given: object) -> object:
        if "(again)" in question:
            asked.append(question)
            if len(asked) == 2:
                raise KeyboardInterrupt
        return real(question, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(assistant, "ask", ask)
    with pytest.raises(KeyboardInterrupt):
        generate(cases, assistant)
    rows = generate(cases, assistant)
    assert len(rows) == 3 and len(asked) == 4, "the first answer was kept; the second was asked again"
    assert generate(cases, assistant) == rows and len(asked) == 4, "nothing is asked twice"
    generate(cases, assistant, fresh=True)
    assert len(asked) == 7


def test_a_run_is_stored_with_what_produced_it_and_scores_the_same_again(
    small: Path, assistant: Assistant, tmp_path: Path
) -> None:
    folder = make_run(assistant, str(small), out=tmp_path / "run")
    first = scored(folder, str(small), assistant=assistant)
    again = scored(folder, str(small))
    assert first.scores == again.scores and len(first.scores) == 3
    assert {"corpus", "encoder", "engine", "versions", "cases", "set", "as_of", "model"} <= set(first.head)
    assert all(s.row.retrieved and s.row.odds is not None for s in first.scores)
    assert all(h.supported for s in first.scores for h in s.held), "the product's sentences hold against the law"


def test_answers_of_another_system_are_scored(small: Path, tmp_path: Path) -> None:
    lines = [
        {"id": i, "outcome": "answer", "text": "Live search is free for all.", "citations": ["Art. 5(1)(h)"]}
        for i in SMALL
    ]
    path = tmp_path / "theirs.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    found = {f.metric.name: f.value for f in figures(scored(path, str(small)).scores)}
    assert found["statement support"] == 0.0 and found["required-citation recall"] > 0


# -- comparison, gates, baseline ---------------------------------------------------------------------------------------


def test_a_comparison_names_what_was_fixed_and_what_broke() -> None:
    first, second = many(6, 2)[0], many(6, 2)[0]
    swapped = list(second.scores)
    good, bad = first.scores[0], first.scores[7]
    swapped[0] = score(swapped[0].case, bad.row)
    swapped[7] = score(swapped[7].case, good.row, [GOOD])
    swapped[6] = score(swapped[6].case, good.row, [GOOD])
    found = compare(first, replace(second, scores=tuple(swapped)))
    assert [p.second.case.id for p in found.broken] == ["c0"] and [p.second.case.id for p in found.fixed] == [
        "c6",
        "c7",
    ]
    accuracy = next(d for d in found.differences if d.metric.name == "outcome accuracy")
    assert accuracy.change == pytest.approx(1 / 8) and accuracy.low <= accuracy.change <= accuracy.high
    assert accuracy.p == pytest.approx(1.0) and accuracy.test == "McNemar, exact", "2 against 1 of 3 is chance"


def test_a_real_change_is_told_from_chance() -> None:
    found = compare(many(10, 20)[0], many(30, 0)[0])
    accuracy = next(d for d in found.differences if d.metric.name == "outcome accuracy")
    assert accuracy.p < 0.001 and accuracy.better


def test_runs_of_changed_cases_are_not_compared() -> None:
    first = many(4, 0)[0]
    moved = [score(s.case.model_copy(update={"severity": "low"}), s.row, s.held) for s in first.scores[:2]]
    found = compare(first, replace(first, scores=(*moved, *first.scores[2:])))
    assert (found.cases, found.left_out) == (2, 2)
    with pytest.raises(Misuse, match="share no case"):
        compare(first, many(2, 0, start=50)[0])


def test_a_broken_case_of_high_severity_fails_though_the_average_rose() -> None:
    before, after = many(5, 5)[0], many(9, 1)[0]
    scores = list(after.scores)
    scores[0] = score(scores[0].case, row(outcome="refuse", reason="nothing_relevant"))
    after = replace(after, scores=tuple(scores))
    passages = through(after, Gates(gates=(Gate(metric="outcome accuracy", min=0.6),)), before)
    assert [p.passed for p in passages] == [True, False]
    assert [s.case.id for s in passages[1].cases] == ["c0"]
    assert through(after, Gates(broken=Broken(severity=("low",))), before)[-1].passed


def test_a_gate_names_the_cases_that_speak_against_it() -> None:
    (passage,) = through(many(3, 1)[0], Gates(gates=(Gate(metric="false refusals", max=0.1),)), None)
    assert not passage.passed and [s.case.id for s in passage.cases] == ["c3"] and "0.25" in passage.said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[gates]]\nmetric = 'beauty'\nmin = 1", "no metric called 'beauty'"),
        ("[[gates]]\nmetric = 'false answers'", "either min or max"),
        ("[[gates]\n", "gates.toml: "),
    ],
)
def test_bad_gates_are_named(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text(content)
    with pytest.raises(Misuse, match=said):
        load_gates(tmp_path / "gates.toml")


@needs_originals
def test_the_baseline_scores_as_the_run_did_and_holds_no_words_of_the_law(
    small: Path, assistant: Assistant, tmp_path: Path
) -> None:
    lookup = [c for c in load_cases(FOLDER / "dev") if c.category == "lookup"][:12]
    (small / "two.yaml").write_text(dump_cases(lookup))
    run = scored(make_run(assistant, str(small), out=tmp_path / "run"), str(small), assistant=assistant)
    path = bless(run, date(2026, 11, 25), tmp_path / "baseline.jsonl")
    known = baseline(str(small), path)
    assert known
    for a, b in zip(figures(run.scores), figures(known.scores), strict=True):
        assert (a.metric.name, a.value, a.n) == (b.metric.name, b.value, b.n)
    assert [s.faults for s in run.scores] == [s.faults for s in known.scores]
    stored = path.read_text("utf-8")
    quotes = {
        c.quote
        for s in run.scores
        for said in s.row.statements
        for c in said.citations
        if c.quote and len(c.quote) > 80
    }
    assert quotes and not [q for q in quotes if q in stored]
    found = compare(known, run)
    assert not (found.fixed or found.broken or found.changed)


def test_bless_refuses_what_breaks_a_gate_and_what_is_held_out(
    small: Path, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {"id": i, "outcome": "answer", "text": "Live search is free for all.", "citations": ["Art. 5(1)(h)"]}
        for i in SMALL
    ]
    (tmp_path / "theirs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.setattr("evals.baseline.FOLDER", tmp_path / "baselines")
    assert main(["bless", str(tmp_path / "theirs.jsonl"), "--set", str(small)]) == 1
    assert not (tmp_path / "baselines").exists()
    with pytest.raises(Misuse, match="Held-out cases have no baseline"):
        bless(replace(many(1, 0)[0], set="held-out"), date(2026, 11, 25), tmp_path / "b.jsonl")


def test_a_broken_gate_is_an_exit_code_and_names_its_cases(
    small: Path,
    assistant: Assistant,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    monkeypatch.setenv("COLUMNS", "200")
    gates = tmp_path / "gates.toml"
    gates.write_text("[[gates]]\nmetric = 'recall@5'\nmin = 1.1\n[[gates]]\nmetric = 'verbatim quotes'\nmin = 1.0\n")
    arguments = ["run", "--set", str(small), "--gate", "--gates", str(gates), "--out", str(tmp_path / "run")]
    assert main(arguments) == 1
    assert "BROKEN recall@5" in capsys.readouterr().out
    gates.write_text("[[gates]]\nmetric = 'verbatim quotes'\nmin = 1.0\n")
    assert main(arguments) == 0
    assert "holds verbatim quotes" in capsys.readouterr().out


# -- reports -----------------------------------------------------------------------------------------------------------


def with_question(run: Scored, question: str) -> Scored:
    changed = [replace(s, case=s.case.model_copy(update={"question": question})) for s in run.scores]
    return replace(run, scores=tuple(changed))


def test_the_html_report_loads_nothing_and_runs_nothing_of_a_case() -> None:
    run = with_question(many(2, 1)[0], "<script>alert(1)</script><img src=x onerror=alert(2)>")
    page = html_report(run, through(run, load_gates(), None), compare(run, run))
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page
    tree = etree.HTML(page)
    loaded = [*tree.xpath("//@src"), *tree.xpath("//link/@href"), *re.findall(r"url\(([^)]+)\)", page)]
    assert not [x for x in loaded if not x.startswith(("#", "data:"))]
    assert len(tree.xpath("//*[local-name()='svg']")) >= 4 and len(tree.xpath("//details[@class='case']")) == 3


def test_held_out_cases_are_named_in_no_report() -> None:
    run = replace(with_question(many(2, 1)[0], "Only for evaluators?"), set="held-out")
    passages = through(run, Gates(gates=(Gate(metric="false refusals", max=0.0),)), None)
    for text in (html_report(run, passages, None), junit(run, passages, None), as_csv(run)):
        assert "Only for evaluators?" not in text and "c2" not in text


def test_junit_fails_for_what_is_new_and_skips_what_is_known() -> None:
    run, known = many(2, 2)[0], many(3, 1)[0]
    tree = etree.fromstring(junit(run, through(run, load_gates(), known), known).encode())
    suite = tree.find("testsuite[@name='officer']")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    assert (
        suite.find("testcase[@name='c2']/failure") is not None
        and suite.find("testcase[@name='c3']/skipped") is not None
    )
    odd = with_question(many(0, 1)[0], "null \x00 and \ud800 in it")
    assert etree.fromstring(junit(odd, (), None).encode()) is not None


def test_the_csv_runs_no_formula() -> None:
    text = as_csv(with_question(many(1, 1)[0], '=HYPERLINK("http://x","y")'))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 and all(r["question"].startswith("'=") for r in rows)


def test_a_report_folder_that_cannot_be_written_leaves_no_partial_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = many(1, 0)[0]
    (tmp_path / "file").write_text("")
    with pytest.raises(Misuse, match="cannot be written"):
        write_report(tmp_path / "file", run, (), None)
    real = os.replace

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Misuse, match="No space left"):
        write_report(tmp_path / "report", run, (), None)
    assert list((tmp_path / "report").iterdir()) == []
    monkeypatch.setattr(os, "replace", real)
    assert [p.name for p in write_report(tmp_path / "report", run, (), None)] == [
        "report.html",
        "junit.xml",
        "scores.csv",
    ]


# -- the planted systems -----------------------------------------------------------------------------------------------


@needs_originals
def test_planted_systems_score_as_they_should(assistant: Assistant) -> None:
    cases = load_cases(FOLDER / "dev")
    some = [
        c
        for n, c in enumerate(cases)
        if n % 8 == 0 or c.category in {"case_data", "injection"} or c.exceptions or c.warns
    ]
    wrong = [entry for entry in self_test(assistant, some[: len(some)]) if not entry[3]]
    assert not wrong
    assert {s.name for s in SPOILT} >= {"silent", "refuser", "everything", "guesser", "stale", "guide_copier"}


@needs_originals
def test_every_development_case_can_be_answered_without_a_fault(assistant: Assistant) -> None:
    from evals.planted import Planted

    planted = Planted(assistant)
    scores = planted.scores(planted.perfect, load_cases(FOLDER / "dev"))
    assert not [(s.case.id, [f.text for f in s.faults], s.stray) for s in scores if not s.passed or s.stray]
