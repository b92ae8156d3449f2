"""What is made of a filled-in worksheet: what is missing, how grave, how far, and a document to hand on.

The scales are our own. Fields are named as the aids name them: a field of a template by its id, a risk by
`ID.likelihood`, `.impact`, `.measures`, `.owner`, `.review`, a readiness question by its id and `ID.note`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.aids.assess import Answers, Assessment, Line, Scheme
from assistant.aids.data import Aids, Kind, Principle, Template
from assistant.aids.document import Document, Picture
from assistant.aids.practise import statements
from assistant.aids.saved import Sheet, Value, shown
from assistant.answer import Citation, Statement
from assistant.ask import Assistant
from assistant.errors import Misuse
from assistant.register import Falls

LIKELIHOOD = ("hardly thinkable", "unlikely", "possible", "likely", "to be expected")
IMPACT = ("a nuisance", "a burden that passes", "a real disadvantage", "a serious harm", "a harm that cannot be undone")
LEVELS = ("not begun", "talked about", "written down", "done in practice", "checked and improved")
GRAVITY = ((15, "very high"), (10, "high"), (5, "medium"), (1, "low"))
PRINCIPLES = ("lawfulness", "minimization of harm", "human autonomy", "fairness", "good governance")
OWN_RISKS = 6  # further risks of one's own
FALLS = {
    Falls.PROHIBITED: "Prohibited",
    Falls.PROHIBITED_UNLESS: "Prohibited, unless every condition of an exception is met",
    Falls.HIGH_RISK: "High-risk",
    Falls.TRANSPARENCY: "Transparency duties",
    Falls.UNLISTED: "On none of the Act's lists, as far as these answers show",
    Falls.OUTSIDE: "Outside the AI Act, as far as these answers show",
    None: "Not enough is known to say",
}
PARTS = (  # kinds of findings, with the heading they stand under
    ("outside", "Outside the Act"),
    ("prohibited", "Prohibitions"),
    ("high_risk", "High-risk uses"),
    ("transparency", "Transparency"),
    ("unlisted", "On no list"),
    ("note", "How the list is read"),
    ("duty", "Duties"),
    ("open", "Open questions"),
    ("boundary", "What lies outside the Act"),
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A risk that was weighed: likelihood and impact from 1 to 5."""

    id: str
    text: str
    principle: str
    sub: str
    likelihood: int
    impact: int

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 25."""
        return self.likelihood * self.impact

    @property
    def gravity(self) -> str:
        """The score in words.

        >>> Weighed("x", "", "", "", 3, 4).gravity
        'high'
        """
        return next(word for least, word in GRAVITY if self.score >= least)


def gaps(template: Template, values: Mapping[str, Value]) -> list[str]:
    """The ids of required fields that are still empty."""
    return [f.id for f in template.fields.values() if f.required and not values.get(f.id)]


def carried(template: Template, scheme: Scheme, answers: Mapping[str, Iterable[str]]) -> dict[str, Value]:
    """The fields of a template that an assessment's answers fill in, as text to go on from."""
    filled: dict[str, Value] = {}
    for field in template.fields.values():
        lines = []
        for name in field.carry:
            question = scheme.questions[name]
            chosen = set(answers.get(name, ()))
            labels = [o.label for o in question.options if o.id in chosen]
            if labels:
                lines.append(f"{question.ask} {'; '.join(labels)}.")
        if lines and field.kind is Kind.TEXT:
            filled[field.id] = "From the assessment: " + " ".join(lines)
    return filled


def weighed(principles: Iterable[Principle], values: Mapping[str, Value]) -> list[Weighed]:
    """The risks that have both numbers, the gravest first; risks of one's own come with them."""
    named = [(r.id, r.text, p.principle, p.name) for p in principles for r in p.risks]
    own = [
        (f"own{n}", shown(values.get(f"own{n}.text", "")), "", "Our own")
        for n in range(1, OWN_RISKS + 1)
        if values.get(f"own{n}.text")
    ]
    found = [
        Weighed(*entry, likelihood, impact)
        for entry in (*named, *own)
        if (likelihood := _level(values, f"{entry[0]}.likelihood", 5))
        and (impact := _level(values, f"{entry[0]}.impact", 5))
    ]
    return sorted(found, key=lambda w: -w.score)


