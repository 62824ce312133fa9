"""Ask the official rules of EN 16931 about invoices, once for each shape that this ledger has not seen pass.

The rules take 50 ms an invoice and a second to start; of 27,000 invoices of one house a few dozen shapes
remain. What passed is kept in the ledger, so that a new process, and the one that renders, need not ask.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Engine, select

from fakturo.einvoice import gate
from fakturo.einvoice.writing.terms import hindrance
from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.ledger.einvoice_tables import accepted_shapes
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing

_AT_A_TIME = 500
_known: dict[str, set[str]] = {}
"""Keys that a ledger holds, by its address: read once by this process."""
_passed: set[str] = set()
"""Keys that this process has seen pass; whichever ledger asks, the rules say the same."""


def refusals(engine: Engine, asked: Sequence[Invoice], *, now: datetime | None) -> list[list[Finding]]:
    """Why the rules would refuse each of some invoices; empty for one that both syntaxes accept.

    Args:
        asked: proved, with or without a number; one that can have no e-invoice is not refused for that.
        now: when, for the record of what passed; None writes nothing.
    """
    keys = [None if hindrance(each) else gate.key(each) for each in asked]
    known = _read(engine, {key for key in keys if key})
    new: set[str] = set()
    found: dict[str, list[Finding]] = {}
    answers: list[list[Finding]] = []
    for invoice, key in zip(asked, keys, strict=True):
        if key is None or key in known:
            answers.append([])
            continue
        if key not in found:
            found[key] = [] if key in _passed else gate.refused(invoice)
            if not found[key]:
                new.add(key)
        answers.append(found[key])
    _passed.update(new)
    if new and now is not None:
        rows = [{"key": key, "rules": gate.rules_version(), "accepted_at": now} for key in sorted(new)]
        with writing(engine) as connection:
            insert_new(connection, accepted_shapes, rows)
        known |= new
    return answers


def _read(engine: Engine, keys: Iterable[str]) -> set[str]:
    """Keys that this ledger has seen pass, those of this process among them."""
    known = _known.setdefault(str(engine.url), set())
    new = sorted(set(keys) - known)
    for start in range(0, len(new), _AT_A_TIME):
        part = new[start : start + _AT_A_TIME]
        with reading(engine) as connection:
            query = select(accepted_shapes.c.key).where(accepted_shapes.c.key.in_(part))
            known |= set(connection.execute(query).scalars())
    return known
