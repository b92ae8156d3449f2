"""The page *Ask*: a question in, an answer with its sources out."""

from __future__ import annotations

import html
from datetime import date

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from assistant.aids.actions import actions
from assistant.answer import Answer, Citation, Outcome, Refusal
from assistant.ask import Assistant
from assistant.errors import PinpointFault
from assistant.law import AI_ACT
from assistant.ui.cited import AUTHORITY, sources_link
from assistant.ui.markdown import as_markdown
from assistant.ui.shared import aids, opened, plain, scheme, way

EXAMPLES = (
    "Can we run live facial recognition on the crowd at the Christmas market to find a missing child?",
    "May we search the custody photos with a still from a shop camera?",
    "Is software that reads emotions in interviews banned for us?",
    "When do the rules for high-risk systems start for the police?",
    "What does Art. 26(10) say?",
)
NOTICE = "Guidance for officers, not legal advice. Leave out names, numbers and anything else from a case."


def render(evaluate: StreamlitPage | None = None) -> None:
    """Draw the page; with the page that takes questions as cases, each outcome offers to become one."""
    st.html(_STYLE)
    st.title("Pinpoint", anchor=False)
    st.caption("What the EU AI Act asks of police, every sentence tied to its provision.")
    try:
        assistant = opened()
    except PinpointFault as fault:
        st.error(f"**Pinpoint cannot open its index.** {fault.message} {fault.remedy}", icon=":material/error:")
        return
    day = _day(assistant)
    turns: list[Outcome] = st.session_state.setdefault("turns", [])
    with st.container():  # in a container the input stays here, and the answer's beginning in view
        asked = st.chat_input("Ask about AI in policing", max_chars=2000)
    st.caption(f"{NOTICE} {_writer_note(assistant)}")
    asked = asked or (None if turns else _examples())
    if asked:
        try:
            history = [turn.question for turn in reversed(turns)]  # empty where a guard stopped it
            turns.insert(0, assistant.ask_and_record(asked, as_of=day, history=history)[0])
        except PinpointFault as fault:
            st.error(f"{fault.message} {fault.remedy}", icon=":material/error:")
            return
        st.rerun()
    if assistant.record_problem:
        st.warning(assistant.record_problem, icon=":material/save:")
    for n, outcome in enumerate(turns):
        _turn(len(turns) - n, outcome)
        if evaluate and outcome.question:
            _offer_case(len(turns) - n, outcome, [t.question for t in reversed(turns[n + 1 :]) if t.question], evaluate)


def _writer_note(assistant: Assistant) -> str:
    """Which language model sees the question, and where it runs."""
    writer = assistant.writer
    if writer is None:
        return "No language model is used; nothing leaves this machine."
    return f"Questions that pass the guards go to the language model {writer.name}, {writer.where}; its draft is shown only if every sentence is verified."


