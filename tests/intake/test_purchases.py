"""Invoices of suppliers: kept with what they say and what the rules say, and never taken for orders."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from fakturo.intake.ingest import ingest_file
from fakturo.settings import load
from tests.einvoice.documents import cii, ubl, ubl_credit_note
from tests.einvoice.paper import pdf

REAL = Path(os.environ.get("FAKTURO_TEST_DATA", "../shared/data")) / "einvoice"


@pytest.mark.parametrize(
    ("name", "data", "kind", "syntax"),
    [
        ("a.xml", ubl(), "invoice", "UBL invoice"),
        ("a.xml", ubl_credit_note(), "credit_note", "UBL credit note"),
        ("a.xml", cii(), "invoice", "CII"),
        ("a.pdf", pdf(("factur-x.xml", cii().encode(), "Alternative"), level="EN 16931"), "invoice", "CII"),
    ],
    ids=["ubl", "credit note", "cii", "pdf"],
)
def test_what_it_says_is_kept(take, rows, name, data, kind, syntax):
    """54.19 and 19 % = 10.30; 64.49."""
    outcome = take(name, data)
    assert (outcome.source, outcome.rows_accepted, outcome.purchases_new) == ("purchases", 1, 1)
    assert rows("orders") == []
    (kept,) = rows("purchase_documents")
    assert (kept["kind"], kept["syntax"], kept["number"], kept["currency"]) == (kind, syntax, "4711", "EUR")
    assert (kept["total_minor"], kept["due_minor"]) == (6449, 6449)
    assert kept["net_minor"] + kept["tax_minor"] == 6449
    assert kept["issue_date"] == date(2026, 3, 2)
    assert kept["is_accepted"]
    (file,) = rows("files")
    assert (file["kind"], file["rows_in"], file["rows_accepted"]) == ("purchases", 1, 1)
    assert file["archived_as"]


def test_the_very_same_file_is_kept_once(take, rows):
    take("a.xml", ubl())
    again = take("b.xml", ubl())
    assert (again.rows_accepted, again.rows_duplicate, again.orders_duplicate) == (0, 1, 0)
    assert again.in_words().endswith("purchase documents: 0 new, 1 duplicate")
    assert len(rows("purchase_documents")) == 1


def test_the_same_number_with_other_content_says_which_came_first(take, rows):
    take("a.xml", ubl())
    take("b.xml", ubl().replace("2026-03-16", "2026-03-17"))
    take("c.xml", ubl().replace(">4711<", ">4712<"))
    first, second, other = rows("purchase_documents")
    assert (first["same_number_as"], second["same_number_as"], other["same_number_as"]) == (
        *(None, first["id"], None),
    )


def test_what_the_rules_forbid_is_kept_with_their_words(take, rows):
    take("a.xml", ubl().replace(">64.49<", ">64.50<"))
    (kept,) = rows("purchase_documents")
    assert not kept["is_accepted"]
    assert "BR-CO-15" in {each["rule"] for each in json.loads(kept["findings"])}


@pytest.mark.parametrize("ours", [{"vat_id": "DE 123 456 789"}, {"vat_id": None, "name": "lampen gmbh"}])
def test_an_invoice_of_our_own_is_refused(sqlite_engine, tmp_path, now, rows, ours):
    """By the VAT id however it is written; by the name where we have none."""
    file = tmp_path / "a.xml"
    file.write_text(ubl())
    settings = load(home=tmp_path / "home", _env_file=None, seller=ours)
    assert "is one of our own" in ingest_file(sqlite_engine, settings, file, now=now).refused
    assert rows("purchase_documents") == []


def test_an_invoice_to_somebody_else_says_so(sqlite_engine, tmp_path, now, rows):
    buyer = "<cac:AccountingCustomerParty><cac:Party>"
    scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    other = f"<cac:PartyTaxScheme><cbc:CompanyID>FR40303265045</cbc:CompanyID>{scheme}</cac:PartyTaxScheme>"
    text = ubl()
    at = text.index("<cac:PartyLegalEntity>", text.index(buyer))
    file = tmp_path / "a.xml"
    file.write_text(text[:at] + other + text[at:])
    settings = load(home=tmp_path / "home", _env_file=None, seller={"name": "We", "vat_id": "DE136695976"})
    assert ingest_file(sqlite_engine, settings, file, now=now).purchases_new == 1
    (kept,) = rows("purchase_documents")
    said = {each["rule"]: each["text"] for each in json.loads(kept["findings"])}
    assert said["buyer"] == "The invoice bills the customer with VAT id FR40303265045, not us (DE136695976)."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ubl().replace("<cbc:ID>4711</cbc:ID>", "", 1), "has no number (BT-1)"),
        (ubl().replace("EUR", "XXX"), "is not an ISO 4217 code"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]>" + ubl(), "document type"),
    ],
)
def test_what_is_no_bill_is_refused(take, rows, text, told):
    assert told in take("a.xml", text).refused
    assert rows("purchase_documents") == []


def test_nothing_is_written_when_only_asked(take, rows):
    assert take("a.xml", ubl(), dry_run=True).purchases_new == 1
    assert rows("files") == []
    assert rows("purchase_documents") == []


@pytest.mark.skipif(not REAL.exists(), reason="real invoices are not on this machine")
def test_real_invoices_are_kept_and_accepted(take, rows):
    files = sorted((REAL / "peppol-billing-examples").glob("*.xml"))
    outcomes = [take(file.name, file.read_bytes()) for file in files]
    assert [each.refused for each in outcomes] == [None] * len(files)
    kept = rows("purchase_documents")
    assert len(kept) == len(files) > 5
    assert all(each["total_minor"] is not None and each["issue_date"] for each in kept)
