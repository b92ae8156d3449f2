"""The assessment of a system: tested profiles, what no further fact may do, and that every path can be walked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.aids.assess import MOST, Assessment, Finding, Status, load_scheme
from assistant.aids.describe import Describer, areas_of
from assistant.aids.worksheets import FALLS, NOT_A_VERDICT, headline
from assistant.ask import Assistant
from assistant.corpus import Corpus, load_corpus
from assistant.errors import CorpusFault, Misuse
from assistant.law import AI_ACT
from assistant.settings import ROOT

PROFILES: list[dict[str, Any]] = [
    row
    for path in sorted((ROOT / "tests" / "lines").glob("profiles-*.yaml"))
    for row in yaml.safe_load(path.read_text())
]
SCHEME = load_scheme(ROOT / "corpus", load_corpus(ROOT / "corpus"))


def answers(raw: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {q: frozenset([v] if isinstance(v, str) else v) for q, v in raw.items()}


def cited(result: Assessment) -> set[str]:
    rules = SCHEME.corpus.rules
    return {
        p
        for line in result.lines
        if line.status is not Status.UNDECIDED
        for r in line.rules
        for p in rules[r].provisions
    }


# -- the profiles --------------------------------------------------------------------------------------------------


def test_there_are_at_least_sixty_profiles_and_fifteen_questions_at_most() -> None:
    assert len(PROFILES) >= 60
    assert len({p["id"] for p in PROFILES}) == len(PROFILES)
    assert len(SCHEME.questions) <= MOST == 15


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p["id"])
def test_a_profile_comes_out_as_the_law_has_it(profile: dict[str, Any]) -> None:
    result = SCHEME.assess(answers(profile["answers"]))
    by = {line.finding.id: line for line in result.lines}
    falls = result.falls.value if result.falls else None
    assert falls == profile["falls"], profile["why"]
    assert [i for i in profile.get("holds", []) if i not in by or not by[i].stands] == [], profile["why"]
    assert [i for i in profile.get("not", []) if i in by and by[i].stands] == [], profile["why"]
    out = {Status.LIFTED, Status.SET_ASIDE}
    assert [i for i in profile.get("lifted", []) if i not in by or by[i].status not in out] == [], profile["why"]
    assert set(profile.get("cites", [])) - cited(result) == set(), profile["why"]
    for finding, day in profile.get("days", {}).items():
        assert by[finding].since == (day if isinstance(day, date) else date.fromisoformat(day)), profile["why"]
    assert set(profile.get("missing", [])) <= set(result.missing), profile["why"]


def test_the_profiles_cover_every_prohibition_and_every_point() -> None:
    held = {i for p in PROFILES for i in (*p.get("holds", []), *p.get("lifted", []))}
    wanted = {f.id for f in SCHEME.findings if f.kind in {"outside", "prohibited", "high_risk", "transparency"}}
    assert wanted - held == set()


# -- what holds for any answers --------------------------------------------------------------------------------------


@st.composite
def some_answers(draw: st.DrawFn) -> dict[str, frozenset[str]]:
    chosen: dict[str, frozenset[str]] = {}
    for question in SCHEME.questions.values():
        ids = [o.id for o in question.options]
        most = 3 if question.several else 1
        picked = draw(st.sets(st.sampled_from(ids), max_size=most))
        if picked:
            chosen[question.id] = frozenset(picked)
    return chosen


@given(some_answers(), st.data())
@hypothesis_settings(max_examples=400)
def test_a_further_fact_never_drops_a_prohibition_in_silence(
    known: dict[str, frozenset[str]], data: st.DataObject
) -> None:
    question = data.draw(st.sampled_from(list(SCHEME.questions.values())))
    held = known.get(question.id, frozenset())
    left = [o.id for o in question.options if o.id not in held]
    if not left or (held and not question.several):
        return
    more = {**known, question.id: held | {data.draw(st.sampled_from(left))}}
    before, after = SCHEME.assess(known), SCHEME.assess(more)
    shown = {line.finding.id: line for line in after.lines}
    for line in before.of("prohibited"):
        now = shown.get(line.finding.id)
        assert now is not None, f"{line.finding.id} is gone after {question.id}"
        if line.stands and not now.stands:
            said = now.exceptions or [
                x for x in after.lines if x.finding.kind == "outside" and x.status is Status.HOLDS
            ]
            assert said, "what takes it out is shown"
    for line in before.undecided:
        if line.finding.kind == "prohibited" and line.finding.id not in shown:
            assert question.id in line.missing, "only an answer to a question it waited for can settle it"


@given(some_answers())
@hypothesis_settings(max_examples=300)
def test_every_line_is_cited_and_no_verdict_is_given(known: dict[str, frozenset[str]]) -> None:
    result = SCHEME.assess(known)
    version = SCHEME.corpus.works[AI_ACT].versions[-1].date
    for line in result.lines:
        assert line.rules and all(SCHEME.corpus.rules[r].holds_in(version) for r in line.rules)
        assert not re.search(
            r"complian|\bcomplies|\b(is|are) (lawful|legal|allowed|permitted)\b", headline(line), re.IGNORECASE
        )
    assert result == SCHEME.assess(dict(reversed(known.items()))), "the order of the answers changes nothing"
    assert set(result.missing) <= set(SCHEME.questions)


@given(some_answers())
@hypothesis_settings(max_examples=200)
def test_what_is_asked_matters_and_what_is_missing_is_asked(known: dict[str, frozenset[str]]) -> None:
    asked = {q.id for q in SCHEME.relevant(known)}
    assert {"who", "task", "setting"} <= asked
    assert all(q in asked for q in SCHEME.assess(known).missing if "task" in known)


def test_an_unanswered_assessment_says_that_nothing_is_known() -> None:
    result = SCHEME.assess({})
    assert result.falls is None and not result.of("prohibited") and "task" in result.missing
    assert not re.search(r"\b(compliant|lawful)\b", " ".join([NOT_A_VERDICT, *FALLS.values()]), re.IGNORECASE)


# -- every path ------------------------------------------------------------------------------------------------------


def joined(*several: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {q: frozenset().union(*(a.get(q, frozenset()) for a in several)) for a in several for q in a}


def walk(alternative: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Answers that make one alternative of a condition true."""
    found: dict[str, frozenset[str]] = {}
    for name, wanted in alternative.items():
        if name in {"found", "banned", "excepted"}:
            target = next(f for f in SCHEME.findings if wanted[0] in {f.id, f.kind})
            found = joined(found, walk(target.when[0]))
            if name == "excepted":
                found = {**found, **walk(target.unless[0].when[0])}
            elif name == "banned":  # an answer to what its exceptions ask, and none of theirs
                for question in {q for e in target.unless for a in e.when for q in a} - set(found):
                    eased = {o for e in target.unless for a in e.when for o in a.get(question, ())}
                    found[question] = frozenset(
                        {[o.id for o in SCHEME.questions[question].options if o.id not in eased][-1]}
                    )
                eased_by = {o for e in target.unless for a in e.when for o in a.get("who", ())}
                if found.get("who", frozenset()) & eased_by or (
                    "who" in {q for e in target.unless for a in e.when for q in a}
                ):
                    found["who"] = frozenset({"court"}) if target.id == "ban-live-search" else frozenset({"private"})
            continue
        question = SCHEME.questions[name]
        options = {question.options[0].id} if wanted == "any" else {wanted[0]}
        found[name] = found.get(name, frozenset()) | options
        if question.ask_if and "task" not in alternative and "task" not in found:
            found["task"] = frozenset({question.ask_if[0]["task"][0]})
    return found


