"""The simulated provider behind the HTTP: credit, outages, who meets which fault. Time is passed in."""

import hashlib
import math
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from fakturo.ai.simulator.faults import Fault
from fakturo.ai.simulator.limiter import Limiter, Meter
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.tally import Tally
from fakturo.ai.simulator.understanding import understand

Verdict = Literal["possible", "invalid", "too_long", "filtered"]
_TENTH = 1.2816
"""Standard deviations from the middle to the 10th and 90th percentile."""


class Provider:
    """State of one simulated provider.

    Args:
        truths: right answers by order text, for a simulator that reads whatever it is shown; any other text
            is read by a few patterns.
    """

    def __init__(
        self, scenario: Scenario, seed: int, truths: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        self.scenario, self.seed = scenario, seed
        self.limiter, self.tally = Limiter(scenario), Tally()
        self._truths = truths or {}
        self._let_through: Counter[str] = Counter()
        self._spent = 0

    @property
    def counts(self) -> Counter[str]:
        """Plain counts so far."""
        return self.tally.counts

    @property
    def requests(self) -> Meter | None:
        """What is left of requests."""
        return self.limiter.requests

    def read(self, text: str) -> dict[str, Any]:
        """The right answer to an order text."""
        return self._truths.get(text) or understand(text)

    def is_out(self, at: float) -> bool:
        """Whether an outage is on; its time starts with the first request."""
        first = self.tally.first_request_at
        return first is not None and any(start <= at - first < end for start, end in self.scenario.outages_s)

    def has_credit(self) -> bool:
        """Whether the credit is not used up yet."""
        return self.scenario.credit is None or self._spent < self.scenario.credit

    def spend(self) -> None:
        """An answer is promised."""
        self._spent += 1

    def lets_in(self, key: str) -> bool:
        """Whether this key opens; Azure wants one at least."""
        if self.scenario.key is not None:
            return key == self.scenario.key
        return bool(key) or self.scenario.shape == "openai"

    def verdict(self, text: str) -> Verdict:
        """Whether this text can be answered at all; the same whenever it is asked."""
        draw = int(hashlib.sha256(f"{self.seed}:{text}".encode()).hexdigest()[:8], 16) / 2**32
        impossible, filtered = self.scenario.impossible, self.scenario.filtered
        if draw < impossible:
            return "invalid" if draw < impossible / 2 else "too_long"
        return "filtered" if draw < impossible + filtered else "possible"

    def chance(self, request: str) -> random.Random:
        """Chances of a request that is let through, the same for the same request, attempt and seed."""
        self._let_through[request] += 1
        return random.Random(f"{self.seed}:{request}:{self._let_through[request]}")  # noqa: S311  # faults, no secrets

    def latency_s(self, chance: random.Random) -> float:
        """Seconds until the answer."""
        low, high = (max(each, 1e-3) / 1000 for each in self.scenario.latency_ms)
        return chance.lognormvariate(math.log(low * high) / 2, math.log(high / low) / 2 / _TENTH)

    def refusal_s(self) -> float:
        """Seconds until a refusal: nothing is read for it, so a tenth of the usual."""
        low, high = self.scenario.latency_ms
        return math.sqrt(low * high) / 10_000

    def fault(self, chance: random.Random) -> Fault | None:
        """Which fault this attempt gets, if any."""
        draw = chance.random()
        for kind, share in self.scenario.chances.items():
            if draw < share:
                return kind
            draw -= share
        return None
