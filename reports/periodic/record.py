"""What a report is made of before it is set: figures, tables, charts, and the queries behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from reports.charts import Picture

Kind = Literal["money", "count", "percent", "days", "share", "score", "text", "day"]


@dataclass(frozen=True)
class Figure:
    """One number that stands out."""

    label: str
    value: Any
    """None: not known yet."""
    kind: Kind
    source: str
    """Name of the query that it is from."""
    before: Any = None
    """The same of an earlier time."""
    before_label: str = ""
    is_more_better: bool | None = None
    """None: neither."""


@dataclass(frozen=True)
class Column:
    """Of a table."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """A table."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    source: str
    nothing: str
    """What stands there without rows."""


@dataclass(frozen=True)
class Section:
    """Figures, charts and tables about one thing, in one currency at most."""

    title: str
    currency: str | None = None
    remark: str = ""
    """A sentence: what a model was worth, or why there is none."""
    figures: Sequence[Figure] = ()
    pictures: Sequence[Picture] = ()
    sheets: Sequence[Sheet] = ()


@dataclass(frozen=True)
class Source:
    """A query: what it says, and its text."""

    name: str
    purpose: str
    text: str


@dataclass(frozen=True)
class Report:
    """A whole report."""

    name: str
    title: str
    question: str
    publish_id: str
    made_at: datetime
    as_of: date
    sections: Sequence[Section]
    sources: Sequence[Source] = field(default_factory=tuple)
