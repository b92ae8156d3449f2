"""The pages for trainers and officers: driven by Streamlit's own test harness on the real index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.aids.saved import Shelf
from assistant.ask import Assistant
from assistant.ui import shared

DAY = date(2026, 11, 26)
HOSTILE = "<script>alert(1)</script> =1+1 :red[x] $y$"


@pytest.fixture
def data(tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of its own for saved work; the session's index otherwise."""
    own = assistant.settings.model_copy(update={"data": tmp_path})
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    monkeypatch.setattr(assistant, "settings", own)
    for kept in (shared.opened, shared.aids, shared.scheme, shared.reader, shared.describer):
        kept.clear()
    yield tmp_path
    for kept in (shared.opened, shared.aids, shared.scheme, shared.reader, shared.describer):
        kept.clear()


def page(name: str, **query: str) -> AppTest:
    drawn = AppTest.from_string(f"from assistant.ui import {name}_page\n{name}_page.render()\n", default_timeout=120)
    for key, value in query.items():
        drawn.query_params[key] = value
    return drawn.run()


def shown(drawn: AppTest) -> str:
    parts = [
        *drawn.markdown,
        *drawn.caption,
        *drawn.info,
        *drawn.warning,
        *drawn.error,
        *drawn.success,
        *drawn.text,
        *drawn.subheader,
        *drawn.title,
    ]
    return " ".join(str(p.value) for p in parts) + " ".join(str(h.proto.body) for h in drawn.get("html"))


@pytest.mark.parametrize("name, words", [
    ("assess", "plain questions"), ("worksheets", "our own"), ("roadmap", "2 December 2027"), ("practise", "made-up situations"),
    ("primers", "Art. "), ("sources", "Art. 1"),
])  # fmt: skip
def test_every_page_opens(name: str, words: str, data: Path) -> None:
    drawn = page(name)
    assert not drawn.exception, drawn.exception
    assert words in shown(drawn)


