"""The simulated provider behind the HTTP: limits, credit, outages and its own counts. Time is passed in."""

import hashlib
import random
from collections import Counter
from dataclasses import dataclass, field

from fakturo.ai.simulator.scenarios import Fault, Scenario

BURST_S = 6.0
"""So many seconds' worth of requests go through at once after a rest."""
HAMMERING = 0.2
"""Share of a request that a refused one costs, so that knocking does not help."""


@dataclass
class Bucket:
    """A token bucket; `level` refills by `rate` per second up to `size`."""

    per_minute: float
    level: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.size

    @property
    def size(self) -> float:
        """Most that can be saved up."""
        return max(self.per_minute / 60 * BURST_S, 1.0)

    def refill(self, at: float) -> None:
        """Let time pass."""
        self.level = min(self.size, self.level + (at - self.at) * self.per_minute / 60)
        self.at = at

    def missing_s(self, amount: float) -> float:
        """Seconds until `amount` is there."""
        return max((min(amount, self.size) - self.level) * 60 / self.per_minute, 0.0)


@dataclass
class Provider:
    """State of one simulated provider."""

    scenario: Scenario
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    started_at: float | None = None
    requests: Bucket | None = None
    tokens: Bucket | None = None
    refusals: int = 0
    spent: int = 0
    """Requests let through so far."""

    def __post_init__(self) -> None:
        self.requests = Bucket(self.scenario.rpm) if self.scenario.rpm else None
        self.tokens = Bucket(self.scenario.tpm) if self.scenario.tpm else None

    def begin(self, request: str, at: float) -> random.Random:
        """Count a request; returns its chances, the same for the same request, attempt and seed."""
        if self.started_at is None:
            self.started_at = at
        self.counts["requests"] += 1
        self.attempts[request] += 1
        return random.Random(f"{self.seed}:{request}:{self.attempts[request]}")  # noqa: S311  # faults, no secrets

    def is_out(self, at: float) -> bool:
        """Whether an outage is on."""
        since = at - (self.started_at if self.started_at is not None else at)
        return any(start <= since < end for start, end in self.scenario.outages_s)

    def has_credit(self) -> bool:
        """Whether the credit is not used up yet."""
        return self.scenario.credit is None or self.spent < self.scenario.credit

    def is_impossible(self, text: str) -> bool:
        """Whether this text is refused whenever it is asked."""
        share = int(hashlib.sha256(f"{self.seed}:{text}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
        return share < self.scenario.impossible

    def over_limit_s(self, at: float, tokens: int) -> float:
        """Take a request out of the buckets; seconds to wait where they are empty, else 0."""
        buckets = [
            (bucket, amount) for bucket, amount in ((self.requests, 1), (self.tokens, tokens)) if bucket
        ]
        for bucket, _ in buckets:
            bucket.refill(at)
        wait_s = max((bucket.missing_s(amount) for bucket, amount in buckets), default=0.0)
        for bucket, amount in buckets:
            bucket.level -= amount if wait_s == 0 else amount * HAMMERING if bucket is self.requests else 0
        self.refusals += wait_s > 0
        self.spent += wait_s == 0
        return wait_s

    def limit_headers(self) -> dict[str, str]:
        """`x-ratelimit-*` as OpenAI writes them."""
        headers: dict[str, str] = {}
        if self.scenario.headers == "none":
            return headers
        for name, bucket in (("requests", self.requests), ("tokens", self.tokens)):
            if bucket:
                headers |= {
                    f"x-ratelimit-limit-{name}": str(int(bucket.per_minute)),
                    f"x-ratelimit-remaining-{name}": str(max(int(bucket.level), 0)),
                    f"x-ratelimit-reset-{name}": f"{bucket.missing_s(bucket.size):.3f}s",
                }
        return headers

    def fault(self, chance: random.Random) -> Fault | None:
        """Which fault this attempt gets, if any."""
        draw = chance.random()
        for kind, share in self.scenario.chances.items():
            if draw < share:
                return kind
            draw -= share
        return None
