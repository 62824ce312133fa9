"""`fakturo alerts`: every watched KPI as it stands, with its levels, and since when."""

from typing import Annotated

import typer


def alerts(
    tell: Annotated[
        bool,
        typer.Option("--tell", help="Also write it down and tell what is news, as the hourly flow does."),
    ] = False,
) -> None:
    """Show every KPI of the published warehouse: value, severity, since when, and its levels."""
    from fakturo.alerting.judging import in_words, levels_in_words
    from fakturo.cli.terminal.screen import console, listed, moment
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.outbox import kpi_alerts
    from fakturo.settings import current
    from fakturo.warehouse.kpi_readings import measure
    from fakturo.warehouse.reading import open_published

    settings, now = current(), utc_now()
    with open_published(settings) as published:
        measured = measure(published, now=now)
    watch = kpi_alerts.tell if tell else kpi_alerts.look
    origin = kpi_alerts.Origin(measured.publish_id, now)
    watched = watch(open_ledger(settings), measured.kpis, settings.alerts, origin)
    rows = [
        (
            each.reading.kpi.title,
            each.reading.measured.currency,
            in_words(each.reading.measured.value, each.reading.kpi),
            each.reading.state.replace("_", " "),
            moment(each.since),
            f"{each.reading.measured.n:,}",
            levels_in_words(each.reading.kpi, each.reading.levels),
        )
        for each in watched
    ]
    columns = ("KPI", "currency", "value", "state", "since (UTC)", "n", "levels")
    listed(
        f"KPIs of {moment(measured.made_at)} UTC",
        columns,
        rows,
        right=("value", "n"),
        short=("KPI", "currency", "value", "state"),
    )
    for each in watched:
        if each.is_bad:
            console.print(each.reading.sentence, markup=False, soft_wrap=True)
    news = sum(each.event is not None for each in watched)
    if tell:
        console.print(f"{news} told: fakturo outbox list", markup=False)
    elif news:
        console.print(f"{news} not told yet; the hourly flow does, or: fakturo alerts --tell", markup=False)
