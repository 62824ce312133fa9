"""Why a customer is likely or unlikely to come back, in words a clerk reads."""

from typing import Any

MOST = 3
LONG_WAIT, SHORT_WAIT = 2.0, 0.7
"""Times the usual days between two purchases."""
FELL, ROSE = 0.5, 1.5
QUARTERS_OF_YEAR = 4


def reasons(row: Any) -> tuple[str, ...]:
    """The strongest first.

    Args:
        row: of `features.customers`, by attribute.
    """
    usual, since = float(row.days_between), int(row.days_since)
    told = []
    if usual >= 1 and since > LONG_WAIT * usual:
        told.append(f"Last invoice {since} days ago, usually every {usual:.0f} days.")
    elif since > row.age_weeks * 7 / 2:
        told.append(f"Silent for {since} days, half of the time we know this customer.")
    a_quarter = row.purchases_365 / QUARTERS_OF_YEAR
    if row.age_weeks >= 52 and a_quarter >= 1 and row.purchases_90 <= FELL * a_quarter:  # noqa: PLR2004  a year
        told.append(f"{row.purchases_90} invoices in 90 days, {a_quarter:.1f} a quarter over the year.")
    if usual >= 1 and since <= SHORT_WAIT * usual:
        told.append(f"Last invoice {since} days ago, well within the usual {usual:.0f} days.")
    if row.age_weeks >= 52 and row.purchases_90 >= max(ROSE * a_quarter, 2):  # noqa: PLR2004  a year
        told.append(
            f"{row.purchases_90} invoices in 90 days, more than {a_quarter:.1f} a quarter over the year."
        )
    if not told:
        told.append(f"{row.repeats + 1} invoices so far, the last {since} days ago.")
    return tuple(told[:MOST])
