"""Marts of the money on the story of conftest.py; each figure is worked out from its dates and sums.

Invoices with tax: O1 1200, O2 600, O3 2400, O6 120, O4 360, O5 1200 (INV-…1 to 6, in this order), credit 240.
"""

from datetime import date

import pytest

NUMBER = "INV-2026-{:06d}".format


def test_an_invoice_knows_what_settled_it_and_when(asked):
    rows = asked(
        "select invoice_number, open_amount, paid_amount, credited_amount, written_off_amount, settled_date, "
        "payment_days, days_late, is_overdue, payment_status from fct_invoices order by invoice_id"
    )
    assert rows == [
        (NUMBER(1), "0.00", "1200.00", "0.00", "0.00", date(2026, 2, 4), 25, -5, False, "paid"),
        (NUMBER(2), "0.00", "600.00", "0.00", "0.00", date(2026, 4, 1), 50, 20, False, "paid"),
        (NUMBER(3), "2400.00", "0.00", "0.00", "0.00", None, None, None, True, "open"),
        (NUMBER(4), "0.00", "0.00", "0.00", "120.00", date(2026, 5, 5), None, None, False, "written_off"),
        (NUMBER(5), "0.00", "360.00", "0.00", "0.00", date(2026, 5, 1), 30, 0, False, "paid"),
        (NUMBER(6), "960.00", "0.00", "240.00", "0.00", None, None, None, False, "partial"),
        ("CN-2026-000001", "0.00", "0.00", "0.00", "0.00", None, None, None, False, "paid"),
    ]


def test_a_credit_note_takes_away_where_signs_are_summed(asked):
    assert asked(
        "select sum(signed_net_amount), sum(signed_total_amount), "
        "max(corrects_invoice_id) = max(invoice_id) - 1 from fct_invoices"
    ) == [("4700.00", "5640.00", True)]
    assert asked("select sum(signed_quantity), sum(signed_net_amount) from fct_invoice_lines") == [
        ("5.00", "4700.00")
    ]


def test_a_payment_is_what_stands_of_it_and_what_is_left(asked):
    rows = asked(
        "select payment_id, customer_id, customer_known_by, amount, fee_amount, allocated_amount, "
        "unallocated_amount from fct_payments order by payment_id"
    )
    assert rows == [
        (1, "K1", "source", "1200.00", "0.00", "1200.00", "0.00"),
        (2, "K1", "allocation", "200.00", "0.00", "200.00", "0.00"),
        (3, "K1", "allocation", "400.00", "0.00", "400.00", "0.00"),
        (4, "K1", "allocation", "2400.00", "0.00", "2400.00", "0.00"),
        (5, "K1", "allocation", "-2400.00", "0.00", "-2400.00", "0.00"),
        (6, "K1", "allocation", "360.00", "0.00", "360.00", "0.00"),
        (7, None, None, "50.00", "1.00", "0.00", "50.00"),
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-09", []),
        ("2026-01-31", [("not_due", "1200.00", 1)]),
        # part of O2 is open, 19 days late; O6 is 11 days late; O3 is due on this very day
        ("2026-03-31", [("late_1_30", "520.00", 2), ("not_due", "2400.00", 1)]),
        # O3 was paid then, though its money went back on the 20th
        ("2026-04-15", [("late_1_30", "120.00", 1), ("not_due", "1560.00", 2)]),
        ("2026-04-30", [("late_1_30", "2400.00", 1), ("late_31_60", "120.00", 1), ("not_due", "1320.00", 2)]),
        ("2026-05-10", [("late_31_60", "2400.00", 1), ("not_due", "960.00", 1)]),
    ],
)
def test_receivables_of_a_day_are_what_was_known_then(asked, day, expected):
    rows = asked(
        "select cast(as_of_date as varchar), aging_bucket, open_amount, invoice_count "
        "from fct_receivables_daily where invoice_count > 0 order by as_of_date, aging_bucket"
    )
    assert [row[1:] for row in rows if row[0] == day] == expected


def test_months_add_up_and_are_measured(asked):
    rows = asked(
        "select month_date, day_count, open_day_count, revenue_amount, sales_amount, collected_amount, "
        "opening_amount, closing_amount, overdue_amount, is_complete from kpi_monthly order by month_date"
    )
    assert rows == [
        (date(2026, 1, 1), 31, 22, "1000.00", "1200.00", "0.00", "0.00", "1200.00", "0.00", True),
        (date(2026, 2, 1), 28, 20, "500.00", "600.00", "1200.00", "1200.00", "600.00", "0.00", True),
        (date(2026, 3, 1), 31, 22, "2100.00", "2520.00", "200.00", "600.00", "2920.00", "520.00", True),
        (date(2026, 4, 1), 30, 22, "1100.00", "1320.00", "400.00", "2920.00", "3840.00", "2520.00", True),
        (date(2026, 5, 1), 10, 6, "0.00", "0.00", "360.00", "3840.00", "3360.00", "2400.00", False),
    ]