def readiness(principles: Iterable[Principle], values: Mapping[str, Value]) -> dict[str, float]:
    """The mean level, 0 to 4, of each of the five principles that has an answer.

    >>> readiness([], {})
    {}
    """
    found: dict[str, list[int]] = {}
    for p in principles:
        for question in p.readiness:
            if isinstance(value := values.get(question.id), str) and value in {"0", "1", "2", "3", "4"}:
                found.setdefault(p.principle, []).append(int(value))
    return {name: sum(levels) / len(levels) for name, levels in found.items()}


def next_steps(principles: Iterable[Principle], values: Mapping[str, Value], most: int = 12) -> list[tuple[str, str]]:
    """What to do next where a question stands lowest: the question and the step."""
    rows = []
    for p in principles:
        for question in p.readiness:
            level = values.get(question.id)
            if isinstance(level, str) and level in {"0", "1", "2", "3"}:
                rows.append((int(level), question.ask, question.next[0 if level in {"0", "1"} else 1]))
    return [(ask, step) for _, ask, step in sorted(rows, key=lambda r: r[0])[:most]]


def _level(values: Mapping[str, Value], name: str, most: int) -> int:
    value = values.get(name)
    return int(value) if isinstance(value, str) and value.isdigit() and 1 <= int(value) <= most else 0


# -- plots -------------------------------------------------------------------------------------------------------


