"""Revenue and forecast: what was sold, to which countries, and what is expected."""

from reports.charts import bars, forecast
from reports.periodic.asking import Asked, Row
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Revenue and forecast"
QUESTION = "What was sold, where, and what comes in the next weeks?"


def sections(asked: Asked) -> list[Section]:
    """One a currency, then the forecasts."""
    today, weeks = asked.by_currency("revenue_today"), asked.by_currency("revenue_by_week")
    countries, days = asked.by_currency("revenue_by_country"), asked.by_currency("revenue_by_day")
    found = [
        _of(currency, rows[0], weeks.get(currency, []), countries.get(currency, []))
        for currency, rows in today.items()
    ]
    remark, is_told = asked.model("revenue")
    if not is_told:
        return [*found, Section("Forecast", remark=remark)]
    coming = asked.by_currency("revenue_forecast")
    return found + [
        _coming(currency, rows, days.get(currency, []), remark) for currency, rows in coming.items()
    ]


def _of(currency: str, today: Row, weeks: list[Row], countries: list[Row]) -> Section:
    source = "revenue_today"
    figures = [
        Figure(
            "Revenue of 30 days",
            today["last_30"],
            "money",
            source,
            today["before_30"],
            "the 30 days before",
            is_more_better=True,
        ),
        Figure("A year before", today["year_ago"], "money", source),
        Figure(
            "Invoices",
            today["invoices_30"],
            "count",
            source,
            today["invoices_before_30"],
            "the 30 days before",
            is_more_better=True,
        ),
    ]
    best = max(weeks, key=lambda row: row["revenue"], default=None)
    words = f"Revenue in {currency} by week" + (
        f"; the most in the week of {best['week_date']}: {best['revenue']:,.0f}." if best else ", none."
    )
    return Section(
        TITLE,
        currency,
        figures=figures,
        pictures=[
            bars(
                weeks,
                x="week_date",
                y="revenue",
                unit=currency,
                words=words,
                source="revenue_by_week",
                is_day=True,
            )
        ]
        if weeks
        else [],
        sheets=[
            Sheet(
                "By country, 90 days",
                [
                    *(Column("Country"), Column("Invoices", "count"), Column("Revenue", "money")),
                    Column("90 days before", "money"),
                ],
                [[row["country"], row["invoice_count"], row["revenue"], row["before"]] for row in countries],
                "revenue_by_country",
                "Nothing was sold in 90 days.",
            )
        ],
    )


def _coming(currency: str, coming: list[Row], days: list[Row], remark: str) -> Section:
    total = sum(row["middle"] for row in coming)
    first, last = coming[0]["target_date"], coming[-1]["target_date"]
    words = f"Revenue in {currency} by day: what came, and {total:,.0f} expected from {first} to {last}."
    past = [{"target_date": row["date_day"], "value": row["revenue_amount"]} for row in days]
    return Section(
        "Forecast",
        currency,
        remark=remark,
        figures=[
            Figure(f"Expected until {last:%-d %b}", total, "money", "revenue_forecast"),
            Figure(
                "Of these the next 7 days",
                sum(row["middle"] for row in coming[:7]),
                "money",
                "revenue_forecast",
            ),
        ],
        pictures=[
            forecast(past, coming, x="target_date", unit=currency, words=words, source="revenue_forecast")
        ],
    )