@pytest.mark.parametrize("finding", SCHEME.findings, ids=lambda f: f.id)
def test_every_finding_and_every_exception_can_be_reached(finding: Finding) -> None:
    for alternative in finding.when:
        lines = SCHEME.assess(walk(alternative)).lines
        assert finding.id in {x.finding.id for x in lines if x.status is not Status.UNDECIDED}, alternative
    base = walk(finding.when[0])
    for exception in finding.unless:
        for alternative in exception.when or ({},):
            more = walk(alternative) if alternative else {}
            stands = bool({"found", "banned", "excepted"} & set(alternative))
            instead = {**base, **{q: v for q, v in more.items() if stands or q in alternative or q not in base}}
            lines = [x for known in (instead, joined(base, more)) for x in SCHEME.assess(known).lines]
            assert any(exception in x.exceptions for x in lines if x.finding.id == finding.id), exception.id


def test_every_answer_leads_somewhere_or_is_plainly_neutral() -> None:
    used = {
        (n, o)
        for f in SCHEME.findings
        for c in (f.when, f.in_place, *(x for e in f.unless for x in (e.when, e.but)))
        for a in c
        for n, w in a.items()
        if w != "any"
        for o in w
    }
    used |= {(n, o) for q in SCHEME.questions.values() for a in q.ask_if for n, w in a.items() if w != "any" for o in w}
    neutral = {
        ("setting", "none"), ("place", "closed"), ("place", "online"), ("safeguards", "nothing"), ("data", "none"),
        ("effect", "weighs"), ("since", "new"), ("who", "private"), ("basis", "solely"),  # what is left where no exception is
    }  # fmt: skip
    unused = {(q.id, o.id) for q in SCHEME.questions.values() for o in q.options} - used
    assert unused <= neutral, unused - neutral