def matrix(risks: Sequence[Weighed]) -> Any:
    """Likelihood by impact as an Altair chart: how many risks stand in each square, coloured by gravity."""
    import altair as alt

    cells = [
        {"likelihood": i, "impact": j, "score": i * j,
         "risks": sum(r.likelihood == i and r.impact == j for r in risks)}
        for i in range(1, 6) for j in range(1, 6)
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X("likelihood:O", title="likelihood", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("impact:O", title="impact", sort="descending"),
    )
    squares = base.mark_rect(stroke="white").encode(
        color=alt.Color("score:Q", scale=alt.Scale(domain=[1, 5, 10, 25], range=["#d7ecd9", "#fff0b3", "#f9c784", "#d9534f"]), legend=None)
    )  # fmt: skip
    numbers = base.transform_filter("datum.risks > 0").mark_text(fontSize=18, fontWeight="bold").encode(text="risks:Q")
    return (squares + numbers).properties(width=300, height=260)


def radar(levels: Mapping[str, float], before: Mapping[str, float] | None = None) -> Any:
    """The five principles as a radar plot, with an earlier state behind it."""
    import math

    import altair as alt

    def corners(values: Mapping[str, float], name: str) -> list[dict[str, Any]]:
        around = [*PRINCIPLES, PRINCIPLES[0]]
        points = []
        for n, principle in enumerate(around):
            angle = 2 * math.pi * n / len(PRINCIPLES)
            level = values.get(principle, 0.0)
            points.append({"x": level * math.sin(angle), "y": level * math.cos(angle), "n": n, "state": name})
        return points

    scale = alt.Scale(domain=[-5.6, 5.6])
    x, y = alt.X("x:Q", scale=scale, axis=None), alt.Y("y:Q", scale=scale, axis=None)
    rings = [
        alt.Chart(alt.Data(values=corners(dict.fromkeys(PRINCIPLES, float(level)), "")))
        .mark_line(color="#c9c9c9", strokeWidth=1).encode(x=x, y=y, order="n:Q")
        for level in (1, 2, 3, 4)
    ]  # fmt: skip
    names = [{**c, "label": p} for p, c in zip(PRINCIPLES, corners(dict.fromkeys(PRINCIPLES, 4.7), ""), strict=False)]
    labels = alt.Chart(alt.Data(values=names)).mark_text(fontSize=12).encode(x=x, y=y, text="label:N")
    shapes = corners(levels, "now") + (corners(before, "before") if before else [])
    lines = alt.Chart(alt.Data(values=shapes)).mark_line(point=True, strokeWidth=3).encode(
        x=x, y=y, order="n:Q",
        color=alt.Color("state:N", scale=alt.Scale(domain=["now", "before"], range=["#0b5394", "#c98a00"]), title=None),
    )  # fmt: skip
    return alt.layer(*rings, labels, lines).properties(width=420, height=340).configure_view(stroke=None)


def picture(chart: Any, alt_text: str) -> Picture:
    """A chart in the forms that documents need."""
    import vl_convert

    spec = json.dumps(chart.to_dict())
    return Picture(vl_convert.vegalite_to_svg(spec), vl_convert.vegalite_to_png(spec, scale=2), alt_text)


# -- documents ---------------------------------------------------------------------------------------------------


def worksheet_document(assistant: Assistant, aids: Aids, scheme: Scheme, sheet: Sheet) -> Document:
    """The document of a worksheet of any kind. Raises `Misuse` for a kind that has none."""
    if sheet.kind in aids.templates:
        return sheet_document(assistant, aids.templates[sheet.kind], sheet)
    if sheet.kind == "risk":
        return risk_document(assistant, aids, sheet)
    if sheet.kind == "readiness":
        return readiness_document(assistant, aids, sheet)
    if sheet.kind == "assessment":
        return assessment_document(assistant, scheme, sheet, scheme.assess(answers_of(scheme, sheet.values)))
    raise Misuse(f"A worksheet of the kind {sheet.kind!r} has no document.", "Open it on its page.")


def answers_of(scheme: Scheme, values: Mapping[str, Value]) -> Answers:
    """The answers that a saved assessment holds, without any that the questions no longer know."""
    known = {q.id: {o.id for o in q.options} for q in scheme.questions.values()}
    held = {q: frozenset([v] if isinstance(v, str) else v) & known[q] for q, v in values.items() if q in known}
    return {q: chosen for q, chosen in held.items() if chosen}


def sheet_document(assistant: Assistant, template: Template, sheet: Sheet) -> Document:
    """A filled-in worksheet to hand on: every field with what was written, the rules that ask for it, what is missing."""
    made = Document(f"{template.title}: {sheet.name}", sheet.as_of, template.lead)
    made.text(template.own, kind="note")
    made.text("Official: " + "; ".join(f"{o.text} {o.url}" for o in template.official))
    empty = set(gaps(template, sheet.values))
    made.text(
        f"{len(empty)} required fields are still empty." if empty else "Every required field is filled in.", kind="note"
    )
    for section in template.sections:
        made.heading(section.title)
        made.bullets(statements(assistant, section.rules, sheet.as_of))
        for field in section.fields:
            made.heading(field.ask, 3)
            said = statements(assistant, field.rules, sheet.as_of)
            value = shown(sheet.values.get(field.id, ""))
            cited = shown(sheet.values.get(f"{field.id}.cited", ""))
            made.text(value or ("(still empty)" if field.id in empty else "(left empty)"), _cited(said))
            if cited:
                made.text(f"Taken over from an answer: {cited}")
    return made


def risk_document(assistant: Assistant, aids: Aids, sheet: Sheet) -> Document:
    """The weighed risks, the gravest first, with measures, who answers for them and when they are looked at again."""
    made = Document(f"Risk worksheet: {sheet.name}", sheet.as_of, "Likelihood times impact, by principle.")
    made.text(OWN_NOTE, kind="note")
    risks = weighed(aids.principles.values(), sheet.values)
    total = sum(len(p.risks) for p in aids.principles.values())
    named = sum(not r.id.startswith("own") for r in risks)
    made.text(
        f"{named} of {total} risks are weighed"
        + (f", and {len(risks) - named} of our own." if len(risks) > named else ".")
    )
    if risks:
        made.picture(picture(matrix(risks), f"Matrix of likelihood and impact with {len(risks)} risks"))
    made.text("Likelihood: " + _scale(LIKELIHOOD) + ". Impact: " + _scale(IMPACT) + ".")
    made.heading("The risks, the gravest first")
    laws = {r.id: r.rules for p in aids.principles.values() for r in p.risks}
    for risk in risks:
        made.heading(f"{risk.gravity}: {risk.text}", 3)
        made.text(f"{risk.sub}. Likelihood {risk.likelihood}, impact {risk.impact}, together {risk.score}.")
        for name, label in (("measures", "Measures"), ("owner", "Owner"), ("review", "To be reviewed on")):
            if value := sheet.values.get(f"{risk.id}.{name}"):
                made.text(f"{label}: {shown(value)}")
        made.bullets(statements(assistant, laws.get(risk.id, ()), sheet.as_of))
    return made


def readiness_document(assistant: Assistant, aids: Aids, sheet: Sheet, before: Sheet | None = None) -> Document:
    """Where the organisation stands by principle, what changed, and the next steps."""
    made = Document(f"Readiness: {sheet.name}", sheet.as_of, "Where the organisation stands, by the five principles.")
    made.text(OWN_NOTE, kind="note")
    levels = readiness(aids.principles.values(), sheet.values)
    old = readiness(aids.principles.values(), before.values) if before else None
    made.picture(
        picture(radar(levels, old), "Radar plot of the five principles, 0 not begun to 4 checked and improved")
    )
    head = ["principle", "now"] + (["before"] if old else [])
    made.table(head, [[p, _mean(levels, p)] + ([_mean(old, p)] if old else []) for p in PRINCIPLES])
    made.text("Scale: " + _scale(LEVELS, 0) + ".")
    made.heading("Next steps")
    made.bullets(f"{ask} {step}" for ask, step in next_steps(aids.principles.values(), sheet.values))
    made.heading("Answers")
    for p in aids.principles.values():
        answered = [q for q in p.readiness if sheet.values.get(q.id)]
        if answered:
            made.heading(f"{p.name} ({p.principle})", 3)
        for q in answered:
            level = shown(sheet.values[q.id])
            word = LEVELS[int(level)] if level in "01234" else level
            made.text(f"{q.ask} {word}.", _cited(statements(assistant, q.rules, sheet.as_of)))
            if note := sheet.values.get(f"{q.id}.note"):
                made.text(shown(note))
    return made


OWN_NOTE = (
    "The questions, risks and scales are our own, put in the order of the five principles of the UNICRI/INTERPOL toolkit. "
    "They are not the toolkit's questionnaires, which are found at https://ai-lawenforcement.org."
)


def assessment_document(assistant: Assistant, scheme: Scheme, sheet: Sheet, result: Assessment) -> Document:
    """The result of an assessment with the answers it rests on; every line with its rules."""
    made = Document(f"Assessment: {sheet.name}", sheet.as_of, FALLS[result.falls])
    made.text(NOT_A_VERDICT, kind="note")
    for kind, title in PARTS:
        lines = result.of(kind)
        if lines:
            made.heading(title)
        for line in lines:
            made.heading(headline(line), 3)
            if line.doubt:
                made.text(line.doubt, kind="note")
            made.bullets(statements(assistant, line.rules, sheet.as_of))
    if result.missing:
        made.heading("Missing to decide")
        made.bullets(f"{scheme.questions[q].ask} ({'; '.join(titles[:6])})" for q, titles in result.missing.items())
    made.heading("Answers")
    for question in scheme.questions.values():
        chosen = sheet.values.get(question.id, [])
        labels = [o.label for o in question.options if o.id in chosen]
        if labels:
            made.text(f"{question.ask} {'; '.join(labels)}.")
    return made


NOT_A_VERDICT = (
    "This follows from the answers below and from nothing else. It names what the Act's lists and duties hold for them; "
    "it does not say that a use is in order. National law, other Union law and the facts decide that."
)


def headline(line: Line) -> str:
    """A line of a result in one phrase: its title, then how it stands."""
    return f"{line.finding.title} {standing(line)}".rstrip()


def standing(line: Line) -> str:
    """How a line stands: under which exceptions, for whom, from when, and what the answers say is in place."""
    words = []
    if line.status.value not in {"holds", "undecided"}:
        titles = "; ".join(e.title for e in line.exceptions)
        words.append(f"({line.status.value}{': ' + titles if titles else ''})")
    if line.finding.role:
        words.append(f"[{'deployer and provider' if line.finding.role == 'both' else line.finding.role}]")
    if line.since:
        by = "by" if line.basis.startswith("Art. 111") else "from"
        words.append(f"{by} {line.since.day} {line.since:%B %Y}" + (f" ({line.basis})" if line.basis else ""))
    if line.in_place is not None:
        words.append("· you say: in place" if line.in_place else "· missing, by your answers")
    return " ".join(words)


def _cited(said: Sequence[Statement]) -> list[Citation]:
    return [c for s in said for c in s.citations]


def _scale(words: Sequence[str], first: int = 1) -> str:
    return ", ".join(f"{n} {w}" for n, w in enumerate(words, first))


def _mean(levels: Mapping[str, float], name: str) -> str:
    return f"{levels[name]:.1f}" if name in levels else "no answer"
