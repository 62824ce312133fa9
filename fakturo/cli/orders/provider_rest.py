"""Why no model is asked now: all providers rest, refuse or asked to wait, or the day's cap is spent."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection, select

from fakturo.ai.lane.breaker import is_open
from fakturo.ai.lane.budget import in_micros
from fakturo.ai.lane.endpoint import Endpoint, read_state
from fakturo.ai.provider import addresses
from fakturo.ledger.ai import ai_spending
from fakturo.ledger.orders.waiting import Rest
from fakturo.ledger.tables import ai_calls, ai_endpoints
from fakturo.settings import Settings

LONG_S = 5.0
"""A provider's pause is told from here on; shorter ones are its ordinary pace."""


def resting(connection: Connection, settings: Settings, now: datetime) -> Rest | None:
    """The reason that holds for all providers; of several the one that ends first."""
    providers = settings.ai.providers
    if not providers:
        return Rest("No AI model is set up; `fakturo issue` hands free text to a person.", None)
    spent = _spent(connection, settings, now)
    if spent is not None:
        return spent
    states = dict(connection.execute(select(ai_endpoints.c.name, ai_endpoints.c.state)).tuples().all())
    found = []
    for provider in providers:
        endpoint = addresses.endpoint(addresses.completions_url(provider.base_url))
        name = f"{endpoint} {provider.model}"
        rest = _rest(read_state(states.get(name[:250], "{}")), name, now)
        if rest is None:
            return None
        found.append(rest)
    return min(found, key=lambda each: each.until or now)


def _rest(state: Endpoint, name: str, now: datetime) -> Rest | None:
    at = now.timestamp()
    if state.credit.refusals and state.credit.rest_until > at:
        return _until(f"{name} refuses the key or has no credit.", state.credit.rest_until)
    if is_open(state.breaker) and state.breaker.open_until > at:
        return _until(f"{name} rests after failures.", state.breaker.open_until)
    if state.pace.blocked_until > at + LONG_S:
        return _until(f"{name} asked to wait (rate limit).", state.pace.blocked_until)
    return None


def _spent(connection: Connection, settings: Settings, now: datetime) -> Rest | None:
    cap = in_micros(settings.ai.max_cost_per_day)
    if cap is None:
        return None
    (day,) = ai_spending.scopes(None, now)
    _, cost = ai_spending.of(connection, day)
    last = select(ai_calls.c.cost_micros).order_by(ai_calls.c.id.desc()).limit(1)
    if cost + (connection.execute(last).scalar() or 0) <= cap:
        return None
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return Rest(
        f"The day's cap FAKTURO_AI_MAX_COST_PER_DAY={settings.ai.max_cost_per_day} is spent.", midnight
    )


def _until(why: str, seconds: float) -> Rest:
    return Rest(why, datetime.fromtimestamp(seconds, UTC))
