"""Orders put into a ledger by hand, without intake."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from fakturo.ledger.open import writing
from fakturo.ledger.tables import orders
from fakturo.order import Order, content, identity

Queue = Callable[..., int]


@pytest.fixture
def queue(engine: Engine, now) -> Queue:
    """Put an order (or free text) into the ledger's queue; gives its id."""

    def put(
        order: Order | None = None, *, raw: str | None = None, external_id: str | None = None, **changes: Any
    ) -> int:
        if order is not None and external_id is not None:
            order = order.model_copy(update={"external_id": external_id})
        row: dict[str, Any] = {
            "source": "test",
            "external_id": order.external_id if order else external_id,
            "content_sha256": identity(order) if order else "0" * 64,
            "kind": order.kind if order else "order",
            "lane": "rules" if order else "model",
            "status": "queued",
            "customer_id": order.customer.id if order else None,
            "po_number": order.po_number if order else None,
            "content": content(order) if order else None,
            "raw": raw,
            "received_at": now,
            "updated_at": now,
        }
        with writing(engine) as connection:
            return connection.execute(insert(orders).values(**row | changes)).inserted_primary_key[0]

    return put
