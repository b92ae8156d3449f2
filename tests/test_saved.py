"""Saved work: round trips, versions, broken files, and input that must change nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.aids.saved import LONGEST, Sheet, Shelf, as_json, differences
from assistant.casedata import case_data
from assistant.errors import Misuse, StoreFault

DAY = date(2026, 11, 26)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
        st.text(max_size=200) | st.lists(st.text(max_size=20), max_size=4),
        max_size=6,
    )
)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_is_opened_again_word_for_word(shelf: Shelf, values: dict[str, str | list[str]]) -> None:
    texts = [v if isinstance(v, str) else "; ".join(v) for v in values.values()]
    if any(case_data(t) for t in texts):
        return
    sheet = shelf.new("fria", "A name", DAY, values)
    again = shelf.open(sheet.id)
    assert again == sheet
    assert again.values == {k: v for k, v in values.items() if v not in ("", [])}
    assert shelf.take_in(as_json(sheet).encode()).values == sheet.values


HOSTILE = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "{{7*7}}", "${7*7}", "'; DROP TABLE x; --",
    "#set page(width: 1cm)", "\\input{/etc/passwd}", "[click](javascript:alert(1))", "../../etc/passwd", "a\u202eb", "$x$ :red[b]",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text(shelf: Shelf, text: str) -> None:
    sheet = shelf.new("risk", text[:120], DAY, {"own1.text": text})
    assert shelf.open(sheet.id).values["own1.text"] == text
    assert [s.name for s in shelf.list("risk")] == [text[:120]]
    assert sheet.id.startswith("risk-2"), "the name never becomes a path"


@pytest.mark.parametrize(
    "raw, message",
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[]", "worksheet"),
        (b'{"id": "fria-20261126-abcdef"}', "kind"),
        (b'{"id": "../../x", "kind": "fria", "name": "", "as_of": "2026-11-26"}', "id"),
        (b'{"id": "fria-20261126-abcdef", "kind": "fria", "name": "n", "as_of": "2026-13-26"}', "as_of"),
        (
            b'{"id": "fria-20261126-abcdef", "kind": "fria", "name": "n", "as_of": "2026-11-26", "values": {"a": 1}}',
            "values",
        ),
        (b'{"id": "fria-20261126-abcdef", "kind": "fria", "name": "n", "as_of": "2026-11-26", "format": 99}', "format"),
        (b"[" * 100_000, "worksheet"),
        (b"x" * 2_500_000, "too large"),
    ],
)
def test_a_file_that_is_no_worksheet_is_explained(shelf: Shelf, raw: bytes, message: str) -> None:
    with pytest.raises(Misuse, match=message):
        shelf.take_in(raw)
    assert shelf.list() == []


def test_a_corrupted_worksheet_is_set_aside_whole_and_the_last_version_returns(shelf: Shelf) -> None:
    sheet = shelf.new("fria", "Face search", DAY, {"a-process": "first"})
    shelf.keep(sheet, "before the meeting")
    path = shelf.folder / sheet.id / "current.json"
    path.write_text('{"half": ')
    with pytest.raises(Misuse, match="no JSON"):
        shelf.open(sheet.id)
    (listed,) = shelf.list("fria")
    assert "no JSON" in listed.fault
    again = shelf.set_aside(sheet.id)
    assert again is not None and again.values == {"a-process": "first"}
    (kept,) = (shelf.folder / sheet.id).glob("unreadable-*.json")
    assert kept.read_text() == '{"half": ', "nothing of it is lost"
    assert shelf.open(sheet.id).values == {"a-process": "first"}


def test_without_a_kept_version_the_broken_file_still_is_not_lost(shelf: Shelf) -> None:
    sheet = shelf.new("risk", "x", DAY)
    (shelf.folder / sheet.id / "current.json").write_bytes(b"\x00\x01")
    assert shelf.set_aside(sheet.id) is None
    assert [p.read_bytes() for p in (shelf.folder / sheet.id).iterdir()] == [b"\x00\x01"]


def test_two_windows_lose_nothing(shelf: Shelf) -> None:
    sheet = shelf.new("fria", "x", DAY, {"a": "start"})
    shelf.save(sheet.with_values({"a": "the other window"}), seen=sheet.saved)
    mine = shelf.save(sheet.with_values({"a": "mine"}), seen=sheet.saved)
    assert shelf.open(sheet.id).values == {"a": "mine"} == mine.values
    (other,) = shelf.versions(sheet.id).values()
    assert other.values == {"a": "the other window"} and other.note == "written elsewhere"


def test_versions_are_numbered_and_compared(shelf: Shelf) -> None:
    sheet = shelf.new("readiness", "2026", DAY, {"q1": "0", "q2": "3"})
    assert shelf.keep(sheet, "spring") == 1
    later = shelf.save(sheet.with_values({"q1": "2", "q2": "3", "q3": "1"}))
    assert shelf.keep(later, "autumn") == 2
    versions = shelf.versions(sheet.id)
    assert [v.note for v in versions.values()] == ["spring", "autumn"]
    assert differences(versions[1], versions[2]) == [("q1", "0", "2"), ("q3", "", "1")]


@pytest.mark.parametrize(
    "value, message",
    [
        ("x" * (LONGEST + 1), "at most 8,000"),
        ("The suspect Jan Dvořák, born 3 May 1980, drives 4AB 1234", "case data"),
        ("Call the witness on 0049 170 1234567", "case data"),
    ],
)
def test_what_must_not_be_saved_changes_nothing(shelf: Shelf, value: str, message: str) -> None:
    sheet = shelf.new("fria", "x", DAY, {"a": "before"})
    with pytest.raises(Misuse, match=message) as fault:
        shelf.save(sheet.with_values({"a": value}), seen=sheet.saved)
    assert shelf.open(sheet.id).values == {"a": "before"}
    assert "Dvořák" not in str(fault.value) and "1234567" not in str(fault.value), "it is shown masked"
    assert not [p for p in shelf.folder.rglob("*") if p.is_file() and value[:60] in p.read_text()]


def test_a_disk_that_cannot_be_written_says_what_to_do(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = shelf.new("fria", "x", DAY, {"a": "before"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StoreFault, match="Download it as JSON"):
        shelf.save(sheet.with_values({"a": "after"}))
    monkeypatch.undo()
    assert shelf.open(sheet.id).values == {"a": "before"}


@pytest.mark.parametrize("id", ["../x", "fria-20261126-zzzzzz", "", "fria-20261126-abcdef"])
def test_an_unknown_address_is_explained(shelf: Shelf, id: str) -> None:
    with pytest.raises(Misuse, match="no such worksheet"):
        shelf.open(id)


def test_a_worksheet_of_a_newer_format_is_left_alone(shelf: Shelf) -> None:
    sheet = shelf.new("fria", "x", DAY)
    raw = json.loads(as_json(sheet)) | {"format": 2}
    (shelf.folder / sheet.id / "current.json").write_text(json.dumps(raw))
    with pytest.raises(Misuse, match="format"):
        shelf.open(sheet.id)


def test_a_sheet_cannot_hold_other_kinds_of_keys() -> None:
    with pytest.raises(ValueError, match="extra"):
        Sheet.model_validate(
            {"id": "fria-20261126-abcdef", "kind": "fria", "name": "n", "as_of": "2026-11-26", "secret": 1}
        )
