"""What drafting may cost: the price of a call, and how many retries the first tries have earned. Pure.

Source of the retry budget: Finagle's `RetryBudget` (a share of the requests, and a few to start with).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from fakturo.setting_groups.ai import Provider

SAVED_AT_START = 10.0
MOST_SAVED = 50.0
_MICROS = 1_000_000


def cost_micros(provider: Provider, prompt_tokens: int, completion_tokens: int) -> int | None:
    """Price of a call in millionths of the price list's currency, rounded up; None without prices.

    A price of 2.50 for a million tokens is 2.5 millionths a token.
    """
    if provider.price_in is None or provider.price_out is None:
        return None
    price = provider.price_in * prompt_tokens + provider.price_out * completion_tokens
    return int(price.to_integral_value(ROUND_CEILING))


def in_micros(amount: Decimal | None) -> int | None:
    """A cap of the settings in the unit of the ledger."""
    return None if amount is None else int(amount * _MICROS)


def likely_tokens(messages: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    """About how many tokens question and answer take: 3.5 letters each, the answer as long as the text.

    Args:
        messages: of a chat request; the second holds the order's text.
    """
    letters = sum(len(message["content"]) for message in messages)
    return letters * 2 // 7, len(messages[1]["content"]) * 2 // 7 + 20


@dataclass
class RetryBudget:
    """Retries are at most `share` of the first tries, so that a sick provider is not asked ever more."""

    share: float
    saved: float = SAVED_AT_START

    def first_try(self) -> None:
        """An order is asked for the first time in this claim."""
        self.saved = min(self.saved + self.share, MOST_SAVED)

    def take(self) -> bool:
        """Spend one retry; False when none is left."""
        if self.saved < 1:
            return False
        self.saved -= 1
        return True
