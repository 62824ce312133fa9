"""Suites of builds, payments, customers, quarantine and volumes: each on rows that break it, by key."""

from datetime import date, datetime
from functools import partial

import pandas as pd
import pytest

from expectations import (
    issued_invoices,
    landed_customers,
    landed_files,
    landed_orders,
    landed_payments,
    landed_quarantine,
    landed_volumes,
    mart_freshness,
    mart_invoices,
    mart_lines,
    mart_payments,
    mart_totals,
    published_rows,
)
from expectations.holding import refusal
from expectations.run import run

TODAY = date(2026, 3, 2)
PAYMENT = {
    "currency": "EUR",
    "value_date": datetime(2026, 3, 2),  # noqa: DTZ001
    "sign": 1,
    "fee_share": 0.015,
    "times_median": 1.0,
    "is_chargeback": 0,
}
CUSTOMER = {"country": "GB", "terms_days": 30, "is_twin": 0}
QUARANTINED = {"reason_count": 1, "waited_days": 30}
VOLUME = {"share_of_usual": 1.0}
LINE = {"quantity": 2.0, "unit_price": 9.5, "tax_rate_pct": 20.0, "net_gap": 0.02, "times_usual": 1.0}
PAID = {"gap": 0.0, "over_allocated": -3.0}
TOTAL = {"receivables_gap": 0.0, "allocations_gap": 0.0}
FRESH = {"is_behind": 0, "ahead_minutes": 5, "times_silent": 3.0}
COUNTED = {"row_count": 100, "floor_rows": 100, "share_of_usual": 1.0, "share_of_weekday": 1.0}
SUITES = {
    "landed_payments": (landed_payments.suite(TODAY), landed_payments.KEY, PAYMENT),
    "landed_customers": (landed_customers.suite(), landed_customers.KEY, CUSTOMER),
    "landed_quarantine": (landed_quarantine.suite(), landed_quarantine.KEY, QUARANTINED),
    "landed_volumes": (landed_volumes.suite(), landed_volumes.KEY, VOLUME),
    "mart_lines": (mart_lines.suite(), mart_lines.KEY, LINE),
    "mart_payments": (mart_payments.suite(), mart_payments.KEY, PAID),
    "mart_totals": (mart_totals.suite(), mart_totals.KEY, TOTAL),
    "mart_freshness": (mart_freshness.suite(), mart_freshness.KEY, FRESH),
    "published_rows": (published_rows.suite(), published_rows.KEY, COUNTED),
}


def check(name, *changes, of=100):
    """Verdicts of a suite on that many good rows, the first ones changed; keys from k000 on."""
    suite, key, good = SUITES[name]
    rows = [{key: f"k{n:03}", **good, **(changes[n] if n < len(changes) else {})} for n in range(of)]
    return run(name, pd.DataFrame(rows), suite, key)


@pytest.mark.parametrize("name", SUITES)
def test_usual_rows_pass_and_so_does_an_empty_batch(name):
    assert [verdict.keys for verdict in check(name) if verdict.keys or not verdict.passed] == []
    suite, key, good = SUITES[name]
    empty = pd.DataFrame({column: pd.Series(dtype="object") for column in (key, *good)})
    assert all(verdict.passed for verdict in run(name, empty, suite, key))


