"""Letters that wish for goods, with what they mean; put into a ledger's queue, and read back from it."""

import json
from decimal import Decimal

from sqlalchemy import insert, select

from fakturo.clock import utc_now
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import orders

GOODS = (
    ("22551", "plasters in tin", "1.65"),
    ("85123A", "white heart", "2.55"),
    ("21430", "set/3 red box", "3.75"),
)
WORDS = {2: "two", 6: "six", 12: "a dozen", 24: "two dozen", 36: "36"}


def wish(seed):
    """A letter and its truth: customer, order number and (code, quantity, price) lines."""
    chosen = [GOODS[(seed + place) % 3] for place in range(1 + seed % 3)]
    counts = [list(WORDS)[(seed + 2 * place) % 5] for place in range(len(chosen))]
    wanted = ", ".join(
        f"{WORDS[count]} of the {name} (item {code}, £{price} each)"
        for count, (code, name, price) in zip(counts, chosen, strict=True)
    )
    account, po_number = str(12700 + seed), f"PO-{seed + 500}"
    text = f"Hi team, this is account {account}. Could we get {wanted}? Our reference is {po_number}. Thanks!"
    lines = [
        (code, Decimal(count), Decimal(price)) for count, (code, _, price) in zip(counts, chosen, strict=True)
    ]
    return text, (account, po_number, lines)


def put(engine, texts, *, first=1, **more):
    """Queue texts as intake would; ids count from `first`."""
    rows = [
        {
            "id": number,
            "source": "test",
            "external_id": f"T-{number}",
            "content_sha256": f"{number:064d}",
            "lane": "model",
            "status": "queued",
            "raw": text,
            "received_at": utc_now(),
            "updated_at": utc_now(),
            **more,
        }
        for number, text in enumerate(texts, first)
    ]
    with writing(engine) as connection:
        connection.execute(insert(orders), rows)


def put_wishes(engine, count):
    """Queue so many letters; gives their truths, of order 1, 2, ..."""
    texts, truths = zip(*(wish(seed) for seed in range(count)), strict=True)
    put(engine, texts)
    return truths


def claim_one(engine, now=None, lease_s=60):
    """The oldest free order, held by worker 'w'."""
    found = queue.claim(engine, lane="model", worker="w", limit=1, now=now or utc_now(), lease_s=lease_s)
    return found[0]


def rows(engine, *columns):
    """Rows of a table by its first column."""
    with reading(engine) as connection:
        return connection.execute(select(*columns).order_by(columns[0])).all()


def wrong(engine, truths):
    """Orders that were proved and are not what their letter says."""
    found = []
    for number, content in rows(engine, orders.c.id, orders.c.content):
        if content is None:
            continue
        order = json.loads(content)
        lines = [
            (line["code"], Decimal(line["quantity"]), Decimal(line["unit_price"])) for line in order["lines"]
        ]
        read = (order["customer"]["id"], order["po_number"], lines)
        if read != truths[number - 1] or order["currency"] != "GBP" or order["external_id"] != f"T-{number}":
            found.append((number, read))
    return found
