"""Charts: one specification each, as SVG for paper and script for the page. The door to altair, vl-convert.

Colours are of Okabe and Ito ("Color Universal Design", 2008): those who see red and green alike tell them
apart. No chart tells anything by colour alone, and each has its words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

INK, SOFT, LINE = "#1b1f24", "#59636e", "#e1e5ea"
BLUE, ORANGE, GREEN, SKY = "#0072b2", "#d55e00", "#009e73", "#9ecae9"
WIDTH, HEIGHT = 620, 200
FONT = "Inter, Noto Sans, sans-serif"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """A chart."""

    svg: str
    specification: str
    """JSON of Vega-Lite, for the page."""
    words: str
    """What it shows, for those who do not see it."""
    source: str
    """Name of the query that it draws."""


def bars(
    rows: Sequence[Row], *, x: str, y: str, unit: str, words: str, source: str, is_day: bool = False
) -> Picture:
    """One bar a row.

    Args:
        rows: x as text or day, y as number.
        unit: of y, for the axis.
    """
    import altair as alt

    kind = "T" if is_day else "N"
    axis = alt.X(f"{x}:{kind}", sort=None, title=None, axis=_labels(is_day))
    chart = (
        alt.Chart(_data(rows))
        .mark_bar(color=BLUE, cornerRadiusEnd=2)
        .encode(
            axis, alt.Y(f"{y}:Q", title=unit), tooltip=[f"{x}:{kind}", alt.Tooltip(f"{y}:Q", format=",.2f")]
        )
    )
    return _picture(chart, words, source)


def lines(
    rows: Sequence[Row], *, x: str, series: Mapping[str, str], unit: str, words: str, source: str
) -> Picture:
    """A line each.

    Args:
        rows: x as day; a number a series.
        series: column -> name.
    """
    import altair as alt

    colours, dashes = (BLUE, ORANGE, GREEN), ([1, 0], [6, 3], [2, 2])
    scale = list(series.values())
    long = [
        {x: row[x], "what": name, "value": row[column]} for row in rows for column, name in series.items()
    ]
    chart = (
        alt.Chart(_data(long))
        .mark_line(strokeWidth=2)
        .encode(
            alt.X(f"{x}:T", title=None, axis=_labels(is_day=True)),
            alt.Y("value:Q", title=unit),
            alt.Color("what:N", scale=alt.Scale(domain=scale, range=colours[: len(scale)]), title=None),
            alt.StrokeDash("what:N", scale=alt.Scale(domain=scale, range=dashes[: len(scale)]), title=None),
            tooltip=["what:N", f"{x}:T", alt.Tooltip("value:Q", format=",.2f")],
        )
    )
    return _picture(chart, words, source)


def forecast(
    past: Sequence[Row], coming: Sequence[Row], *, x: str, unit: str, words: str, source: str
) -> Picture:
    """What came as bars, what is expected as a line with its bands of 80 and 95 %.

    Args:
        past: x as day, `value`.
        coming: x as day, `middle`, `low_80`, `high_80`, `low_95`, `high_95`.
    """
    import altair as alt

    day = alt.X(f"{x}:T", title=None, axis=_labels(is_day=True))
    base = alt.Chart(_data(coming))
    tip = [
        f"{x}:T",
        *(alt.Tooltip(f"{name}:Q", format=",.2f") for name in ("middle", "low_80", "high_80")),
    ]
    wide = base.mark_area(opacity=0.25, color=SKY).encode(day, alt.Y("low_95:Q", title=unit), y2="high_95:Q")
    near = base.mark_area(opacity=0.6, color=SKY).encode(day, alt.Y("low_80:Q"), y2="high_80:Q")
    middle = base.mark_line(color=ORANGE, strokeWidth=2, strokeDash=[6, 3], point=False).encode(
        day, alt.Y("middle:Q"), tooltip=tip
    )
    came = (
        alt.Chart(_data(past))
        .mark_line(color=BLUE, strokeWidth=1.5)
        .encode(day, alt.Y("value:Q"), tooltip=[f"{x}:T", alt.Tooltip("value:Q", format=",.2f")])
    )
    return _picture(wide + near + came + middle, words, source)


@cache
def script() -> str:
    """What draws the specifications on a page, without network: Vega, Vega-Lite and Vega-Embed; 0.9 MB."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def _data(rows: Sequence[Row]) -> Any:
    import altair as alt

    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return alt.InlineData(values=plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int) else float(value)


def _amount(field: str) -> Any:
    import altair as alt

    return alt.Tooltip(f"{field}:Q", format=",.2f")


def _labels(is_day: bool) -> Any:
    import altair as alt

    return alt.Axis(format="%-d %b", tickCount=8) if is_day else alt.Axis(labelAngle=0, labelLimit=140)


def _picture(chart: Any, words: str, source: str) -> Picture:
    import vl_convert

    styled = (
        chart.properties(width=WIDTH, height=HEIGHT)
        .configure(font=FONT, background="transparent")
        .configure_axis(
            labelColor=SOFT,
            titleColor=SOFT,
            titleFontWeight="normal",
            gridColor=LINE,
            domain=False,
            ticks=False,
        )
        .configure_legend(orient="top", labelColor=INK)
        .configure_view(stroke=None)
    )
    specification = styled.to_json(indent=None)
    return Picture(vl_convert.vegalite_to_svg(json.loads(specification)), specification, words, source)
