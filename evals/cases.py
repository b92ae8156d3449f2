"""Cases: questions with what a right answer says and cites, read from YAML and checked.

A *set* is a folder of YAML files. A released case is never changed: a change is the same id with the next version,
and `releases.json` beside the files knows what each release held (`evals/lint.py`).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant import Misuse, Reason, settings
from assistant.law import PinpointError, parse_pinpoint
from evals.patterns import check_pattern

FOLDER = Path(__file__).parent / "cases"
OWN = "own"  # the set an evaluator builds on the page; it lies in the data folder
AS_OF = date(2026, 11, 22)  # the day a case is about unless it says otherwise
Category = Literal[
    "officer", "trainer", "lookup", "date", "boundary", "guidance", "false_premise", "out_of_scope", "no_such_provision",
    "injection", "conversation", "case_data",
]  # fmt: skip
Severity = Literal["low", "medium", "high"]
Wrong = Literal["wrong_permission", "wrong_prohibition", "stale_date", "guide_error", "obeyed", "false"]


def _pattern(text: str) -> str:
    check_pattern(text)
    return text


def _pinpoint(text: str) -> str:
    try:
        parse_pinpoint(text)
    except PinpointError as error:
        raise ValueError(str(error)) from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Cited = Annotated[str, AfterValidator(_pinpoint)]
Group = Annotated[tuple[Cited, ...], Field(min_length=1)]


class MustNotSay(BaseModel):
    """A plausible wrong statement: any of these phrases in an answer is a fault of that kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Wrong
    any: tuple[Pattern, ...] = Field(min_length=1)
    why: str = ""


class Case(BaseModel):
    """One case. `evals/README.md` explains the fields for people who do not read code; `schema.json` for programs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, pattern=r"^[\w.-]+$")
    version: int = Field(1, ge=1, description="one more with each change after a release")
    question: str = Field(min_length=1)
    history: tuple[str, ...] = Field((), description="earlier questions of the conversation, as typed, oldest first")
    as_of: date | None = Field(None, description=f"the day the question is about; left out: {AS_OF}")
    category: Category
    tags: tuple[str, ...] = ()
    severity: Severity = Field("medium", description="what follows if the assistant gets this wrong")
    expect: Literal["answer", "refuse"]
    reason: tuple[Reason, ...] = Field((), description="of a refusal: any of these is right")
    require: tuple[Group, ...] = Field((), description="groups of provisions; one of each must be cited")
    exceptions: tuple[Group, ...] = Field((), description="groups of limits without which a right answer misleads")
    allow: tuple[str, ...] = Field((), description="further provisions, works or kinds that are right to cite")
    forbid: tuple[Cited, ...] = Field((), description="provisions whose citing misleads here")
    must_say: tuple[Annotated[tuple[Pattern, ...], Field(min_length=1)], ...] = ()
    must_not_say: tuple[MustNotSay, ...] = ()
    warns: tuple[str, ...] | None = Field(
        None, description="kinds of warning that must be shown; []: the question is not leading; left out: either"
    )
    secrets: tuple[str, ...] = Field((), description="case data in the question, which may appear nowhere afterwards")
    why: str = Field("", description="the legal reasoning in a line")
    source: str = Field("", description="from what the case was written")
    reviewer: str = Field("", description="who read it after its writer")
    reviewed: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Case:
        if self.expect == "answer" and not self.require:
            raise ValueError("an answer needs at least one required citation")
        if self.expect == "refuse" and not self.reason:
            raise ValueError("a refusal needs its reasons")
        if self.expect == "refuse" and (self.require or self.exceptions or self.must_say):
            raise ValueError("a refusal has no required citations, exceptions or phrases")
        if self.category == "case_data" and not self.secrets:
            raise ValueError("a case with case data names them in `secrets`")
        for secret in self.secrets:
            if not any(secret in text for text in (self.question, *self.history)):
                raise ValueError(f"the secret {secret!r} stands in no question of this case")
        return self

    @property
    def day(self) -> date:
        """The day whose law is asked for."""
        return self.as_of or AS_OF

    @property
    def digest(self) -> str:
        """Fingerprint of everything that decides the score (not of why, source and review)."""
        kept = self.model_dump(mode="json", exclude={"why", "source", "reviewer", "reviewed", "tags"})
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


class About(BaseModel):
    """What holds for all cases of a file unless a case says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = ""
    reviewer: str = ""
    reviewed: date | None = None


class CaseFile(BaseModel):
    """A file of cases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: About = About()
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with where it stands."""

    case: Case
    path: Path
    line: int


def set_folder(name: str) -> Path:
    """The folder of a set: `dev`, `held-out`, `own`, or a path. Raises `Misuse` where there is none."""
    folder = (
        settings().data / "evals" / OWN if name == OWN else FOLDER / name if (FOLDER / name).is_dir() else Path(name)
    )
    if not folder.is_dir():
        raise Misuse(f"There is no set of cases called {name}.", "Name dev, held-out, own, or a folder of YAML files.")
    return folder


def load_cases(folder: Path, release: str = "") -> list[Case]:
    """The cases of a folder in the order of its files: the latest version of each, or those of a release.

    Raises `Misuse` that names file and line when one is malformed, stands twice, or a release is not known.
    """
    placed = read_cases(folder)
    if release:
        wanted = releases(folder).get(release)
        if wanted is None:
            known = ", ".join(releases(folder)) or "none"
            raise Misuse(f"{folder} has no release {release}.", f"Releases there: {known}.")
        return [p.case for p in placed if wanted.get(p.case.id, [0])[0] == p.case.version]
    latest = {p.case.id: p.case.version for p in sorted(placed, key=lambda p: p.case.version)}
    return [p.case for p in placed if p.case.version == latest[p.case.id]]


