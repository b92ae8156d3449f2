"""The plots of a run, for the report (as SVG) and for the page (as Altair charts); one place, so both show the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from assistant.refuse import REFUSES
from evals.metrics import by_category, calibration, confusion, tradeoff
from evals.score import Score

BLUE, ORANGE, GREY = "#0b5394", "#b45f06", "#8a8a8a"
WIDTH = 520
BY_CATEGORY = ("outcome accuracy", "required-citation recall", "citation precision")


def category_chart(scores: Sequence[Score]) -> Any:
    """Three figures of every category, each with its 95 % interval."""
    rows = [
        {"category": f"{category.replace(chr(95), chr(32))} ({len([s for s in scores if s.case.category == category])})", "metric": f.metric.name,
         "value": f.value, "low": f.low, "high": f.high}
        for category, found in by_category(scores).items()
        for f in found
        if f.metric.name in BY_CATEGORY
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("category:N", title=None, axis=alt.Axis(labelLimit=220)))
    scale = alt.Scale(domain=[0, 1])
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title=None), x2="high:Q")
    points = base.mark_point(filled=True, color=BLUE, size=60).encode(
        x=alt.X("value:Q", scale=scale), tooltip=["category:N", "metric:N", "value:Q", "low:Q", "high:Q"]
    )
    return (
        (bars + points).properties(width=170).facet(column=alt.Column("metric:N", title=None, sort=list(BY_CATEGORY)))
    )


def calibration_chart(scores: Sequence[Score]) -> Any:
    """Predicted chance that a question is to be refused against the true share, in tenths of the cases."""
    rows = [{"predicted": p, "true": t, "cases": n} for p, t, n in calibration(scores)]
    square = alt.Scale(domain=[0, 1])
    line = alt.Chart(alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(color=GREY, strokeDash=[4, 4])
    dots = alt.Chart(alt.Data(values=rows)).mark_line(point=True, color=BLUE)
    return (
        line.encode(x=alt.X("x:Q", scale=square), y=alt.Y("y:Q", scale=square))
        + dots.encode(
            x=alt.X("predicted:Q", scale=square, title="predicted chance that it must be refused"),
            y=alt.Y("true:Q", scale=square, title="share that must be refused"),
            tooltip=["predicted:Q", "true:Q", "cases:Q"],
        )
    ).properties(width=WIDTH // 2, height=WIDTH // 2)


def tradeoff_chart(scores: Sequence[Score]) -> Any:
    """False answers against false refusals as the refusal's threshold moves; the point in use is marked."""
    rows = [{"threshold": t, "false refusals": r, "false answers": a} for t, r, a in tradeoff(scores)]
    used = min(rows, key=lambda r: abs(r["threshold"] - REFUSES), default={"false refusals": 0, "false answers": 0})
    encode = {
        "x": alt.X("false refusals:Q", title="false refusals (share of answerable)"),
        "y": alt.Y("false answers:Q", title="false answers (share of refusable)"),
        "tooltip": ["threshold:Q", "false refusals:Q", "false answers:Q"],
    }
    line = alt.Chart(alt.Data(values=rows)).mark_line(color=BLUE).encode(**encode, order="threshold:Q")
    here = alt.Chart(alt.Data(values=[used])).mark_point(filled=True, color=ORANGE, size=110).encode(**encode)
    return (line + here).properties(width=WIDTH // 2, height=WIDTH // 2)


def confusion_chart(scores: Sequence[Score]) -> Any:
    """Expected outcomes against those given; a refusal by its reason."""
    rows = [{"expected": e, "given": g, "cases": n} for (e, g), n in confusion(scores).items()]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("given:N", title="given", axis=alt.Axis(labelAngle=-35)), y=alt.Y("expected:N", title="expected")
    )
    cells = base.mark_rect().encode(
        color=alt.Color("cases:Q", scale=alt.Scale(scheme="blues", type="symlog"), legend=None)
    )
    cells = cells.encode(tooltip=["expected:N", "given:N", "cases:Q"])
    light = max((int(str(r["cases"])) for r in rows), default=0) / 4
    words = base.mark_text(fontSize=12).encode(
        text="cases:Q", color=alt.condition(alt.datum.cases > light, alt.value("white"), alt.value("black"))
    )
    return (cells + words).properties(width=WIDTH, height=220)


CHARTS = (
    ("By category", "Value and 95 % interval; in brackets the number of cases.", category_chart),
    ("Calibration of refusing", "On the dashed line, the predicted chance is the true one.", calibration_chart),
    ("Trade-off of refusing", "Each point is a threshold; the one in use is marked.", tradeoff_chart),
    ("Outcomes", "Expected against given, in cases.", confusion_chart),
)


def as_svg(chart: Any) -> str:
    """A chart as SVG text; needs no browser and no network."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return svg