@pytest.mark.parametrize(
    ("name", "change", "code", "holds_back"),
    [
        ("landed_payments", {"currency": "XAU"}, "payment_currency_unknown", True),
        ("landed_payments", {"value_date": datetime(2026, 3, 4)}, "value_date_implausible", False),  # noqa: DTZ001
        ("landed_payments", {"sign": -1}, "payment_sign_wrong", True),
        ("landed_payments", {"fee_share": 0.21}, "fee_implausible", False),
        ("landed_payments", {"times_median": 100.5}, "payment_implausible", False),
        ("landed_customers", {"country": None}, "country_missing", False),
        ("landed_customers", {"terms_days": 366}, "customer_terms_implausible", True),
        ("landed_customers", {"is_twin": 1}, "customer_doubled", False),
        ("landed_quarantine", {"reason_count": 0}, "reason_missing", True),
        ("landed_quarantine", {"waited_days": 31}, "quarantined_for_long", False),
        ("landed_volumes", {"share_of_usual": 0.29}, "volume_low", False),
        ("landed_volumes", {"share_of_usual": 4.1}, "volume_high", False),
        ("mart_lines", {"quantity": 0.0}, "line_quantity_not_positive", True),
        ("mart_lines", {"unit_price": -0.01}, "line_price_negative", True),
        ("mart_lines", {"tax_rate_pct": 31.0}, "line_tax_rate_implausible", False),
        ("mart_lines", {"net_gap": 0.03}, "line_net_is_not_quantity_times_price", True),
        ("mart_lines", {"times_usual": 101.0}, "line_price_implausible", False),
        ("mart_payments", {"gap": 0.01}, "payment_not_accounted_for", True),
        ("mart_payments", {"over_allocated": 0.01}, "payment_over_allocated", True),
        ("mart_totals", {"receivables_gap": 0.01}, "receivables_differ", True),
        ("mart_totals", {"allocations_gap": 0.01}, "allocations_differ", True),
        ("mart_freshness", {"is_behind": 1}, "mart_behind_ledger", True),
        ("mart_freshness", {"ahead_minutes": 6}, "recorded_in_future", False),
        ("mart_freshness", {"times_silent": 3.5}, "source_silent", False),
        ("published_rows", {"row_count": 99}, "rows_vanished", True),
        ("published_rows", {"share_of_usual": 0.7}, "rows_below_usual", True),
        ("published_rows", {"share_of_weekday": 0.7}, "rows_below_weekday", True),
    ],
)
def test_an_odd_row_is_named_and_holds_a_build_back_or_not(name, change, code, holds_back):
    verdicts = check(name, change)
    assert {verdict.code: verdict.keys for verdict in verdicts if verdict.keys} == {code: ("k000",)}
    held = refusal(verdicts)
    assert (held is not None) == holds_back
    if held is not None:
        assert [(each.check, each.failing, each.keys) for each in held.checks] == [(code, 1, ("k000",))]
        assert f"expectation {code} failed on 1 rows (k000)" in str(held)


def test_a_loss_just_below_a_third_of_the_usual_passes():
    assert all(verdict.passed for verdict in check("published_rows", {"share_of_usual": 0.701}))


def test_what_is_not_usual_yet_is_not_judged():
    nothing = {"share_of_usual": None, "share_of_weekday": None}
    assert all(verdict.passed and not verdict.keys for verdict in check("published_rows", nothing))


def test_chargebacks_are_judged_as_a_share():
    assert all(verdict.passed for verdict in check("landed_payments", *[{"is_chargeback": 1}] * 5))
    failed = [each for each in check("landed_payments", *[{"is_chargeback": 1}] * 6) if not each.passed]
    assert [(each.code, each.observed) for each in failed] == [("many_chargebacks", "0.06")]


def test_a_key_of_a_line_is_shown_as_the_mart_has_it():
    frame = pd.DataFrame([{"line": 12_000_003, **LINE, "quantity": -1.0}])
    in_words = partial(mart_lines.in_words, number_of={12: "INV-2026-000009"}.__getitem__)
    verdicts = run("mart_lines", frame, mart_lines.suite(), mart_lines.KEY, in_words=in_words)
    assert verdicts[0].keys == ("INV-2026-000009/3",)


def test_every_expectation_has_a_code_a_message_and_a_reason():
    every = [
        *landed_orders.suite(TODAY),
        *landed_files.suite(),
        *mart_invoices.suite(TODAY),
        *(each for suite, _, _ in SUITES.values() for each in suite),
    ]
    codes = [each.meta["code"] for each in every]
    assert len(set(codes)) == len(codes)
    assert len(codes) == len(landed_orders.suite(TODAY)) + 2 + len(issued_invoices.suite(TODAY)) + 1 + 29
    assert all(each.meta["message"].endswith(".") and each.meta["reason"].endswith(".") for each in every)
