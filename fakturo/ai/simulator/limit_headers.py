"""How a provider tells its limits: OpenAI's headers, Azure's, the IETF draft's, or none. Pure.

Sources: OpenAI, "Rate limits in headers" (durations such as 6m0s and 120ms); Azure OpenAI (whole seconds,
`retry-after-ms` beside `retry-after`); draft-ietf-httpapi-ratelimit-headers-07 (RateLimit-*); RFC 9110 10.2.3
(`retry-after` is a whole number of seconds or an HTTP date).
"""

import math
from datetime import datetime, timedelta
from email.utils import format_datetime

from fakturo.ai.simulator.limiter import Limiter
from fakturo.ai.simulator.scenarios import RetryAfter, Scenario


def limit_headers(scenario: Scenario, limiter: Limiter) -> dict[str, str]:
    """What every answer says about the limits."""
    meters = [
        (name, meter)
        for name, meter in (("requests", limiter.requests), ("tokens", limiter.tokens))
        if meter is not None
    ]
    headers: dict[str, str] = {}
    for name, meter in meters:
        left, reset_s = str(max(int(meter.level), 0)), meter.until_full_s()
        if scenario.headers in {"openai", "azure"}:
            headers |= {
                f"x-ratelimit-limit-{name}": str(int(meter.per_minute)),
                f"x-ratelimit-remaining-{name}": left,
                f"x-ratelimit-reset-{name}": _duration(reset_s)
                if scenario.headers == "openai"
                else str(math.ceil(reset_s)),
            }
        elif scenario.headers == "ietf" and name == "requests":
            headers |= {
                "ratelimit-policy": f"{int(meter.per_minute)};w=60",
                "ratelimit-limit": str(int(meter.per_minute)),
                "ratelimit-remaining": left,
                "ratelimit-reset": str(math.ceil(reset_s)),
            }
    if scenario.shape == "azure":
        headers |= {"x-ms-region": "Simulator", "apim-request-id": "00000000-0000-4000-8000-000000000000"}
    return headers


def retry_after(scenario: Scenario, refusals: int, wait_s: float, now: datetime) -> dict[str, str]:
    """The header that asks to wait, in the form whose turn it is; whole seconds are rounded up."""
    form: RetryAfter = scenario.retry_after[refusals % len(scenario.retry_after)]
    whole_s = max(math.ceil(wait_s), 1)
    if form == "s":
        return {"retry-after": str(whole_s)}
    if form == "ms":
        exact = {"retry-after-ms": str(math.ceil(wait_s * 1000))}
        return exact | ({"retry-after": str(whole_s)} if scenario.shape == "azure" else {})
    if form == "date":
        moment = (now + timedelta(seconds=wait_s)).replace(microsecond=0) + timedelta(seconds=1)
        return {"retry-after": format_datetime(moment, usegmt=True)}
    return {}


def _duration(seconds: float) -> str:
    """As OpenAI writes it: 120ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{math.ceil(round(seconds * 1000, 3))}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}m{rest:.0f}s" if minutes else f"{rest:.3f}s"
