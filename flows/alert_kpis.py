"""Tell when a KPI gets worse than its level, and when it is well again."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.events import emit_event
from prefect.states import Completed

from fakturo.alerting.judging import in_words, levels_in_words
from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger
from fakturo.ledger.outbox.kpi_alerts import Origin, Watched, tell
from fakturo.settings import current
from fakturo.warehouse.kpi_readings import measure
from fakturo.warehouse.reading import open_published

RESOURCE = "fakturo.kpi"
"""Of Prefect's events: fakturo.kpi.dso."""


@flow(name="alert_kpis", persist_result=False)
def alert_kpis() -> Any:
    """Judge every KPI of the published warehouse, each hour after the build; tell what is news.

    Safe to rerun and to run twice at once: a publish is read once, readings and events are written in one
    transaction. A warning or a critical KPI ends the run Degraded, with the reasons.
    """
    settings, now = current(), utc_now()
    if not settings.warehouse_file.is_file():
        return Completed(message="No KPI can be read before the first publish; `fakturo build` makes one.")
    with open_published(settings) as published:
        measured = measure(published, now=now)
    origin = Origin(measured.publish_id, now, str(runtime.flow_run.id))
    watched = tell(open_ledger(settings), measured.kpis, settings.alerts, origin)
    _show(watched, measured.publish_id)
    for each in watched:
        if each.event is not None:
            _emit(each, each.event, measured.publish_id)
    bad = [each for each in watched if each.is_bad]
    told = f"{len(watched)} KPIs read, {len(bad)} beyond their levels, {_news(watched)} told."
    if not bad:
        return Completed(message=told)
    reasons = "\n".join(each.reading.sentence for each in bad)
    return Completed(name="Degraded", message=f"{told}\n{reasons}")


def _news(watched: list[Watched]) -> int:
    return sum(each.event is not None for each in watched)


def _show(watched: list[Watched], publish_id: str) -> None:
    """Every KPI as a table beside the run."""
    rows = [
        {
            "KPI": each.reading.kpi.title,
            "currency": each.reading.measured.currency or "",
            "value": in_words(each.reading.measured.value, each.reading.kpi),
            "state": each.reading.state.replace("_", " "),
            "since (UTC)": f"{each.since:%Y-%m-%d %H:%M}",
            "levels": levels_in_words(each.reading.kpi, each.reading.levels),
            "n": each.reading.measured.n,
            "told": each.event or "",
            "sentence": each.reading.sentence,
        }
        for each in watched
    ]
    if rows:
        create_table_artifact(rows, key="alert-kpis", description=f"KPIs of publish {publish_id}")


def _emit(each: Watched, event: str, publish_id: str) -> None:
    """For automations of the Prefect server; the outbox is what nothing is lost from."""
    reading = each.reading
    resource = {
        "prefect.resource.id": f"{RESOURCE}.{reading.measured.kpi}",
        "prefect.resource.name": reading.kpi.title,
        "fakturo.currency": reading.measured.currency or "",
        "fakturo.severity": reading.state,
    }
    payload = {"sentence": reading.sentence, "value": reading.measured.value, "publish_id": publish_id}
    emit_event(event=event, resource=resource, payload=payload)
