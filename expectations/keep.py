"""Write failing rows into the ledger as findings: each once, however often the check runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from expectations.run import Verdict
from fakturo.check import Finding
from fakturo.ledger import findings
from fakturo.ledger.open import writing
from fakturo.ledger.tables import findings as findings_table
from fakturo.ledger.tables import invoices

STAGE = "landed"
_MOST_IDS = 500  # a statement


def keep(engine: Engine, verdicts: Sequence[Verdict], *, now: datetime, run_id: str | None) -> int:
    """Record every failing row that is not recorded yet.

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
                    findings_table.c.stage == STAGE
                )
            )
        }
        new = [
            (order_id, None, finding)
            for order_id, finding in _findings(connection, verdicts)
            if (order_id, finding.code, finding.place) not in known
        ]
        findings.record(connection, new, stage=STAGE, now=now, run_id=run_id)
    return len(new)


def _findings(connection: Connection, verdicts: Sequence[Verdict]) -> Iterable[tuple[int | None, Finding]]:
    for verdict in verdicts:
        order_ids = _order_ids(connection, verdict)
        for key in verdict.keys:
            place = None if verdict.suite == "landed_orders" else f"{_THING[verdict.suite]} {key}"
            yield order_ids.get(key), Finding(code=verdict.code, message=verdict.message, place=place)


_THING = {"landed_files": "file", "issued_invoices": "invoice"}


def _order_ids(connection: Connection, verdict: Verdict) -> dict[object, int]:
    """Which order a failing row belongs to, by its key."""
    if verdict.suite == "landed_orders":
        return {key: int(key) for key in verdict.keys}
    found: dict[object, int] = {}
    if verdict.suite == "issued_invoices":
        for start in range(0, len(verdict.keys), _MOST_IDS):
            numbers = verdict.keys[start : start + _MOST_IDS]
            query = select(invoices.c.number, invoices.c.order_id).where(invoices.c.number.in_(numbers))
            found.update(connection.execute(query).tuples().all())
    return found
