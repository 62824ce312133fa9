"""What a letter claims beside its invoices: interest, lump sum, fee. Claimed, never booked. Pure.

An invoice's own level says what is claimed for it, the letter's level which fee. The lump sum makes up for
the costs of pursuing a debt, so a fee is claimed only as far as it exceeds the lump sums of the letter, and a
lump sum is lowered by fees that were claimed before (sec. 288 (5), third sentence, BGB).
"""

from collections.abc import Sequence
from datetime import date

from fakturo.dunning.facts import Account, Claim, Line
from fakturo.dunning.interest import interest_minor, segments
from fakturo.dunning.terms import LUMP_SUM_CURRENCY, Terms
from fakturo.money import to_major
from fakturo.setting_groups.dunning import Level


def lines_of(
    account: Account, claims: Sequence[Claim], due: dict[int, int], terms: Terms, as_of: date
) -> tuple[list[Line], list[str]]:
    """(one line for each invoice, what is not claimed and why).

    Args:
        claims: all that the letter lists, oldest first.
        due: invoice -> level that it reaches with this letter.
    """
    lines = [_line(account, each, due.get(each.invoice_id), terms, as_of) for each in claims]
    levels = terms.settings.levels
    own = [asks for each in claims if (asks := _asks(each, due.get(each.invoice_id), terms)) is not None]
    remarks = _no_interest(terms, as_of) if any(asks.interest for asks in own) else []
    remarks += _no_lump_sum(account, terms) if any(asks.lump_sum for asks in own) else []
    fee, why = _fee(account, claims, lines, levels[max(due.values()) - 1].fee_minor, terms)
    remarks += why
    if fee:
        top = max(due.values())
        place = next(spot for spot, each in enumerate(lines) if each.level == top)
        lines[place] = lines[place]._replace(fee_minor=fee)
    return lines, remarks


def _asks(claim: Claim, level: int | None, terms: Terms) -> Level | None:
    """The level that an invoice has with this letter; None: it was never dunned and is only listed."""
    levels = terms.settings.levels
    own = min(level or claim.level, len(levels))
    return levels[own - 1] if own else None


def _line(account: Account, claim: Claim, level: int | None, terms: Terms, as_of: date) -> Line:
    asks = _asks(claim, level, terms)
    parts = (
        segments(claim.total_minor, claim.changes, claim.due_date, as_of, terms.rates)
        if asks is not None and asks.interest and terms.rates is not None
        else []
    )
    lump_sum = 0
    if level and asks is not None and asks.lump_sum and account.currency == LUMP_SUM_CURRENCY:
        lump_sum = 0 if claim.has_lump_sum else max(terms.lump_sum_minor - claim.fees_minor, 0)
    return Line(
        claim.invoice_id,
        claim.number,
        claim.due_date,
        (as_of - claim.due_date).days,
        claim.open_minor,
        level,
        interest_minor(parts),
        lump_sum,
        0,
        claim.claimed_minor,
        tuple(parts),
    )


def _fee(
    account: Account, claims: Sequence[Claim], lines: Sequence[Line], fee: int, terms: Terms
) -> tuple[int, list[str]]:
    """(the letter's fee, why it is none or less)."""
    if not fee:
        return 0, []
    currency = terms.settings.currency
    if account.currency != currency:
        return 0, [f"No fee: it is set in {currency}, the invoices are in {account.currency}."]
    pursued = sum(each.lump_sum_minor for each in lines)
    pursued += sum(each.claimed_minor - each.fees_minor for each in claims)
    if not pursued:
        return fee, []
    rest = max(fee - pursued, 0)
    told = f"No fee of {to_major(fee, currency)} {currency}: the lump sum counts against it."
    return rest, [told] if not rest else []


def _no_lump_sum(account: Account, terms: Terms) -> list[str]:
    if terms.no_lump_sum or account.currency == LUMP_SUM_CURRENCY:
        return [terms.no_lump_sum] if terms.no_lump_sum else []
    return [f"No lump sum: it is set in {LUMP_SUM_CURRENCY}, the invoices are in {account.currency}."]


def _no_interest(terms: Terms, as_of: date) -> list[str]:
    if terms.no_interest:
        return [terms.no_interest]
    if terms.rates is None or terms.rates.until is None or as_of <= terms.rates.until:
        return []
    until = terms.rates.until
    return [f"Interest up to {until} only: no base rate is known after it; set dunning.base_rates."]
