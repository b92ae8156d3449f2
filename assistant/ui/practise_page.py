"""The page *Practise*: scenarios for trainees and trainers, group scores, hand-outs, and the staged hallucination."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from assistant.aids.data import Scenario
from assistant.aids.document import file_name
from assistant.aids.practise import LONGEST, Staged, compared, handout, staged, statements
from assistant.aids.saved import Sheet, as_json
from assistant.errors import PinpointFault
from assistant.law import parse_pinpoint
from assistant.register import Falls
from assistant.ui import desk
from assistant.ui.cited import own_words, show, style
from assistant.ui.shared import aids, explained, opened, plain, way

MODES = ("Trainee", "Presenter", "Group scores", "Hand-out", "Staged hallucination")
GROUPS = 8


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Practise", anchor=False)
    scenarios = aids().scenarios
    if not scenarios:
        st.info("There is no scenario in corpus/scenarios.")
        return
    asked = st.query_params.get("scenario", "")
    st.caption(f"{len(scenarios)} made-up situations. Decide, give reasons, and lay them beside the law.")
    topics = [f for f in Falls if any(s.falls is f for s in scenarios.values())]
    left, right = st.columns([2, 3])
    kind = left.selectbox("Kind", [None, *topics], format_func=lambda f: f.label if f else "all", key="practise-kind")
    shown = [s for s in scenarios.values() if kind in {None, s.falls} or s.id == asked]
    ids = [s.id for s in shown]
    name = right.selectbox(
        "Scenario",
        ids,
        index=ids.index(asked) if asked in ids else 0,
        format_func=lambda i: scenarios[i].title,
        key="practise-scenario",
    )
    mode = st.segmented_control(
        "Mode",
        MODES,
        default=st.query_params.get("mode", MODES[0]) if st.query_params.get("mode") in MODES else MODES[0],
        key="practise-mode",
        required=True,
    )
    st.query_params["scenario"], st.query_params["mode"] = name, mode or MODES[0]
    scenario = scenarios[name]
    draw = {
        "Trainee": _trainee,
        "Presenter": _presenter,
        "Group scores": _scores,
        "Hand-out": _handout,
        "Staged hallucination": _stage,
    }
    draw[mode or MODES[0]](scenario)


def _situation(scenario: Scenario) -> None:
    st.subheader(plain(scenario.title), anchor=False)
    st.markdown(f"You are: **{plain(scenario.role)}**. Law as of {scenario.as_of.isoformat()}.")
    st.write(plain(scenario.situation))
    if scenario.source:
        st.caption(f"A made-up case after one reported in {plain(scenario.source)}; places and details are invented.")


# -- the trainee -------------------------------------------------------------------------------------------------


def _trainee(scenario: Scenario) -> None:
    _situation(scenario)
    st.markdown(f"**{plain(scenario.decide)}**")
    texts = [o.text for o in scenario.options]
    choice = st.radio("Your decision", texts, index=None, key=f"choice-{scenario.id}", format_func=plain)
    answer = st.text_area(
        "Your reasons, with the provisions you rely on", key=f"answer-{scenario.id}", height=160,
        help=f"At most {LONGEST} characters. No data of a real case. It is not stored.",
    )  # fmt: skip
    for n, hint in enumerate(scenario.hints, 1):
        with st.expander(f"Hint {n}"):
            st.write(plain(hint))
    if not st.toggle("Reveal the expected reasoning", key=f"reveal-{scenario.id}"):
        return
    right = next(o.text for o in scenario.options if o.right)
    if choice == right:
        st.success("Your decision is the expected one.", icon=":material/check:")
    else:
        st.info(f"Expected: {plain(right)}", icon=":material/lightbulb:")
    _beside(scenario, answer)
    _wrong(scenario)
    _onward(scenario)


def _beside(scenario: Scenario, answer: str) -> None:
    result = None
    if answer.strip():
        try:
            result = compared(opened(), scenario, answer)
        except PinpointFault as fault:
            st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")
    st.markdown("#### Expected reasoning")
    st.caption("Your nearest sentence stands beside each step. It is laid beside, not marked: you judge.")
    for n, step in enumerate(scenario.steps):
        said = statements(opened(), step.rules, scenario.as_of)
        own_words(f"{n + 1}. {step.say}", said)
        if result:
            beside = result.steps[n]
            mine = f"you: “{beside.sentence}”" if beside.sentence else "you: nothing near"
            named = f" · you named {', '.join(beside.named)}" if beside.named else ""
            st.caption(plain(mine + named))
        with st.expander(f"What the law says on step {n + 1}"):
            show(said)
    if result:
        for sentence, claim in result.tempting:
            st.warning(
                f"“{plain(sentence)}” is near a tempting wrong answer: “{plain(claim)}”", icon=":material/report:"
            )
        if result.other:
            st.caption(f"You also named {plain(', '.join(result.other))}, which the expected reasoning does not use.")
        if result.unknown:
            st.warning(
                f"These do not exist in the text of that day: {plain(', '.join(result.unknown))}.",
                icon=":material/report:",
            )


def _wrong(scenario: Scenario) -> None:
    st.markdown("#### Tempting, and wrong")
    for wrong in scenario.wrong:
        said = statements(opened(), wrong.rules, scenario.as_of)
        st.markdown(f"“{plain(wrong.claim)}”")
        own_words(wrong.why, said)
        with st.expander("What the law says"):
            show(said)


def _onward(scenario: Scenario) -> None:
    st.markdown("#### Go on")
    if scenario.answers:
        way("assess", "Assess this system with the answers filled in", ":material/fact_check:", scenario=scenario.id)
    first = opened().corpus.rules[scenario.steps[0].rules[0]].provisions[0]
    way("sources", f"Read {first}", ":material/menu_book:", p=first)


# -- the presenter -----------------------------------------------------------------------------------------------


def _slides(scenario: Scenario) -> list[str]:
    steps = [f"step-{n}" for n in range(len(scenario.steps))]
    return ["situation", "decide", "hints", *steps, *[f"wrong-{n}" for n in range(len(scenario.wrong))], "talk"]


def _presenter(scenario: Scenario) -> None:
    """One thing at a time in large type; what is not yet to be seen is hidden."""
    slides = _slides(scenario)
    key = f"slide-{scenario.id}"
    at = min(st.session_state.get(key, 0), len(slides) - 1)
    back, where, on = st.columns([1, 2, 1], vertical_alignment="center")
    if back.button(
        "Back", key="slide-back", icon=":material/arrow_back:", disabled=at == 0, width="stretch", shortcut="Left"
    ):
        st.session_state[key] = at - 1
        st.rerun()
    where.markdown(f"**{at + 1} of {len(slides)}**")
    if on.button(
        "Next",
        key="slide-next",
        icon=":material/arrow_forward:",
        disabled=at == len(slides) - 1,
        width="stretch",
        shortcut="Right",
    ):
        st.session_state[key] = at + 1
        st.rerun()
    _slide(scenario, slides[at])


def _slide(scenario: Scenario, slide: str) -> None:
    name, _, number = slide.partition("-")
    if name == "situation":
        _big(scenario.title, scenario.situation)
    elif name == "decide":
        _big(
            "Decide",
            scenario.decide,
            *(f"{letter}. {o.text}" for letter, o in zip("ABCDE", scenario.options, strict=False)),
        )
        if st.toggle("Show the expected decision", key=f"show-{scenario.id}-decide"):
            _big("", *(f"{letter}. {o.text}" for letter, o in zip("ABCDE", scenario.options, strict=False) if o.right))
    elif name == "hints":
        _big("Hints")
        for n, hint in enumerate(scenario.hints, 1):
            if st.toggle(f"Show hint {n}", key=f"show-{scenario.id}-hint-{n}"):
                _big("", hint)
    elif name == "talk":
        _big("Talk about it", *scenario.talk)
    elif name == "step":
        step = scenario.steps[int(number)]
        _big(f"Step {int(number) + 1}")
        _covered(scenario, slide, step.say, step.rules)
    else:
        wrong = scenario.wrong[int(number)]
        _big("Tempting, and wrong?", f"“{wrong.claim}”")
        _covered(scenario, slide, wrong.why, wrong.rules)


def _covered(scenario: Scenario, slide: str, text: str, rules: Sequence[str]) -> None:
    """Something that stays hidden until the trainer shows it."""
    if st.toggle("Show", key=f"show-{scenario.id}-{slide}"):
        _big("", text)
        show(statements(opened(), rules, scenario.as_of), big=True)


def _big(title: str, *lines: str) -> None:
    head = f"<h2>{html.escape(title)}</h2>" if title else ""
    st.html(f'<div class="pinpoint-big">{head}{"".join(f"<p>{html.escape(line)}</p>" for line in lines)}</div>')


# -- group scores ------------------------------------------------------------------------------------------------


def _scores(scenario: Scenario) -> None:
    """A point for each step that a group found, two for the decision; saved like a worksheet."""
    st.caption("Two points for the expected decision, one for each step of the reasoning. The trainer judges.")
    sheet = desk.chosen("scores", "session")
    if sheet is None:
        return
    desk.close()
    st.subheader(plain(f"{sheet.name}: {scenario.title}"), anchor=False)
    items = ["decision", *(f"step {n}" for n in range(1, len(scenario.steps) + 1))]
    for n in range(1, GROUPS + 1):
        if n > 1 and not sheet.values.get(f"group{n - 1}.name"):
            break
        desk.text(sheet, f"group{n}.name", f"Group {n}", tall=False)
        if sheet.values.get(f"group{n}.name"):
            desk.several(sheet, f"group{n}.{scenario.id}", f"What group {n} found", items)
    table = scores(sheet, scenario.id)
    if table:
        st.dataframe(
            [{"group": g, "points": p, "of": 2 + len(scenario.steps), "all scenarios": t} for g, p, t in table],
            hide_index=True,
            width="stretch",
        )
    desk.versions(sheet, {})
    name = file_name("scores", sheet.name)
    st.download_button(
        "JSON, to open here again",
        as_json(sheet),
        f"{name}.json",
        "application/json",
        key="scores-json",
        on_click="ignore",
    )


def scores(sheet: Sheet, scenario: str) -> list[tuple[str, int, int]]:
    """Each group with its points for a scenario and for all, the best first."""
    rows = []
    for n in range(1, GROUPS + 1):
        name = sheet.values.get(f"group{n}.name")
        if not isinstance(name, str) or not name:
            continue
        each = {
            k.partition(".")[2]: _points(v)
            for k, v in sheet.values.items()
            if k.startswith(f"group{n}.sc-") and isinstance(v, list)
        }
        rows.append((name, each.get(scenario, 0), sum(each.values())))
    return sorted(rows, key=lambda r: (-r[1], -r[2], r[0]))


def _points(found: list[str]) -> int:
    return sum(2 if item == "decision" else 1 for item in found)


# -- hand-outs and staging ---------------------------------------------------------------------------------------


def _handout(scenario: Scenario) -> None:
    _situation(scenario)
    solved = st.toggle("With solutions, for the trainer", key=f"solved-{scenario.id}")
    kind = "solutions" if solved else "trainees"
    desk.downloads(
        file_name("scenario", scenario.id, kind), lambda: handout(opened(), scenario, solved), f"{scenario.id}-{kind}"
    )


def _stage(scenario: Scenario) -> None:
    st.write(
        "Feed a false claim, as a chatbot might say it, and watch it being refused. Every sentence of every answer passes the same three checks."
    )
    key = f"stage-{scenario.id}"
    for field, value in (
        ("claim", scenario.staged.claim),
        ("source", "; ".join(scenario.staged.provisions)),
        ("quote", scenario.staged.quote),
    ):
        st.session_state.setdefault(f"{key}-{field}", value)
    claim = st.text_area("The claim", key=f"{key}-claim", max_chars=1000)
    source = st.text_input(
        "The provisions it pretends to rest on", key=f"{key}-source", help="Separated by semicolons.", max_chars=200
    )
    quote = st.text_input("Words it pretends to quote (may be empty)", key=f"{key}-quote", max_chars=600)
    try:
        result = staged(opened(), claim, source.split(";"), quote, scenario.as_of)
    except PinpointFault as fault:
        st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")
        return
    seen = st.session_state.get(f"{key}-seen", 0)
    if seen < len(result.checks) + 1 and st.button(
        "Next check", key=f"{key}-next", type="primary", icon=":material/play_arrow:"
    ):
        seen += 1
        st.session_state[f"{key}-seen"] = seen
    if seen and st.button("From the beginning", key=f"{key}-again", type="tertiary"):
        st.session_state[f"{key}-seen"] = 0
        st.rerun()
    _checks(result, seen)
    if seen > len(result.checks):
        _verdict(scenario, result, claim)


def _checks(result: Staged, seen: int) -> None:
    for n, check in enumerate(result.checks[:seen], 1):
        icon = {True: ":material/check:", False: ":material/close:", None: ":material/remove:"}[check.passed]
        word = {True: "passed", False: "failed", None: "not made"}[check.passed]
        draw = st.success if check.passed else st.error if check.passed is False else st.info
        draw(f"Check {n}: {check.name}: **{word}**" + "".join(f"  \n{plain(f)}" for f in check.found), icon=icon)


def _verdict(scenario: Scenario, result: Staged, claim: str) -> None:
    if result.shown:
        st.info(
            "All checks pass: this sentence would be shown. If it is false, the checks missed it: report it as a case.",
            icon=":material/visibility:",
        )
    else:
        st.error("This sentence is never shown.", icon=":material/block:")
    if result.compared_with:
        st.markdown("**What the law says instead**")
        show([result.compared_with])
    if claim.strip() == scenario.staged.claim:
        st.markdown(f"**What is false in it.** {plain(scenario.staged.why)}")
    for provision in scenario.staged.provisions:
        if opened().corpus.exists_in(
            provision, opened().corpus.works[parse_pinpoint(provision).work].version_at(scenario.as_of).date
        ):
            way("sources", f"Read {provision}", ":material/menu_book:", p=provision)
