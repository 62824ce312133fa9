"""Receivables and cash: what is open, how fast money comes, what is expected, whom to call."""

from reports.charts import Picture, bars, forecast, lines
from reports.periodic.asking import Asked, Row
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Receivables and cash"
QUESTION = "What is open, how fast does money come, and what comes in the next weeks?"
BUCKETS = {
    "not_due_amount": "not due",
    "late_1_30_amount": "1-30 days late",
    "late_31_60_amount": "31-60",
    "late_61_90_amount": "61-90",
    "late_over_90_amount": "over 90",
}


def sections(asked: Asked) -> list[Section]:
    """One a currency, then what the payment model says."""
    today, past = asked.by_currency("receivables_today"), asked.by_currency("receivables_past")
    months, debtors = asked.by_currency("collections_by_month"), asked.by_currency("top_debtors")
    found = [
        _of(currency, rows[0], past.get(currency, []), months.get(currency, []), debtors.get(currency, []))
        for currency, rows in today.items()
    ]
    remark, is_told = asked.model("payments")
    if not is_told:
        return [*found, Section("Cash of the next weeks", remark=remark)]
    cash, calls = asked.by_currency("cash_expected"), asked.by_currency("worklist")
    return found + [
        _coming(currency, rows, calls.get(currency, []), remark) for currency, rows in cash.items()
    ]


def _of(currency: str, today: Row, past: list[Row], months: list[Row], debtors: list[Row]) -> Section:
    source = "receivables_today"
    then = "the 30 days before"
    figures = [
        Figure(
            "Open", today["open_amount"], "money", source, today["open_before"], then, is_more_better=None
        ),
        Figure(
            "Overdue",
            today["overdue_amount"],
            "money",
            source,
            today["overdue_before"],
            then,
            is_more_better=False,
        ),
        Figure("DSO", today["dso_90_days"], "days", source, today["dso_before"], then, is_more_better=False),
        Figure("Open invoices", today["open_invoice_count"], "count", source),
    ]
    aging = [{"bucket": name, "amount": today[column] or 0} for column, name in BUCKETS.items()]
    words = f"Open amounts in {currency} by how late: " + ", ".join(
        f"{row['bucket']} {row['amount']:,.0f}" for row in aging
    )
    pictures = [bars(aging, x="bucket", y="amount", unit=currency, words=words, source=source)]
    if past:
        pictures.append(_history(currency, past))
    return Section(
        TITLE,
        currency,
        figures=figures,
        pictures=pictures,
        sheets=[
            Sheet(
                "Month by month",
                [
                    *(Column("Month", "day"), Column("Invoiced", "money"), Column("Collected", "money")),
                    *(Column("Collection rate", "percent"), Column("Days to payment", "days")),
                    *(Column("DSO", "days"), Column("CEI", "percent")),
                ],
                [
                    [
                        *(row["month_date"], row["invoiced_amount"], row["collected_amount"]),
                        *(
                            row["collection_rate_pct"],
                            row["average_payment_days"],
                            row["dso_days"],
                            row["cei_pct"],
                        ),
                    ]
                    for row in months
                ],
                "collections_by_month",
                "No month is over yet.",
            ),
            Sheet(
                "Who owes most",
                [
                    *(Column("Customer"), Column("Invoices", "count"), Column("Open", "money")),
                    *(Column("Overdue", "money"), Column("Oldest due", "day")),
                ],
                [
                    [
                        row["customer_id"],
                        row["invoice_count"],
                        row["open_amount"],
                        row["overdue_amount"],
                        row["oldest_due_date"],
                    ]
                    for row in debtors
                ],
                "top_debtors",
                "Nothing is open.",
            ),
        ],
    )


def _history(currency: str, past: list[Row]) -> Picture:
    first, last = past[0], past[-1]
    words = (
        f"Open and overdue in {currency} from {first['date_day']} to {last['date_day']}: open went from "
        f"{first['open_amount']:,.0f} to {last['open_amount']:,.0f}, "
        f"overdue from {first['overdue_amount']:,.0f} to {last['overdue_amount']:,.0f}."
    )
    series = {"open_amount": "open", "overdue_amount": "overdue"}
    return lines(past, x="date_day", series=series, unit=currency, words=words, source="receivables_past")


def _coming(currency: str, cash: list[Row], calls: list[Row], remark: str) -> Section:
    total = sum(row["middle"] for row in cash)
    words = (
        f"Expected cash in {currency} by week, {total:,.0f} in {len(cash)} weeks, with bands of 80 and 95 %."
    )
    return Section(
        "Cash of the next weeks",
        currency,
        remark=remark,
        figures=[
            Figure("Next 4 weeks", sum(row["middle"] for row in cash[:4]), "money", "cash_expected"),
            Figure(f"Next {len(cash)} weeks", total, "money", "cash_expected"),
        ],
        pictures=[forecast([], cash, x="target_date", unit=currency, words=words, source="cash_expected")],
        sheets=[
            Sheet(
                "Whom to call first",
                [
                    *(Column("", "count"), Column("Invoice"), Column("Customer"), Column("Open", "money")),
                    *(Column("Expected loss", "money"), Column("Why")),
                ],
                [
                    [
                        row[name]
                        for name in (
                            "rank",
                            "invoice_number",
                            "customer_id",
                            "open_amount",
                            "expected_loss",
                            "why",
                        )
                    ]
                    for row in calls
                ],
                "worklist",
                "No open invoice.",
            )
        ],
    )
