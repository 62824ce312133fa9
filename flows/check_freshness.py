"""Whether the ledger still receives what it should, as the dbt sources declare it: told, never a failure.

The same declarations serve `dbt source freshness`; that would cost a second dbt run, this costs a query each.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from fakturo.settings import Settings
from fakturo.warehouse.reading import ask, open_locked
from flows.parse_transforms import TRANSFORMS

SOURCES = TRANSFORMS / "models" / "staging" / "_ledger__sources.yml"


def check_freshness(settings: Settings, file: Path, *, now: datetime) -> tuple[str, ...]:
    """Sentences about copied tables whose newest row is older than declared; a table without rows is new.

    Args:
        file: a built warehouse.
        now: aware.
    """
    stale = []
    with open_locked(file, memory_mb=settings.warehouse.memory_mb // 2) as built:
        for table, column, limit in declared():
            query = f'select max("{column}") from ledger."{table}"'  # noqa: S608  names of the project
            (newest,) = ask(built, query).fetchone() or (None,)
            if newest is not None and now - newest.replace(tzinfo=UTC) > limit:
                stale.append(
                    f"The newest row of {table} is of {newest:%Y-%m-%d %H:%M} UTC, older than "
                    f"{limit.days} days; does its source still come in?"
                )
    return tuple(stale)


def declared() -> Iterator[tuple[str, str, timedelta]]:
    """Table, column and longest age of each source that declares a freshness."""
    for source in yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]:
        for table in source["tables"]:
            config = table.get("config", {})
            if "freshness" in config:
                limit = config["freshness"]["warn_after"]
                age = timedelta(**{f"{limit['period']}s": limit["count"]})
                yield table["name"], config["loaded_at_field"], age
