"""The page *Evaluate*: runs and their figures, two runs side by side, one case in full, and cases of one's own."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from assistant import Misuse, PinpointFault, settings, to_json
from assistant.aids.reader import word_diff
from assistant.ui.shared import opened, plain
from evals.answers import Row
from evals.baseline import baseline
from evals.cases import OWN, Case, dump_cases, load_cases
from evals.charts import CHARTS
from evals.compare import Comparison, Pair, compare
from evals.gates import load_gates, through
from evals.hold import Holder
from evals.lint import Law, case_faults
from evals.metrics import Figure, figures, latency
from evals.report import FILES, as_csv, case_view, html_report, junit
from evals.run import Scored, make_run, scored, stored_runs
from evals.score import Score, own_said, score

MOST = 60  # cases or pairs listed at once


@st.cache_resource(show_spinner="Scoring the run …", max_entries=6)
def _scored(path: str, changed: float) -> Scored:
    return scored(Path(path), assistant=opened())


def render() -> None:
    """Draw the page."""
    st.html(_STYLE)
    st.title("Evaluate", anchor=False)
    st.caption("What the assistant gets right and wrong, on cases that people wrote from the law.")
    try:
        opened()
        if st.session_state.get("case_draft"):
            _add_case()
        found = [p for p in stored_runs() if (p / "answers.jsonl").is_file()]
        _make(bool(found))
        if not found:
            return
        run = _choose("Run", found, 0)
        parts = st.tabs(["Figures", "Compare", "Cases", "Report"])
        with parts[0]:
            _figures(run)
        with parts[1]:
            _compare(run, found)
        with parts[2]:
            _cases(run)
        with parts[3]:
            _downloads(run)
    except PinpointFault as fault:
        st.error(f"{fault.message} {fault.remedy}", icon=":material/error:")


# -- making and choosing runs ----------------------------------------------------------------------------------


def _make(any_yet: bool) -> None:
    """A button that answers a set of cases; what was answered before is not asked again."""
    sets = ["dev", "held-out", *([OWN] if _own_file().is_file() else [])]
    with st.expander("Make a run", expanded=not any_yet):
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        name = left.selectbox("Set of cases", sets, help="Held-out cases are reported in figures only.")
        if right.button("Run", type="primary", width="stretch"):
            with st.spinner("Answering the cases; the first time this takes one to two minutes …"):
                make_run(opened(), name)
            st.rerun()
        if not any_yet:
            st.caption("There is no run yet. The same on the command line: python -m evals run")


def _choose(label: str, found: list[Path], index: int) -> Scored:
    path = st.selectbox(label, found, index=index, format_func=lambda p: p.name)
    return _scored(str(path), (path / "answers.jsonl").stat().st_mtime)


# -- figures ---------------------------------------------------------------------------------------------------


def _figures(run: Scored) -> None:
    known = baseline(run.set)
    passages = through(run, load_gates(), known)
    broken = [p for p in passages if not p.passed]
    if broken:
        st.error(f"{len(broken)} of {len(passages)} gates are broken.", icon=":material/gpp_bad:")
    else:
        st.success(f"All {len(passages)} gates hold.", icon=":material/verified_user:")
    with st.expander("Gates", expanded=bool(broken)):
        for p in passages:
            named = "" if run.secret or p.passed else ": " + ", ".join(s.case.id for s in p.cases[:10])
            st.markdown(f"- {'holds' if p.passed else '**broken**'}: {plain(p.gate)} ({plain(p.said)}){plain(named)}")
    category = st.selectbox("Category", ["all", *sorted({s.case.category for s in run.scores})])
    chosen = [s for s in run.scores if category in {"all", s.case.category}]
    st.dataframe([_row(f) for f in figures(chosen)], hide_index=True, width="stretch", height="content")
    if timed := latency(chosen):
        st.caption(
            f"Latency: median {timed.median:.1f} ms ({timed.low:.1f}-{timed.high:.1f}), 95th percentile {timed.p95:.1f} ms, {timed.n} answers."
        )
    for title, note, make in CHARTS:
        st.markdown(f"**{title}.** {note}")
        st.altair_chart(make(run.scores))


def _row(f: Figure) -> dict[str, str]:
    return {
        "stage": f.metric.stage, "metric": f.metric.name, "value": f"{f.value:.3f}", "95 % interval": f"{f.low:.3f}-{f.high:.3f}",
        "of": f"{f.n:g} {f.metric.unit}", "better": f.metric.better,
    }  # fmt: skip


# -- comparison ------------------------------------------------------------------------------------------------


def _compare(run: Scored, found: list[Path]) -> None:
    known = baseline(run.set)
    names = ([known.name] if known else []) + [p.name for p in found if p.name != run.name]
    if not names:
        st.info("There is nothing to compare with yet: make another run, or bless one (python -m evals bless RUN).")
        return
    name = st.selectbox("Compare with", names)
    other = known if known and name == known.name else None
    if other is None:
        path = next(p for p in found if p.name == name)
        other = _scored(str(path), (path / "answers.jsonl").stat().st_mtime)
    try:
        result = compare(other, run)
    except Misuse as fault:
        st.info(f"{fault.message} {fault.remedy}")
        return
    st.write(f"{result.cases} cases in both, {result.left_out} left out (not in both, or changed).")
    for column, (title, pairs) in zip(st.columns(3), _kinds(result), strict=True):
        column.metric(title.capitalize(), len(pairs))
    rows = [
        {"metric": d.metric.name, "before": f"{d.first:.3f}", "now": f"{d.second:.3f}", "change": f"{d.change:+.3f}",
         "95 % interval": f"{d.low:+.3f} to {d.high:+.3f}", "p": f"{d.p:.3f}", "test": d.test}
        for d in result.differences
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, width="stretch", height="content")
    if run.secret:
        st.info("Held-out cases are compared in figures only.")
        return
    for title, pairs in _kinds(result):
        for pair in pairs[:MOST]:
            _pair(title, pair)
        if len(pairs) > MOST:
            st.caption(f"and {len(pairs) - MOST} more {title}: the report has them all")


def _kinds(result: Comparison) -> tuple[tuple[str, tuple[Pair, ...]], ...]:
    return ("broken", result.broken), ("fixed", result.fixed), ("changed", result.changed)


def _pair(title: str, pair: Pair) -> None:
    case = pair.second.case
    with st.expander(f"{title} · {case.id} ({case.severity}) · {plain(case.question)}"):
        for fault in pair.second.faults:
            st.markdown(f"- {plain(fault.text)}")
        tags = {"same": "span", "gone": "del", "new": "ins"}
        words = word_diff(own_said(pair.first.row), own_said(pair.second.row))
        st.html("<p>" + " ".join(f"<{tags[k]}>{html.escape(w)}</{tags[k]}>" for k, w in words) + "</p>")


# -- cases -----------------------------------------------------------------------------------------------------


def _cases(run: Scored) -> None:
    if run.secret:
        st.info("Held-out cases are reported in figures only: who has read their faults has used them.")
        return
    left, middle, right = st.columns(3)
    result = left.selectbox("Result", ["falls short", "right", "all"])
    severity = middle.selectbox("Severity", ["all", "high", "medium", "low"])
    kind = right.selectbox("Fault", ["all", *sorted({f.kind for s in run.scores for f in s.faults})])
    words = st.text_input("Words in the question, or an id").casefold()
    shown = [
        s for s in run.scores
        if (result == "all" or s.passed == (result == "right")) and severity in {"all", s.case.severity}
        and (kind == "all" or s.has(kind)) and words in f"{s.case.id} {s.case.question}".casefold()
    ]  # fmt: skip
    st.caption(f"{len(shown)} of {len(run.scores)} cases")
    if shown:
        by_id = {s.case.id: s for s in shown}
        chosen = st.selectbox("Case", list(by_id), format_func=lambda i: f"{i}: {by_id[i].case.question[:90]}")
        show_case(by_id[chosen])
        _ask_again(by_id[chosen].case)


def show_case(s: Score) -> None:
    """One case in full: what was asked and expected, the evidence, the answer, the verdicts, the words relied on."""
    case = s.case
    for earlier in case.history:
        st.caption(f"asked before: {plain(earlier)}")
    st.markdown(f"#### {plain(case.question)}")
    wanted = " and ".join(" or ".join(g) for g in case.require)
    expected = f"to {case.expect}" + (f" ({' or '.join(case.reason)})" if case.reason else "")
    st.markdown(
        f"{case.category}, {case.severity} severity, as of {case.day}; expected {plain(expected)}{', citing ' + plain(wanted) if wanted else ''}. {plain(case.why)}"
    )
    if s.passed:
        st.success("Without a fault.", icon=":material/check:")
    for fault in s.faults:
        st.error(f"{fault.kind.replace('_', ' ')}: {plain(fault.text)}", icon=":material/close:")
    if s.stray:
        st.caption(f"Stray citations: {plain(', '.join(s.stray))}")
    st.html(_case_html(s))


def _case_html(s: Score) -> str:
    view = case_view(s, opened().index.texts)
    e = html.escape
    parts = []
    if view["ranked"]:
        named = ", ".join(f"<b>{e(p)}</b>" if wanted else e(p) for p, wanted in view["ranked"])
        parts.append(f"<p><b>Evidence:</b> {named}</p>")
    parts.append(f"<p><b>{'Answer' if s.answered else f'Refused: {e(s.row.reason or str())}'}</b></p>")
    parts += [f"<p class='muted'>warning: {e(w.text or w.kind)}</p>" for w in s.row.warnings]
    for statement in view["statements"]:
        verdict = (
            "<span class='good'>supported</span>"
            if statement["supported"]
            else "<span class='bad'>not supported</span>"
        )
        faults = "".join(f"<br><span class='bad'>{e(f)}</span>" for f in (*statement["faults"], *statement["stale"]))
        parts.append(f"<p>{e(statement['text'])} {verdict}{faults}</p>")
        parts += [_source(c) for c in statement["citations"]]
    if not view["statements"] and s.row.text:
        parts.append(f"<p class='law'>{e(s.row.text)}</p>")
    return f"<div class='pinpoint-case'>{''.join(parts)}</div>"


def _source(cited: dict[str, object]) -> str:
    e = html.escape
    said = "exists" if cited["exists"] else "<span class='bad'>does not exist</span>"
    if cited["verbatim"] is not None:
        said += ", quotation verbatim" if cited["verbatim"] else ", <span class='bad'>quotation wrong</span>"
    source = cited["source"]
    body = "No words of it are quoted, or its text is not installed."
    if isinstance(source, tuple):
        before, words, after = source
        body = f"{e(before)}<mark>{e(words)}</mark>{e(after)}"
    return f"<details><summary>{e(str(cited['pinpoint']))} ({e(str(cited['version']))}): {said}</summary><p class='law'>{body}</p></details>"


def _ask_again(case: Case) -> None:
    """The same question as of another day, scored against the same key."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    day = left.date_input(
        "Ask again as of", value=case.day, min_value=date(2024, 7, 12), format="YYYY-MM-DD", key=f"day-{case.id}"
    )
    if right.button("Ask again", width="stretch") and isinstance(day, date):
        outcome = opened().ask(case.question, as_of=day, history=case.history)
        moved = case.model_copy(update={"as_of": day})
        row = Row.model_validate(to_json(outcome, id=case.id))
        st.info(
            f"As of {day}. The key was written for {case.day}, so a fault here may only mean that the law was another."
        )
        show_case(score(moved, row, Holder(opened()).hold(row, moved)))