def _day(assistant: Assistant) -> date:
    """The as-of date picker, and which text of the law it means."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    chosen = left.date_input(
        "Law as of", value="today", min_value=date(2024, 7, 12), format="YYYY-MM-DD", key="as_of",
        help="Answers come from the text in force on this day.",
    )  # fmt: skip
    day = chosen if isinstance(chosen, date) else date.today()
    act = assistant.corpus.works[AI_ACT].version_at(day)
    note = f", {act.note.split(';')[0]}" if act.note else ""
    right.caption(
        f"AI Act, text of **{act.date}**{note}. Last checked against the law on **{assistant.corpus.checked}**."
    )
    return day


def _examples() -> str | None:
    """Questions to begin with, on the empty page."""
    st.markdown("**Try one of these**")
    for n, question in enumerate(EXAMPLES):
        if st.button(question, key=f"example-{n}", width="stretch"):
            return question
    return None


def _turn(n: int, outcome: Outcome) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(outcome.question or "(a question with case data, not kept)")
        if outcome.understood:
            st.caption(f"Understood as: {plain(outcome.understood)}")
    with st.chat_message("assistant", avatar=":material/push_pin:"):
        if isinstance(outcome, Answer):
            _answer(n, outcome)
        else:
            _refusal(outcome)


def _offer_case(n: int, outcome: Outcome, history: list[str], evaluate: StreamlitPage) -> None:
    """A button that takes the question, and what was answered, to the page where cases are kept."""
    if st.button("Add this question as a case", key=f"case-{n}", icon=":material/fact_check:", type="tertiary"):
        st.session_state["case_draft"] = {
            "question": outcome.question,
            "history": history if outcome.understood else [],
            "as_of": outcome.as_of,
            "outcome": outcome.outcome,
            "reason": outcome.reason.value if isinstance(outcome, Refusal) else "",
            "citations": [c.pinpoint for c in outcome.citations] if isinstance(outcome, Answer) else [],
        }
        st.switch_page(evaluate)


def _answer(n: int, answer: Answer) -> None:
    for warning in answer.warnings:
        if warning.kind != "partial":
            st.warning(plain(warning.text), icon=_ICONS.get(warning.kind, ":material/info:"))
    if answer.written_by:
        st.caption(f"Worded by {plain(answer.written_by)}; every sentence passed verification.")
    lines = [f"<p>{html.escape(s.text)}&nbsp;{_marks(n, answer, s.citations)}</p>" for s in answer.statements]
    st.html(f'<div class="pinpoint-answer">{"".join(lines)}</div>')
    for warning in answer.warnings:
        if warning.kind == "partial":
            st.caption(warning.text)
    sources = "".join(_source(n, number, citation, answer) for number, citation in enumerate(answer.citations, 1))
    st.html(f'<h4 class="pinpoint-h">Sources</h4>{sources}')
    _onward(answer)
    text = as_markdown(answer)
    left, right = st.columns(2)
    with left.popover("Copy", icon=":material/content_copy:", width="stretch"):
        st.code(text, language="markdown", wrap_lines=True)
    right.download_button(
        "Download", text, file_name=f"pinpoint-{answer.as_of.isoformat()}-{n + 1}.md", mime="text/markdown",
        icon=":material/download:", key=f"download-{n}", width="stretch",
    )  # fmt: skip


def _onward(answer: Answer) -> None:
    """What to do with the answer: the assessment, a worksheet field, a scenario, a primer, with what fits filled in."""
    icons = {"assess": ":material/rule:", "worksheets": ":material/edit_document:", "practise": ":material/school:", "primers": ":material/article:"}  # fmt: skip
    try:
        offered = actions(answer, opened().corpus, aids(), scheme())
    except PinpointFault as fault:  # a broken scenario file takes no answer away
        st.caption(f"{plain(fault.message)} {plain(fault.remedy)}")
        return
    if offered:
        with st.expander("Go on with this"):
            for action in offered:
                way(action.page, action.label, icons[action.page], **action.query)


def _marks(n: int, answer: Answer, cited: tuple[Citation, ...]) -> str:
    numbers = {(c.pinpoint, c.version): i for i, c in enumerate(answer.citations, 1)}
    return " ".join(
        f'<a class="pinpoint-mark" href="#source-{n}-{i}" title="{html.escape(c.pinpoint)}" aria-label="Source {i}, {html.escape(c.pinpoint)}">[{i}]</a>'
        for c in cited for i in [numbers[c.pinpoint, c.version]]
    )  # fmt: skip


def _source(n: int, number: int, citation: Citation, answer: Answer) -> str:
    """One source: its name in view; badges, link and the provision with the relied-on words marked on opening."""
    name, colour = AUTHORITY[citation.authority]
    applies = "green" if citation.status.startswith("applies since") else "orange"
    badges = [
        (name + (", draft" if citation.draft else ""), colour),
        (citation.status, applies),
        (f"text of {citation.version}", "gray"),
    ]
    shown = "".join(f'<span class="pinpoint-badge {c}">{html.escape(t)}</span>' for t, c in badges)
    provision = opened().index.texts.get(citation.pinpoint, _version(citation, answer))
    if provision and citation.start is not None and citation.end is not None:
        body = f'<div class="pinpoint-law" lang="en">{_marked(provision.text, _spans(citation, answer))}</div>'
    else:
        body = "<p>The official text is not installed here; the link leads to it.</p>"
    site = "EUR-Lex" if "eur-lex" in citation.url else "the source"
    version = citation.version if citation.work == AI_ACT else ""
    inside = f'<a href="{html.escape(sources_link(citation.pinpoint, version))}" target="_blank" rel="noopener">Read in Sources</a>'
    outside = (
        f'<a href="{html.escape(citation.url)}" target="_blank" rel="noopener">Open at {site}</a> · '
        if citation.url
        else ""
    )
    link = f"<p>{outside}{inside}</p>"
    heading = f" · {html.escape(citation.heading)}" if citation.heading else ""
    return (
        f'<details class="pinpoint-source" id="source-{n}-{number}"><summary>[{number}] <b>{html.escape(citation.pinpoint)}</b>{heading}</summary>'
        f"<div>{shown}{body}{link}</div></details>"
    )


def _spans(citation: Citation, answer: Answer) -> list[tuple[int, int]]:
    """Every stretch of the provision that a sentence of the answer relies on."""
    cited = [
        c
        for s in answer.statements
        for c in s.citations
        if (c.pinpoint, c.version) == (citation.pinpoint, citation.version)
    ]
    return sorted({(c.start, c.end) for c in cited if c.start is not None and c.end is not None})


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text as HTML with the stretches marked; stretches that meet are one.

    >>> _marked("a < b and c", [(0, 5), (3, 9)])
    '<mark>a &lt; b and</mark> c'
    """
    shown, at = "", 0
    for start, end in spans:
        start = max(start, at)
        if start >= end:
            continue
        shown += html.escape(text[at:start]) + f"<mark>{html.escape(text[start:end])}</mark>"
        at = end
    return (shown + html.escape(text[at:])).replace("</mark><mark>", "")


