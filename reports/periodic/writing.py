"""Write a report: one template for the page and the PDF, each file whole or not at all."""

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from fakturo.errors import NotFound
from fakturo.money import exponent
from fakturo.warehouse.reading import Connection
from reports import charts, pdf
from reports.periodic import ai, anomalies, customers, models, quality, receivables, revenue
from reports.periodic.asking import Asked
from reports.periodic.record import Figure, Report, Section

TEMPLATES = Path(__file__).parents[1] / "templates" / "periodic"
LOCALE = "en_001"
NOTHING = "–"  # noqa: RUF001  an en dash stands for nothing
_ROOMS: dict[str, Any] = {
    "receivables": receivables,
    "revenue": revenue,
    "customers": customers,
    "anomalies": anomalies,
    "ai": ai,
    "quality": quality,
    "models": models,
}
NAMES = tuple(_ROOMS)


def gather(connection: Connection, name: str) -> Report:
    """Ask a publish for a report.

    Raises:
        NotFound: there is no report of that name.
    """
    if name not in _ROOMS:
        raise NotFound(f"There is no report {name!r}; there are {', '.join(NAMES)}.")
    room, asked = _ROOMS[name], Asked(connection)
    sections: list[Section] = room.sections(asked)
    return Report(
        name, room.TITLE, room.QUESTION, asked.publish_id, asked.made_at, asked.as_of, sections,
        tuple(asked.sources.values()),
    )  # fmt: skip


def write(report: Report, folder: Path, seller: str, formats: Iterable[str] = ("html", "pdf")) -> list[Path]:
    """Write a report into a folder; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in formats:
        text = page(report, seller, for_paper=kind == "pdf")
        data = pdf.page(text, report.title) if kind == "pdf" else text.encode()
        unfinished = folder / f"{report.name}.{secrets.token_hex(4)}"
        unfinished.write_bytes(data)
        written.append(unfinished.replace(folder / f"{report.name}.{kind}"))
    return written


def page(report: Report, seller: str, *, for_paper: bool) -> str:
    """The report as HTML, self-contained; for paper without script."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    # SVG is our own charts'
    environment.filters |= {"said": said, "change": change, "titled": titled, "svg": Markup}
    script = "" if for_paper else charts.script().replace("</script", "<\\/script")
    return environment.get_template("report.html.j2").render(
        report=report,
        seller=seller,
        for_paper=for_paper,
        script=Markup(script),  # noqa: S704  of a library
    )


def titled(svg: str, words: str) -> str:
    """A drawing with its alternative text where both browsers and PDF readers look for it."""
    start, tag, rest = svg.partition("<svg")
    opening, end, body = rest.partition(">")
    return f"{start}{tag}{opening}{end}<title>{escape(words)}</title>{body}"


def said(value: Any, kind: str, currency: str | None = None) -> str:
    """A value as people read it."""
    formats: dict[str, Callable[[], str]] = {
        "money": lambda: _decimal(value, exponent(currency) if currency else 2),
        "count": lambda: _decimal(value, 0),
        "percent": lambda: f"{_decimal(value, 1)} %",
        "share": lambda: f"{_decimal(100 * value, 0)} %",
        "score": lambda: f"{value:.3g}",
        "days": lambda: f"{_decimal(value, 1)} days",
        "day": lambda: (
            format_date(value, "d MMM yyyy", locale=LOCALE) if isinstance(value, date) else str(value)
        ),
    }
    if value is None:
        return NOTHING
    return formats[kind]() if kind in formats else str(value)


def change(figure: Figure) -> tuple[str, str]:
    """(how it changed in words, good, bad or even); empty where nothing is known of before."""
    if figure.before is None or figure.value is None or not figure.before:
        return "", "even"
    share = (Decimal(figure.value) - Decimal(figure.before)) / abs(Decimal(figure.before))
    if abs(share) < Decimal("0.005"):
        return f"as {figure.before_label}", "even"
    told = f"{'▲' if share > 0 else '▼'} {_decimal(abs(100 * share), 0)} % on {figure.before_label}"
    if figure.is_more_better is None:
        return told, "even"
    return told, "good" if (share > 0) == figure.is_more_better else "bad"


def _decimal(value: Any, digits: int) -> str:
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")
    return str(format_decimal(exact, format=f"#,##0{'.' if digits else ''}{'0' * digits}", locale=LOCALE))
