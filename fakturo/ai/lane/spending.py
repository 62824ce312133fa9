"""What a call may cost and has cost: caps, the reservation before it and the settlement after it.

The estimate is reserved with the row of the call, so that the caps hold over all processes at once and a
process that dies leaves spent what it may have spent.
"""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from fakturo.ai.lane.budget import cost_micros, in_micros
from fakturo.ai.lane.desk import Desk
from fakturo.ai.lane.endpoint import Sent
from fakturo.ai.provider.client import Answer, ModelClient
from fakturo.errors import AiError, OverBudget, TimedOut
from fakturo.ledger.ai import ai_calls, ai_spending
from fakturo.ledger.ai.ai_calls import Call, Result
from fakturo.setting_groups.ai import Ai

_OK = 200


class Asking(NamedTuple):
    """One request about to be made: to whom, for which order, and what it will probably take."""

    client: ModelClient
    order_id: int
    prompt_version: str
    request_sha256: str
    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        """Booked for question and answer."""
        return self.prompt_tokens + self.completion_tokens


def reserve(connection: Connection, desk: Desk, asking: Asking, now: datetime) -> int:
    """Set aside what the call will probably cost and write its row; returns the row's id.

    Raises:
        OverBudget: it would go over a cap of the run or day.
    """
    client = asking.client
    cost = cost_micros(client.provider, asking.prompt_tokens, asking.completion_tokens)
    scopes = ai_spending.scopes(desk.run_id, now)
    for scope in scopes:
        _check(connection, desk.ai, scope, asking.tokens, cost or 0)
    ai_spending.add(connection, scopes, tokens=asking.tokens, cost_micros=cost or 0, now=now)
    return ai_calls.begin(
        connection,
        Call(
            order_id=asking.order_id,
            endpoint=client.endpoint,
            model=client.model,
            prompt_version=asking.prompt_version,
            request_sha256=asking.request_sha256,
            prompt_tokens=asking.prompt_tokens,
            completion_tokens=asking.completion_tokens,
            cost_micros=cost,
            started_at=now,
            run_id=desk.run_id,
        ),
    )


def settle(
    connection: Connection,
    desk: Desk,
    asking: Asking,
    call_id: int,
    sent: Sent,
    result: Answer | AiError,
    *,
    outcome: str,
    now: datetime,
) -> None:
    """Write what a call came to, and put its true cost in the place of the reserved one."""
    settled = _result(asking, sent, result, outcome, now)
    reserved = cost_micros(asking.client.provider, asking.prompt_tokens, asking.completion_tokens) or 0
    # the scopes of the reservation: a call may end on the next day
    scopes = ai_spending.scopes(desk.run_id, datetime.fromtimestamp(sent.at, now.tzinfo))
    over = settled.prompt_tokens + settled.completion_tokens - asking.tokens
    paid = settled.cost_micros or 0
    ai_calls.settle(connection, call_id, settled)
    ai_spending.add(connection, scopes, tokens=over, cost_micros=paid - reserved, now=now)


def _check(connection: Connection, ai: Ai, scope: str, tokens: int, cost: int) -> None:
    caps: list[tuple[str, int | None, Decimal | None]] = [("MAX_COST_PER_DAY", None, ai.max_cost_per_day)]
    if scope.startswith("run:"):
        caps = [
            ("MAX_COST_PER_RUN", None, ai.max_cost_per_run),
            ("MAX_TOKENS_PER_RUN", ai.max_tokens_per_run, None),
        ]
    for setting, most_tokens, most_cost in caps:
        if most_tokens is None and most_cost is None:
            continue
        used, spent = ai_spending.of(connection, scope)
        most = in_micros(most_cost)
        if most_tokens is not None and used + tokens > most_tokens:
            raise OverBudget(
                f"The run has used {used} tokens, and FAKTURO_AI_{setting} is {most_tokens}; "
                "the rest stays queued."
            )
        if most is not None and spent + cost > most:
            raise OverBudget(
                f"{spent / 1e6:.4f} is spent, and FAKTURO_AI_{setting} is {most_cost}; the rest stays queued."
            )


def _result(asking: Asking, sent: Sent, result: Answer | AiError, outcome: str, now: datetime) -> Result:
    """What the call came to; a failure that the provider may have billed keeps its estimate."""
    status: int | None
    sha256: str | None
    if isinstance(result, Answer):
        known = result.prompt_tokens is not None and result.completion_tokens is not None
        asked = result.prompt_tokens or 0 if known else asking.prompt_tokens
        said = result.completion_tokens or 0 if known else asking.completion_tokens
        status, duration_ms = _OK, result.duration_ms
        sha256 = hashlib.sha256(result.text.encode()).hexdigest()
    else:
        is_billed = isinstance(result, TimedOut) or result.status == _OK
        asked, said = (asking.prompt_tokens, asking.completion_tokens) if is_billed else (0, 0)
        status, sha256 = result.status, None
        duration_ms = round((now.timestamp() - sent.at) * 1000)
    cost = cost_micros(asking.client.provider, asked, said)
    return Result(outcome, status, sha256, asked, said, cost, duration_ms)
