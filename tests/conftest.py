"""Shared fixtures: the real texts where they are at hand, one real index for the session."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from assistant.ask import Assistant
from assistant.build import build_index
from assistant.corpus import Corpus, load_corpus
from assistant.settings import ROOT, Settings, settings
from assistant.texts import Texts
from ingest.works import read_works

hypothesis_settings.register_profile("pinpoint", deadline=None)  # shared machines are noisy
hypothesis_settings.load_profile("pinpoint")

for _name in [n for n in os.environ if n.startswith("PINPOINT_") and n != "PINPOINT_ORIGINALS"]:
    del os.environ[_name]  # the tests choose their own settings

SHARED = ROOT.parent / "shared"
DAY = date(2026, 11, 22)  # the day that questions of the tests are about


def _originals() -> Path | None:
    named = os.environ.get("PINPOINT_ORIGINALS")
    folder = Path(named) if named else SHARED / "originals"
    return folder if folder.is_dir() else None


ORIGINALS = _originals()
REFERENCE = SHARED / "reference"
needs_originals = pytest.mark.skipif(
    ORIGINALS is None, reason="the official texts are not at hand (PINPOINT_ORIGINALS)"
)
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference parse is not at hand")


@pytest.fixture(autouse=True)
def _settings_read_anew() -> Iterator[None]:
    """A test that changes the environment reads its own settings, and leaves none behind."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def runs_of_the_law(texts: Mapping[str, str], length: int = 12) -> list[tuple[str, str]]:
    """Runs of so many words that stand in the official texts too, by the name of the text they are in."""
    known = set()
    for path in REFERENCE.glob("*.json"):
        for unit in json.loads(path.read_text("utf-8")):
            words = re.findall(r"[a-z0-9]+", unit["text"].lower())
            known |= {hash(tuple(words[i : i + length])) for i in range(len(words) - length + 1)}
    found = []
    for name, text in texts.items():
        words = re.findall(r"[a-z0-9]+", text.lower())
        runs = (tuple(words[i : i + length]) for i in range(len(words) - length + 1))
        found += [(name, " ".join(run)) for run in runs if hash(run) in known]
    return found


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(ROOT / "corpus")


@pytest.fixture(scope="session")
def texts(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    chosen = Settings(data=tmp_path_factory.mktemp("texts"), originals=ORIGINALS, publications_url="http://127.0.0.1:9")
    return read_works(corpus, chosen)[0]


@pytest.fixture(scope="session")
def built(corpus: Corpus, texts: Texts, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose data folder holds an index of the whole corpus and of every text at hand."""
    chosen = Settings(data=tmp_path_factory.mktemp("data"), originals=ORIGINALS, publications_url="http://127.0.0.1:9")
    build_index(corpus, texts, (), chosen, lambda *_, **__: None)
    return chosen


@pytest.fixture(scope="session")
def assistant(built: Settings) -> Assistant:
    return Assistant.open(built)


@pytest.fixture(scope="session")
def address(built: Settings) -> Iterator[str]:
    """The app served on this machine, with the session's index."""
    port = "18599"
    environment = {**os.environ, "PINPOINT_DATA": str(built.data), "PINPOINT_CORPUS": str(built.corpus)}
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()
