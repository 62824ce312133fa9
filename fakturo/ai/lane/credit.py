"""When to leave a provider alone that says "no credit" or "bad key". Pure: a state record in, another out.

Asking on is of no use and looks like an attack; so nobody asks for a while, then one request finds out
whether somebody has acted. The rest doubles from ten seconds to a quarter of an hour.
"""

from dataclasses import dataclass, replace

FIRST_REST_S = 10.0
LONGEST_REST_S = 900.0


@dataclass(frozen=True)
class Credit:
    """Moments are seconds since 1970."""

    refusals: int = 0
    """Times it refused since the last answer; 0 is good."""
    refused_at: float = 0.0
    rest_until: float = 0.0
    """End of the rest, or of the lease of whoever finds out."""


def admit(credit: Credit, at: float, lease_s: float) -> tuple[Credit, float]:
    """Ask to send now; seconds to stay away, 0 means go (and, after a refusal, that one finds out alone)."""
    if not credit.refusals:
        return credit, 0.0
    if at < credit.rest_until:
        return credit, credit.rest_until - at
    return replace(credit, rest_until=at + lease_s), 0.0


def refused(credit: Credit, at: float, *, sent_at: float) -> Credit:
    """The provider refused key or credit; a request that left before the last refusal tells nothing new."""
    if credit.refusals and sent_at < credit.refused_at:
        return credit
    rest_s = min(FIRST_REST_S * 2.0**credit.refusals, LONGEST_REST_S)
    return Credit(min(credit.refusals + 1, 30), at, at + rest_s)


def accepted(credit: Credit, *, sent_at: float) -> Credit:
    """The provider let the key in; of a request that left before the last refusal that is no news."""
    return credit if sent_at < credit.refused_at else Credit()


def unanswered(credit: Credit, at: float, *, sent_at: float) -> Credit:
    """Whoever was to find out met a provider that is ill: somebody else may try."""
    if not credit.refusals or sent_at < credit.refused_at:
        return credit
    return replace(credit, rest_until=at)
