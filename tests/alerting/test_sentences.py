"""What a reading says to a person, sentence by sentence."""

from datetime import date

from fakturo.alerting.judging import judge
from fakturo.alerting.kpis import Measured
from tests.alerting.made_kpis import DEFAULT

APRIL = (date(2026, 4, 1), date(2026, 4, 30))


def sentence(measured, before="ok"):
    return judge(measured, DEFAULT, before).sentence


def test_a_level_that_was_passed_is_named_with_what_was_counted():
    assert sentence(Measured("collection_rate", "EUR", 72.41, 1200, *APRIL), "warning") == (
        "Collection rate EUR of 2026-04 is 72.4 %: critical, warning before; warning below 85 %, "
        "critical below 75 % (1,200 invoices to be paid)."
    )


def test_a_severity_that_is_held_says_when_it_ends():
    assert sentence(Measured("collection_rate", "EUR", 86.0, 1200, *APRIL), "warning") == (
        "Collection rate EUR of 2026-04 is 86.0 %: still warning until it is back past 87 % "
        "(1,200 invoices to be paid)."
    )


def test_a_drop_within_chance_is_no_alert_and_says_so():
    assert sentence(Measured("invoice_volume_change", "GBP", -33.333, 24, *APRIL, p=0.117)) == (
        "Change of invoices per open day GBP of 2026-04 is -33.3 %: no alert; so much may be chance "
        "(24 invoices in the month before, p = 0.12)."
    )


def test_what_is_well_says_so():
    first, last = date(2026, 2, 10), date(2026, 5, 10)
    assert sentence(Measured("dso", "EUR", 31.0, 400, first, last)) == (
        "Days sales outstanding EUR of the 90 days to 2026-05-10 is 31.0 days: within its levels "
        "(400 invoices in 90 days)."
    )


def test_too_little_data_says_how_much_is_needed():
    assert sentence(Measured("average_payment_days", "EUR", 80.0, 3, *APRIL)) == (
        "Average payment time EUR: not enough data, 3 invoices paid of at least 10."
    )
    assert sentence(Measured("cei", "EUR", None, 300, *APRIL)) == (
        "Collection effectiveness index EUR of 2026-04: not enough data, it has no value."
    )
