"""Hold the ledger against its audit chain: every entry, and every invoice against what was logged of it."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from fakturo.audit import GENESIS, Entry, broken_at
from fakturo.history import SERIES
from fakturo.invoice import content_sha256
from fakturo.ledger.dunning.checking import check_notices
from fakturo.ledger.dunning.notices import DUNNED
from fakturo.ledger.import_log import ACTION, check_imports
from fakturo.ledger.tables import audit, audit_head, invoices

ROWS_AT_A_TIME = 5_000


def examine(connection: Connection) -> tuple[int, list[str]]:
    """Walk the whole chain, all invoices and all letters about them.

    Returns:
        How many entries there are, and one sentence for each thing that does not hold.
    """
    logged: dict[str, str] = {}
    noted: dict[str, list[tuple[str, str]]] = {ACTION: [], DUNNED: []}
    last = (0, GENESIS)

    def walked() -> Iterator[Entry]:
        nonlocal last
        query = select(audit).order_by(audit.c.seq)
        for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
            entry = Entry(*row)
            last = (entry.seq, entry.sha256)
            if entry.action == "invoice.issued":
                logged[entry.subject.removeprefix("invoice:")] = json.loads(entry.details)["content_sha256"]
            elif entry.action in noted:
                noted[entry.action].append((entry.subject, entry.details))
            yield entry

    broken = broken_at(walked())
    if broken:
        return last[0], [f"The audit log is broken: {broken[1]}."]
    problems = []
    head = connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one()
    if tuple(head) != last:
        problems.append(f"The audit log is broken: entries after {last[0]} were cut off.")
    problems += check_imports(connection, noted[ACTION])
    problems += check_notices(connection, dict(noted[DUNNED]))
    query = select(invoices.c.number, invoices.c.content, invoices.c.content_sha256)
    query = query.where(invoices.c.series != SERIES)
    for number, text, sha256 in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        expected = logged.pop(number, None)
        if expected is None:
            problems.append(f"Invoice {number} has no audit entry.")
        elif not expected == sha256 == content_sha256(text):
            problems.append(f"Invoice {number} is not what was issued: its content was changed.")
    problems += [f"Invoice {number} was issued and is gone." for number in logged]
    return last[0], problems
