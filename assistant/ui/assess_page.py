"""The page *Assess a system*: plain questions, and what the Act's lists and duties hold for the answers."""

from __future__ import annotations

import html
from datetime import date

import streamlit as st

from assistant.aids.assess import Answers, Assessment, Line, Question, Status
from assistant.aids.describe import Reading, Suggestion
from assistant.aids.practise import statements
from assistant.aids.saved import Sheet, Value
from assistant.aids.worksheets import FALLS, NOT_A_VERDICT, PARTS, answers_of, assessment_document, carried, standing
from assistant.errors import PinpointFault
from assistant.law import AI_ACT, parse_pinpoint
from assistant.register import Falls
from assistant.ui import desk
from assistant.ui.cited import sentence, show, style
from assistant.ui.shared import aids, describer, explained, go, opened, plain, scheme, shelf, way

OPEN = "I do not know yet"
_COLOUR = {
    Falls.PROHIBITED: "red",
    Falls.PROHIBITED_UNLESS: "red",
    Falls.HIGH_RISK: "orange",
    Falls.TRANSPARENCY: "blue",
}


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Assess a system", anchor=False)
    st.caption(f"At most {len(scheme().questions)} plain questions. {NOT_A_VERDICT}")
    if (task := st.query_params.get("task", "")) and not st.query_params.get("sheet"):
        known = {o.id: o.label for o in scheme().questions["task"].options}
        if task in known:
            st.info(f"A new assessment begins with this answer: {plain(known[task])}")
    sheet = desk.chosen("assessment", "system", _first)
    if sheet is None:
        return
    desk.close()
    st.subheader(plain(sheet.name), anchor=False)
    answers = answers_of(scheme(), sheet.values)
    result = scheme().assess(answers)
    _summary(answers, result)
    asked, found, more = st.tabs(["Questions", "Result", "Save and hand on"])
    with asked:
        _describe(sheet)
        for n, question in enumerate(scheme().relevant(answers), 1):
            _question(sheet, n, question)
    with found:
        _result(result, sheet.as_of)
    with more:
        _onward(sheet, answers, result)
        names = {q.id: q.ask for q in scheme().questions.values()}
        desk.versions(sheet, names)
        desk.hand_on(sheet, lambda: assessment_document(opened(), scheme(), sheet, result))


def _first() -> dict[str, Value]:
    """What a new assessment begins with: a task named in the address, or a scenario's answers."""
    values: dict[str, Value] = {}
    task = st.query_params.get("task", "")
    if task in {o.id for o in scheme().questions["task"].options}:
        values["task"] = [task]
    scenario = aids().scenarios.get(st.query_params.get("scenario", ""))
    if scenario:
        values |= {
            q: list(chosen) if scheme().questions[q].several else chosen[0] for q, chosen in scenario.answers.items()
        }
    return values


def _summary(answers: Answers, result: Assessment) -> None:
    waiting = [q for q in scheme().relevant(answers) if not answers.get(q.id)]
    colour = _COLOUR.get(result.falls, "gray") if result.falls else "gray"
    points = [line.finding.title for line in result.of("high_risk") if line.stands]
    more = f" {plain('; '.join(points))}." if points else ""
    st.markdown(f"**So far:** :{colour}-background[{FALLS[result.falls]}].{more} {len(waiting)} questions are open.")


def _question(sheet: Sheet, n: int, question: Question) -> None:
    names = {o.id: (f"{o.group}: {o.label}" if o.group else o.label) for o in question.options}
    label = f"{n}. {question.ask}"
    if question.several:
        desk.several(sheet, question.id, label, list(names), question.help, names)
    else:
        desk.choice(sheet, question.id, label, [*names, ""], question.help, names | {"": OPEN})


# -- suggestions from a description ------------------------------------------------------------------------------


def _describe(sheet: Sheet) -> None:
    with st.expander("Describe the system in your own words, for suggestions"):
        desk.text(
            sheet,
            "description",
            "What does it do, for whom, on whom, where and with what result?",
            "No case data. Nothing is decided from it.",
        )
        described = sheet.values.get("description", "")
        if not isinstance(described, str) or not described.strip():
            st.caption("Suggestions appear here. Each one waits for your yes.")
            return
        try:
            reading = describer().read(described)
        except PinpointFault as fault:
            st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")
            return
        if not reading.suggestions:
            st.caption("Nothing in the description points to an answer.")
        for suggestion in reading.suggestions:
            _suggestion(sheet, suggestion)
        _placed(reading)
        if reading.near:
            st.markdown("**Rules nearest to the description**")
            show(statements(opened(), [r.id for r in reading.near], sheet.as_of))