def _version(citation: Citation, answer: Answer) -> str:
    """The version of the citation's work that was in force on the answer's day."""
    return opened().corpus.works[citation.work].version_at(answer.as_of).date


def _refusal(refusal: Refusal) -> None:
    st.info(plain(refusal.why), icon=":material/block:")
    if refusal.ask:
        st.write(plain(refusal.ask))
    if refusal.nearest:
        st.markdown("**Nearest provisions**")
        for near in refusal.nearest:
            heading = f" · {near.heading}" if near.heading else ""
            st.markdown(f"- [{near.pinpoint}]({near.url}){heading}" if near.url else f"- {near.pinpoint}{heading}")


_ICONS = {
    "leading_question": ":material/balance:",
    "misreading": ":material/report:",
    "pressure_on_a_person": ":material/front_hand:",
    "model_not_used": ":material/smart_toy:",
}
_STYLE = """
<style>
.pinpoint-answer p { margin: 0 0 .7em; line-height: 1.55; font-size: 1.02rem; }
.pinpoint-mark { text-decoration: none; font-size: .8em; font-weight: 600; white-space: nowrap; }
.pinpoint-mark:focus { outline: 2px solid currentColor; outline-offset: 2px; }
.pinpoint-h { margin: .4em 0 .3em; font-size: 1rem; }
.pinpoint-source { border: 1px solid #c9c9c9; border-radius: .5em; margin: 0 0 .4em; }
.pinpoint-source summary { cursor: pointer; padding: .45em .8em; }
.pinpoint-source summary:focus-visible { outline: 2px solid #0b5394; outline-offset: 1px; }
.pinpoint-source:target { border-color: #0b5394; box-shadow: 0 0 0 1px #0b5394; }
.pinpoint-source > div { padding: .2em .9em .6em; }
.pinpoint-badge { display: inline-block; font-size: .8rem; padding: .1em .6em; border-radius: 1em; margin: 0 .4em .5em 0; background: #ececec; color: #333; }
.pinpoint-badge.blue { background: #dbe9f7; color: #083e6e; } .pinpoint-badge.green { background: #dff2e1; color: #14532d; }
.pinpoint-badge.orange { background: #fdebd3; color: #7a3e00; } .pinpoint-badge.violet { background: #ece3f7; color: #43236b; }
.pinpoint-law { white-space: pre-wrap; border-left: 3px solid #0b5394; padding: .2em 0 .2em .8em; line-height: 1.5; overflow-wrap: anywhere; }
.pinpoint-law mark { background: #fff2ab; color: inherit; padding: .05em 0; }
</style>
"""
