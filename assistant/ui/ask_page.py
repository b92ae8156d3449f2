"""The page *Ask*: a question in, an answer with its sources out."""

from __future__ import annotations

import html
from datetime import date

import streamlit as st

from assistant.answer import Answer, Citation, Outcome, Refusal
from assistant.ask import Assistant
from assistant.errors import PinpointFault
from assistant.law import AI_ACT, Authority
from assistant.ui.markdown import as_markdown

EXAMPLES = (
    "Can we run live facial recognition on the crowd at the Christmas market to find a missing child?",
    "May we search the custody photos with a still from a shop camera?",
    "Is software that reads emotions in interviews banned for us?",
    "When do the rules for high-risk systems start for the police?",
    "What does Art. 26(10) say?",
)
NOTICE = "Guidance for officers, not legal advice. Leave out names, numbers and anything else from a case."
_AUTHORITY = {
    Authority.LAW: ("Law", "blue"),
    Authority.OFFICIAL_GUIDANCE: ("Official guidance", "orange"),
    Authority.TOOLKIT: ("Toolkit, not law", "violet"),
    Authority.COMMENTARY: ("Commentary, not law", "gray"),
}


@st.cache_resource(show_spinner="Opening the law …")
def _assistant() -> Assistant:
    return Assistant.open()


def render() -> None:
    """Draw the page."""
    st.html(_STYLE)
    st.title("Pinpoint", anchor=False)
    st.caption("What the EU AI Act asks of police, every sentence tied to its provision.")
    try:
        assistant = _assistant()
    except PinpointFault as fault:
        st.error(f"**Pinpoint cannot open its index.** {fault.message} {fault.remedy}", icon=":material/error:")
        return
    day = _day(assistant)
    turns: list[Outcome] = st.session_state.setdefault("turns", [])
    for n, outcome in enumerate(turns):
        _turn(n, outcome)
    asked = st.chat_input("Ask about AI in policing", max_chars=2000) or (None if turns else _examples())
    if asked:
        try:
            outcome, _ = assistant.ask_and_record(asked, as_of=day)
        except PinpointFault as fault:
            st.error(f"{fault.message} {fault.remedy}", icon=":material/error:")
            return
        turns.append(outcome)
        st.rerun()
    st.caption(NOTICE)


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
    right.caption(f"AI Act, text of **{act.date}**{note}. Last checked against the law on **{assistant.corpus.checked}**.")
    return day


def _examples() -> str | None:
    """Questions to begin with, on the empty page."""
    st.markdown("**Try one of these**")
    for n, question in enumerate(EXAMPLES):
        if st.button(question, key=f"example-{n}", use_container_width=True):
            return question
    return None


def _turn(n: int, outcome: Outcome) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(outcome.question or "(a question with case data, not kept)")
    with st.chat_message("assistant", avatar=":material/push_pin:"):
        if isinstance(outcome, Answer):
            _answer(n, outcome)
        else:
            _refusal(outcome)


def _answer(n: int, answer: Answer) -> None:
    for warning in answer.warnings:
        st.warning(warning.text, icon=":material/info:")
    lines = [f"<p>{html.escape(s.text)}&nbsp;{_marks(n, answer, s.citations)}</p>" for s in answer.statements]
    st.html(f'<div class="pinpoint-answer">{"".join(lines)}</div>')
    if not answer.complete:
        st.caption("This is not all that bears on the question; ask about a single point for more.")
    st.markdown("**Sources**")
    for number, citation in enumerate(answer.citations, 1):
        _source(n, number, citation, answer)
    text = as_markdown(answer)
    left, right = st.columns(2)
    with left.popover("Copy", icon=":material/content_copy:", use_container_width=True):
        st.code(text, language="markdown", wrap_lines=True)
    right.download_button(
        "Download", text, file_name=f"pinpoint-{answer.as_of.isoformat()}-{n + 1}.md", mime="text/markdown",
        icon=":material/download:", key=f"download-{n}", use_container_width=True,
    )  # fmt: skip


def _marks(n: int, answer: Answer, cited: tuple[Citation, ...]) -> str:
    numbers = {(c.pinpoint, c.version): i for i, c in enumerate(answer.citations, 1)}
    return " ".join(
        f'<a class="pinpoint-mark" href="#source-{n}-{i}" title="{html.escape(c.pinpoint)}" aria-label="Source {i}, {html.escape(c.pinpoint)}">[{i}]</a>'
        for c in cited for i in [numbers[c.pinpoint, c.version]]
    )  # fmt: skip


def _source(n: int, number: int, citation: Citation, answer: Answer) -> None:
    """One source: badges and link in view, the provision with the relied-on words marked on opening."""
    st.html(f'<div id="source-{n}-{number}"></div>')
    with st.expander(f"[{number}] {citation.pinpoint}{f' · {citation.heading}' if citation.heading else ''}"):
        name, colour = _AUTHORITY[citation.authority]
        st.markdown(
            f":{colour}-badge[{name}{', draft' if citation.draft else ''}] "
            f":{'green' if citation.status.startswith('applies since') else 'orange'}-badge[{citation.status}] "
            f":gray-badge[text of {citation.version}]"
        )
        provision = _assistant().index.texts.get(citation.pinpoint, answer_version(citation, answer))
        if provision and citation.start is not None and citation.end is not None:
            before, quoted, after = provision.text[: citation.start], provision.text[citation.start : citation.end], provision.text[citation.end :]
            st.html(
                f'<div class="pinpoint-law" lang="en">{html.escape(before)}<mark>{html.escape(quoted)}</mark>{html.escape(after)}</div>'
            )
        else:
            st.caption("The official text is not installed here; the link leads to it.")
        if citation.url:
            st.markdown(f"[Open at {'EUR-Lex' if 'eur-lex' in citation.url else 'the source'}]({citation.url})")


def answer_version(citation: Citation, answer: Answer) -> str:
    """The version of the citation's work that was in force on the answer's day."""
    return _assistant().corpus.works[citation.work].version_at(answer.as_of).date


def _refusal(refusal: Refusal) -> None:
    st.info(refusal.why, icon=":material/block:")
    if refusal.ask:
        st.write(refusal.ask)
    if refusal.nearest:
        st.markdown("**Nearest provisions**")
        for near in refusal.nearest:
            heading = f" · {near.heading}" if near.heading else ""
            st.markdown(f"- [{near.pinpoint}]({near.url}){heading}" if near.url else f"- {near.pinpoint}{heading}")


_STYLE = """
<style>
.pinpoint-answer p { margin: 0 0 .7em; line-height: 1.55; font-size: 1.02rem; }
.pinpoint-mark { text-decoration: none; font-size: .8em; font-weight: 600; white-space: nowrap; }
.pinpoint-mark:focus { outline: 2px solid currentColor; outline-offset: 2px; }
.pinpoint-law { white-space: pre-wrap; border-left: 3px solid #0b5394; padding: .2em 0 .2em .8em; line-height: 1.5; overflow-wrap: anywhere; }
.pinpoint-law mark { background: #fff2ab; color: inherit; padding: .05em 0; }
</style>
"""
