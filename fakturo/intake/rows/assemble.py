"""Good rows -> orders, each proved against the record, one at a time: memory holds texts, not objects.

Measured on 570,000 lines of 33,000 orders: JSON from DuckDB 0.9 s, validation by pydantic 1.7 s, canonical
text 1.4 s, hash 0.4 s. An order's content is what `fakturo.order.content` writes, whatever format it came in.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from pydantic import ValidationError

from fakturo.check import Finding
from fakturo.intake.landing import landing
from fakturo.intake.rows.fields import LOOSE
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.workbench import Bench, literal
from fakturo.issue import line_net_minor
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.money import to_minor
from fakturo.order import Order

FETCH_ROWS = 20_000
_VALUES = 500
"""Rows a statement, written out: one by one, a thousand take a second."""


class Unfit(NamedTuple):
    """An order that its record refuses, with the lines it came from."""

    external_id: str
    first_line: int
    reasons: list[str]


def assemble(bench: Bench, mapping: Mapping, header: Sequence[str]) -> Iterator[Landing | Unfit]:
    """Every order of `heads`, in order of first appearance."""
    heads = bench.cursor().execute(
        "SELECT * FROM heads LEFT JOIN links USING (external_id) WHERE len(reasons) = 0 ORDER BY first_line"
    )
    names = [column[0] for column in heads.description or ()]
    lines = bench.cursor().execute("""
        SELECT first_line, piece FROM good JOIN heads USING (external_id) WHERE len(reasons) = 0
        ORDER BY first_line, line
    """)
    partial = _partial(bench)
    unclear = mapping.not_understood(header)
    pieces = groupby(_rows(lines), key=lambda row: row[0])
    for values, (_, group) in zip(_rows(heads), pieces, strict=True):
        head = dict(zip(names, values, strict=True))
        text = _order_json(head, [piece for _, piece in group])
        try:
            order = Order.model_validate_json(text)
        except ValidationError as error:
            yield Unfit(head["external_id"], head["first_line"], [_sentence(each) for each in error.errors()])
            continue
        findings = tuple(_findings(order, head, mapping, unclear, partial.get(order.external_id)))
        yield landing(
            order,
            rows=head["lines"],
            first_line=head["first_line"],
            findings=findings,
            original=head["original"],
        )


def refuse_unfit(bench: Bench, unfit: Sequence[Unfit]) -> None:
    """Move rows of orders that are none, by their heads or their record, from `good` to `bad`."""
    bench.execute("CREATE TABLE unfit (external_id VARCHAR, reasons VARCHAR[])")
    bench.execute("INSERT INTO unfit SELECT external_id, reasons FROM heads WHERE len(reasons) > 0")
    for start in range(0, len(unfit), _VALUES):
        rows = ", ".join(
            f"({literal(each.external_id)}, [{', '.join(map(literal, each.reasons))}])"
            for each in unfit[start : start + _VALUES]
        )
        bench.execute(f"INSERT INTO unfit VALUES {rows}")  # noqa: S608  literals, quoted


def refused(bench: Bench, names: str) -> Iterator[Refused]:
    """All quarantined rows in the order of the file.

    Args:
        names: SQL for a row of `raw` as JSON.
    """
    rows = bench.cursor().execute(f"""
        SELECT line, external_id, reasons, raw FROM bad
        UNION ALL
        SELECT line, left(good.external_id, 200), to_json(unfit.reasons)::VARCHAR, {names}
        FROM good JOIN unfit USING (external_id) JOIN raw USING (line)
        ORDER BY line
    """)  # noqa: S608
    return (Refused(*row) for row in _rows(rows))


def _partial(bench: Bench) -> dict[str, list[int]]:
    """Lines quarantined beside good ones, by order; a row without an id is held against its neighbours."""
    rows = bench.execute("""
        WITH homeless AS (SELECT line FROM bad WHERE external_id IS NULL),
        held AS (
            SELECT external_id, line FROM bad WHERE external_id IS NOT NULL
            UNION ALL
            SELECT good.external_id, homeless.line FROM homeless ASOF JOIN good ON homeless.line > good.line
            UNION ALL
            SELECT good.external_id, homeless.line FROM homeless ASOF JOIN good ON homeless.line < good.line
        )
        SELECT external_id, list(DISTINCT line ORDER BY line)[:6] FROM held
        WHERE external_id IN (SELECT external_id FROM heads) GROUP BY external_id
    """).fetchall()
    return dict(rows)


def _findings(
    order: Order, head: dict[str, Any], mapping: Mapping, unclear: list[str], partial: list[int] | None
) -> Iterator[Finding]:
    if partial:
        lines = ", ".join(map(str, partial[:5])) + (" …" if len(partial) > 5 else "")  # noqa: PLR2004
        message = (
            f"Lines of order {order.external_id} or beside it were quarantined (line {lines} of the file); "
            "correct them before it is invoiced."
        )
        yield Finding(code="lines_quarantined", message=message, place=f"line {lines}")
    if unclear:
        message = (
            f"Column {', '.join(unclear[:3])} may change what is owed and is not mapped; name it in a "
            "mapping, or list it there under `ignore`."
        )
        yield Finding(code="column_not_understood", message=message)
    for reason in head["review"] or ():
        yield Finding(code="marked_by_mapping", message=reason)
    if mapping.prices == "prove" and order.stated_total is None:
        message = "Nothing proves that the prices are without tax: the order states no total; check them."
        yield Finding(code="prices_not_proved", message=message, place="total")
    for line, stated in zip(order.lines, head["line_nets"] or (), strict=False):
        if stated is None:
            continue
        net = line_net_minor(
            line.quantity, line.unit_price, line.price_base, line.adjustments, order.currency
        )
        if to_minor(abs(Decimal(stated)), order.currency) != net:
            message = f"Line {line.no} states an amount of {stated}, but quantity x price gives another."
            yield Finding(code="line_amount_differs", message=message, place=f"line {line.no}")


def _order_json(head: dict[str, Any], pieces: list[str]) -> str:
    party = {"id": head["customer_id"]}
    for field in LOOSE:
        if field != "note" and head.get(field) is not None:
            party["name" if field == "customer_name" else field] = head[field]
    order: dict[str, Any] = {"external_id": head["external_id"], "kind": head["kind"], "customer": party}
    order |= {"currency": head["currency"], "ordered_on": str(head["ordered_on"])}
    for field in ("cancels", "po_number", "terms_days", "note", "stated_net", "stated_total"):
        if head.get(field) is not None:
            order[field] = head[field]
    adjustments = []
    for field, kind, reason in (
        ("order_discount", "allowance", "Discount"),
        ("shipping", "charge", "Shipping"),
    ):
        if head.get(field) is not None and float(head[field]) > 0:
            adjustments.append({"kind": kind, "amount": head[field], "reason": reason})
    if adjustments:
        order["adjustments"] = adjustments
    lines = ",".join(f'{{"no":{no}{piece}' for no, piece in enumerate(pieces, start=1))
    return f'{json.dumps(order, ensure_ascii=False)[:-1]},"lines":[{lines}]}}'


def _sentence(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "the order"
    return f"{place}: {problem['msg']}."


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(FETCH_ROWS):
        yield from batch
