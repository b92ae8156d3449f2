"""The page *Primers*: one page for each audience, made from the register, as of a day."""

from __future__ import annotations

from datetime import date

import streamlit as st

from assistant.aids.briefs import held, primer_document
from assistant.aids.document import file_name
from assistant.aids.practise import statements
from assistant.law import AI_ACT
from assistant.ui import desk
from assistant.ui.cited import show, style
from assistant.ui.shared import aids, explained, opened, plain


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Primers", anchor=False)
    st.caption("One page for each audience. Every sentence is one of the register, with its provisions.")
    primers = aids().primers
    if not primers:
        st.info("There is no primer in corpus/aids/primers.yaml.")
        return
    asked = st.query_params.get("for", "")
    left, right = st.columns([3, 2])
    name = left.selectbox(
        "For", list(primers), index=list(primers).index(asked) if asked in primers else 0,
        format_func=lambda p: primers[p].audience, key="primer",
    )  # fmt: skip
    chosen = right.date_input(
        "Law as of", value="today", min_value=date(2024, 7, 12), format="YYYY-MM-DD", key="primer-day"
    )
    st.query_params["for"] = name
    day = chosen if isinstance(chosen, date) else date.today()
    primer, corpus = primers[name], opened().corpus
    version = corpus.works[AI_ACT].version_at(day).date
    st.markdown(f"**{plain(primer.lead)}**")
    st.caption(f"As of {day.isoformat()}, AI Act text of {version}; last checked against the law on {corpus.checked}.")
    for section in primer.sections:
        rules = held(corpus, section.rules, version)
        if rules:
            st.markdown(f"#### {plain(section.title)}")
            show(statements(opened(), rules, day))
    left_out = sum(len(s.rules) for s in primer.sections) - sum(
        len(held(corpus, s.rules, version)) for s in primer.sections
    )
    if left_out:
        st.caption(f"{left_out} sentences are left out: they are not true of the text of {version}.")
    desk.downloads(
        file_name("primer", primer.audience, day.isoformat()),
        lambda: primer_document(opened(), primer, day),
        f"primer-{name}-{day}",
    )
