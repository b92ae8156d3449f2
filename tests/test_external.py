"""The adapters of the public sets: each system finds what it should in a handful of passages, and damaged sets are named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import Misuse
from assistant.vectors import Encoder
from evals.external import NAMES, folder_of, read_lines, run_external
from evals.external.classification import described
from evals.external.peers import haystack_search, llama_index_search
from evals.external.retrieval import bm25_search, chroma_search, pinpoint_search, read_passages, read_questions

IDS = ["1|a", "1|b", "2|a", "2|b"]
TEXTS = [
    "A fund manager must keep client money in a separate account.",
    "Auditors report breaches to the regulator within two days.",
    "Prospectuses of listed issuers are published before the offer.",
    "Insurers hold capital against catastrophe risk.",
]
ASKED = "How fast does an auditor have to tell the regulator of a breach?"


def test_every_system_finds_the_passage(tmp_path: Path) -> None:
    encoder = Encoder(str(Encoder().folder))
    vectors = encoder.embed_many(TEXTS)
    for search in (
        pinpoint_search(IDS, TEXTS, vectors, encoder, tmp_path / "a"), bm25_search(IDS, TEXTS), chroma_search(IDS, vectors, encoder, tmp_path / "b"),
    ):  # fmt: skip
        found = search(ASKED, 3)
        assert found[0] == "1|b" and len(found) == len(set(found)) <= 3


@pytest.mark.parametrize(("module", "make"), [("llama_index", llama_index_search), ("haystack", haystack_search)])
def test_a_peer_gets_the_same_vectors(module: str, make: object) -> None:
    pytest.importorskip(module, reason="the extra `peers` is not installed")
    encoder = Encoder(str(Encoder().folder))
    vectors, asked = encoder.embed_many(TEXTS), encoder.embed_many([ASKED])[0]
    search = make(IDS, TEXTS, vectors, {ASKED: asked})  # type: ignore[operator]
    assert search(ASKED, 3)[0] == IDS[int(np.argmax(vectors @ asked))] == "1|b"


def test_passages_of_one_name_are_one_and_empty_ones_none(tmp_path: Path) -> None:
    folder = tmp_path / "retrieval" / "obliqa" / "StructuredRegulatoryDocuments"
    folder.mkdir(parents=True)
    rows = [{"DocumentID": 1, "PassageID": "1.", "Passage": t} for t in ("First.", "", "Second.")]
    (folder / "1.json").write_text(json.dumps(rows))
    assert read_passages(tmp_path) == (["1|1."], ["First.\nSecond."])
    known = {"Question": "q", "Passages": [{"DocumentID": 1, "PassageID": "1."}]}
    other = {"Question": "r", "Passages": [{"DocumentID": 9, "PassageID": "1."}]}
    (tmp_path / "retrieval" / "obliqa" / "ObliQA_dev.json").write_text(json.dumps([known, other]))
    assert read_questions(tmp_path, {"1|1."}) == [("q", frozenset({"1|1."}))]
    (folder / "2.json").write_text("[{}]")
    with pytest.raises(Misuse, match=r"2\.json"):
        read_passages(tmp_path)


def test_a_set_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    for name in NAMES:
        with pytest.raises(Misuse, match="public sets are not in"):
            run_external(name, tmp_path)
    (tmp_path / "scope").mkdir()
    (tmp_path / "scope" / "x.jsonl").write_text('{"a": 1}\n[')
    with pytest.raises(Misuse, match=r"x\.jsonl:2"):
        read_lines(folder_of("scope", tmp_path) / "x.jsonl")


def test_verdicts_are_cut_off_before_classifying() -> None:
    text = "A tool that ranks tips by urgency; it would not be considered high-risk. It falls outside point 6(a). It reads e-mails."
    left = described(text)
    assert "ranks tips" in left and "reads e-mails" in left
    assert "high-risk" not in left and "outside" not in left