# -- reports ---------------------------------------------------------------------------------------------------


def _downloads(run: Scored) -> None:
    st.write("The same files as `python -m evals report` writes.")
    if not st.button("Prepare the report"):
        return
    known = baseline(run.set)
    passages = through(run, load_gates(), known)
    made = (
        html_report(run, passages, compare(known, run) if known else None),
        junit(run, passages, known),
        as_csv(run),
    )
    for file, mime, text in zip(FILES, ("text/html", "application/xml", "text/csv"), made, strict=True):
        st.download_button(file, text, file_name=f"{run.name}-{file}", mime=mime, on_click="ignore", key=file)


# -- cases of one's own ----------------------------------------------------------------------------------------


def _own_file() -> Path:
    return settings().data / "evals" / OWN / "cases.yaml"


def _add_case() -> None:
    """A form for the question that came from the Ask page."""
    draft = st.session_state["case_draft"]
    st.subheader("Add this question as a case", anchor=False)
    with st.form("case"):
        question = st.text_area("Question", draft["question"])
        if draft["history"]:
            st.caption("Asked before: " + plain(" · ".join(draft["history"])))
        left, right = st.columns(2)
        name = left.text_input("Id", f"own-{len(_own_cases()) + 1:03}")
        severity = right.selectbox("Severity", ["high", "medium", "low"], index=1)
        expect = left.selectbox("Expected", ["answer", "refuse"], index=int(draft["outcome"] == "refuse"))
        reason = right.text_input("Right reasons of a refusal", draft["reason"] or "", help="separated by commas")
        require = st.text_area(
            "Provisions that must be cited", "\n".join(draft["citations"][:1]),
            help="one group per line; alternatives separated by semicolons: Art. 26(10); Art. 3(43)",
        )  # fmt: skip
        allow = st.text_area(
            "Further provisions that are right", "\n".join(draft["citations"][1:]), help="one per line"
        )
        must_say = st.text_area(
            "Words that must be said",
            help="one group per line; alternatives separated by semicolons; * ends a word, … stands for any words",
        )
        why = st.text_input("Why")
        reviewer = st.text_input("Second reader")
        saved, dropped = st.columns(2)
        save = saved.form_submit_button("Save the case", type="primary", width="stretch")
        drop = dropped.form_submit_button("Do not save", width="stretch")
    if drop:
        del st.session_state["case_draft"]
        st.rerun()
    if save:
        fields = {
            "id": name, "question": question, "history": draft["history"], "as_of": draft["as_of"], "category": "conversation" if draft["history"] else "officer",
            "severity": severity, "expect": expect, "why": why, "reviewer": reviewer, "source": "asked on the page",
        }  # fmt: skip
        if expect == "answer":
            fields |= {
                "require": _groups(require),
                "allow": allow.split("\n") if allow.strip() else [],
                "must_say": _groups(must_say),
            }
        else:
            fields |= {"reason": [r.strip() for r in reason.split(",") if r.strip()]}
        save_case(fields)
        del st.session_state["case_draft"]
        st.success(f"Saved as {name} in {_own_file()}. Run the set “own” to see how it does.")