def _placed(reading: Reading) -> None:
    """Where such a system may belong: what to look at first, and a warning where near misses and exemptions are close."""
    corpus = opened().corpus
    version = corpus.works[AI_ACT].versions[-1].date
    names = [f"Annex III, point {a}" for a in reading.areas[:3]]
    shown = "; ".join(f"{n} ({corpus.heading(parse_pinpoint(n), version)})" for n in names)
    st.caption(f"Look first at: {plain(shown)}. By likeness alone; the questions decide.")
    if reading.stands != "within":
        close = "uses that just miss the list" if reading.stands == "outside" else "uses that Art. 6(3) may exempt"
        st.caption(
            f"It reads like {close}. This guess is often wrong: answer the questions on the output and the data with care."
        )


def _suggestion(sheet: Sheet, suggestion: Suggestion) -> None:
    question = scheme().questions[suggestion.question]
    label = next(o.label for o in question.options if o.id == suggestion.option)
    held = sheet.values.get(question.id, [])
    taken = suggestion.option in held if isinstance(held, list) else suggestion.option == held
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(f"{plain(question.ask)} **{plain(label)}**  \n:gray[like: {plain(suggestion.because)}]")
    key = f"take-{sheet.id}-{question.id}-{suggestion.option}"
    if right.button("Taken" if taken else "Yes", key=key, disabled=taken, width="stretch"):
        value: Value = [*held, suggestion.option] if question.several and isinstance(held, list) else suggestion.option
        if question.several and not isinstance(value, list):
            value = [suggestion.option]
        if desk.write(sheet.id, {question.id: value}, question.id):
            st.session_state.pop(f"{sheet.id}:{question.id}", None)
            st.rerun()


# -- the result --------------------------------------------------------------------------------------------------


def _result(result: Assessment, day: date) -> None:
    for kind, title in PARTS:
        lines = result.of(kind)
        if not lines:
            continue
        st.markdown(f"### {title}")
        for line in lines:
            _line(line, day)
    if result.missing:
        st.markdown("### Missing to decide")
        for name, titles in result.missing.items():
            shown = "; ".join(titles[:5]) + (f" and {len(titles) - 5} more" if len(titles) > 5 else "")
            st.markdown(f"- **{plain(scheme().questions[name].ask)}** decides on: {plain(shown)}")


def _line(line: Line, day: date) -> None:
    said = statements(opened(), line.rules, day)
    rows = "".join(f"<li>{sentence(s)}</li>" for s in said)
    kind = line.finding.kind if line.status not in {Status.LIFTED, Status.SET_ASIDE} else ""
    doubt = f'<p class="status">{html.escape(line.doubt)}</p>' if line.doubt else ""
    st.html(
        f'<div class="pinpoint-line {kind}"><p><strong>{html.escape(line.finding.title)}</strong></p>'
        f'<p class="status">{html.escape(standing(line))}</p>{doubt}'
        f'<ul class="pinpoint-said">{rows}</ul></div>'
    )


def _onward(sheet: Sheet, answers: Answers, result: Assessment) -> None:
    """Ways on, with the answers carried over."""
    st.markdown("**Go on with these answers**")
    columns = st.columns(2)
    for column, (name, label) in zip(
        columns,
        (("fria", "Fundamental rights impact assessment"), ("transparency", "Transparency record")),
        strict=True,
    ):
        if column.button(label, key=f"on-{name}", icon=":material/arrow_forward:", width="stretch"):
            template = aids().templates[name]
            begun = shelf().new(name, sheet.name, date.today(), carried(template, scheme(), answers))
            go("worksheets", form=name, sheet=begun.id)
    tasks = answers.get("task", frozenset())
    like = [s for s in aids().scenarios.values() if tasks & set(s.answers.get("task", ()))]
    if like:
        st.markdown("**Scenarios with the same task**")
        for scenario in like[:6]:
            way("practise", scenario.title, ":material/school:", scenario=scenario.id)
