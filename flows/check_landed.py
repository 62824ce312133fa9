"""Check what landed and what was issued against what is usual; name every row that is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.states import Completed

from expectations.keep import keep
from expectations.page import write
from expectations.rounds import of_ledger
from expectations.run import Verdict
from fakturo import pages
from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger
from fakturo.settings import current

KEYS_IN_ARTIFACT = 20
"""An artifact is a row in Prefect's database; the page and the ledger hold all keys."""


@flow(name="check_landed", persist_result=False)
def check_landed(hours: int | None = 24) -> Any:
    """Run the expectations on orders, files and invoices of the last `hours`; None checks all.

    Hourly, before the warehouse is built. Safe to rerun: a failing row becomes one finding, once.
    A batch that fails ends the run Degraded, with the reasons; nothing is stopped or thrown away.
    """
    settings, now = current(), utc_now()
    since = now - timedelta(hours=hours) if hours is not None else datetime(1970, 1, 1, tzinfo=UTC)
    engine = open_ledger(settings)  # migrated before it is read
    verdicts = of_ledger(settings, since=since, now=now)
    new = keep(engine, verdicts, now=now, run_id=runtime.flow_run.id)
    page = pages.link(settings, write(pages.folder(settings), "check_landed", verdicts, at=now))
    create_table_artifact(
        [_row(each) for each in verdicts], key="check-landed", description=f"[Page]({page})"
    )
    failed = [verdict for verdict in verdicts if not verdict.passed]
    summary = f"{len(verdicts)} expectations, {len(failed)} failed, {new} new findings."
    if not failed:
        return Completed(message=summary)
    reasons = "\n".join(f"- **{each.suite}.{each.code}**: {_reason(each)}" for each in failed)
    create_markdown_artifact(f"# Degraded\n\n{reasons}\n\n[Page]({page})", key="check-landed-degraded")
    return Completed(name="Degraded", message=f"{summary} {'; '.join(_reason(each) for each in failed)}")


def _row(verdict: Verdict) -> dict[str, object]:
    keys = ", ".join(str(key) for key in verdict.keys[:KEYS_IN_ARTIFACT])
    more = len(verdict.keys) - KEYS_IN_ARTIFACT
    return {
        "suite": verdict.suite,
        "expectation": verdict.code,
        "outcome": "passed" if verdict.passed else f"failed ({verdict.severity})",
        "rows": verdict.checked,
        "failing": verdict.failing,
        "keys": keys + (f" and {more} more" if more > 0 else ""),
    }


def _reason(verdict: Verdict) -> str:
    found = verdict.observed or f"{verdict.failing} of {verdict.checked} rows"
    return f"{verdict.code} ({found}): {verdict.message}"
