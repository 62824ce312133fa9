"""Claims and accounts for the rules, made by hand; days are days of 2026."""

from datetime import date, timedelta
from typing import Any

from fakturo.dunning.facts import Account, Claim
from fakturo.dunning.terms import Terms, terms_of
from fakturo.setting_groups.dunning import Dunning

DUE = date(2026, 1, 31)


def after_due(days: int) -> date:
    return DUE + timedelta(days=days)


def claim(number: str = "R-1", total: int = 1000_00, **changes: Any) -> Claim:
    """Due on 2026-01-31; `open_minor` follows from the changes if it is not given."""
    values: dict[str, Any] = {"invoice_id": int(number.rsplit("-", 1)[-1]), "due_date": DUE} | changes
    settled = sum(amount for _, amount in values.get("changes", ()))
    values.setdefault("open_minor", total - settled)
    return Claim(number=number, total_minor=total, **values)


def account(*claims: Claim, currency: str = "EUR", **changes: Any) -> Account:
    return Account("C-1", currency, claims or (claim(),), **changes)


def terms(country: str = "DE", **changes: Any) -> Terms:
    """The defaults: reminder, notice and final on days 10, 24 and 38, grace included."""
    return terms_of(Dunning(**changes), country)
