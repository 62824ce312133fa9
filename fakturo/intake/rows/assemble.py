"""Good rows -> orders, one at a time: memory holds texts, not objects.

An order's content is what `fakturo.order.content` writes, whatever format it came in. Of most tables SQL
writes just that; where it does not, each order is read as a record and written again. Measured on 570,000
lines of 33,000 orders: 1.4 CPU-s as they are, 5.0 through the record.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import ValidationError

from fakturo.finding import Finding
from fakturo.intake.landing import landing_of
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.rows.order_json import is_canonical, order_json, party_json
from fakturo.intake.workbench import Bench, literal
from fakturo.issue import line_net_minor
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.money import to_minor
from fakturo.order import Order, content, mistakes

FETCH_ROWS = 20_000
_ESCAPED = "\\u"
"""A control character, which DuckDB writes in other letters than the record does."""
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
    canonical = is_canonical(mapping.resolve(header).keys(), mapping.constants.keys())
    for values, pieces in zip(_rows(heads), _pieces(lines), strict=True):
        head = dict(zip(names, values, strict=True))
        party = party_json(head)
        lines_json = ",".join([f'{{"no":{no}{piece}' for no, piece in enumerate(pieces, start=1)])
        text = order_json(head, party, lines_json)
        order = None
        if not canonical or _ESCAPED in text:
            try:
                order = Order.model_validate_json(text)
            except ValidationError as error:
                yield Unfit(head["external_id"], head["first_line"], mistakes(error))
                continue
            text = content(order)
        findings = tuple(_findings(order, head, mapping, unclear, partial.get(head["external_id"])))
        yield _landing(text, party, head, findings)


def _landing(text: str, party: str, head: dict[str, Any], findings: tuple[Finding, ...]) -> Landing:
    return landing_of(
        text,
        external_id=head["external_id"],
        kind=head["kind"],
        customer=party,
        customer_id=head["customer_id"],
        currency=head["currency"],
        ordered_on=date.fromisoformat(str(head["ordered_on"])),
        po_number=head.get("po_number"),
        cancels=head.get("cancels"),
        lines=head["lines"],
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
    order: Order | None,
    head: dict[str, Any],
    mapping: Mapping,
    unclear: list[str],
    partial: list[int] | None,
) -> Iterator[Finding]:
    if partial:
        lines = ", ".join(map(str, partial[:5])) + (" …" if len(partial) > 5 else "")  # noqa: PLR2004
        message = (
            f"Lines of order {head['external_id']} or beside it were quarantined (line {lines} of the file); "
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
    if mapping.prices == "prove" and head.get("stated_total") is None:
        message = "Nothing proves that the prices are without tax: the order states no total; check them."
        yield Finding(code="prices_not_proved", message=message, place="total")
    if order is None:
        return
    for line, stated in zip(order.lines, head["line_nets"] or (), strict=False):
        if stated is None:
            continue
        net = line_net_minor(
            line.quantity, line.unit_price, line.price_base, line.adjustments, order.currency
        )
        if to_minor(abs(Decimal(stated)), order.currency) != net:
            message = f"Line {line.no} states an amount of {stated}, but quantity x price gives another."
            yield Finding(code="line_amount_differs", message=message, place=f"line {line.no}")


def _pieces(cursor: Any) -> Iterator[list[str]]:
    """The lines of one order after the other; of a million lines, every call counts."""
    pieces: list[str] = []
    current = None
    while batch := cursor.fetchmany(FETCH_ROWS):
        for first_line, piece in batch:
            if first_line != current:
                if pieces:
                    yield pieces
                current, pieces = first_line, []
            pieces.append(piece)
    if pieces:
        yield pieces


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(FETCH_ROWS):
        yield from batch
