"""The page *Worksheets*: impact assessment, risks, readiness, transparency record. Our own forms, saved as one writes."""

from __future__ import annotations

import streamlit as st

from assistant.aids.data import Kind, Principle, SheetField, Template
from assistant.aids.practise import statements
from assistant.aids.saved import Sheet
from assistant.aids.worksheets import (
    IMPACT,
    LEVELS,
    LIKELIHOOD,
    OWN_NOTE,
    OWN_RISKS,
    gaps,
    matrix,
    next_steps,
    radar,
    readiness,
    readiness_document,
    risk_document,
    sheet_document,
    weighed,
)
from assistant.ui import desk
from assistant.ui.cited import show, style
from assistant.ui.shared import aids, explained, opened, plain

TOOLKIT = "https://ai-lawenforcement.org"
FORMS = {
    "fria": "Fundamental rights impact assessment",
    "risk": "Risk worksheet",
    "readiness": "Organisational readiness",
    "transparency": "Transparency record",
}


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Worksheets", anchor=False)
    st.caption("Our own forms, with the rules that ask for each field. Every change is saved at once on this machine.")
    asked = st.query_params.get("form", "fria")
    form = st.segmented_control(
        "Form", list(FORMS), default=asked if asked in FORMS else "fria", format_func=FORMS.__getitem__,
        key="form", required=True, on_change=_left,
    )  # fmt: skip
    st.query_params["form"] = form or "fria"
    if form == "risk":
        _risk()
    elif form == "readiness":
        _readiness()
    else:
        _template(aids().templates[form or "fria"])


def _left() -> None:
    """Another form was chosen: its own list is shown."""
    st.query_params.pop("sheet", None)
    st.query_params.pop("field", None)
    st.query_params.pop("cite", None)


# -- forms from a template ---------------------------------------------------------------------------------------


def _template(template: Template) -> None:
    st.info(plain(template.own), icon=":material/info:")
    st.markdown("Official: " + " · ".join(f"[{plain(o.text)}]({o.url})" for o in template.official))
    if (aimed := st.query_params.get("field", "")) in template.fields:
        cite = st.query_params.get("cite", "")
        st.success(
            f"The answer belongs to the field “{plain(template.fields[aimed].ask)}”. Begin or open a worksheet: {plain(cite)} is filled in there as its source."
        )
    sheet = desk.chosen(template.id, "worksheet")
    if sheet is None:
        with st.expander("What this form asks"):
            for section in template.sections:
                st.markdown(f"**{plain(section.title)}**: " + "; ".join(plain(f.ask) for f in section.fields))
        return
    sheet = _cite_from_address(template, sheet)
    desk.close()
    st.subheader(plain(sheet.name), anchor=False)
    empty = set(gaps(template, sheet.values))
    required = [f.id for f in template.fields.values() if f.required]
    st.progress(
        1 - len(empty) / len(required), f"{len(required) - len(empty)} of {len(required)} required fields are filled in"
    )
    fill, more = st.tabs(["Fill in", "Check, versions, hand on"])
    with fill:
        for section in template.sections:
            left = sum(f.id in empty for f in section.fields)
            title = f"{section.title} ({left} open)" if left else f"{section.title} ✓"
            with st.expander(
                plain(title), expanded=any(f.id == aimed for f in section.fields) or section is template.sections[0]
            ):
                if section.lead:
                    st.caption(plain(section.lead))
                show(statements(opened(), section.rules, sheet.as_of))
                for field in section.fields:
                    _field(sheet, field)
    with more:
        if empty:
            st.warning(
                "Still empty: " + "; ".join(plain(template.fields[f].ask) for f in empty), icon=":material/checklist:"
            )
        else:
            st.success("Every required field is filled in. Whether it is right is for people to judge.")
        names = {f.id: f.ask for f in template.fields.values()} | {
            f"{f.id}.cited": f"source for: {f.ask}" for f in template.fields.values()
        }
        desk.versions(sheet, names)
        desk.hand_on(sheet, lambda: sheet_document(opened(), template, sheet))


def _cite_from_address(template: Template, sheet: Sheet) -> Sheet:
    """The citation that an answer sent along, written once into the field it belongs to."""
    field, cite = st.query_params.get("field", ""), st.query_params.get("cite", "")
    if field in template.fields and cite:
        key = f"{field}.cited"
        held = str(sheet.values.get(key, ""))
        if cite not in held.split("; "):
            desk.write(sheet.id, {key: "; ".join(filter(None, (held, cite[:120])))}, field)
            st.session_state.pop(f"{sheet.id}:{key}", None)
        del st.query_params["cite"]
        sheet = st.session_state.get(f"sheet:{sheet.id}", sheet)
    return sheet


def _field(sheet: Sheet, field: SheetField) -> None:
    label = plain(field.ask) + ("" if field.required else " (where it applies)")
    if field.kind is Kind.TEXT:
        desk.text(sheet, field.id, label, field.help)
    elif field.kind is Kind.DAY:
        desk.day(sheet, field.id, label, field.help)
    elif field.kind is Kind.CHOICE:
        desk.choice(sheet, field.id, label, field.options, field.help)
    else:
        desk.several(sheet, field.id, label, field.options, field.help)
    if f"{field.id}.cited" in sheet.values:
        desk.text(sheet, f"{field.id}.cited", "Source taken over from an answer", tall=False)
    if field.rules:
        with st.popover("What the law says here", icon=":material/gavel:"):
            show(statements(opened(), field.rules, sheet.as_of))


