"""Who may import whom, what loads late, and documents that must stay true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml
from conftest import needs_reference, runs_of_the_law

from assistant.aids.assess import load_scheme
from assistant.aids.data import load_aids
from assistant.corpus import Corpus
from assistant.settings import ROOT, Settings

PACKAGES = ("assistant", "ingest", "evals")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_the_vocabulary_imports_nothing_of_ours() -> None:
    assert not {m for m in imports(ROOT / "assistant" / "law.py") if m.split(".")[0] in {*PACKAGES, "app"}}


@pytest.mark.parametrize("path", modules("assistant"), ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_imports_app_ingest_or_evals_from_below(path: Path) -> None:
    assert not {m for m in imports(path) if m.split(".")[0] in {"app", "ingest", "evals"}}


def test_ingest_does_not_import_evals_or_the_page() -> None:
    for path in modules("ingest"):
        assert not {
            m for m in imports(path) if m.split(".")[0] in {"evals", "app", "streamlit"} or m.startswith("assistant.ui")
        }


def test_heavy_libraries_are_imported_in_one_module() -> None:
    heavy = {"chromadb", "sentence_transformers", "torch", "transformers"}
    importers = {
        str(p.relative_to(ROOT))
        for p in modules("assistant") + modules("ingest")
        if {m.split(".")[0] for m in imports(p)} & heavy
    }
    assert importers == {"assistant/vectors.py"}


def test_streamlit_is_imported_by_pages_only() -> None:
    importers = {p.parent.name for p in modules("assistant") if "streamlit" in imports(p)}
    assert importers <= {"ui"}


def test_modules_stay_short_or_say_why() -> None:
    adr = (ROOT / "docs" / "adr" / "0003-long-modules.md").read_text("utf-8")
    for package in PACKAGES:
        for path in modules(package):
            lines = path.read_text("utf-8").count("\n")
            assert lines <= 250 or str(path.relative_to(ROOT)) in adr, f"{path} has {lines} lines"


README = ROOT / "README.md"


def test_the_readme_lists_every_setting() -> None:
    text = README.read_text("utf-8")
    listed = set(re.findall(r"`(PINPOINT_[A-Z_]+)`", text))
    assert listed == {f"PINPOINT_{name.upper()}" for name in Settings.model_fields}


def test_the_readme_names_commands_that_exist() -> None:
    text = README.read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
    for module, command in re.findall(r"python -m (assistant|ingest|evals) ([a-z-]+)", text):
        assert any(f'"{command}"' in path.read_text("utf-8") for path in modules(module)), f"{module} {command}"


def test_the_counts_in_the_readme_are_true(corpus: Corpus) -> None:
    text = README.read_text("utf-8")
    counts = {
        "rules": len(corpus.rules), "questions": sum(len(r.questions) for r in corpus.rules.values()),
        "lexicon entries": len(corpus.terms), "kinds of question it refuses": len(corpus.refusals),
    }  # fmt: skip
    for name, count in counts.items():
        assert f"{count:,} {name}" in text, f"{count:,} {name}"


def test_the_counts_of_the_aids_in_the_readme_are_true(corpus: Corpus) -> None:
    aids, scheme = load_aids(ROOT / "corpus", corpus), load_scheme(ROOT / "corpus", corpus)
    profiles = [
        p for f in (ROOT / "tests" / "lines").glob("profiles-*.yaml") for p in yaml.safe_load(f.read_text("utf-8"))
    ]
    text = " ".join(README.read_text("utf-8").split())
    for said in (
        f"{len(aids.scenarios)} training scenarios", f"{len(scheme.questions)} questions", f"{len(scheme.findings)} findings",
        f"{len(profiles)} tested profiles", f"{len(aids.milestones)} milestones",
        f"{sum(len(p.risks) for p in aids.principles.values())} risks",
        f"{sum(len(p.readiness) for p in aids.principles.values())} readiness questions",
    ):  # fmt: skip
        assert said in text, said


def test_every_edition_of_a_law_has_a_calendar(corpus: Corpus) -> None:
    for name in ("AI Act@2024-07-12", "AI Act@2026-07-27", "LED@2016-05-04", "GDPR@2016-05-04"):
        assert name in corpus.calendars


@needs_reference
def test_no_run_of_twelve_words_of_the_law_is_in_the_register(corpus: Corpus) -> None:
    assert runs_of_the_law({rule.id: rule.statement for rule in corpus.rules.values()}) == []
