"""The page *Roadmap*: what to have in place by which day, and how far one is."""

from __future__ import annotations

from datetime import date

import streamlit as st

from assistant.aids.briefs import Due, roadmap, roadmap_document
from assistant.aids.data import Role
from assistant.aids.practise import statements
from assistant.aids.saved import Sheet
from assistant.law import AI_ACT, parse_pinpoint
from assistant.ui import desk
from assistant.ui.cited import show, style
from assistant.ui.shared import aids, explained, opened, plain

STATES = {"": "not said", "not begun": "not begun", "under way": "under way", "in place": "in place"}


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Roadmap", anchor=False)
    st.caption(
        "The days and the sentences with a provision are the law's. The steps, and when to begin, are our own suggestions."
    )
    act = opened().corpus.works[AI_ACT]
    link = act.url(parse_pinpoint("Art. 113"), act.versions[-1].date)
    st.markdown(f"Official: [Art. 113 of the AI Act, when it applies]({link})")
    roles = st.pills(
        "For", list(Role), selection_mode="multi", default=list(Role), format_func=lambda r: r.value.capitalize()
    )
    dues = roadmap(opened().corpus, aids(), roles or tuple(Role))
    with st.expander("Keep track: how far we are", expanded="sheet" in st.query_params):
        sheet = desk.chosen("roadmap", "roadmap")
        if sheet:
            desk.close()
            st.markdown(f"**{plain(sheet.name)}**")
            desk.versions(sheet, {d.milestone.id: d.milestone.title for d in dues})
            desk.hand_on(sheet, lambda: roadmap_document(opened(), dues, _states(sheet), date.today()))
    if not sheet:
        desk.downloads("pinpoint-roadmap", lambda: roadmap_document(opened(), dues, {}, date.today()), "roadmap")
    today = date.today()
    last: date | None = None
    for due in dues:
        if due.day != last:
            last = due.day
            when = "applies" if due.day <= today else f"in {_months(today, due.day)}"
            st.markdown(f"### {due.day.day} {due.day:%B %Y}  :gray[{when}]")
        _due(due, sheet)


def _due(due: Due, sheet: Sheet | None) -> None:
    state = str(sheet.values.get(due.milestone.id, "")) if sheet else ""
    with st.expander(plain(due.milestone.title) + (f" ({state})" if state else "")):
        show(statements(opened(), due.milestone.rules, date.today()))
        if due.doubt:
            st.caption(plain(due.doubt))
        st.markdown(f"{due.advice()} " + " ".join(plain(s) for s in due.milestone.steps))
        if sheet:
            desk.choice(sheet, due.milestone.id, "How far", list(STATES), names=STATES)


def _states(sheet: Sheet) -> dict[str, str]:
    return {k: v for k, v in sheet.values.items() if isinstance(v, str)}


def _months(start: date, end: date) -> str:
    """How long until then, in whole months.

    >>> _months(date(2026, 11, 26), date(2026, 12, 2)), _months(date(2026, 11, 26), date(2027, 12, 2))
    ('6 days', '12 months')
    """
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return f"{months} months" if months > 1 else f"{(end - start).days} days"
