"""The register held against the law: what each check sees, that the real register passes, that planted errors are caught."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from conftest import needs_originals
from hypothesis import given
from hypothesis import strategies as st

from assistant import agree
from assistant.actors import strange_actors, subjects
from assistant.corpus import Corpus, load_corpus
from assistant.errors import CorpusFault, Misuse
from assistant.law import parse_pinpoint
from assistant.register import Effect, Review, Rule
from assistant.settings import ROOT, Settings
from assistant.texts import Texts
from evals import audit, coverage, plants
from evals.register import Checker, slug


@pytest.fixture(scope="module")
def checker(corpus: Corpus, texts: Texts) -> Checker:
    return Checker(corpus, texts)


QUANTITIES = [
    ("within 48 hours", {(48.0, "hour")}, "a time limit"),
    ("at least two natural persons", {(2.0, "person")}, "the unit may stand behind an adjective"),
    ("EUR 35 million or 7 %", {(35e6, "eur"), (7.0, "%")}, "millions; the next number keeps its own unit"),
    ("EUR 7 500 000", {(7.5e6, "eur")}, "thousands apart"),
    ("Articles 8 to 15 and Annex III, points 6 and 7", set(), "numbers of provisions count nothing"),
    ("from 2 December 2027", set(), "a day is no quantity"),
    ("one officer", set(), "'one' is mostly a pronoun"),
    ("three aims", {(3.0, "")}, "a bare number"),
]


@pytest.mark.parametrize(("text", "held", "why"), QUANTITIES, ids=[w for *_, w in QUANTITIES])
def test_quantities(text: str, held: set[tuple[float, str]], why: str) -> None:
    assert agree.quantities(text) == held


@pytest.mark.parametrize(
    ("said", "law", "foreign"),
    [
        ("within 48 hours", "within 48 hours", False),
        ("within 24 hours", "24 days, 48 hours", True),
        ("three aims", "(i) the first; 3 things", False),
    ],
)
def test_a_quantity_needs_its_unit_in_the_law(said: str, law: str, foreign: bool) -> None:
    assert bool(agree.foreign_quantities(said, law)) is foreign


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    written = f"{day.day} {agree.MONTHS[day.month - 1]} {day.year}"
    assert agree.dates(f"from {written} on") == {day}
    assert agree.foreign_dates(written, "no date") == {written} and not agree.foreign_dates(written, "", [day])


def test_a_day_that_does_not_exist_agrees_with_nothing() -> None:
    assert agree.foreign_dates("31 February 2026", "31 February 2026") == {"31 February 2026"}


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_checks(said: str, law: str) -> None:
    agree.foreign_quantities(said, law)
    agree.modal_phrases(said)
    strange_actors(said, ["deployer"], law)


SUBJECTS = [
    ("Deployers must keep logs.", {"deployer"}, "a plain subject"),
    ("For the search of a suspected person, a deployer must ask.", {"deployer"}, "who stands behind a preposition is not bound"),
    ("It must be told to the provider.", set(), "an object is not bound"),
    ("Member States shall provide for the controller to log", {"deployer"}, "a directive binds through the Member State"),
    ("If the court refuses, the force must stop.", {"law_enforcement"}, "the nearest one is bound"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bound", "why"), SUBJECTS, ids=[w for *_, w in SUBJECTS])
def test_subjects(text: str, bound: set[str], why: str) -> None:
    assert subjects(text) == bound


EFFECTS = [
    (Effect.PROHIBITION, "Police must not use it.", True),
    (Effect.PROHIBITION, "Police need not use it.", False),
    (Effect.DUTY, "The force must ask.", True),
    (Effect.DUTY, "The force may ask.", False),
    (Effect.DUTY, "The force must not ask.", False),
    (Effect.PERMISSION, "The force must ask.", False),
    (Effect.EXCEPTION, "This covers it.", False),
]


@pytest.mark.parametrize(("effect", "sentence", "fits"), EFFECTS)
def test_effect_and_sentence_fit(effect: Effect, sentence: str, fits: bool) -> None:
    assert (agree.unfit(effect, sentence) is None) is fits


@pytest.mark.parametrize(
    ("pinpoint", "wanted"),
    [
        ("Art. 4a(2)", "aia-4a-2"),
        ("Annex II, indent 16", "aia-annex2-16"),
        ("Omnibus Recital 12", "omn-recital-12"),
        ("Draft HR guidelines ¶341", "hrg-341"),
        ("Charter Art. 7", "charter-7"),
        ("Toolkit: Principles", ""),
    ],
)
def test_an_id_begins_with_its_provision(pinpoint: str, wanted: str) -> None:
    assert slug(parse_pinpoint(pinpoint)) == wanted


def test_the_seal_breaks_with_every_field_that_is_read(corpus: Corpus) -> None:
    rule = next(r for r in corpus.rules.values() if r.see)
    for change in (
        {"statement": "Other."},
        {"provisions": ("Art. 4",)},
        {"see": ()},
        {"effect": Effect.DATE},
        {"version": "x"},
    ):
        assert rule.model_copy(update=change).seal != rule.seal
    asked = Rule.model_validate({**rule.model_dump(), "questions": [*rule.questions, "One more way to ask?"]})
    assert asked.seal == rule.seal  # questions lead to a rule; they are not held against the law


def test_a_settled_check_counts_only_for_the_sentence_that_was_read(checker: Checker, corpus: Corpus) -> None:
    rule = next(r for r in corpus.rules.values() if r.reviewed)
    wrong = rule.model_copy(update={"statement": rule.statement.rstrip(".") + " within 999 hours."})
    settled = wrong.model_copy(update={"reviewed": Review(day=date(2026, 11, 25), texts=("2026-07-27",), seal=rule.seal, despite=("number",))})  # fmt: skip
    kinds = {f.kind for f in checker.faults(settled)}
    assert "review" in kinds and (not checker.texts.by_version or "number" in kinds)


@needs_originals
def test_every_rule_agrees_with_the_law(checker: Checker, corpus: Corpus) -> None:
    assert [str(f) for rule in corpus.rules.values() for f in checker.faults(rule)] == []


@needs_originals
def test_planted_errors_are_caught(checker: Checker, corpus: Corpus) -> None:
    made = plants.plants(corpus)
    seen = [plants.caught(p, checker) for p in made]
    rates = {
        k: sum(c for p, c in zip(made, seen, strict=True) if p.kind == k) / n
        for k, n in Counter(p.kind for p in made).items()
    }
    assert len(made) >= 300 and set(rates) == set(plants.MAKERS)
    assert {k: rates[k] for k in audit.BOUND} == audit.BOUND
    assert sum(seen) / len(seen) >= audit.OVERALL
    assert all(p.planted.seal != p.sound.seal for p in made)


def test_the_scope_is_covered(corpus: Corpus) -> None:
    assert [f"{r.edition} {r.pinpoint}" for r in coverage.rows(corpus) if r.gap] == []
    assert coverage.needless(corpus) == []


def test_a_gap_is_seen_and_fails(corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = _copied(tmp_path)
    (copy / "scope.yaml").write_text('- {work: AI Act, articles: ["113"]}\n- {work: LED, articles: ["65"]}\n')
    assert audit.check_coverage(Settings(corpus=copy), verbose=False) == 1
    assert "gap: LED@2016-05-04 LED Art. 65" in capsys.readouterr().out


FAULTS = [
    ("limits: [no-such-rule]", "no-such-rule", "a limit that limits no rule"),
    ("reviewed: {day: yesterday, texts: [\"2026-07-27\"], seal: \"00000000\"}", "reviewed.day", "a day that is none"),
    ("reviewed: {day: 2026-11-25, texts: [\"2026-07-27\"], seal: \"xyz\"}", "reviewed.seal", "a seal that is none"),
    ("effect: sometimes", "effect", "an effect that is none"),
    ("actor: [robot]", "actor", "an actor that is none"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "named", "why"), FAULTS, ids=[w for *_, w in FAULTS])
def test_a_fault_in_the_register_names_file_line_and_remedy(line: str, named: str, why: str, tmp_path: Path) -> None:
    copy = _copied(tmp_path)
    path = copy / "register" / "dates.yaml"
    key = line.split(":")[0]
    lines = [x for x in path.read_text("utf-8").splitlines(keepends=True)]
    first = next(i for i, x in enumerate(lines) if x.startswith("- id: "))
    end = next((i for i, x in enumerate(lines) if i > first and x.startswith("- id: ")), len(lines))
    entry = [x for x in lines[first:end] if not x.startswith(f"  {key}:")]
    path.write_text("".join([*lines[:first], entry[0], f"  {line}\n", *entry[1:], *lines[end:]]), "utf-8")
    with pytest.raises(CorpusFault) as caught:
        load_corpus(copy)
    assert named in caught.value.message and "dates.yaml:" in caught.value.message and caught.value.remedy


def test_signing_writes_seal_and_texts_and_leaves_the_rest_alone(tmp_path: Path, corpus: Corpus) -> None:
    copy = _copied(tmp_path)
    rule = next(r for r in corpus.rules.values() if not r.version and all(p.work == "AI Act" for p in r.pinpoints))
    audit.sign(Settings(corpus=copy), [rule.id], date(2026, 11, 30), ["negation"])
    read = load_corpus(copy).rules[rule.id]
    assert read.reviewed == Review(
        day=date(2026, 11, 30), texts=("2024-07-12", "2026-07-27"), seal=rule.seal, despite=("negation",)
    )
    assert read.model_copy(update={"reviewed": rule.reviewed}) == rule
    with pytest.raises(Misuse, match="no such rule"):
        audit.sign(Settings(corpus=copy), ["aia-0-nothing"], date(2026, 11, 30), [])
    with pytest.raises(Misuse, match="no such check"):
        audit.sign(Settings(corpus=copy), [rule.id], date(2026, 11, 30), ["mood"])


def _copied(folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(ROOT / "corpus", folder / "corpus"))


def test_functions_of_police_ai_point_at_rules_of_their_provisions(corpus: Corpus) -> None:
    assert len(corpus.functions) >= 30
    for function in corpus.functions.values():
        cited = {p for i in function.rules for p in corpus.rules[i].pinpoints}
        for text in function.provisions:
            unit = parse_pinpoint(text)
            assert any(p.within(unit) or unit.within(p) for p in cited), f"{function.id}: no rule rests on {text}"
        assert function.falls not in {"depends", "prohibited_unless"} or function.depends_on, function.id