# -- suggestions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "described, task",
    [
        ("It listens to people who ring us and tells the dispatcher which call is the most urgent.", "calls"),
        ("A map shows in which streets burglaries are likely next week, without any data on persons.", "places"),
        ("The tool measures heartbeat and voice in interviews and says whether the suspect lies.", "lies"),
        ("It ranks the people who apply for the police academy by their letters.", "recruit"),
        ("The camera van compares the faces of passers-by with the watch list.", "search-people"),
    ],
)
def test_a_description_suggests_a_task(described: str, task: str, assistant: Assistant) -> None:
    reading = Describer(assistant, SCHEME).read(described)
    assert task in [s.option for s in reading.suggestions if s.question == "task"]
    assert all(s.because for s in reading.suggestions)


@pytest.mark.parametrize(
    "described, message",
    [
        ("", "no description"),
        ("x" * 9000, "at most"),
        ("The suspect Jan Dvořák, born 3 May 1980, plate 4AB 1234", "real case"),
    ],
)
def test_a_description_that_cannot_be_read_is_refused(described: str, message: str, assistant: Assistant) -> None:
    with pytest.raises(Misuse, match=message):
        Describer(assistant, SCHEME).read(described)


def test_the_areas_follow_from_the_findings() -> None:
    areas = areas_of(SCHEME)
    assert areas["lies"] == {"6", "7"} and areas["recruit"] == {"4"} and "places" not in areas


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given_, message",
    [
        ({"colour": {"blue"}}, "no question 'colour'"),
        ({"task": {"fly"}}, "no answer 'fly'"),
        ({"basis": {"solely", "mixed"}}, "takes one answer"),
    ],
)
def test_wrong_answers_are_explained(given_: dict[str, set[str]], message: str) -> None:
    with pytest.raises(Misuse, match=message):
        SCHEME.assess({q: frozenset(v) for q, v in given_.items()})


@pytest.mark.parametrize(
    "change, message",
    [
        ("aia-5-1-e-scraping|aia-5-1-e-nothing", "no rule"),
        ("task: [scrape]|task: [fly]", "no such fact"),
        ("excepted: [ban-live-search]|excepted: [ban-nothing]", "no such fact"),
        ("not_in_place: [{human: [alone]}]|not_in_place: [{human: [robot]}]", "no such fact"),
    ],
)
def test_a_broken_finding_is_named_with_its_line(change: str, message: str, tmp_path: Path, corpus: Corpus) -> None:
    (tmp_path / "aids").mkdir()
    for name in ("questions", "findings"):
        (tmp_path / "aids" / f"{name}.yaml").write_text((ROOT / "corpus" / "aids" / f"{name}.yaml").read_text())
    old, new = change.split("|")
    path = tmp_path / "aids" / "findings.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CorpusFault, match=message) as fault:
        load_scheme(tmp_path, corpus)
    assert re.search(r"findings\.yaml:\d+", str(fault.value))


def test_the_command_gives_the_same_result(
    tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.__main__ import main

    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"who": ["police"], "task": ["scrape"]}))
    assert main(["assess", "--answers", str(path), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["falls"] == "prohibited" and any(
        "Art. 5(1)(e)" in r["provisions"] for line in row["lines"] for r in line["rules"]
    )
    path.write_text("[1, 2")
    assert main(["assess", "--answers", str(path)]) == 2
    assert "holds no answers" in capsys.readouterr().err
