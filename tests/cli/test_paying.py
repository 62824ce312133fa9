"""A customer that pays by direct debit: from its record to the e-invoice; what is missing waits."""

import pytest

ORDERS = """order_id,order_date,customer_id,country,currency,item,description,quantity,unit_price,tax_rate
O-1,2026-03-02,K-1,DE,EUR,A1,Chair,4,250.00,19
"""
CUSTOMERS = "customer_id,payment_means,mandate_id,debited_iban\n"
IBAN = "DE02120300000000202051"


@pytest.fixture
def ordered(run, monkeypatch, tmp_path):
    """1,000.00 EUR and 190.00 of tax, of a customer that pays by direct debit."""
    monkeypatch.setenv("FAKTURO_SELLER_NAME", "Nordlicht GmbH")
    monkeypatch.setenv("FAKTURO_SELLER_COUNTRY", "DE")
    monkeypatch.setenv("FAKTURO_SELLER_VAT_ID", "DE123456788")
    monkeypatch.setenv("FAKTURO_SELLER_CREDITOR_ID", "DE98ZZZ09999999999")
    monkeypatch.setenv("FAKTURO_SELLER_PAYEE_NAME", "Factor Bank AG")
    (tmp_path / "o.csv").write_text(ORDERS)
    run("init")

    def known(row):
        (tmp_path / "c.csv").write_text(CUSTOMERS + row)
        assert run("import", "customers", "c.csv").exit_code == 0
        run("ingest", "o.csv")
        return run("issue").output

    return known


def test_a_mandate_stands_in_both_syntaxes_and_the_document_is_accepted(run, ordered, tmp_path):
    assert "issued              1" in ordered(f"K-1,direct_debit,M-1,{IBAN}\n")
    number = next(word for word in run("invoices", "list").output.split() if word.startswith("INV-"))
    for syntax in ("cii", "ubl"):
        xml = run("einvoice", number, "--syntax", syntax).output
        assert xml.count(">M-1<") == xml.count(f">{IBAN}<") == xml.count(">Factor Bank AG<") == 1
        assert ">DE98ZZZ09999999999<" in xml
        assert ">GB33BUKB20201555555555<" not in xml  # the seller's account is not asked for
    run("render")
    (pdf,) = (tmp_path / "home").rglob(f"{number}.pdf")
    assert run("verify", str(pdf)).exit_code == 0


def test_a_direct_debit_without_a_mandate_waits_for_it(run, ordered, tmp_path):
    assert "to review           1" in ordered("K-1,direct_debit,,\n")
    shown = " ".join(run("review", "show", "O-1").output.replace("│", " ").split())
    assert "a mandate_id and a debited_iban are missing" in shown
    refused = run("review", "approve", "O-1")
    assert refused.exit_code == 1
    (tmp_path / "c.csv").write_text(CUSTOMERS + f"K-1,,M-1,{IBAN}\n")
    run("import", "customers", "c.csv")
    assert run("review", "approve", "O-1").exit_code == 0
    assert "issued              1" in run("issue").output


def test_a_clerk_lets_it_be_paid_by_transfer(run, ordered):
    ordered("K-1,direct_debit,,\n")
    done = run("review", "edit", "O-1", "--set", "payment_means=transfer")
    assert done.exit_code == 0, done.output
    assert "issued              1" in run("issue").output


def test_a_deposit_is_collected_as_its_order_is(run, ordered, monkeypatch, tmp_path):
    run("ingest", "o.csv")
    (tmp_path / "c.csv").write_text(CUSTOMERS + f"K-1,direct_debit,M-1,{IBAN}\n")
    run("import", "customers", "c.csv")
    made = run("deposit", "O-1", "--percent", "30")
    assert made.exit_code == 0, made.output
    number = next(word for word in made.output.split() if word.startswith("INV-"))
    assert ">M-1<" in run("einvoice", number).output
