"""The aids as data: what the scenarios cover, that they agree with the assessment, and that faults are named."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from conftest import needs_reference, runs_of_the_law

from assistant.aids.assess import load_scheme
from assistant.aids.briefs import roadmap
from assistant.aids.data import Aids, Role, load_aids
from assistant.corpus import Corpus, corpus_digest
from assistant.errors import CorpusFault
from assistant.register import Falls
from assistant.settings import ROOT

FOLDER = ROOT / "corpus"


@pytest.fixture(scope="module")
def aids(corpus: Corpus) -> Aids:
    return load_aids(FOLDER, corpus)


# -- scenarios -----------------------------------------------------------------------------------------------------

COVERED = {  # what the scenarios must cover, with one that does
    "prohibited use": "sc-scraped-faces", "high-risk use": "sc-lie-detector", "limited-risk use": "sc-front-desk-bot",
    "unregulated use": "sc-plates", "live face search": "sc-live-market", "retrospective face search": "sc-custody-photos",
    "individual prediction": "sc-risk-list", "area prediction": "sc-hot-spots", "emotion detection": "sc-interview-emotions",
    "lie detection": "sc-lie-detector", "evidence reliability": "sc-evidence-score", "scraping": "sc-scraped-faces",
    "biometric categorisation": "sc-sorting-faces", "border": "sc-border-avatar", "asylum": "sc-asylum-triage",
    "prosecutors": "sc-prosecutor", "courts": "sc-judge", "victims": "sc-victim-risk", "recruitment": "sc-recruits",
    "generative report writing": "sc-report-writer", "a database kept from the public": "sc-secret-database",
    "intelligence a chatbot invented": "sc-invented-match", "slanted prompts": "sc-slanted-prompts",
}  # fmt: skip


def test_there_are_at_least_24_scenarios_and_they_cover_what_trainers_need(aids: Aids) -> None:
    assert len(aids.scenarios) >= 24
    assert set(COVERED.values()) <= set(aids.scenarios)
    kinds = Counter(s.falls for s in aids.scenarios.values())
    assert {Falls.PROHIBITED, Falls.PROHIBITED_UNLESS, Falls.HIGH_RISK, Falls.TRANSPARENCY, Falls.UNLISTED} <= set(
        kinds
    )


def test_the_three_reported_cases_are_retold_with_invented_places(aids: Aids) -> None:
    for name in ("sc-secret-database", "sc-invented-match", "sc-slanted-prompts"):
        scenario = aids.scenarios[name]
        assert scenario.source and scenario.source.startswith("Liberty 2026")
        told = scenario.model_dump_json()
        told = told.replace(scenario.source, "")
        assert not re.search(r"Bristol|Avon|Somerset|Midlands|Maccabi|Birmingham|Derby|Copilot|Amsterdam", told)


def test_a_scenario_and_the_assessment_of_its_system_agree(aids: Aids, corpus: Corpus) -> None:
    scheme = load_scheme(FOLDER, corpus)
    assessed = 0
    for scenario in aids.scenarios.values():
        if scenario.answers:
            result = scheme.assess({q: frozenset(v) for q, v in scenario.answers.items()})
            assert result.falls == scenario.falls or scenario.falls is Falls.DEPENDS, (scenario.id, result.falls)
            assessed += 1
    assert assessed >= 24


def test_every_step_rests_on_rules_true_of_the_scenarios_day(aids: Aids, corpus: Corpus) -> None:
    for scenario in aids.scenarios.values():
        version = corpus.works["AI Act"].version_at(scenario.as_of).date
        assert all(corpus.rules[r].holds_in(version) for r in scenario.rules), scenario.id


# -- worksheets, primers, roadmap ----------------------------------------------------------------------------------


def test_the_impact_assessment_has_the_letters_of_article_27(aids: Aids) -> None:
    fria = aids.templates["fria"]
    assert {"a", "b", "c", "d", "e", "f"} <= {s.id for s in fria.sections}
    asked = {r for s in fria.sections for f in s.fields for r in (*f.rules, *s.rules)}
    assert {
        f"aia-27-1-{x}" for x in ("a-processes", "b-period", "c-persons", "d-risks", "e-oversight", "f-measures")
    } <= asked
    assert {"led-27-1-dpia", "aia-27-4-dpia"} <= asked


def test_every_form_says_that_it_is_our_own_and_links_the_official_one(aids: Aids) -> None:
    for template in aids.templates.values():
        assert "our own" in template.own.lower() and template.official


PRINCIPLES = {"lawfulness": 3, "minimization of harm": 4, "human autonomy": 4, "fairness": 4, "good governance": 2}


def test_the_five_principles_have_their_sub_principles_with_risks_and_questions(aids: Aids) -> None:
    assert Counter(p.principle for p in aids.principles.values()) == PRINCIPLES
    assert all(len(p.risks) == 3 and len(p.readiness) == 3 for p in aids.principles.values())
    ids = [x.id for p in aids.principles.values() for x in (*p.risks, *p.readiness)]
    assert len(ids) == len(set(ids))


def test_the_roadmap_has_the_days_of_the_law(aids: Aids, corpus: Corpus) -> None:
    days = {d.milestone.id: d.day for d in roadmap(corpus, aids)}
    assert len(days) >= 20
    assert {date(2025, 2, 2), date(2026, 12, 2), date(2027, 12, 2), date(2030, 8, 2), date(2030, 12, 31)} <= set(
        days.values()
    )
    assert [d.day for d in roadmap(corpus, aids)] == sorted(days.values())
    assert all(set(d.milestone.roles) & {Role.PROCURER} for d in roadmap(corpus, aids, [Role.PROCURER]))


def test_a_primer_never_gives_a_ban_or_a_permission_without_what_limits_it(aids: Aids, corpus: Corpus) -> None:
    for primer in aids.primers.values():
        said = {r for s in primer.sections for r in s.rules}
        for name in said:
            rule = corpus.rules[name]
            if rule.effect in {"prohibition", "permission"}:
                limits = [
                    i
                    for i in rule.see
                    if corpus.rules[i].effect in {"exception", "condition"} and name in corpus.rules[i].limits
                ]
                assert not limits or said & set(limits), f"{primer.id}: {name} needs one of {limits}"


@needs_reference
def test_no_run_of_twelve_words_of_the_law_is_in_the_aids() -> None:
    paths = [*FOLDER.glob("scenarios/*.yaml"), *FOLDER.glob("aids/**/*.yaml")]
    assert runs_of_the_law({path.name: path.read_text("utf-8") for path in paths}) == []


def test_changing_an_aid_does_not_make_an_index_stale(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "corpus"
    shutil.copytree(FOLDER, copy)
    before = corpus_digest(copy)
    (copy / "scenarios" / "hot-spots.yaml").write_text("[]")
    assert corpus_digest(copy) == before == corpus_digest(FOLDER)


# -- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, message",
    [
        ("aia-5-1-d-location-only|aia-5-1-d-nowhere", "names aia-5-1-d-nowhere, which is no rule"),
        ("falls: unlisted|falls: perhaps", "falls"),
        ("functions: [fn-places]|functions: [fn-nothing]", "no function of the taxonomy"),
        ("as_of: 2026-11-26|as_of: 2026-02-30", "day is out of range"),
        ("  right: true\n|\n", "exactly one"),
        ("provisions: [|provisions: [Article Five, ", "not a pinpoint"),
        ("- id: sc-hot-spots|- id: sc-hot-spots\n  surprise: 1", "surprise"),
        ("- id: sc-hot-spots|- id: sc-hot-spots\n  title: [", "not YAML"),
    ],
)
def test_a_broken_scenario_is_named_with_file_and_remedy(
    change: str, message: str, tmp_path: Path, corpus: Corpus
) -> None:
    text = (FOLDER / "scenarios" / "hot-spots.yaml").read_text()
    old, new = change.split("|")
    assert old in text, "the fault is planted"
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "hot-spots.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(CorpusFault, match=re.escape(message)) as fault:
        load_aids(tmp_path, corpus)
    assert "hot-spots.yaml" in fault.value.message and fault.value.remedy


def test_a_rule_of_another_text_is_refused_in_a_scenario(tmp_path: Path, corpus: Corpus) -> None:
    text = (FOLDER / "scenarios" / "hot-spots.yaml").read_text().replace("as_of: 2026-11-26", "as_of: 2026-07-01")
    first = re.search(r"aia-\S+?(?=[,\]])", text)
    assert first
    late = next(r.id for r in corpus.rules.values() if r.version == "2026-07-27")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "x.yaml").write_text(text.replace(first[0], late, 1))
    with pytest.raises(CorpusFault, match="not true of the text of 2024-07-12"):
        load_aids(tmp_path, corpus)
