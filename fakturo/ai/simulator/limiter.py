"""How a provider meters: a bucket that fills evenly, or a window that starts anew. Time is passed in."""

import math
from dataclasses import dataclass
from typing import Protocol

from fakturo.ai.simulator.scenarios import Scenario

MOST_DEBT_S = 10.0
"""However hard somebody knocks, it opens again within this."""


class Meter(Protocol):
    """What is left of requests or tokens."""

    per_minute: float
    level: float

    @property
    def size(self) -> float:
        """Most that can be had at once."""

    def refill(self, at: float) -> None:
        """Let time pass."""

    def missing_s(self, amount: float) -> float:
        """Seconds until `amount` is there; more than `size` needs a full meter."""

    def until_full_s(self) -> float:
        """Seconds until all is there again, if nobody asks."""


@dataclass
class Bucket:
    """A token bucket; `level` refills by `per_minute` / 60 a second up to `size`."""

    per_minute: float
    burst_s: float = 1.0
    level: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.size

    @property
    def size(self) -> float:
        """Most that can be saved up."""
        return max(self.per_minute / 60 * self.burst_s, 1.0)

    def refill(self, at: float) -> None:
        """Let time pass."""
        self.level = min(self.size, self.level + (at - self.at) * self.per_minute / 60)
        self.at = at

    def missing_s(self, amount: float) -> float:
        """Seconds until `amount` is there."""
        return max((min(amount, self.size) - self.level) * 60 / self.per_minute, 0.0)

    def until_full_s(self) -> float:
        """Seconds until nothing is missing."""
        return self.missing_s(self.size)


@dataclass
class Window:
    """A fixed window of `burst_s`: what is not used by its end is lost. The first look starts the first."""

    per_minute: float
    burst_s: float = 1.0
    level: float = 0.0
    at: float = 0.0
    ends_at: float | None = None

    def __post_init__(self) -> None:
        self.level = self.size

    @property
    def size(self) -> float:
        """What one window allows."""
        return max(self.per_minute / 60 * self.burst_s, 1.0)

    def refill(self, at: float) -> None:
        """Let time pass; a debt is carried into the next window."""
        self.at = at
        if self.ends_at is None:
            self.ends_at = at + self.burst_s
        while at >= self.ends_at:
            self.ends_at += self.burst_s
            self.level = min(self.size, min(self.level, 0.0) + self.size)

    def missing_s(self, amount: float) -> float:
        """Seconds until the window in which `amount` is there."""
        wanted = min(amount, self.size)
        if wanted <= self.level or self.ends_at is None:
            return 0.0
        windows = math.ceil((wanted - min(self.level, 0.0)) / self.size)
        return self.ends_at - self.at + (windows - 1) * self.burst_s

    def until_full_s(self) -> float:
        """Seconds until the next window, if this one has been touched."""
        return self.missing_s(self.size)


class Limiter:
    """Requests and tokens of one scenario. A request takes its tokens when it arrives."""

    def __init__(self, scenario: Scenario) -> None:
        kind = Bucket if scenario.limiter == "bucket" else Window
        self.requests: Meter | None = kind(scenario.rpm, scenario.burst_s) if scenario.rpm else None
        self.tokens: Meter | None = kind(scenario.tpm, scenario.burst_s) if scenario.tpm else None
        self.refusals = 0
        self._hammering = scenario.hammering

    def over_limit_s(self, at: float, tokens: int) -> float:
        """Let a request through, or refuse it.

        Returns:
            0, or the seconds until there is room; the more one asks meanwhile, the more they are.
        """
        meters = [(meter, amount) for meter, amount in ((self.requests, 1), (self.tokens, tokens)) if meter]
        for meter, _ in meters:
            meter.refill(at)
        wait_s = max((meter.missing_s(amount) for meter, amount in meters), default=0.0)
        if wait_s == 0:
            for meter, amount in meters:
                meter.level -= amount
            return 0.0
        self.refusals += 1
        for meter, amount in meters:
            deepest = -meter.per_minute / 60 * MOST_DEBT_S
            if meter.missing_s(amount) > 0:
                meter.level = max(meter.level - self._hammering * amount, min(deepest, meter.level))
        return wait_s
