"""`fakturo build`: build and publish the warehouse in the foreground, without a Prefect server."""


def build() -> None:
    """Copy the ledger, build and check the marts, publish them; readers are never disturbed."""
    import time

    from fakturo.cli.terminal.screen import console, progress
    from fakturo.clock import utc_now
    from fakturo.settings import current
    from flows import build_marts

    started = time.perf_counter()
    with progress("Building the warehouse") as advance:
        published = build_marts.build(current(), now=utc_now(), on_progress=advance)
    console.print(
        f"Published {published.file} as {published.publish_id}: {published.rows['orders']} orders, "
        f"{published.rows['invoices']} invoices, {published.models} models, {published.tests} checks passed, "
        f"{time.perf_counter() - started:.1f} s."
    )
    for sentence in published.remarks:
        console.print(sentence, style="yellow")
    console.print('Ask it: fakturo sql "select * from fct_invoices limit 5"')
