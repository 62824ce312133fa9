"""`fakturo deposit`: one sentence for what was done, for what was done before, and for what cannot be."""

import pytest

from fakturo.errors import BadInput, NotFound

CSV = """order_id,order_date,customer_id,customer_name,currency,item,description,quantity,unit_price,tax_rate
O-1,2026-03-02,K-1,Buyer AG,EUR,A1,Chair,4,250.00,19
O-1,2026-03-02,K-1,Buyer AG,EUR,A2,Book,10,20.00,7
"""


@pytest.fixture
def ordered(run, tmp_path):
    """An order of 1,404.00 EUR with tax in the queue."""
    run("init")
    (tmp_path / "o.csv").write_text(CSV)
    assert "orders: 1 new" in run("ingest", "o.csv").output
    return run


def test_a_deposit_is_issued_at_once_and_once(ordered):
    first = ordered("deposit", "O-1", "--percent", "30")
    assert "asks for a deposit of 421.20 EUR on order O-1" in first.output
    again = ordered("deposit", "O-1", "--percent", "30.0")
    assert "-000001 was issued for this before; nothing was done." in again.output
    assert "to review           0" in ordered("issue").output
    shown = ordered("invoices", "list").output
    assert "982.80" in shown
    late = ordered("deposit", "O-1", "--percent", "10")
    assert isinstance(late.exception, BadInput)
    assert str(late.exception) == "Order O-1 is issued already; a deposit comes before the invoice."


def test_who_rejects_an_order_is_told_of_its_deposit(run, tmp_path):
    run("init")
    odd = CSV.splitlines()[0] + ",order_total\nO-1,2026-03-02,K-1,B,EUR,A1,Chair,4,250.00,19,9.00\n"
    (tmp_path / "o.csv").write_text(odd)
    run("ingest", "o.csv")
    assert "to review           1" in run("issue").output
    number = run("deposit", "O-1", "--amount", "119.00").output.split()[0]
    words = ("review", "reject", "O-1", "--reason", "not wanted")
    told = f"Deposit invoice {number} still stands: take it back with `fakturo credit {number}`."
    assert told in run(*words).output
    assert told in run(*words).output
    run("credit", number, "--reason", "order rejected")
    assert "Deposit" not in run(*words).output


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (("O-1",), BadInput, "either --percent 30 or --amount 500.00"),
        (("O-1", "--percent", "x"), BadInput, "--percent x is not a number; write it like 30"),
        (("O-1", "--amount", "1404.01"), BadInput, "1404.00 EUR is left"),
        (("O-9", "--percent", "5"), NotFound, "No order O-9"),
    ],
)
def test_what_cannot_be_is_told(ordered, words, error, told):
    done = ordered("deposit", *words)
    assert isinstance(done.exception, error)
    assert told in str(done.exception)
    assert "Invoices (0)" in ordered("invoices", "list").output


def test_an_amount_whose_tax_would_not_add_up_is_told(ordered, tmp_path):
    """0.02 bears no tax (0.0038) and 0.03 bears 0.01 (0.0057), which is 0.04: none comes to 0.03."""
    (tmp_path / "p.csv").write_text(CSV.splitlines()[0] + "\nO-2,2026-03-02,K-1,B,EUR,A,Pin,1,1.00,19\n")
    ordered("ingest", "p.csv")
    done = ordered("deposit", "O-2", "--amount", "0.03")
    assert "asks for a deposit of 0.02 EUR" in done.output
    assert "The tax of 0.03 would not add up to the cent" in done.output
