"""Every watched KPI as the published warehouse has it: by currency, over whole months, never a running one.

A running month has fewer invoices and less money than a whole one; it would look like a drop each first of
the month. A month counts from the day after its last, so that its last afternoon is in it. Where no payment
of a currency is known from before a period, nobody says that its invoices were not paid: what is made of
payments then has no value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fakturo.alerting.chance import fall_p
from fakturo.alerting.kpis import KPIS, Measured
from fakturo.warehouse.reading import Connection, ask

SALES_DAYS = 90
"""What dso_90_days is over."""
AI_HOURS = 24
"""A day: the provider's nights are in it, and a fresh failure still weighs."""

_PUBLISH = "select publish_id, made_at, made_date from publish_info"
_MONTHS = """
    with currencies as (
        select distinct currency from kpi_daily
    ),
    months as (
        select
            kpi_monthly.*,
            row_number() over (partition by currency order by month_date desc) as months_ago
        from kpi_monthly
        where month_date + interval 1 month <= (select made_date from publish_info)
    )
    select
        currencies.currency,
        now.month_date,
        now.collection_rate_pct,
        now.average_payment_days,
        now.cei_pct,
        coalesce(now.paid_invoice_count, 0),
        coalesce(now.invoice_count, 0),
        coalesce(now.open_day_count, 0),
        coalesce(before.invoice_count, 0),
        coalesce(before.open_day_count, 0),
        coalesce(opening.open_invoice_count, 0) + coalesce(now.invoice_count, 0)
    from currencies
    left join months as now on now.currency = currencies.currency and now.months_ago = 1
    left join months as before on before.currency = currencies.currency and before.months_ago = 2
    left join kpi_daily as opening
        on opening.currency = now.currency and opening.date_day = now.month_date - 1
    order by currencies.currency
"""
_SALES = f"""
    select
        currency,
        any_value(dso_90_days) filter (where date_day = (select made_date from publish_info)),
        sum(invoice_count)
    from kpi_daily
    where date_day > (select made_date from publish_info) - {SALES_DAYS}
    group by currency
    order by currency
"""  # noqa: S608  our own number
_AI = f"""
    select coalesce(sum(ok_count), 0), coalesce(sum(settled_count), 0)
    from kpi_ai_hourly
    where hour_at > (select made_at from publish_info) - interval {AI_HOURS} hour
"""  # noqa: S608  our own number
_FIRST_PAYMENTS = "select currency, min(value_date) from fct_payments group by currency"
_REVIEW = """
    select
        count(*),
        count(*) filter (where status = 'needs_review'),
        min(received_at) filter (where status = 'needs_review')
    from fct_orders
"""

Paid = Mapping[str, date]
"""Value date of the first payment, by currency."""


@dataclass(frozen=True)
class Measurement:
    """All KPIs of one publish."""

    publish_id: str
    """Sorts by time."""
    made_at: datetime
    kpis: tuple[Measured, ...]


def measure(published: Connection, *, now: datetime) -> Measurement:
    """Read every KPI; one that cannot be had is there without a value.

    Args:
        now: aware; how old the publish is, is measured against it.

    Raises:
        WarehouseError: the file has no such tables.
    """
    ((publish_id, made_at, made_date),) = ask(published, _PUBLISH).fetchall()
    made_at = made_at.replace(tzinfo=UTC)
    first_paid = dict(ask(published, _FIRST_PAYMENTS).fetchall())
    of_money = [*_of_months(published, first_paid), *_of_sales(published, made_date, first_paid)]
    order = {name: place for place, name in enumerate(KPIS)}
    of_money.sort(key=lambda each: (each.currency or "", order[each.kpi]))
    found = [*of_money, *_of_house(published, made_at)]
    age_hours = max((now - made_at) / timedelta(hours=1), 0.0)
    found.append(Measured("publish_age", None, age_hours, 1, made_date, made_date))
    return Measurement(publish_id, made_at, tuple(found))


def _of_months(published: Connection, first_paid: Paid) -> Iterator[Measured]:
    """KPIs of the last whole month, beside the month before it."""
    for row in ask(published, _MONTHS).fetchall():
        currency, month, rate, payment_days, cei, paid, *counts, to_be_paid = row
        days = (month, _month_end(month)) if month else (None, None)
        yield _of_payments(
            Measured("collection_rate", currency, _number(rate), to_be_paid, *days), first_paid
        )
        yield Measured("average_payment_days", currency, _number(payment_days), paid, *days)
        yield volume_change(currency, days, *counts)
        yield _of_payments(Measured("cei", currency, _number(cei), to_be_paid, *days), first_paid)


def volume_change(
    currency: str,
    days: tuple[date | None, date | None],
    now: int,
    open_days: int,
    before: int,
    open_days_before: int,
) -> Measured:
    """How many more or less invoices an open day had than one of the month before, percent."""
    name = "invoice_volume_change"
    if not (before and open_days and open_days_before):
        return Measured(name, currency, None, before, *days)
    change_pct = _clean(((now / open_days) / (before / open_days_before) - 1) * 100)
    p = fall_p(before, open_days_before, now, open_days)
    return Measured(name, currency, change_pct, before, *days, p=p)


def _of_sales(published: Connection, made_date: date, first_paid: Paid) -> Iterator[Measured]:
    first = made_date - timedelta(days=SALES_DAYS - 1)
    for currency, dso_days, invoice_count in ask(published, _SALES).fetchall():
        dso = Measured("dso", currency, _number(dso_days), int(invoice_count), first, made_date)
        yield _of_payments(dso, first_paid)


def _of_payments(measured: Measured, first_paid: Paid) -> Measured:
    """The same, without its value where no payment is known from before its days."""
    paid, first = first_paid.get(measured.currency or ""), measured.first_date
    if measured.value is None or first is None or (paid is not None and paid < first):
        return measured
    return replace(measured, value=None, missing=f"no payment is known from before {first}")


def _of_house(published: Connection, made_at: datetime) -> Iterator[Measured]:
    """KPIs that are not of money."""
    ((ok, settled),) = ask(published, _AI).fetchall()
    day = made_at.date()
    success_pct = _clean(float(ok) / float(settled) * 100) if settled else None
    yield Measured("ai_success_rate", None, success_pct, int(settled), day, day)
    ((received, waiting, oldest),) = ask(published, _REVIEW).fetchall()
    age_days = (made_at - oldest.replace(tzinfo=UTC)) / timedelta(days=1) if oldest else 0.0
    yield Measured("review_backlog", None, float(waiting), received, day, day)
    yield Measured("review_age", None, max(age_days, 0.0), received, day, day)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _clean(pct: float) -> float:
    """Without the last digits of floats: 80 after 100 is -20, not -19.999999999999996."""
    return round(pct, 6)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
