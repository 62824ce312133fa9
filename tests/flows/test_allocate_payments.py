"""The flow that puts payments on invoices."""

import pytest

from fakturo.ledger.open import open_ledger, writing
from fakturo.ledger.payments.allocating import Allocated
from flows.allocate_payments import allocate_payments
from tests.ledger.made_receivables import put_invoice, put_payment, statuses

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


def test_settles_what_is_proved_and_says_so(server, home):
    engine = open_ledger(home)
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", text="INV-2026-1")
    state = allocate_payments(return_state=True)
    assert (state.name, state.message) == (
        "Completed",
        "1 payments, 1 allocations written, 0 taken back.",
    )
    assert statuses(engine) == {"INV-2026-00001": "paid"}
    assert allocate_payments(return_state=True).message == "1 payments, 0 allocations written, 0 taken back."


def test_what_does_not_fit_makes_the_run_degraded(server, home, monkeypatch):
    done = Allocated(payments=2, stuck=("INV-1 would be settled by 2 of 1 EUR.",))
    monkeypatch.setattr("flows.allocate_payments.allocate", lambda *_given, **_more: done)
    state = allocate_payments(return_state=True)
    assert state.name == "Degraded"
    assert state.message.endswith("INV-1 would be settled by 2 of 1 EUR.")
