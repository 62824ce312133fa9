"""Each expectation on rows that keep it and rows that break it; every failing row is named by its key."""

from datetime import date, datetime

import pandas as pd
import pytest

from expectations import issued_invoices, landed_files, landed_orders
from expectations.run import run

TODAY = date(2026, 3, 2)
GOOD_ORDER = {
    "external_id": "A-1",
    "lane": "rules",
    "customer_id": "C-1",
    "ordered_on": datetime(2026, 2, 27),  # noqa: DTZ001
    "line_count": 3,
    "most_pieces": 24.0,
    "times_median": 1.0,
    "is_conflict": 0,
    "is_dead_letter": 0,
}
GOOD_INVOICE = {
    "invoice_number": "INV-2026-000001",
    "is_imported": False,
    "currency": "GBP",
    "issue_date": datetime(2026, 3, 2),  # noqa: DTZ001
    "total": 36.0,
    "tax_share": 0.2,
    "terms": 30,
    "times_median": 1.0,
}


def orders(*changes, of=100):
    """That many good orders, the first ones changed; ids from 1."""
    rows = [{**GOOD_ORDER, **(changes[n] if n < len(changes) else {}), "order_id": n + 1} for n in range(of)]
    return run("landed_orders", pd.DataFrame(rows), landed_orders.suite(TODAY), landed_orders.KEY)


def invoices(*changes, of=100):
    rows = [
        {
            **GOOD_INVOICE,
            "invoice_number": f"INV-2026-{n + 1:06d}",
            **(changes[n] if n < len(changes) else {}),
        }
        for n in range(of)
    ]
    return run("issued_invoices", pd.DataFrame(rows), issued_invoices.suite(TODAY), issued_invoices.KEY)


def of(verdicts, code):
    return next(verdict for verdict in verdicts if verdict.code == code)


def test_usual_orders_and_invoices_pass():
    assert all(verdict.passed and not verdict.keys for verdict in [*orders(), *invoices()])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"external_id": "A\x001"}, "order_id_unprintable"),
        ({"customer_id": None}, "customer_missing"),
        ({"ordered_on": datetime(2026, 3, 4)}, "date_implausible"),  # noqa: DTZ001
        ({"ordered_on": datetime(1999, 12, 31)}, "date_implausible"),  # noqa: DTZ001
        ({"line_count": 501}, "many_lines"),
        ({"most_pieces": 10_001.0}, "quantity_implausible"),
        ({"times_median": 100.5}, "value_implausible"),
    ],
)
def test_an_odd_order_is_named_and_the_batch_goes_on(change, code):
    verdicts = orders(change)
    assert of(verdicts, code).keys == (1,)
    assert of(verdicts, code).failing_pct == pytest.approx(1.0)
    assert sum(len(verdict.keys) for verdict in verdicts) == 1
    if code != "order_id_unprintable":  # that one has no tolerance
        assert all(verdict.passed for verdict in verdicts)


def test_an_order_that_only_a_model_can_read_needs_no_customer_yet():
    assert of(orders({"customer_id": None, "lane": "model"}), "customer_missing").keys == ()


def test_an_order_dated_tomorrow_is_a_time_zone():
    assert of(orders({"ordered_on": datetime(2026, 3, 3)}), "date_implausible").keys == ()  # noqa: DTZ001


def test_a_batch_with_too_many_odd_orders_fails_and_names_them_all():
    verdict = of(orders(*[{"customer_id": None}] * 6), "customer_missing")
    assert not verdict.passed
    assert verdict.keys == (1, 2, 3, 4, 5, 6)


def test_a_share_of_a_small_batch_fails_nothing():
    verdicts = orders({"customer_id": None, "is_conflict": 1}, of=3)
    assert all(verdict.passed for verdict in verdicts)
    assert of(verdicts, "customer_missing").keys == (1,)


@pytest.mark.parametrize(
    ("column", "code", "some", "too_many"),
    [("is_conflict", "many_conflicts", 5, 6), ("is_dead_letter", "many_dead_letters", 2, 3)],
)
def test_a_batch_may_hold_some_of_what_happens(column, code, some, too_many):
    assert of(orders(*[{column: 1}] * some), code).passed
    verdict = of(orders(*[{column: 1}] * too_many), code)
    assert not verdict.passed
    assert verdict.observed == str(too_many / 100)
    assert verdict.keys == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"invoice_number": "2026/1"}, "number_malformed"),
        ({"currency": "XAU"}, "currency_unknown"),
        ({"total": 0.0}, "total_not_positive"),
        ({"total": -3.0}, "total_not_positive"),
        ({"tax_share": 0.31}, "tax_share_implausible"),
        ({"tax_share": -0.01}, "tax_share_implausible"),
        ({"issue_date": datetime(2026, 3, 4)}, "issued_in_future"),  # noqa: DTZ001
        ({"terms": -1}, "terms_implausible"),
        ({"terms": 366}, "terms_implausible"),
    ],
)
def test_an_odd_invoice_fails_its_expectation(change, code):
    verdict = of(invoices(change), code)
    assert not verdict.passed
    assert verdict.keys == (change.get("invoice_number", "INV-2026-000001"),)


def test_a_total_far_above_the_usual_is_only_a_finding():
    verdict = of(invoices({"times_median": 250.0}), "total_implausible")
    assert verdict.passed
    assert verdict.keys == ("INV-2026-000001",)


def test_a_number_given_twice_is_named():
    twice = {"invoice_number": "INV-2026-000007"}
    verdict = of(invoices(twice, twice), "number_repeated")
    assert not verdict.passed
    assert set(verdict.keys) == {"INV-2026-000007"}


def test_an_empty_batch_passes():
    columns = ["order_id", *GOOD_ORDER]
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
    verdicts = run("landed_orders", frame, landed_orders.suite(TODAY), landed_orders.KEY)
    assert all(verdict.passed for verdict in verdicts)


def test_a_file_that_loses_rows_or_is_mostly_thrown_out_is_named():
    frame = pd.DataFrame(
        [
            {"file_id": 1, "rows_missing": 0, "quarantined_share": 0.02},
            {"file_id": 2, "rows_missing": 3, "quarantined_share": None},
            {"file_id": 3, "rows_missing": 0, "quarantined_share": 0.51},
        ]
    )
    lost, thrown = run("landed_files", frame, landed_files.suite(), landed_files.KEY)
    assert (lost.passed, lost.keys) == (False, (2,))
    assert (thrown.passed, thrown.keys) == (False, (3,))


def test_an_imported_invoice_keeps_its_number_and_may_be_for_nothing():
    imported = {"is_imported": True, "invoice_number": "17/b", "total": 0.0}
    assert all(verdict.passed and not verdict.keys for verdict in invoices(imported))
    verdict = of(invoices(imported | {"total": -1.0}), "imported_total_negative")
    assert (verdict.passed, verdict.keys) == (False, ("17/b",))


def test_what_cannot_be_evaluated_fails_and_says_why():
    frame = pd.DataFrame([{"file_id": 1, "rows_missing": 0}])
    _, thrown = run("landed_files", frame, landed_files.suite(), landed_files.KEY)
    assert not thrown.passed
    assert "quarantined_share" in thrown.observed