def test_the_speed_of_money_is_that_of_its_formulas(asked):
    rows = asked(
        "select dso_days, best_possible_dso_days, average_days_delinquent, dso_countback_days, cei_pct, "
        "collection_rate_pct, average_payment_days, invoices_per_open_day from kpi_monthly "
        "order by month_date"
    )
    assert rows == [
        ("31.00", "31.00", "0.00", "31.00", None, "0.00", None, "0.05"),
        # CEI (1200 + 600 - 600) / (1200 + 600 - 600); collected 1200 of 1200 + 600
        ("28.00", "28.00", "0.00", "28.00", "100.00", "66.67", "25.00", "0.05"),
        # DSO 2920 / 2520 * 31; back: 2520 of March, 400 / 600 of February's 28 days; CEI 200 / 720
        ("35.92", "29.52", "6.40", "49.67", "27.78", "6.41", None, "0.09"),
        # DSO 3840 / 1320 * 30; back: all of April and just all of March; CEI 400 / 2920; 400 of 4480
        ("87.27", "30.00", "57.27", "61.00", "13.70", "8.93", "50.00", "0.09"),
        # no sales; back: 10 days, April's 30, 2040 / 2520 of March's 31; CEI 480 / 2880; 360 of 3840
        (None, None, None, "65.10", "16.67", "9.38", "30.00", "0.00"),
    ]


def test_a_day_has_its_own_figures(asked):
    rows = asked(
        "select date_day, settled_amount, collected_amount, written_off_amount, received_amount, "
        "open_amount, overdue_pct, is_open_day, dso_90_days from kpi_daily where date_day in "
        "('2026-03-30', '2026-03-31', '2026-04-20', '2026-05-05', '2026-05-06') order by date_day"
    )
    assert rows == [
        (date(2026, 3, 30), "0.00", "0.00", "0.00", "0.00", "2920.00", "17.81", True, None),
        # the 90th day since 1 January: 2920 / (1200 + 600 + 2520) * 90
        (date(2026, 3, 31), "0.00", "0.00", "0.00", "0.00", "2920.00", "17.81", True, "60.83"),
        (date(2026, 4, 20), "-2160.00", "-2400.00", "0.00", "-2400.00", "3840.00", "65.63", True, "77.84"),
        (date(2026, 5, 5), "120.00", "0.00", "120.00", "0.00", "3360.00", "71.43", True, "68.11"),
        (date(2026, 5, 6), "0.00", "0.00", "0.00", "50.00", "3360.00", "71.43", True, "68.11"),
    ]


def test_a_customer_is_scored_and_its_habit_known(asked):
    rows = asked(
        "select customer_id, main_currency, recency_days, recent_invoice_count, recent_net_amount, "
        "recency_score, frequency_score, monetary_score, open_invoice_count, overdue_invoice_count, "
        "paid_invoice_count, paid_on_time_pct, median_payment_days, low_days_late, median_days_late, "
        "high_days_late from dim_customers order by customer_id"
    )
    assert rows == [
        ("K1", "GBP", 39, 4, "3800.00", 1, 5, 5, 1, 1, 3, "66.67", "30.00", "-2.50", "0.00", "10.00"),
        ("K2", "GBP", 25, 2, "900.00", 5, 1, 1, 1, 0, 0, None, None, None, None, None),
    ]


def test_an_order_is_followed_until_it_is_paid(asked):
    rows = asked(
        "select external_id, funnel_stage, paid_after_days, order_to_cash_days, paid_date from fct_orders "
        "order by external_id"
    )
    assert rows == [
        ("C5", "issued", None, None, None),
        ("O1", "paid", 25, 25, date(2026, 2, 4)),
        ("O2", "paid", 50, 50, date(2026, 4, 1)),
        ("O3", "issued", None, None, None),
        ("O4", "paid", 30, 30, date(2026, 5, 1)),
        ("O5", "issued", None, None, None),
        ("O6", "issued", None, None, None),
    ]


def test_a_product_is_sold_and_credited(asked):
    assert asked("select product_id, line_count, credited_line_count, last_sold_date from dim_products") == [
        ("L1", 6, 1, date(2026, 4, 15))
    ]


def test_days_are_open_from_monday_to_friday(asked):
    assert asked(
        "select count(*), min(date_day), max(date_day), count(*) filter (where is_open_day) from dim_dates"
    ) == [(730, date(2026, 1, 1), date(2027, 12, 31), 522)]


def test_a_run_has_what_it_left(asked):
    rows = asked(
        "select run_id, invoice_count, draft_count, payment_count, file_count, ai_cost_amount, duration_ms "
        "from fct_runs order by run_id"
    )
    days = (date(2026, 5, 10) - date(2026, 2, 4)).days
    assert rows[-1] == ("run-bank", 0, 0, 7, 1, "0.00", days * 86_400_000)
    assert [row[:3] for row in rows[:-1]] == [
        ("run-01", 1, 1),
        ("run-02", 1, 1),
        ("run-03", 2, 2),
        ("run-04", 2, 2),
    ]


def test_each_reason_of_a_quarantined_line_is_a_defect_of_its_own(asked):
    assert asked(
        "select origin, source, place, message, status, run_id from fct_data_quality order by data_quality_id"
    ) == [
        ("quarantine", "bank", "line 2", "No date.", "open", "run-bank"),
        ("quarantine", "bank", "line 2", "Amount … is no number.", "open", "run-bank"),
    ]
