"""Customers and churn: who buys, who is new, who may not come back."""

from itertools import groupby

from reports.charts import bars, lines
from reports.periodic.asking import Asked
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Customers and churn"
QUESTION = "Who buys, who is new, and who may not come back?"


def sections(asked: Asked) -> list[Section]:
    """All customers together, then those at risk by currency."""
    (today,) = asked.rows("customers_today")
    months = asked.rows("customers_by_month")
    source = "customers_today"
    figures = [
        Figure("Active, 90 days", today["active_count"], "count", source),
        Figure(
            "New, 30 days",
            today["new_count"],
            "count",
            source,
            today["new_before_count"],
            "the 30 days before",
            is_more_better=True,
        ),
        Figure("Ever invoiced", today["all_count"], "count", source),
    ]
    words = "Customers invoiced by month, in all and for the first time: " + "; ".join(
        f"{row['month_date']:%b %Y} {row['all_count']} and {row['new_count']}" for row in months[-3:]
    )
    series = {"all_count": "invoiced", "new_count": "for the first time"}
    pictures = (
        [
            lines(
                months,
                x="month_date",
                series=series,
                unit="customers",
                words=words,
                source="customers_by_month",
            )
        ]
        if months
        else []
    )
    first = Section(TITLE, figures=figures, pictures=pictures)
    remark, is_told = asked.model("churn")
    if not is_told:
        return [first, Section("Who may not come back", remark=remark)]
    return [first, _spread(asked, remark), *_worth_a_call(asked)]


def _spread(asked: Asked, remark: str) -> Section:
    rows = asked.rows("churn_spread")
    expected = sum(row["expected_count"] for row in rows)
    spread = [
        {"chance": f"{row['tenth'] * 10}-{row['tenth'] * 10 + 10} %", "customers": row["customer_count"]}
        for row in rows
    ]
    words = "Customers by the probability of no invoice within 90 days: " + ", ".join(
        f"{row['chance']} {row['customers']}" for row in spread
    )
    return Section(
        "Who may not come back",
        remark=remark,
        figures=[
            Figure("Customers scored", sum(row["customer_count"] for row in rows), "count", "churn_spread"),
            Figure("Expected without invoice in 90 days", round(expected), "count", "churn_spread"),
        ],
        pictures=[
            bars(spread, x="chance", y="customers", unit="customers", words=words, source="churn_spread")
        ],
    )


def _worth_a_call(asked: Asked) -> list[Section]:
    rows = asked.rows("churn_worth_a_call")
    return [
        Section(
            "Worth a call",
            currency,
            sheets=[
                Sheet(
                    "By revenue of a year times probability",
                    [
                        *(
                            Column("Customer"),
                            Column("Revenue of a year", "money"),
                            Column("Probability", "share"),
                        ),
                        *(Column("Last invoice", "day"), Column("Why")),
                    ],
                    [
                        [
                            row[name]
                            for name in (
                                "customer_id",
                                "recent_net_amount",
                                "probability",
                                "last_invoice_date",
                                "why",
                            )
                        ]
                        for row in group
                    ],
                    "churn_worth_a_call",
                    "Nobody is at risk.",
                )
            ],
        )
        for currency, group in groupby(rows, key=lambda row: row["currency"])
    ]
