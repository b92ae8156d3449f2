"""Obtaining, building and opening, with real files, a real HTTP server, and faults."""

from __future__ import annotations

import errno
import http.server
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from conftest import ORIGINALS, needs_originals

from assistant import build as build_module
from assistant.ask import Assistant
from assistant.build import _slices, build_index, passages_of
from assistant.corpus import Corpus, load_corpus
from assistant.errors import CorpusFault, IndexMismatch, IndexMissing, StoreFault
from assistant.index import Index, read_stamp
from assistant.register import File
from assistant.settings import ROOT, Settings
from assistant.texts import Texts
from ingest import fetch
from ingest.__main__ import main
from ingest.works import read_works

CHARTER = File(
    name="12012P.en.xhtml",
    celex="12012P",
    sha256="3457b2dde9d11ac25bdea22e015556e6e499f01f5821f47d2ad10f11a56af685",
    takes=("article",),
)


class Office(http.server.BaseHTTPRequestHandler):
    """Serves like the Publications Office: a resource that redirects to a file when asked with the right headers."""

    failures = 0
    cut = False
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        kind = type(self)
        kind.asked.append(self.path)
        if kind.failures:
            kind.failures -= 1
            self.send_error(503)
        elif self.path.startswith("/resource/celex/"):
            if self.headers["Accept"] != "application/xhtml+xml" or self.headers["Accept-Language"] != "eng":
                self.send_error(406)
                return
            self.send_response(303)
            self.send_header("Location", "/file/" + self.path.rsplit("/", 1)[1])
            self.end_headers()
        else:
            assert ORIGINALS is not None
            path = ORIGINALS / f"{self.path.rsplit('/', 1)[1]}.en.xhtml"
            if not path.is_file():
                self.send_error(404)
                return
            data = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/xhtml+xml;charset=UTF-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if kind.cut else data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def office() -> Iterator[str]:
    Office.failures, Office.cut, Office.asked = 0, False, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Office)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@needs_originals
def test_a_text_is_fetched_by_content_negotiation_and_kept(office: str, tmp_path: Path) -> None:
    got = fetch.obtain(CHARTER, None, tmp_path, office)
    assert got.path == tmp_path / CHARTER.name and got.source == office
    assert Office.asked == ["/resource/celex/12012P", "/file/12012P"], "the redirect was followed"
    Office.asked.clear()
    assert fetch.obtain(CHARTER, None, tmp_path, office).source == "the cache" and not Office.asked
    assert not list(tmp_path.glob(".*part"))


@needs_originals
def test_a_busy_office_is_asked_again(office: str, tmp_path: Path) -> None:
    Office.failures = 2
    assert fetch.obtain(CHARTER, None, tmp_path, office).path is not None
    assert len(Office.asked) == 4


@needs_originals
def test_a_broken_transfer_is_reported_and_leaves_nothing(office: str, tmp_path: Path) -> None:
    Office.cut = True
    got = fetch.obtain(CHARTER, None, tmp_path, office)
    assert got.path is None and "12012P" in got.problem
    assert not list(tmp_path.iterdir())


def test_what_the_office_does_not_have_is_reported(office: str, tmp_path: Path) -> None:
    got = fetch.obtain(CHARTER.model_copy(update={"celex": "0000X"}), None, tmp_path, office)
    assert got.path is None and "404" in got.problem


