"""An order in another currency than the tax office's: it waits for a rate and goes on with it."""

import pytest

CSV = """order_id,order_date,customer_id,customer_name,currency,item,description,quantity,unit_price,tax_rate
O-1,2026-03-02,K-1,Buyer Inc,USD,A1,Chair,4,250.00,19
"""
RATES = "date,base,currency,rate,source\n2026-02-27,EUR,USD,1.0812,European Central Bank\n"


@pytest.fixture
def ordered(run, monkeypatch, tmp_path):
    """1,000.00 USD and 190.00 of tax."""
    monkeypatch.setenv("FAKTURO_SELLER_COUNTRY", "DE")
    monkeypatch.setenv("FAKTURO_SELLER_VAT_ID", "DE123456788")
    monkeypatch.setenv("FAKTURO_SELLER_ACCOUNTING_CURRENCY", "EUR")
    monkeypatch.setenv("FAKTURO_SELLER_EXCHANGE_RATES", str(tmp_path / "rates.csv"))
    (tmp_path / "rates.csv").write_text(RATES.splitlines()[0] + "\n")
    (tmp_path / "o.csv").write_text(CSV)
    run("init")
    run("ingest", "o.csv")
    return run


def test_it_waits_for_the_rate_and_is_issued_with_it(ordered, tmp_path):
    """190.00 / 1.0812 = 175.7307."""
    assert "to review           1" in ordered("issue").output
    said = " ".join(ordered("review", "show", "O-1").output.replace("│", " ").split())
    assert "The tax must be told in EUR too" in said
    assert "no rate between USD and EUR of 2026-02-23 to 2026-03-02" in said
    (tmp_path / "rates.csv").write_text(RATES)
    approved = ordered("review", "approve", "O-1")
    assert approved.exit_code == 0, approved.output
    assert "issued              1" in ordered("issue").output
    number = next(word for word in ordered("invoices", "list").output.split() if word.startswith("INV-"))
    ubl = ordered("einvoice", number, "--syntax", "ubl").output
    assert "<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>" in ubl
    assert '<cbc:TaxAmount currencyID="EUR">175.73</cbc:TaxAmount>' in ubl
    assert ordered("render").exit_code == 0
    (pdf,) = (tmp_path / "home").rglob(f"{number}.pdf")
    assert ordered("verify", str(pdf)).exit_code == 0