def releases(folder: Path) -> dict[str, dict[str, list[Any]]]:
    """Release -> case id -> [version, digest]; empty where nothing was released."""
    path = folder / "releases.json"
    if not path.is_file():
        return {}
    try:
        found: dict[str, dict[str, list[Any]]] = json.loads(path.read_text("utf-8"))
        return found
    except ValueError as error:
        raise Misuse(f"{path}: not JSON: {error}.", "Restore it from version control.") from error


def read_cases(folder: Path) -> list[Placed]:
    """Every version of every case of a folder, with file and line."""
    placed: list[Placed] = []
    at: dict[tuple[str, int], str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for found in _read_file(path):
            key, where = (found.case.id, found.case.version), f"{path}:{found.line}"
            if key in at:
                raise Misuse(
                    f"{where}: case {key[0]}, version {key[1]}, stands twice (first at {at[key]}).",
                    "Give one of them another id, or a changed case the next version.",
                )
            at[key] = where
            placed.append(found)
    if not placed:
        raise Misuse(f"There are no cases in {folder}.", "Name a folder of YAML files with cases.")
    return placed


def _read_file(path: Path) -> Iterable[Placed]:
    remedy = "evals/README.md has the format."
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else f"{path}"
        raise Misuse(f"{where}: not YAML: {' '.join(str(error).split())[:160]}.", "Mend the file.") from error
    if node is None:
        return
    about: dict[str, Any] = {}
    listed = node
    if isinstance(node, yaml.MappingNode):
        parts = {key.value: value for key, value in node.value}
        if stray := next((key for key, _ in node.value if key.value not in {"about", "cases"}), None):
            raise Misuse(f"{path}:{_line(stray)}: {stray.value!r} is neither `about` nor `cases`.", remedy)
        about = _checked(About, parts["about"], path).model_dump(exclude_unset=True) if "about" in parts else {}
        listed = parts.get("cases", yaml.SequenceNode("", []))
    if not isinstance(listed, yaml.SequenceNode):
        raise Misuse(f"{path}:{_line(listed)}: the cases are no list.", remedy)
    for item in listed.value:
        yield Placed(_checked(Case, item, path, about), path, _line(item))


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def _checked(model: Any, node: yaml.Node, path: Path, defaults: dict[str, Any] | None = None) -> Any:
    """One entry as its model, or `Misuse` with file, line and the name of the case."""
    if not isinstance(node, yaml.MappingNode):
        raise Misuse(f"{path}:{_line(node)}: not an entry with fields.", "evals/README.md has the format.")
    keys: dict[str, yaml.Node] = {}
    for key, _ in node.value:
        if key.value in keys:
            raise Misuse(f"{path}:{_line(key)}: {key.value} stands twice in one entry.", "Keep one of them.")
        keys[str(key.value)] = key
    raw = _constructed(node)
    try:
        return model.model_validate({**(defaults or {}), **raw})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        where = _line(keys.get(field, node))
        said = first["msg"].removeprefix("Value error, ")
        raise Misuse(
            f"{path}:{where}: case {raw.get('id', '(no id)')}: {field + ': ' if field else ''}{said}.",
            "evals/README.md has the format.",
        ) from error


def _constructed(node: yaml.Node) -> dict[str, Any]:
    loader = yaml.SafeLoader("")
    raw: dict[str, Any] = loader.construct_document(node)
    return raw


def dump_cases(cases: Iterable[Case], about: dict[str, Any] | None = None, head: str = "") -> str:
    """Cases as a YAML file that `load_cases` reads back the same; what is left at its default is left out."""
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    if about:
        lines += ["about:", *(f"  {key}: {_scalar(value)}" for key, value in about.items() if value)]
    lines += ["cases:"]
    for case in cases:
        fields = case.model_dump(mode="json", exclude_defaults=True)
        for key, value in (about or {}).items():
            if str(fields.get(key)) == str(value):
                fields.pop(key, None)
        lines += ["", f"- id: {case.id}"]
        lines += [f"  {name}: {_scalar(value)}" for name, value in fields.items() if name != "id"]
    return "\n".join(lines) + "\n"


def _scalar(value: Any) -> str:
    """A value on one line: JSON is YAML. Words stay quoted: bare, "null" and "no" would be none."""
    if isinstance(value, date):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", text
    )  # YAML allows none of these


def case_schema() -> dict[str, Any]:
    """The published JSON schema of a file of cases."""
    return CaseFile.model_json_schema()


def near_copies(cases: Iterable[Case], questions: Iterable[str], limit: float = 0.85) -> list[tuple[str, str, float]]:
    """Cases that nearly repeat one of the register's questions: (case id, question, likeness from 0 to 1).

    Likeness is difflib's ratio over words (Ratcliff and Obershelp 1988).

    >>> near_copies([], ["anything"])
    []
    """
    known = [(q, q.lower().split(), set(q.lower().split())) for q in questions]
    holding: dict[str, list[int]] = {}
    for n, (_, _, words) in enumerate(known):
        for word in words:
            holding.setdefault(word, []).append(n)
    found = []
    for case in cases:
        words_ = case.question.lower().split()
        held = set(words_)
        # who shares this many words has one of the rarest few (prefix filtering: Chaudhuri, Ganti and Kaushik 2006)
        shared = limit * 0.8
        rarest = sorted(held, key=lambda w: len(holding.get(w, ())))[: len(held) - math.ceil(shared * len(held)) + 1]
        for n in sorted({n for word in rarest for n in holding.get(word, ())}):
            question, other, others = known[n]
            if len(held & others) < shared * max(len(held), len(others)):
                continue
            likeness = difflib.SequenceMatcher(None, words_, other, autojunk=False).ratio()
            if likeness >= limit:
                found.append((case.id, question, round(likeness, 3)))
    return found
