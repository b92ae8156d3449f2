"""The page *Evaluate*, driven by Streamlit's own test harness on the real index."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.answer import Refusal
from assistant.ask import Assistant
from assistant.settings import ROOT, Settings
from assistant.ui import shared
from evals import page as evaluate_page
from evals.cases import FOLDER, dump_cases, load_cases
from evals.run import make_run, runs_folder

PAGE = "from evals import page\npage.render()\n"


@pytest.fixture
def runs(tmp_path: Path, built: Settings, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two stored runs of twelve cases, in a data folder of their own that shares the session's index."""
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    monkeypatch.setenv("PINPOINT_DATA", str(tmp_path / "data"))
    folder = tmp_path / "few"
    folder.mkdir()
    cases = [c for c in load_cases(FOLDER / "dev") if c.category == "officer" and not c.history][:12]
    (folder / "one.yaml").write_text(dump_cases(cases))
    for stamp in ("20261124T080000Z", "20261125T080000Z"):
        make_run(assistant, str(folder), out=runs_folder() / f"few-{stamp}")
    for kept in (shared.opened, evaluate_page._scored):
        kept.clear()
    return folder


@pytest.fixture
def page(runs: Path) -> AppTest:
    return AppTest.from_string(PAGE, default_timeout=120).run()


def shown(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.success, *page.error, *page.subheader]
    return " ".join(str(p.value) for p in parts) + " ".join(str(h.proto.body) for h in page.get("html"))


def choose(page: AppTest, label: str, value: object) -> AppTest:
    return next(s for s in page.selectbox if s.label == label).set_value(value).run()


def test_figures_gates_and_plots_of_the_latest_run(page: AppTest) -> None:
    assert not page.exception
    text = shown(page)
    assert "gates" in text and "Latency: median" in text and "Calibration" in text
    names = list(page.dataframe[0].value["metric"])
    assert {"outcome accuracy", "statement support", "recall@10"} <= set(names)
    assert next(s for s in page.selectbox if s.label == "Run").value.name == "few-20261125T080000Z"


def test_two_runs_are_compared(page: AppTest) -> None:
    other = choose(page, "Compare with", "few-20261124T080000Z")
    assert not other.exception and "12 cases in both, 0 left out" in shown(other)
    assert [m.value for m in other.metric] == ["0", "0", "0"]


def test_cases_are_filtered_and_one_is_shown_with_its_source(page: AppTest) -> None:
    whole = choose(page, "Result", "all")
    assert "12 of 12 cases" in shown(whole)
    next(t for t in whole.text_input if "Words" in t.label).set_value("no such words").run()
    assert "0 of 12 cases" in shown(whole)
    next(t for t in whole.text_input if "Words" in t.label).set_value("").run()
    text = shown(whole)
    assert "<mark>" in text and "supported" in text and "Evidence" in text


def test_a_case_is_asked_again_as_of_another_day(page: AppTest) -> None:
    whole = choose(page, "Result", "all")
    next(d for d in whole.date_input if d.label == "Ask again as of").set_value(date(2026, 7, 1)).run()
    next(b for b in whole.button if b.label == "Ask again").click().run()
    assert not whole.exception and "As of 2026-07-01" in shown(whole)


def test_the_report_is_offered(page: AppTest) -> None:
    next(b for b in page.button if b.label == "Prepare the report").click().run()
    assert not page.exception and len(page.get("download_button")) == 3


DRAFT = {
    "question": "May we <b>search</b> recordings?", "history": [], "as_of": date(2026, 11, 22), "outcome": "answer", "reason": "",
    "citations": ["Art. 26(10)", "Art. 3(43)"],
}  # fmt: skip


def drafted() -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.session_state["case_draft"] = dict(DRAFT)
    return page.run()


def save(page: AppTest) -> AppTest:
    return next(b for b in page.button if b.label == "Save the case").click().run()


def test_a_question_becomes_a_case_of_ones_own_and_can_be_run(runs: Path) -> None:
    page = save(drafted())
    assert not page.exception and "Saved as own-001" in shown(page)
    (case,) = load_cases(evaluate_page._own_file().parent)
    assert (case.question, case.require, case.allow) == (DRAFT["question"], (("Art. 26(10)",),), ("Art. 3(43)",))
    again = drafted()
    assert next(t for t in again.text_input if t.label == "Id").value == "own-002"
    assert "own" in next(s for s in again.selectbox if s.label == "Set of cases").options


def test_a_case_that_is_wrong_is_explained_and_nothing_is_lost(runs: Path) -> None:
    page = drafted()
    next(t for t in page.text_area if t.label == "Provisions that must be cited").set_value("Artikel 26")
    save(page)
    assert not page.exception and page.error and "Not saved: Artikel 26 does not exist" in page.error[0].value
    assert next(t for t in page.text_area if t.label == "Provisions that must be cited").value == "Artikel 26"
    assert not evaluate_page._own_file().exists()


def test_without_a_run_the_page_says_how_to_make_one(
    tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    monkeypatch.setenv("PINPOINT_DATA", str(tmp_path))
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not page.exception and "python -m evals run" in shown(page)


def test_a_damaged_run_is_explained_not_raised(runs: Path) -> None:
    (runs_folder() / "few-20261125T080000Z" / "answers.jsonl").write_text("nonsense")
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not page.exception and "answers.jsonl:1" in page.error[0].value


def test_from_a_question_to_a_case_through_both_pages(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.chat_input[0].set_value("How long must we keep the logs?").run()
    next(b for b in app.button if b.label == "Add this question as a case").click().run()
    assert not app.exception
    assert app.session_state["case_draft"]["question"] == "How long must we keep the logs?"
    assert "Art. 26(6)" in app.session_state["case_draft"]["citations"]


def test_a_question_with_case_data_cannot_become_a_case(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.chat_input[0].set_value("Suspect Jan Dvořák, plate 4AB 1234: may we search live?").run()
    assert isinstance(app.session_state["turns"][0], Refusal)
    assert not [b for b in app.button if b.label == "Add this question as a case"]