@pytest.mark.parametrize("name", ["practise", "primers", "worksheets", "assess", "ask"])
def test_a_broken_scenario_file_is_explained_on_the_page(
    name: str, data: Path, tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    broken = tmp_path / "corpus"
    shutil.copytree(assistant.settings.corpus, broken)
    path = broken / "scenarios" / "hot-spots.yaml"
    path.write_text(path.read_text().replace("aia-5-1-d-location-only", "aia-5-1-d-nowhere", 1))
    monkeypatch.setattr(assistant, "settings", assistant.settings.model_copy(update={"corpus": broken}))
    drawn = page(name)
    if name == "ask":
        drawn.chat_input[0].set_value("How long must we keep the logs?").run()
        assert "Art. 26(6)" in shown(drawn), "the answer stays"
    assert not drawn.exception
    text = shown(drawn).replace("\\", "")
    assert ("hot-spots.yaml" in text and "aia-5-1-d-nowhere" in text) or name == "assess"


# -- assess --------------------------------------------------------------------------------------------------------


def test_a_system_is_assessed_and_the_answers_are_carried_into_the_impact_assessment(
    data: Path, assistant: Assistant
) -> None:
    drawn = page("assess")
    drawn.text_input[0].set_value("Face search in recordings")
    drawn.button[0].click().run()
    assert not drawn.exception and "Not enough is known" in shown(drawn)
    by = {m.label.split(". ", 1)[-1]: m for m in drawn.multiselect}
    by["Who will use it?"].set_value(["police"]).run()
    by = {m.label.split(". ", 1)[-1]: m for m in drawn.multiselect}
    by["What is it meant to do?"].set_value(["search-people"]).run()
    text = shown(drawn)
    assert "High-risk" in text and "Annex III, point 1(a)" in text and "Missing to decide" in text
    (listed,) = Shelf(data).list("assessment")
    assert Shelf(data).open(listed.id).values == {"who": ["police"], "task": ["search-people"]}
    again = page("assess", sheet=listed.id)
    assert not again.exception and "Annex III, point 1(a)" in shown(again), "a reload loses nothing"
    next(b for b in again.button if b.label == "Fundamental rights impact assessment").click().run()
    (fria,) = Shelf(data).list("fria")
    assert "Find or recognise people" in str(Shelf(data).open(fria.id).values["a-process"])


def test_a_description_only_suggests(data: Path) -> None:
    sheet = Shelf(data).new(
        "assessment",
        "Calls",
        DAY,
        {"description": "It listens to emergency calls and ranks them by urgency for the dispatcher."},
    )
    drawn = page("assess", sheet=sheet.id)
    assert not drawn.exception and "Not enough is known" in shown(drawn), "nothing is decided from it"
    assert "Look first at: Annex III, point 5" in shown(drawn)
    yes = [b for b in drawn.button if b.label == "Yes" and "task-calls" in str(b.key)]
    assert yes
    yes[0].click().run()
    assert Shelf(data).open(sheet.id).values["task"] == ["calls"]
    assert "Annex III, point 5(d)" in shown(drawn)


def test_a_saved_answer_that_no_longer_exists_is_left_out(data: Path) -> None:
    sheet = Shelf(data).new(
        "assessment",
        "Old",
        DAY,
        {
            "task": ["places", "gone"],
            "basis": "gone",
            "nothing": "x",
            "setting": ["none"],
            "data": ["none"],
            "who": ["police"],
        },
    )
    drawn = page("assess", sheet=sheet.id)
    assert not drawn.exception and "On none of the Act" in shown(drawn)


# -- worksheets ----------------------------------------------------------------------------------------------------


def test_a_field_is_saved_as_it_is_written_and_hostile_text_stays_text(data: Path) -> None:
    sheet = Shelf(data).new("fria", HOSTILE, DAY)
    drawn = page("worksheets", form="fria", sheet=sheet.id)
    assert not drawn.exception
    drawn.text_area[0].set_value(HOSTILE).run()
    assert HOSTILE in Shelf(data).open(sheet.id).values.values()
    assert "<script>" not in " ".join(str(h.proto.body) for h in drawn.get("html"))
    assert ":red[x]" not in " ".join(s.value for s in drawn.subheader)


def test_case_data_and_too_much_text_are_not_saved_and_stay_in_the_field(data: Path) -> None:
    sheet = Shelf(data).new("fria", "x", DAY)
    drawn = page("worksheets", form="fria", sheet=sheet.id)
    drawn.text_area[0].set_value("The suspect Jan Dvořák, plate 4AB 1234").run()
    assert "case data" in shown(drawn) and "Dvořák" not in str(Shelf(data).open(sheet.id))
    assert drawn.text_area[0].value.startswith("The suspect"), "it is still there to be mended"
    drawn.text_area[0].set_value("A suspect").run()
    assert "case data" not in shown(drawn) and "A suspect" in Shelf(data).open(sheet.id).values.values()


def test_a_citation_comes_along_from_an_answer(data: Path) -> None:
    sheet = Shelf(data).new("fria", "x", DAY)
    drawn = page("worksheets", form="fria", field="b-period", cite="Art. 27(1)(b)", sheet=sheet.id)
    assert not drawn.exception
    assert Shelf(data).open(sheet.id).values["b-period.cited"] == "Art. 27(1)(b)"
    assert "Art. 27(1)(b)" in [t.value for t in drawn.text_input]


def test_a_corrupted_worksheet_is_explained_and_can_be_set_aside(data: Path) -> None:
    sheet = Shelf(data).new("risk", "x", DAY, {"own1.text": "mine"})
    Shelf(data).keep(sheet, "good")
    (data / "work" / sheet.id / "current.json").write_text("{")
    drawn = page("worksheets", form="risk", sheet=sheet.id)
    assert not drawn.exception and "can be read" in drawn.error[0].value
    next(b for b in drawn.button if b.key == "rescue").click().run()
    assert Shelf(data).open(sheet.id).values == {"own1.text": "mine"}
    assert list((data / "work" / sheet.id).glob("unreadable-*.json"))


def test_risks_are_weighed_and_drawn(data: Path) -> None:
    sheet = Shelf(data).new("risk", "x", DAY)
    drawn = page("worksheets", form="risk", sheet=sheet.id)
    likelihood = next(r for r in drawn.radio if r.label == "Likelihood")
    likelihood.set_value("4").run()
    next(r for r in drawn.radio if r.label == "Impact").set_value("5").run()
    assert not drawn.exception
    assert sorted(Shelf(data).open(sheet.id).values.values()) == ["4", "5"]
    assert "very high" in str([d.value for d in drawn.dataframe])


def test_readiness_is_answered_compared_and_gives_next_steps(data: Path) -> None:
    sheet = Shelf(data).new("readiness", "2026", DAY)
    drawn = page("worksheets", form="readiness", sheet=sheet.id)
    drawn.radio[0].set_value("1").run()
    assert not drawn.exception and "Next steps" in shown(drawn)
    Shelf(data).keep(Shelf(data).open(sheet.id), "first")
    drawn = page("worksheets", form="readiness", sheet=sheet.id)
    drawn.radio[0].set_value("3").run()
    table = str([d.value for d in drawn.dataframe])
    assert "3.0" in table and "1.0" in table, "now and before"


def test_a_form_of_another_kind_is_not_mixed_up(data: Path) -> None:
    sheet = Shelf(data).new("risk", "x", DAY)
    drawn = page("worksheets", form="fria", sheet=sheet.id)
    assert not drawn.exception and "another kind" in drawn.error[0].value


# -- practise ------------------------------------------------------------------------------------------------------


def test_a_trainee_decides_reveals_and_compares(data: Path) -> None:
    drawn = page("practise", scenario="sc-hot-spots")
    text = shown(drawn)
    assert "Expected reasoning" not in text, "hidden until revealed"
    drawn.text_area[0].set_value("The map assesses nobody, so Art. 5(1)(d) does not reach it.").run()
    drawn.toggle[0].set_value(True).run()
    text = shown(drawn)
    assert not drawn.exception and "Expected reasoning" in text and "you named Art. 5(1)(d)" in text.replace("\\", "")
    assert "sources?p=Art.+5%281%29%28d%29" in text, "with citations"


def test_a_presenter_steps_through_and_uncovers(data: Path) -> None:
    drawn = page("practise", scenario="sc-hot-spots", mode="Presenter")
    scenario = shared.aids().scenarios["sc-hot-spots"]
    for _ in range(3):
        next(b for b in drawn.button if b.key == "slide-next").click().run()
    assert "Step 1" in shown(drawn) and scenario.steps[0].say[:40] not in shown(drawn)
    drawn.toggle[0].set_value(True).run()
    assert scenario.steps[0].say[:40] in shown(drawn).replace("&#x27;", "'")
    next(b for b in drawn.button if b.key == "slide-back").click().run()
    assert not drawn.exception and "3 of" in shown(drawn)


def test_groups_are_scored_and_kept(data: Path) -> None:
    sheet = Shelf(data).new("scores", "Course", DAY, {"group1.name": "North"})
    drawn = page("practise", scenario="sc-hot-spots", mode="Group scores", sheet=sheet.id)
    drawn.multiselect[0].set_value(["decision", "step 1"]).run()
    assert not drawn.exception
    assert Shelf(data).open(sheet.id).values["group1.sc-hot-spots"] == ["decision", "step 1"]
    assert "North" in str([d.value for d in drawn.dataframe]) and "3" in str([d.value for d in drawn.dataframe])


def test_the_staged_hallucination_is_refused_check_by_check(data: Path) -> None:
    drawn = page("practise", scenario="sc-hot-spots", mode="Staged hallucination")
    assert not drawn.exception and "Check 1" not in shown(drawn)
    for n in (1, 2, 3):
        next(b for b in drawn.button if b.label == "Next check").click().run()
        assert f"Check {n}" in shown(drawn)
    next(b for b in drawn.button if b.label == "Next check").click().run()
    assert "never shown" in shown(drawn)
    drawn.text_area[0].set_value("").run()
    assert "no claim" in drawn.error[0].value


# -- primers, roadmap, sources ---------------------------------------------------------------------------------------


def test_a_primer_is_current_as_of_a_day(data: Path) -> None:
    drawn = page("primers", **{"for": "frontline"})
    assert "2026-07-27" in shown(drawn)
    drawn.date_input[0].set_value(date(2026, 7, 1)).run()
    assert not drawn.exception and "2024-07-12" in shown(drawn)


def test_the_roadmap_keeps_track(data: Path) -> None:
    sheet = Shelf(data).new("roadmap", "x", DAY)
    drawn = page("roadmap", sheet=sheet.id)
    drawn.radio[0].set_value("under way").run()
    assert not drawn.exception and "under way" in Shelf(data).open(sheet.id).values.values()


def test_a_provision_has_an_address_and_shows_what_changed(data: Path) -> None:
    drawn = page("sources", p="Art. 5(1)(h)", v="2026-07-27")
    text = shown(drawn)
    assert not drawn.exception and "<mark>" in text and "Recital 33" in text and "Rules from" in str(drawn.expander)
    next(t for t in drawn.toggle if t.key == "sources-compare").set_value(True).run()
    assert "<ins>" in shown(drawn)


@pytest.mark.parametrize("raw", ["Art. 999", "<script>", "'; DROP", "LED Art. 11(9)", "Annex III, point 99"])
def test_an_address_that_names_nothing_is_explained(raw: str, data: Path) -> None:
    drawn = page("sources", p=raw)
    assert not drawn.exception and "no provision" in drawn.warning[0].value
    assert "<script>" not in shown(drawn)


def test_searching_and_the_taxonomy(data: Path) -> None:
    drawn = page("sources", view="Search", q="retrospective face search")
    assert not drawn.exception and "Art. 26(10)" in shown(drawn)
    drawn = page("sources", view="Uses of AI")
    assert not drawn.exception and "60 things" in shown(drawn)


# -- from an answer to action ------------------------------------------------------------------------------------------


def test_an_answer_leads_on_with_the_citation_filled_in(data: Path) -> None:
    drawn = page("ask")
    drawn.chat_input[0].set_value("What must the fundamental rights impact assessment contain?").run()
    text = shown(drawn)
    assert not drawn.exception
    assert "worksheets?form=fria" in text and "cite=Art.+27" in text
    drawn.chat_input[0].set_value("Is a hot-spot map of burglaries banned?").run()
    text = shown(drawn)
    assert "assess?task=places" in text and "practise?scenario=sc-hot-spots" in text
