"""Who gets which letter today, and why the others get none. Pure: the day is an argument.

One letter to a customer in a currency lists all that is overdue; its level is the highest that an invoice
reaches with it. Levels follow each other, none is left out and none is sent twice. A doubt that a person can
settle holds the letter back: money that stands on no invoice, a payment taken back, a debt too old.
"""

from datetime import date, timedelta
from typing import NamedTuple

from fakturo.dunning.claiming import lines_of
from fakturo.dunning.facts import Account, Claim, Code, Decision, Held, Notice, promise_state
from fakturo.dunning.terms import Terms
from fakturo.money import to_major


class _Next(NamedTuple):
    """The level that an invoice comes to, and when."""

    level: int
    on: date


def decide(account: Account, terms: Terms, as_of: date) -> Decision:
    """What becomes of an account on a day: at most one letter, and the reasons of what is not dunned."""
    overdue = [each for each in account.claims if each.open_minor > 0 and each.due_date < as_of]
    overdue.sort(key=lambda each: (each.due_date, each.number))
    if not overdue:
        return Decision(None, ())
    if account.stop is not None:
        until = f" until {account.stop.until}" if account.stop.until else ""
        return Decision(
            None, (_whole(account, overdue, "stopped", f"Stopped{until}: {account.stop.reason}"),)
        )
    held = [each for each in (_holding(account, claim, terms, as_of) for claim in overdue) if each]
    out = {each.number for each in held}
    free = [each for each in overdue if each.number not in out]
    reached = {claim.invoice_id: _next(account, claim, terms, as_of) for claim in free}
    due = {key: step.level for key, step in reached.items() if step is not None and step.on <= as_of}
    held += [
        _waiting(account, claim, reached[claim.invoice_id]) for claim in free if claim.invoice_id not in due
    ]
    if not due:
        return Decision(None, tuple(held))
    doubt = _doubt(account, free, terms)
    if doubt is not None:
        return Decision(None, (doubt, *(each for each in held if each.number in out)))
    return Decision(_notice(account, free, due, terms, as_of), tuple(held))


def _notice(account: Account, free: list[Claim], due: dict[int, int], terms: Terms, as_of: date) -> Notice:
    level = max(due.values())
    lines, remarks = lines_of(account, free, due, terms, as_of)
    return Notice(
        account.customer_id,
        account.currency,
        level,
        terms.settings.levels[level - 1].tone,
        as_of,
        as_of + timedelta(days=terms.settings.pay_within_days),
        tuple(lines),
        account.credit_minor,
        tuple(remarks),
    )


def _next(account: Account, claim: Claim, terms: Terms, as_of: date) -> _Next | None:
    """None: all levels were sent. A broken promise brings the next level at once."""
    settings = terms.settings
    if claim.level >= len(settings.levels):
        return None
    on = claim.due_date + timedelta(days=settings.grace_days + settings.levels[claim.level].days)
    if _is_freshly_broken(claim, as_of, settings.grace_days):
        on = min(on, as_of)
    if account.last_letter_on is not None:
        on = max(on, account.last_letter_on + timedelta(days=settings.days_between))
    return _Next(claim.level + 1, on)


def _is_freshly_broken(claim: Claim, as_of: date, grace_days: int) -> bool:
    """Whether the promise was broken and no level has followed on that yet."""
    if claim.promise is None or (claim.sent_on is not None and claim.sent_on > claim.promise.due_on):
        return False
    return _promise_is(claim, "broken", as_of, grace_days)


def _promise_is(claim: Claim, state: str, as_of: date, grace_days: int) -> bool:
    promise = claim.promise
    return promise is not None and state == promise_state(
        promise, claim.total_minor, claim.changes, as_of, grace_days
    )


def _holding(account: Account, claim: Claim, terms: Terms, as_of: date) -> Held | None:
    """Why this invoice stands in no letter."""
    settings = terms.settings
    if claim.is_charged_back:
        return _one(
            account, claim, "charged_back", "The customer's bank took a payment back; a person decides."
        )
    if claim.promise is not None and _promise_is(claim, "open", as_of, settings.grace_days):
        amount = to_major(claim.promise.amount_minor, account.currency)
        told = f"{amount} {account.currency} are promised by {claim.promise.due_on}."
        return _one(account, claim, "promised", told)
    days = (as_of - claim.due_date).days
    if days > settings.oldest_days:
        told = (
            f"{days} days overdue, more than {settings.oldest_days}: it may be time-barred; a person decides."
        )
        return _one(account, claim, "too_old", told)
    return None


def _waiting(account: Account, claim: Claim, step: _Next | None) -> Held:
    if step is None:
        return _one(account, claim, "all_levels_sent", "All levels were sent; what follows is for a person.")
    return _one(account, claim, "not_yet", f"Level {step.level} on {step.on}.")


def _doubt(account: Account, free: list[Claim], terms: Terms) -> Held | None:
    """Why the whole letter is held back."""
    settings, owed = terms.settings, sum(each.open_minor for each in free)
    currency = account.currency
    if account.waiting_minor:
        amount = to_major(account.waiting_minor, currency)
        told = f"{amount} {currency} of this customer stand on no invoice: fakturo payments list --waiting"
        return _whole(account, free, "payment_waiting", told)
    if account.credit_minor >= owed:
        amount = to_major(account.credit_minor, currency)
        return _whole(account, free, "credit_covers", f"Credit notes of {amount} {currency} cover it.")
    if currency == settings.currency and owed - account.credit_minor < settings.minimum_minor:
        least = to_major(settings.minimum_minor, currency)
        return _whole(account, free, "below_minimum", f"Less than the minimum of {least} {currency}.")
    if settings.address_needed and not account.has_address:
        told = "No e-mail address is known; bring it with fakturo import customers."
        return _whole(account, free, "no_address", told)
    return None


def _one(account: Account, claim: Claim, code: Code, reason: str) -> Held:
    return Held(account.customer_id, account.currency, claim.number, code, reason, claim.open_minor)


def _whole(account: Account, claims: list[Claim], code: Code, reason: str) -> Held:
    owed = sum(each.open_minor for each in claims)
    return Held(account.customer_id, account.currency, None, code, reason, owed)
