"""Rows of invoices, customers and payments are corrected and land, by the rules of their kind."""

import json

from fakturo.intake.bank.take_payments import take_payments
from fakturo.intake.history.import_customers import import_customers
from fakturo.intake.history.import_invoices import import_invoices
from fakturo.intake.history.mapping import load, load_for_customers
from fakturo.intake.quarantine import sheet

INVOICES = (
    "invoice_no,kind,customer_id,invoice_date,sku,quantity,price,currency\n"
    "17,invoice,C1,2024-05-02,A7,3,9.99,EUR\n"
    "18,invoice,C1,2024-05-03,A7,1,9.99,EUR\n"
    "18,invoice,C1,2024-05-03,A8,two,1.00,EUR\n"
)
PAYMENTS = (
    "date,amount,currency,reference,payer,text\n"
    "2026-02-27,100.00,EUR,R1,Ann,INV-1\n"
    "2026-02-28,fifty,EUR,R2,Bob,INV-2\n"
)


def history(desk, text=INVOICES, **options):
    mapping = load("generic", **options)
    path = desk.file("old.csv", text)
    return import_invoices(desk.engine, desk.settings, path, mapping=mapping, now=desk.now)


def test_an_imported_invoice_comes_in_whole_although_one_row_was_corrected(desk, evidence):
    history(desk)
    before = evidence(desk)
    assert [each.line for each in desk.waiting()] == [3, 4]
    only = desk.file("only.csv", f"{sheet.ROW},quantity\n2,2\n")  # row 1, its good line, is not in the sheet

    (outcome,) = desk.retry(only)

    assert (outcome.rows, outcome.landed, outcome.orders_new) == (1, 1, 1)
    assert [(row["number"], row["total_minor"]) for row in desk.rows("invoices")] == [
        ("17", 2997),
        ("18", 1199),
    ]
    assert [row["status"] for row in desk.rows("quarantine")] == ["resolved", "resolved"]
    assert desk.rows("files")[1]["kind"] == "invoices"
    assert evidence(desk) == before
    desk.check()
    assert desk.retry(only)[0].known == 1
    assert len(desk.rows("invoices")) == 2


def test_a_retried_invoice_keeps_the_prefix_of_its_import(small_desk):
    history(small_desk, prefix="OLD-")
    small_desk.retry(small_desk.corrected({2: {"quantity": "2"}}))
    assert [row["number"] for row in small_desk.rows("invoices")] == ["OLD-17", "OLD-18"]


def test_customers_are_corrected_and_older_rows_of_their_file_change_nothing(desk):
    mapping = load_for_customers("generic")

    def take(name, text):
        return import_customers(
            desk.engine, desk.settings, desk.file(name, text), mapping=mapping, now=desk.now
        )

    take("c.csv", "customer_no,company,city,payment_terms\nC1,Blue Door,Leeds,14\nC2,Red Door,York,999\n")
    take("newer.csv", "customer_no,company,city,payment_terms\nC1,Blue Door,London,30\n")
    (outcome,) = desk.retry(desk.corrected({1: {"payment_terms": "30"}}))
    assert (outcome.landed, outcome.failed) == (1, 0)
    first, second = desk.rows("customers")
    assert (json.loads(first["content"])["city"], first["terms_days"]) == ("London", 30)
    assert (second["name"], second["terms_days"]) == ("Red Door", 30)
    assert [row["status"] for row in desk.rows("quarantine")] == ["resolved"]
    desk.check()


def test_a_payment_is_corrected_and_counts_once(desk, evidence):
    take_payments(desk.engine, desk.settings, desk.file("bank.csv", PAYMENTS), now=desk.now)
    before = evidence(desk)
    fixed = desk.corrected({1: {"amount": "50.00"}})

    (outcome,) = desk.retry(fixed)

    assert (outcome.kind, outcome.landed, outcome.failed) == ("payments", 1, 0)
    paid = [(row["reference"], row["amount_minor"], row["line"]) for row in desk.rows("payments")]
    assert paid == [("R1", 10_000, 2), ("R2", 5_000, 3)]
    assert {row["source"] for row in desk.rows("payments")} == {"generic"}
    assert evidence(desk) == before
    assert desk.retry(fixed)[0].known == 1
    assert len(desk.rows("payments")) == 2
    desk.check()


def test_payments_of_an_account_that_a_person_named_stay_on_it(small_desk):
    desk = small_desk
    take_payments(desk.engine, desk.settings, desk.file("bank.csv", PAYMENTS), source="GB33 1", now=desk.now)
    desk.retry(desk.corrected({1: {"amount": "50.00"}}))
    assert [row["source"] for row in desk.rows("payments")] == ["GB331", "GB331"]


def test_a_payment_in_conflict_comes_in_under_a_reference_of_its_own(small_desk):
    desk = small_desk
    take_payments(desk.engine, desk.settings, desk.file("bank.csv", PAYMENTS), now=desk.now)
    other = PAYMENTS.replace("100.00", "70.00").replace("fifty", "50")
    take_payments(desk.engine, desk.settings, desk.file("bank2.csv", other), now=desk.now)
    (conflict,) = [each for each in desk.waiting() if each.external_id == "R1"]
    assert desk.retry_all()[1].same == 1  # as it is, it contradicts what stands

    (outcome,) = [
        each
        for each in desk.retry(desk.file("own.csv", f"{sheet.ROW},reference\n{conflict.id},R1-b\n"))
        if each.rows
    ]

    assert (outcome.landed, outcome.failed) == (1, 0)
    paid = {(row["reference"], row["amount_minor"]) for row in desk.rows("payments")}
    assert paid == {("R1", 10_000), ("R2", 5_000), ("R1-b", 7_000)}
    desk.check()


def test_a_corrected_payment_that_contradicts_the_ledger_stays_with_that_reason(small_desk):
    desk = small_desk
    take_payments(desk.engine, desk.settings, desk.file("bank.csv", PAYMENTS), now=desk.now)
    (outcome,) = desk.retry(desk.corrected({1: {"amount": "50.00", "reference": "R1"}}))
    assert (outcome.landed, outcome.failed) == (0, 1)
    (row,) = desk.waiting()
    assert "was taken in before with other content" in row.reasons[0]
    desk.check()


def test_a_rule_that_leaves_a_retried_row_out_resolves_it(small_desk):
    """A debit that is no refund does not concern us: no payment, and nothing waits any more."""
    desk = small_desk
    take_payments(desk.engine, desk.settings, desk.file("bank.csv", PAYMENTS), now=desk.now)
    desk.retry(desk.corrected({1: {"amount": "-50.00", "text": "rent"}}))
    assert len(desk.rows("payments")) == 1
    assert [row["status"] for row in desk.rows("quarantine")] == ["resolved"]
    desk.check()
