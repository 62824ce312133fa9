"""What became of one attempt to deliver, and what follows from it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fakturo.delivery.backoff import next_attempt
from fakturo.ledger.outbox.attempts import Settlement
from fakturo.ledger.outbox.deliveries import Claimed


@dataclass(frozen=True)
class Outcome:
    """What the receiver said.

    delivered; failed: try again; refused: this event never again; skipped: there was nobody to send it to;
    withdrawn: what it asks for was settled before it could leave.
    """

    kind: Literal["delivered", "failed", "refused", "skipped", "withdrawn"]
    answer: int | None = None
    """Of HTTP or SMTP; None: no answer."""
    reason: str | None = None
    """One sentence, with nothing personal in it."""
    asked_s: float | None = None
    """Seconds that it wants to be left alone, all events."""
    is_ours: bool = False
    """The failure says nothing about the receiver."""


def settlement(
    claimed: Claimed, outcome: Outcome, *, duration_ms: int, now: datetime, jitter: float
) -> Settlement:
    """What to write down; what failed is tried again for three days since its first attempt."""
    given = (outcome.answer, outcome.reason, duration_ms)
    if outcome.kind == "delivered":
        return Settlement(claimed, "delivered", *given, receiver_is="up")
    if outcome.kind == "refused":
        return Settlement(claimed, "gave_up", *given, receiver_is="up")
    if outcome.kind == "skipped" or outcome.kind == "withdrawn":  # noqa: PLR1714  mypy narrows no set
        return Settlement(claimed, outcome.kind, *given, receiver_is="unknown")
    again = next_attempt(
        claimed.attempts,
        first_tried_at=claimed.first_tried_at,
        now=now,
        jitter=jitter,
        asked_s=outcome.asked_s,
    )
    return Settlement(
        claimed,
        "gave_up" if again is None else "pending",
        *given,
        receiver_is="unknown" if outcome.is_ours else "down",
        not_before=again,
        pause_until=None if outcome.asked_s is None else now + timedelta(seconds=outcome.asked_s),
    )
