"""Ask the published warehouse by the queries of this room, and remember which were asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from fakturo.warehouse.reading import Connection
from reports.periodic.record import Source

QUERIES = Path(__file__).parent / "queries"
Row = dict[str, Any]


class Asked:
    """Answers of one publish; `sources` are the queries, in the order in which they were first asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = {
            row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        self.sources: dict[str, Source] = {}
        query = "select publish_id, made_at, made_date from publish_info"
        publish_id, made_at, as_of = connection.execute(query).fetchall()[0]
        self.publish_id: str = publish_id
        self.made_at: datetime = made_at.replace(tzinfo=UTC)
        self.as_of: date = as_of

    def rows(self, name: str) -> list[Row]:
        """All rows of a query; its first line says what it is for."""
        text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        purpose, _, body = text.partition("\n")
        self.sources.setdefault(name, Source(name, purpose.removeprefix("-- "), body.strip()))
        answer = self._connection.execute(text)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def by_currency(self, name: str) -> dict[str, list[Row]]:
        """Rows of a query that is ordered by currency first."""
        return {
            currency: list(rows)
            for currency, rows in groupby(self.rows(name), key=lambda row: row["currency"])
        }

    def has(self, table: str) -> bool:
        """Whether the publish has a table; an old one lacks what came later."""
        return table in self._tables

    def model(self, name: str) -> tuple[str, bool]:
        """(sentence on the newest run of a model, whether it predicted)."""
        if not self.has("fct_model_runs"):
            return "This publish is older than the predictions.", False
        runs = [row for row in self.rows("model_runs") if row["model"] == name]
        if not runs:
            return (
                "Nothing was predicted yet: `fakturo predict` does, and the next build publishes it.",
                False,
            )
        (run,) = runs
        told = f"{run['message']} Known up to {run['as_of_date']}."
        scores = ", ".join(_scores(run["scores"]))
        if scores:
            told += f" Backtest of the same run: {scores}; the baseline: {run['baseline'].rstrip('.')}."
        return told, run["state"] == "ok"


def _scores(text: str) -> Iterator[str]:
    import json

    for name, value in json.loads(text).items():
        yield f"{name.replace('_', ' ')} {value:.3g}"