def _groups(text: str) -> list[list[str]]:
    return [[e.strip() for e in line.split(";") if e.strip()] for line in text.split("\n") if line.strip()]


def _own_cases() -> list[Case]:
    return load_cases(_own_file().parent) if _own_file().is_file() else []


def save_case(fields: dict[str, object]) -> None:
    """Add a case to the evaluator's own set. Raises `Misuse` saying which field is wrong; then nothing is changed."""
    try:
        case = Case.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Misuse(
            f"Not saved: {where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}.",
            "Mend that field and save again.",
        ) from error
    assistant = opened()
    if fault := next(iter(case_faults(case, assistant.corpus, Law(assistant.corpus, assistant.index.texts))), ""):
        raise Misuse(f"Not saved: {fault}.", "Mend it and save again.")
    known = _own_cases()
    if any(c.id == case.id for c in known):
        raise Misuse(f"Not saved: there is a case {case.id} already.", "Choose another id.")
    path = _own_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(dump_cases([*known, case], head="Cases added on the page."), "utf-8")
    unfinished.replace(path)


_STYLE = """
<style>
.pinpoint-case .good { color: #14532d; font-size: .85em; } .pinpoint-case .bad { color: #8a1c1c; } .pinpoint-case .muted { color: #555; }
.pinpoint-case p { line-height: 1.5; margin: 0 0 .5em; }
.pinpoint-case details { border: 1px solid #c9c9c9; border-radius: .4em; padding: .2em .7em; margin: 0 0 .4em; }
.pinpoint-case summary { cursor: pointer; } .pinpoint-case summary:focus-visible { outline: 2px solid #0b5394; }
.pinpoint-case .law { border-left: 3px solid #0b5394; padding-left: .7em; white-space: pre-wrap; overflow-wrap: anywhere; }
.pinpoint-case mark { background: #fff2ab; color: inherit; }
del { background: #fbdada; color: #1c1c1c; } ins { background: #d9f2dc; color: #1c1c1c; text-decoration: none; }
</style>
"""
