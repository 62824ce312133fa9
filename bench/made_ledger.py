"""A ledger of the size of a real one, made from a seed: for measuring and testing the warehouse.

Orders go through the very code that issues real ones, so that every amount is proved and every content
is what Fakturo writes.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert

from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.open import writing
from fakturo.ledger.orders.queue import claim
from fakturo.ledger.tables import files, orders
from fakturo.order import Adjustment, Order, OrderLine, Party, content, identity
from fakturo.seller import Seller

CHUNK = 500
CURRENCIES = (("GBP", 2), ("EUR", 2), ("GBP", 2), ("JPY", 0), ("GBP", 2), ("BHD", 3))
"""Currency and decimals; mostly one, as in real ledgers, and one each with 0 and 3 decimals."""


def fill(engine: Engine, *, count: int, lines: int, now: datetime, seed: int = 1, start: int = 1) -> int:
    """Land and issue `count` orders of `lines` lines on average; one in fifty cancels an order unknown here.

    Returns:
        How many invoices were issued.
    """
    issued = 0
    made = _orders(random.Random(seed), count, lines, now.date(), start)
    for offset in range(0, count, CHUNK):
        chunk = [next(made) for _ in range(min(CHUNK, count - offset))]
        _land(engine, chunk, now, f"made-{seed}-{start + offset}")
        claimed = claim(engine, lane="rules", worker="made", limit=CHUNK, now=now, lease_s=600)
        issued += issue_chunk(engine, claimed, seller=Seller(), now=now, worker="made", run_id="made").issued
    return issued


def _land(engine: Engine, chunk: list[Order], now: datetime, name: str) -> None:
    lines = sum(len(order.lines) for order in chunk)
    with writing(engine) as connection:
        file_id = connection.execute(
            insert(files).values(
                sha256=name.ljust(64, "0"),
                source="made",
                name=f"{name}.csv",
                format="csv",
                bytes=lines * 80,
                rows_in=lines,
                rows_accepted=lines,
                rows_duplicate=0,
                rows_quarantined=0,
                orders_new=len(chunk),
                orders_duplicate=0,
                orders_conflict=0,
                received_at=now,
                run_id="made",
            )
        ).inserted_primary_key[0]
        connection.execute(insert(orders), [_row(order, file_id, now) for order in chunk])


def _row(order: Order, file_id: int, now: datetime) -> dict[str, Any]:
    return {
        "source": "made",
        "external_id": order.external_id,
        "content_sha256": identity(order),
        "kind": order.kind,
        "lane": "rules",
        "status": "queued",
        "customer_id": order.customer.id,
        "currency": order.currency,
        "ordered_on": order.ordered_on,
        "line_count": len(order.lines),
        "content": content(order),
        "file_id": file_id,
        "cancels": order.cancels,
        "received_at": now,
        "updated_at": now,
    }


def _orders(dice: random.Random, count: int, lines: int, today: date, start: int) -> Iterator[Order]:
    for number in range(start, start + count):
        customer = dice.randint(1, max(3, count // 9))
        currency, decimals = CURRENCIES[customer % len(CURRENCIES)]
        cancels = number % 50 == 0
        yield Order(
            external_id=f"{'C' if cancels else 'M'}{number}",
            kind="cancellation" if cancels else "order",
            cancels=f"X{number - 1}" if cancels else None,
            customer=Party(id=f"K{customer}", name=f"Customer {customer}", country="GB"),
            currency=currency,
            ordered_on=today - timedelta(days=dice.randint(0, 700)),
            lines=tuple(
                _line(dice, no, decimals)
                for no in range(1, 1 + min(400, max(1, round(dice.expovariate(1 / lines)))))
            ),
            adjustments=(Adjustment(kind="charge", amount=Decimal(5), reason="Freight", tax_category="S"),)
            if dice.random() < 0.1
            else (),
        )


def _line(dice: random.Random, no: int, decimals: int) -> OrderLine:
    product = dice.randint(1, 3000)
    reduced = product % 7 == 0
    return OrderLine(
        no=no,
        code=f"P{product}",
        name=f"Product {product}, assorted colours",
        quantity=Decimal(dice.choice((1, 2, 3, 6, 12, 24, 48))),
        unit_price=Decimal(dice.randint(1 + product % 5, 3000)).scaleb(-decimals),
        tax_category="S",
        tax_rate=Decimal(5) if reduced else Decimal(20),
    )
