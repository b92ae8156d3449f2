"""The aids on the command line, on the real index: what is printed, what is written, and what is said of bad input."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.aids.saved import Sheet, as_json
from assistant.ask import Assistant


@pytest.fixture(autouse=True)
def _opened(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["scenario"], "sc-hot-spots"),
        (["scenario", "sc-hot-spots"], "Situation"),
        (["scenario", "sc-hot-spots", "--solutions"], "Expected reasoning"),
        (["stage", "Officers must ask within 72 hours.", "--provision", "Art. 26(10)"], "never shown"),
        (["primer"], "frontline"),
        (["primer", "frontline", "--as-of", "2026-11-26"], "Sources"),
        (["roadmap", "--role", "deployer"], "2 December 2027"),
        (["read", "Art. 26(10)"], "Rules ("),
        (["read", "Recital 42"], "Explains: "),
        (["assess", "--questions"], "Who will use it?"),
        (["assess", "--describe", "It rates how truthful travellers are at the border."], "suggestions"),
    ],
)
def test_a_command_prints(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["scenario", "sc-nothing"], "no scenario"),
        (["primer", "nobody"], "no primer"),
        (["primer", "frontline", "--as-of", "2026-02-30"], "does not exist"),
        (["read", "Art. 999"], "does not stand"),
        (["read", "article five"], "no pinpoint"),
        (["stage", ""], "no claim"),
        (["assess", "--describe", ""], "no description"),
        (["assess", "--answers", "/nowhere.json"], "cannot be read"),
        (["worksheet", "/nowhere.json"], "cannot be read"),
    ],
)
def test_bad_input_is_explained_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


@pytest.mark.parametrize("kind", ["fria", "transparency", "risk", "readiness", "assessment"])
def test_a_saved_worksheet_becomes_a_document(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet(id=f"{kind}-20261126-abcdef", kind=kind, name="Kite", as_of=date(2026, 11, 26))
    path = tmp_path / "sheet.json"
    path.write_text(
        as_json(
            sheet.with_values({"task": ["places"], "own1.text": "a risk", "own1.likelihood": "1", "own1.impact": "1"})
        )
    )
    assert main(["worksheet", str(path), "--pdf", str(tmp_path / "x.pdf"), "--docx", str(tmp_path / "x.docx")]) == 0
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF") and (tmp_path / "x.docx").read_bytes().startswith(
        b"PK"
    )
    import docx

    assert "Kite" in docx.Document(io.BytesIO((tmp_path / "x.docx").read_bytes())).paragraphs[0].text
    path.write_text(json.dumps({"kind": kind}))
    capsys.readouterr()
    assert main(["worksheet", str(path)]) == 2
    assert "no worksheet that can be read" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["primer", "frontline", "--pdf", "/nowhere/x.pdf"]) == 3
    assert "cannot be written" in capsys.readouterr().err
