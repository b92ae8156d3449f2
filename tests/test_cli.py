"""The command line as another program meets it: exit codes, JSON, batches with bad lines, resuming."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.ask import Assistant
from assistant.settings import ROOT, Settings


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> Assistant:
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    return assistant


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.usefixtures("opened")
def test_ask_prints_json_and_exits_0_for_an_answer_and_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "How long must we keep the logs?", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["outcome"] == "answer" and "Art. 26(6)" in row["citations"] and row["record"]
    assert main(["ask", "what is the best pizza in town", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "refuse"


@pytest.mark.usefixtures("opened")
def test_a_day_that_does_not_exist_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "anything?", "--as-of", "2026-13-40"]) == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err


BAD = [
    b"not json at all",
    b'{"id": "no-question"}',
    b'{"id": "bad-day", "question": "May we?", "as_of": "soon"}',
    b"\xff\xfe\x00\x01binary junk",
    b'["a", "list"]',
]


@pytest.mark.usefixtures("opened")
def test_a_batch_goes_on_after_bad_lines_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = [
        json.dumps({"id": f"q{n}", "question": q}).encode()
        for n, q in enumerate(["How long must we keep the logs?", "", "x" * 100_000, "Art. 5(9)?"])
    ]
    source.write_bytes(b"\n".join([good[0], *BAD, b"", *good[1:]]) + b"\n")
    assert main(["batch", str(source), str(target)]) == 0
    rows = lines(target)
    assert [r["id"] for r in rows] == ["q0", "line-2", "no-question", "bad-day", "line-5", "line-6", "q1", "q2", "q3"]
    assert all(("error" in r) == (r["outcome"] is None) for r in rows) and sum("error" in r for r in rows) == len(BAD)
    assert [r.get("reason") for r in rows[-3:]] == ["unreadable", "unreadable", "unknown_provision"]
    assert "5 lines could not be read" in capsys.readouterr().err
    whole = target.read_bytes()
    target.write_bytes(whole[: whole.rfind(b'{"id": "q2"') + 20])  # cut off in the middle of a line
    assert main(["batch", str(source), str(target)]) == 0
    assert [r["id"] for r in lines(target)] == [r["id"] for r in rows], "resumed where it stopped, nothing twice"


@pytest.mark.usefixtures("opened")
def test_batch_files_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", str(tmp_path / "none.jsonl"), str(tmp_path / "out.jsonl")]) == 2
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "in.jsonl").write_text('{"id": "a", "question": "How long must we keep the logs?"}\n')
    assert main(["batch", str(tmp_path / "in.jsonl"), str(tmp_path)]) == 3
    assert "cannot be" in capsys.readouterr().err


@pytest.mark.usefixtures("opened")
def test_search_prints_the_documented_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "keeping logs", "--json", "-k", "5"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 5 and all(set(r) == {"pinpoint", "work", "score"} for r in rows)


@pytest.mark.usefixtures("opened")
def test_the_record_is_checked_from_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, built: Settings
) -> None:
    main(["ask", "How long must we keep the logs?"])
    monkeypatch.setattr("assistant.__main__.settings", lambda: built)
    assert main(["check-record"]) == 0
    assert "whole" in capsys.readouterr().out


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def test_a_broken_installation_exits_3_with_what_to_do(tmp_path: Path) -> None:
    done = run("ask", "anything?", PINPOINT_DATA=str(tmp_path))
    assert done.returncode == 3 and "python -m ingest" in done.stderr and "Traceback" not in done.stderr


def test_a_setting_without_a_usable_value_is_named() -> None:
    done = run("ask", "anything?", PINPOINT_RECORD="perhaps")
    assert done.returncode == 2 and "PINPOINT_RECORD" in done.stderr and "Traceback" not in done.stderr


def test_help_loads_neither_torch_nor_chroma() -> None:
    script = "import sys\nfrom assistant.__main__ import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\nprint([m for m in ('torch','chromadb','sentence_transformers','streamlit') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_a_question_is_answered_from_a_cold_start(built: Settings) -> None:
    done = run(
        "ask",
        "How long must we keep the logs?",
        "--json",
        PINPOINT_DATA=str(built.data),
        PINPOINT_CORPUS=str(built.corpus),
    )
    assert done.returncode == 0, done.stderr
    assert "Art. 26(6)" in json.loads(done.stdout)["citations"]
