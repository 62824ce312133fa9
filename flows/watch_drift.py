"""Watch whether what comes in is still like what the models were fitted on."""

from datetime import timedelta
from typing import Any

from prefect import flow
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.states import Completed

from fakturo import pages
from fakturo.errors import WarehouseError
from fakturo.settings import current
from fakturo.warehouse.reading import open_published

CURRENT, BEFORE = timedelta(days=28), timedelta(days=182)
"""Four weeks are compared with the half year before them."""


@flow(name="watch_drift", persist_result=False)
def watch_drift() -> Any:
    """Compare the invoices of four weeks with those of the half year before, by effect sizes.

    Weekly. Safe to rerun: the page of a day is written anew. Drift alone changes nothing: models are fitted
    anew every day and judged in the same run; it tells a person where to look. Ends Degraded when half of
    the features drifted.
    """
    from models.drift import invoices, watch

    settings = current()
    try:
        connection = open_published(settings)
    except WarehouseError as error:
        return Completed(name="Degraded", message=f"Nothing was compared: {error}")
    with connection:
        (last,) = connection.execute("select made_date from publish_info").fetchall()[0]
        now = invoices(connection, last - CURRENT, last)
        before = invoices(connection, last - CURRENT - BEFORE, last - CURRENT)
    page = pages.folder(settings) / "drift" / f"{last}.html"
    found = watch(before, now, page)
    if not found.distances:
        return Completed(name="NotEnoughData", message=found.sentence)
    create_link_artifact(pages.link(settings, page), "What drifted", key="watch-drift-page")
    create_table_artifact(
        [{"feature": name, "distance": round(value, 3)} for name, value in found.distances.items()],
        key="watch-drift",
        description=f"{found.rows[0]} invoices before, {found.rows[1]} in four weeks. {found.sentence}",
    )
    return Completed(name="Degraded" if found.is_drifted else None, message=found.sentence)