def _by_principles(kind: str, noun: str) -> Sheet | None:
    """What the two forms by the five principles begin with: whose they are, and the worksheet that is open."""
    st.info(plain(OWN_NOTE), icon=":material/info:")
    st.markdown(f"Official: [the toolkit and its questionnaires]({TOOLKIT})")
    sheet = desk.chosen(kind, noun)
    if sheet:
        desk.close()
        st.subheader(plain(sheet.name), anchor=False)
    return sheet


# -- risks -------------------------------------------------------------------------------------------------------


def _risk() -> None:
    sheet = _by_principles("risk", "worksheet")
    if sheet is None:
        return
    principles = list(aids().principles.values())
    risks = weighed(principles, sheet.values)
    fill, picture, more = st.tabs(["Weigh", "Picture", "Versions, hand on"])
    with fill:
        name = st.selectbox(
            "Principle",
            [*dict.fromkeys(p.principle for p in principles), "our own"],
            key="risk-principle",
            format_func=str.capitalize,
        )
        for principle in principles:
            if principle.principle == name:
                _risks_of(sheet, principle)
        if name == "our own":
            st.caption(f"Up to {OWN_RISKS} risks that the list does not have.")
            for n in range(1, OWN_RISKS + 1):
                desk.text(sheet, f"own{n}.text", f"Risk {n}", tall=False)
                if sheet.values.get(f"own{n}.text"):
                    _weigh(sheet, f"own{n}")
    with picture:
        st.write(f"{len(risks)} risks are weighed.")
        if risks:
            st.altair_chart(matrix(risks))
            st.dataframe(
                [{"risk": r.text, "principle": r.sub, "likelihood": r.likelihood, "impact": r.impact, "together": r.score, "so": r.gravity} for r in risks],
                hide_index=True, width="stretch",
            )  # fmt: skip
    with more:
        names = {
            f"{r.id}.{k}": f"{r.text} ({k})"
            for p in principles
            for r in p.risks
            for k in ("likelihood", "impact", "measures", "owner", "review")
        }
        desk.versions(sheet, names)
        desk.hand_on(sheet, lambda: risk_document(opened(), aids(), sheet))


def _risks_of(sheet: Sheet, principle: Principle) -> None:
    st.markdown(f"#### {plain(principle.name)}")
    for risk in principle.risks:
        done = " ✓" if sheet.values.get(f"{risk.id}.likelihood") and sheet.values.get(f"{risk.id}.impact") else ""
        with st.expander(plain(risk.text) + done):
            show(statements(opened(), risk.rules, sheet.as_of))
            st.markdown("Measures one could take: " + " ".join(f"*{plain(m)}*" for m in risk.mitigations))
            _weigh(sheet, risk.id)


def _weigh(sheet: Sheet, risk: str) -> None:
    left, right = st.columns(2)
    numbers = ["1", "2", "3", "4", "5", ""]
    with left:
        desk.choice(sheet, f"{risk}.likelihood", "Likelihood", numbers, names=_named(LIKELIHOOD))
    with right:
        desk.choice(sheet, f"{risk}.impact", "Impact", numbers, names=_named(IMPACT))
    desk.text(sheet, f"{risk}.measures", "Measures")
    with left:
        desk.text(sheet, f"{risk}.owner", "Owner, by role", tall=False)
    with right:
        desk.day(sheet, f"{risk}.review", "To be reviewed on")


def _named(words: tuple[str, ...]) -> dict[str, str]:
    return {str(n): f"{n} {w}" for n, w in enumerate(words, 1)} | {"": "not weighed"}


# -- readiness ---------------------------------------------------------------------------------------------------


def _readiness() -> None:
    sheet = _by_principles("readiness", "review")
    if sheet is None:
        return
    principles = list(aids().principles.values())
    total = sum(len(p.readiness) for p in principles)
    answered = sum(bool(sheet.values.get(q.id)) for p in principles for q in p.readiness)
    st.progress(answered / max(1, total), f"{answered} of {total} questions are answered")
    ask, picture, more = st.tabs(["Answer", "Where we stand", "Versions, hand on"])
    with ask:
        name = st.selectbox(
            "Principle",
            list(dict.fromkeys(p.principle for p in principles)),
            key="ready-principle",
            format_func=str.capitalize,
        )
        scale = {str(n): f"{n} {w}" for n, w in enumerate(LEVELS)} | {"": "not answered"}
        for principle in [p for p in principles if p.principle == name]:
            st.markdown(f"#### {plain(principle.name)}")
            for question in principle.readiness:
                desk.choice(sheet, question.id, question.ask, list(scale), names=scale)
                with st.popover("Note, and the law", icon=":material/edit_note:"):
                    desk.text(sheet, f"{question.id}.note", "Note")
                    show(statements(opened(), question.rules, sheet.as_of))
    with more:
        names = {q.id: q.ask for p in principles for q in p.readiness}
        old = desk.versions(sheet, names)
        desk.hand_on(sheet, lambda: readiness_document(opened(), aids(), sheet, old))
    with picture:
        levels = readiness(principles, sheet.values)
        before = readiness(principles, old.values) if old else None
        st.altair_chart(radar(levels, before))
        st.dataframe(
            [{"principle": p, "now": round(v, 1), "before": round(before[p], 1) if before and p in before else None} for p, v in levels.items()],
            hide_index=True, width="stretch",
        )  # fmt: skip
        st.markdown("**Next steps, where it stands lowest**")
        for question_, step in next_steps(principles, sheet.values):
            st.markdown(f"- {plain(step)}  \n:gray[{plain(question_)}]")
