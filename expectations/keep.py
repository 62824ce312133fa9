"""Write failing rows into the ledger as findings: each once, however often the check runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from expectations.run import Verdict
from fakturo.finding import Finding
from fakturo.ledger import findings
from fakturo.ledger.open import writing
from fakturo.ledger.tables import findings as findings_table
from fakturo.ledger.tables import invoices

STAGES = ("landed", "mart")
_MOST_IDS = 500  # a statement


def keep(
    engine: Engine, verdicts: Sequence[Verdict], *, now: datetime, run_id: str | None, stage: str = "landed"
) -> int:
    """Record every failing row that is not recorded yet.

    Args:
        stage: landed, of what stands in the ledger, or mart, of a build. What was found in one is not said
            again in the other.

    Returns:
        How many findings are new.
    """
    if not any(verdict.keys for verdict in verdicts):
        return 0
    with writing(engine) as connection:
        known = {
            tuple(row)
            for row in connection.execute(
                select(findings_table.c.order_id, findings_table.c.code, findings_table.c.place).where(
                    findings_table.c.stage.in_(STAGES)
                )
            )
        }
        new = [
            (order_id, None, finding)
            for order_id, finding in _findings(connection, verdicts)
            if (order_id, finding.code, finding.place) not in known
        ]
        findings.record(connection, new, stage=stage, now=now, run_id=run_id)
    return len(new)


def _findings(connection: Connection, verdicts: Sequence[Verdict]) -> Iterable[tuple[int | None, Finding]]:
    for verdict in verdicts:
        order_ids = _order_ids(connection, verdict)
        thing = THINGS.get(verdict.suite, "")
        for key in dict.fromkeys(verdict.keys):
            place = f"{thing} {key}".strip() if thing else None
            yield order_ids.get(key), Finding(code=verdict.code, message=verdict.message, place=place)


THINGS = {
    "issued_invoices": "invoice",
    "landed_customers": "customer",
    "landed_files": "file",
    "landed_payments": "payment",
    "landed_quarantine": "quarantined row",
    "landed_volumes": "volume",
    "mart_freshness": "table",
    "mart_invoices": "invoice",
    "mart_lines": "line",
    "mart_payments": "payment",
    "mart_totals": "currency",
    "mart_volumes": "volume",
    "published_rows": "table",
}
"""What the keys of a suite name; those of `landed_orders` are the orders themselves."""
_OF_INVOICES = frozenset({"issued_invoices", "mart_invoices"})


def _order_ids(connection: Connection, verdict: Verdict) -> dict[object, int]:
    """Which order a failing row belongs to, by its key."""
    if verdict.suite == "landed_orders":
        return {key: int(key) for key in verdict.keys}
    found: dict[object, int] = {}
    if verdict.suite in _OF_INVOICES:
        for start in range(0, len(verdict.keys), _MOST_IDS):
            numbers = verdict.keys[start : start + _MOST_IDS]
            query = select(invoices.c.number, invoices.c.order_id).where(invoices.c.number.in_(numbers))
            found.update(connection.execute(query).tuples().all())
    return found
