"""How long an answer may take before it counts as lost, learned from the answers before. Pure.

The mean and the mean deviation of the durations give the bound, as TCP takes its retransmission timeout
from the round trips; it doubles after each timeout until an answer comes again, so that a provider that has
become slower is waited for, not given up.
Source: RFC 6298 (SRTT + 4 RTTVAR, Karn's back-off); the factor 3 allows for answers longer than any before.
"""

from dataclasses import dataclass, replace

ENOUGH = 10
"""Answers before the bound is believed."""
SHORTEST_S = 3.0
FACTOR = 3.0
MOST_DOUBLINGS = 10


@dataclass(frozen=True)
class Latency:
    """Seconds an answer takes, per typical answer."""

    answers: int = 0
    mean_s: float = 0.0
    deviation_s: float = 0.0
    size: float = 0.0
    """Mean tokens of a request with its answer: a longer order may take longer."""
    doublings: int = 0
    """Timeouts since the last answer."""


def bound_s(latency: Latency, tokens: int, longest_s: float) -> float:
    """Seconds to wait for an answer of about `tokens` tokens; never over `longest_s`."""
    if latency.answers < ENOUGH:
        return longest_s
    usual = FACTOR * (latency.mean_s + 4 * latency.deviation_s) * max(tokens / max(latency.size, 1.0), 1.0)
    return min(max(usual, SHORTEST_S) * 2.0**latency.doublings, longest_s)


def answered(latency: Latency, seconds: float, tokens: int) -> Latency:
    """Learn from an answer that took `seconds`."""
    if not latency.answers:
        return Latency(1, seconds, seconds / 2, float(tokens))
    deviation_s = 0.75 * latency.deviation_s + 0.25 * abs(seconds - latency.mean_s)
    mean_s = 0.875 * latency.mean_s + 0.125 * seconds
    size = 0.9 * latency.size + 0.1 * tokens
    return Latency(min(latency.answers + 1, 1000), mean_s, deviation_s, size)


def timed_out(latency: Latency) -> Latency:
    """An answer did not come within the bound."""
    return replace(latency, doublings=min(latency.doublings + 1, MOST_DOUBLINGS))