def test_no_network_fails_fast(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(fetch.Offline):
        fetch.obtain(CHARTER, None, tmp_path, "http://127.0.0.1:9")
    assert time.monotonic() - begun < 5


@needs_originals
@pytest.mark.parametrize(
    ("change", "said"),
    [(lambda d: d[:9000], "cut off"), (lambda d: d.replace(b"dignity", b"money"), "sha256")],
    ids=["truncated", "altered"],
)
def test_a_faulty_original_is_never_used(change: object, said: str, tmp_path: Path) -> None:
    assert ORIGINALS is not None
    (tmp_path / CHARTER.name).write_bytes(change((ORIGINALS / CHARTER.name).read_bytes()))  # type: ignore[operator]
    got = fetch.obtain(CHARTER, tmp_path, tmp_path / "cache", "http://127.0.0.1:9", online=False)
    assert got.path is None and said in got.problem and str(tmp_path) in got.problem


@needs_originals
def test_missing_originals_are_named_and_the_rest_is_read(corpus: Corpus, tmp_path: Path) -> None:
    assert ORIGINALS is not None
    for name in ("12012P.en.xhtml", "02016L0680-20160504.en.xhtml"):
        shutil.copy(ORIGINALS / name, tmp_path / name)
    texts, report = read_works(
        corpus, Settings(data=tmp_path / "data", originals=tmp_path, publications_url="http://127.0.0.1:9")
    )
    assert "Charter@2012-10-26" in texts.by_version and "LED@2016-05-04" in texts.by_version
    assert {"AI Act@2026-07-27", "LED@2016-05-04", "GDPR@2016-05-04"} <= set(report.missing), (
        "the LED lacks its recitals"
    )
    assert "Draft HR guidelines@2026-05-19" in report.missing
    assert "Toolkit@2026-11-22" in report.installed, "our own digests need no download"


@needs_originals
def test_passages_are_slices_of_one_provision_with_its_heading(texts: Texts) -> None:
    passages = passages_of(texts)
    assert len(passages) > 4000
    for p in passages:
        for name in p.editions:
            provision = texts.by_version[name][p.pinpoint]
            assert provision.own[p.start : p.end] == p.text and p.heading
    kept = {}
    for p in passages:
        kept.setdefault((p.editions[-1], p.pinpoint), []).append(p)
    for (name, pinpoint), parts in list(kept.items())[:500]:
        if all(name in p.editions for p in parts):
            assert (
                "".join(texts.by_version[name][pinpoint].own[p.start : p.end] for p in parts).split()
                == texts.by_version[name][pinpoint].own.split()
            )


def test_slices_cover_the_text_in_bounded_pieces() -> None:
    text = "A clause that is said; " * 200
    slices = _slices(text)
    assert slices[0][0] == 0 and slices[-1][1] == len(text) and all(a[1] == b[0] for a, b in itertools.pairwise(slices))
    assert max(b - a for a, b in slices) <= 900 + 30


# -- the index ------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """A corpus of one register file, quick to build."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("manifest.toml", "calendar.yaml", "provisions.tsv"):
        shutil.copy(ROOT / "corpus" / name, folder / name)
    (folder / "register").mkdir()
    questions = "".join(f"    - question number {n} about logs kept by the force\n" for n in range(6))
    (folder / "register" / "one.yaml").write_text(
        f'- id: logs\n  provisions: ["Art. 26(6)"]\n  effect: duty\n  actor: [deployer]\n  statement: Keep the logs.\n  questions:\n{questions}'
    )
    return Settings(data=tmp_path / "data", corpus=folder, publications_url="http://127.0.0.1:9")


def quiet(*_: object, **__: object) -> None:
    pass


def test_building_twice_embeds_nothing_anew(small: Settings) -> None:
    corpus = load_corpus(small.corpus)
    assert build_index(corpus, Texts({}), (), small, quiet).embedded == 7
    assert build_index(corpus, Texts({}), (), small, quiet).embedded == 0
    assert len(list(small.index_folder.glob("*-*"))) == 1, "the earlier build is removed"


def test_an_index_of_another_corpus_or_model_is_refused(small: Settings) -> None:
    with pytest.raises(IndexMissing, match="python -m ingest"):
        Index.open(small)
    build_index(load_corpus(small.corpus), Texts({}), (), small, quiet)
    Index.open(small).warm()
    stamp, folder = read_stamp(small)
    raw = json.loads((folder / "stamp.json").read_text())
    (folder / "stamp.json").write_text(json.dumps({**raw, "encoder": "another"}))
    with pytest.raises(IndexMismatch, match="another embedding model"):
        Index.open(small)
    (folder / "stamp.json").write_text(json.dumps({**raw, "probe": list(reversed(raw["probe"]))}))
    with pytest.raises(IndexMismatch, match="do not fit"):
        Index.open(small).warm()
    (folder / "stamp.json").write_text(json.dumps(raw))
    (small.corpus / "lexicon.yaml").write_text("- term: LFR\n  means: live face matching\n")
    with pytest.raises(IndexMismatch, match="another corpus"):
        Index.open(small)
    assert stamp.build == folder.name


def test_a_damaged_index_says_what_to_run(small: Settings) -> None:
    build_index(load_corpus(small.corpus), Texts({}), (), small, quiet)
    _, folder = read_stamp(small)
    (folder / "corpus.json").write_text("{")
    with pytest.raises(IndexMissing, match=r"damaged.*python -m ingest"):
        Index.open(small)


@pytest.mark.slow
def test_a_build_that_is_killed_leaves_the_old_index(small: Settings) -> None:
    build_index(load_corpus(small.corpus), Texts({}), (), small, quiet)
    before, _ = read_stamp(small)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom assistant.settings import Settings\nfrom assistant.corpus import load_corpus\n"
        "from assistant.texts import Texts\nfrom assistant.build import build_index\n"
        "s = Settings(data=Path(sys.argv[1]), corpus=Path(sys.argv[2]))\n"
        "def stop(stage, *a, **k):\n    if stage.startswith('storing'):\n        print('now', flush=True); time.sleep(60)\n"
        "build_index(load_corpus(s.corpus), Texts({}), (), s, stop)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(small.data), str(small.corpus)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None and process.stdout.readline().strip() == "now"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert read_stamp(small)[0].build == before.build
    Index.open(small).warm()
    build_index(load_corpus(small.corpus), Texts({}), (), small, quiet)
    assert len(list(small.index_folder.glob("*-*"))) == 1, "what the killed build left behind is swept away"


def test_a_folder_that_cannot_be_written_is_a_clear_fault(small: Settings) -> None:
    small.data.parent.mkdir(exist_ok=True)
    small.data.write_text("a file where the folder should be")
    with pytest.raises(StoreFault, match="cannot be written"):
        build_index(load_corpus(small.corpus), Texts({}), (), small, quiet)


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.ENOSPC, r"No space left.*Free some space"), (errno.EROFS, r"Read-only.*Set PINPOINT_DATA")],
    ids=["no disk space", "a read-only data folder"],
)
def test_what_cannot_be_written_keeps_the_old_index(
    code: int, said: str, small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = load_corpus(small.corpus)
    build_index(corpus, Texts({}), (), small, quiet)
    before, _ = read_stamp(small)

    def fails(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(build_module.np, "save", fails)
    with pytest.raises(StoreFault, match=said):
        build_index(corpus, Texts({}), (), small, quiet)
    assert read_stamp(small)[0].build == before.build
    assert len(list(small.index_folder.glob("*-*"))) == 1


@pytest.mark.slow
def test_a_real_chroma_server_serves_the_vectors(small: Settings, tmp_path: Path) -> None:
    port = "18431"
    server = subprocess.Popen(
        [Path(sys.executable).parent / "chroma", "run", "--path", str(tmp_path / "server"), "--port", port, "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
    )  # fmt: skip
    try:
        served = small.model_copy(update={"chroma_url": f"http://127.0.0.1:{port}"})
        corpus = load_corpus(served.corpus)
        for _ in range(60):
            try:
                build_index(corpus, Texts({}), (), served, quiet)
                break
            except StoreFault:
                time.sleep(0.5)
        assistant = Assistant.open(served)
        outcome = assistant.ask("question number 3 about logs kept by the force")
        assert "Art. 26(6)" in outcome.text
        first = assistant.index.stamp.build
        build_index(corpus, Texts({}), (), served, quiet)
        names = [c.name for c in Assistant.open(served).index.store.client.list_collections()]
        assert names and not any(first in n for n in names), "collections of the earlier build are removed"
    finally:
        server.terminate()
        server.wait()
    with pytest.raises(StoreFault, match="Chroma server"):
        Assistant.open(served)


# -- faults of the corpus, and the command line -----------------------------------------------------

RULE = '- id: one\n  provisions: ["Art. 26(6)"]\n  effect: duty\n  actor: [deployer]\n  statement: Keep the logs.\n  questions: [a, b, c, d, e, f]\n'
FAULTS = [
    (RULE.replace("Art. 26(6)", "Art. 26(66)"), "Art. 26(66) does not exist", "a provision that does not exist"),
    (RULE.replace("Art. 26(6)", "Article 26"), "not a pinpoint", "not a printed form"),
    (RULE.replace("duty", "wish"), "effect", "an unknown effect"),
    (RULE.replace("[deployer]", "[robot]"), "actor", "an unknown actor"),
    (RULE.replace("  questions", "  see: [nothing]\n  questions"), "nothing, which is no rule", "a link to nothing"),
    (RULE + RULE, "stands already", "a duplicate id"),
    (RULE.replace("Keep the logs.", "word " * 41), "41 words", "too long"),
    (RULE + "  - x: [", "not YAML", "malformed YAML"),
    (RULE.replace("Art. 26(6)", "PSD Art. 26(6)"), "no work 'PSD'", "a work unknown to the manifest"),
]


@pytest.mark.parametrize(("content", "said", "why"), FAULTS, ids=[w for *_, w in FAULTS])
def test_a_faulty_register_names_file_line_and_remedy(content: str, said: str, why: str, small: Settings) -> None:
    (small.corpus / "register" / "one.yaml").write_text(content)
    with pytest.raises(CorpusFault) as fault:
        load_corpus(small.corpus)
    assert said in str(fault.value) and "one.yaml:" in str(fault.value) and fault.value.remedy


@needs_originals
def test_provisions_are_printed_in_order_as_json_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.__main__.settings", lambda: Settings(originals=ORIGINALS))
    assert main(["provisions", "LED"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"pinpoint", "heading", "text", "version"} <= set(rows[0])
    order = [r["pinpoint"] for r in rows]
    assert (
        order.index("LED Recital 107")
        < order.index("LED Art. 1")
        < order.index("LED Art. 11(1)")
        < order.index("LED Art. 65")
    )
    assert main(["provisions", "LED", "--version", "1999-01-01"]) == 2
    assert "2016-05-04" in capsys.readouterr().err
    assert main(["provisions", "Magna Carta"]) == 2
    assert "Known works" in capsys.readouterr().err


def test_a_folder_of_originals_that_is_not_there_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--originals", "/no/such/folder"]) == 2
    assert "is no folder" in capsys.readouterr().err
