"""Hold an invoice for a person before it is issued, where a rule of fakturo/policy.py is sure that it is odd.

What is usual of products comes from the last publish (`usual_products`); what the customer usually takes from
its last invoices here. Only rules of high severity hold, and a person's word is enough to issue all the same.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, select

from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.ledger.issuing.preparing import Prepared, already_invoiced
from fakturo.ledger.prediction_tables import usual_products
from fakturo.ledger.tables import invoices
from fakturo.money import to_major
from fakturo.policy import suspicions
from fakturo.usual import Document, Earlier, Line, Usual, UsualProduct

HOLDS = frozenset({"duplicate", "ten_times", "swapped"})
"""What an invoice can show before it is issued; tax is proved by fakturo/check.py."""
SAME_WITHIN = timedelta(hours=24)
"""Of equal orders of a customer: later ones are standing orders more often than slips."""
LAST_INVOICES = 20
"""Of a customer, that say what it usually takes."""


def doubts(connection: Connection, prepared: Sequence[Prepared], now: datetime) -> dict[int, list[Finding]]:
    """All that a person has to judge before these are issued: what was invoiced before, what is unusual."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for each in (already_invoiced(connection, prepared), unusual(connection, prepared, now)):
        for order_id, findings in each.items():
            found[order_id] += findings
    return found


def unusual(connection: Connection, prepared: Sequence[Prepared], now: datetime) -> dict[int, list[Finding]]:
    """Findings by order; none as long as nothing is known to be usual."""
    asking = {each.claimed.id: each.invoice for each in prepared if each.invoice}
    products = _products(connection, asking.values()) if asking else {}
    if not products:
        return {}
    before = _before(connection, {each.buyer.id for each in asking.values()})
    found = {}
    for order_id, invoice in asking.items():
        document = _document(invoice, now)
        earlier = [each for each in before[invoice.buyer.id] if each["currency"] == invoice.currency]
        held = [
            Finding(code=f"unusual_{each.code}", message=f"{each.sentence} Approve it if it is right.")
            for each in suspicions(document, _usual(document, products, earlier, now))
            if each.severity == "high" and each.code in HOLDS
        ]
        if held:
            found[order_id] = held
    return found


def _products(connection: Connection, asking: Any) -> dict[tuple[str, str], UsualProduct]:
    wanted = {_product(line.code, line.name) for invoice in asking for line in invoice.lines}
    rows = connection.execute(select(usual_products).where(usual_products.c.product_id.in_(wanted)))
    return {
        (row.product_id, row.currency): UsualProduct(
            lines=row.line_count,
            price=row.price,
            low_price=row.low_price,
            top_price=row.top_price,
            quantity=row.quantity,
        )
        for row in rows
    }


def _before(connection: Connection, customers: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Last invoices of each customer, newest first: number, currency, moment, lines."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for customer in sorted(customers):
        query = (
            select(invoices.c.number, invoices.c.currency, invoices.c.issued_at, invoices.c.content)
            .where(invoices.c.customer_id == customer, invoices.c.kind == "invoice")
            .order_by(invoices.c.id.desc())
            .limit(LAST_INVOICES)
        )
        for row in connection.execute(query):
            lines = [
                (_product(line.get("code"), line["name"]), float(line["quantity"]), float(line["unit_price"]))
                for line in json.loads(row.content)["lines"]
            ]
            found[customer].append(
                {"number": row.number, "currency": row.currency, "at": row.issued_at, "lines": lines}
            )
    return found


def _document(invoice: Invoice, now: datetime) -> Document:
    lines = [
        Line(
            line.no,
            _product(line.code, line.name),
            float(line.quantity),
            float(line.unit_price / (line.price_base or 1)),
        )
        for line in invoice.lines
        if line.deducts is None
    ]
    net, tax = (float(to_major(each, invoice.currency)) for each in (invoice.net_minor, invoice.tax_minor))
    return Document("", invoice.buyer.id, invoice.currency, now, net, tax, None, lines)


def _usual(
    document: Document,
    products: dict[tuple[str, str], UsualProduct],
    before: Sequence[dict[str, Any]],
    now: datetime,
) -> Usual:
    known = {}
    for line in document.lines:
        product = products.get((line.product, document.currency))
        if product is None:
            continue
        taken = [each for past in before for each in past["lines"] if each[0] == line.product]
        if taken:
            quantities = [quantity for _, quantity, _ in taken]
            product = replace(
                product,
                taken=len(taken),
                taken_quantity=median(quantities),
                taken_top=max(quantities),
                taken_price=taken[0][2],
            )
        known[line.product] = product
    earlier = [
        Earlier(past["number"], past["at"], 0.0, [(name, quantity) for name, quantity, _ in past["lines"]])
        for past in before
        if now - past["at"] <= SAME_WITHIN
    ]
    return Usual(earlier=earlier, products=known, customer_lines=sum(len(past["lines"]) for past in before))


def _product(code: str | None, name: str) -> str:
    """As int_invoice_lines_unnested names it."""
    return code or f"name:{name}"
