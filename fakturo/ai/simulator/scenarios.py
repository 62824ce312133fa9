"""What can go wrong at a provider, as data: one scenario is one bad day.

Rates are of a bad hour, not of a bad year: in `mix` a fifth of the attempts is spoiled, in `malformed` a
quarter. Limits are those of a small account, 600 requests a minute.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from fakturo.ai.simulator.faults import LIES, Fault
from fakturo.errors import BadInput

Mode = Literal["json_schema", "tools", "json_object", "text"]
RetryAfter = Literal["s", "ms", "date", "none"]


@dataclass(frozen=True)
class Scenario:
    """Limits, faults and their chances per attempt."""

    name: str
    about: str = ""
    """One line for people."""
    rpm: int | None = None
    tpm: int | None = None
    limiter: Literal["bucket", "window"] = "bucket"
    """A bucket that fills evenly, or a count that starts anew every `burst_s`."""
    burst_s: float = 1.0
    """So many seconds' worth goes through at once after a rest."""
    hammering: float = 0.2
    """Share of a request that a refused one costs: knocking pushes the moment further out."""
    shape: Literal["openai", "azure"] = "openai"
    """Address, key header and errors."""
    headers: Literal["openai", "azure", "ietf", "none"] = "openai"
    retry_after: tuple[RetryAfter, ...] = ("s",)
    """Forms of the header, taken in turn."""
    latency_ms: tuple[float, float] = (5, 20)
    """10th and 90th percentile of a log-normal time to answer."""
    chances: dict[Fault, float] = field(default_factory=dict)
    outages_s: tuple[tuple[float, float], ...] = ()
    """Seconds after the first request: (from, to)."""
    outage_kind: Literal["503", "reset", "refused"] = "503"
    """What a request meets then; a refused connection is not seen and so not counted."""
    credit: int | None = None
    """Answers before the credit is used up; None: endless."""
    impossible: float = 0.0
    """Share of texts that are refused with 400 whenever they are asked, half of them as too long."""
    filtered: float = 0.0
    """Share of texts that the content filter refuses whenever they are asked."""
    takes: tuple[Mode, ...] = ("json_schema", "tools", "json_object", "text")
    """Ways to ask for a shape that the server knows; else 400."""
    key: str | None = None
    """The one key that is let in; None: any, and for Azure any but none."""


_ILL: dict[Fault, float] = {
    "server_error": 0.025,
    "bad_gateway": 0.01,
    "overloaded": 0.015,
    "reset": 0.01,
    "stall": 0.004,
    "drip": 0.002,
    "silent": 0.004,
}
_BROKEN: dict[Fault, float] = {
    "not_json": 0.015,
    "wrong_shape": 0.01,
    "html": 0.005,
    "length": 0.015,
    "cut_body": 0.01,
    "empty": 0.005,
}
_LIES = dict.fromkeys(LIES, 0.007)
_MALFORMED: dict[Fault, float] = {kind: 2 * share for kind, share in _BROKEN.items()} | dict.fromkeys(
    LIES, 0.013
)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("calm", "no limit, no fault"),
        Scenario(
            "ratelimit",
            "600 requests a minute, refused with every form of retry-after",
            rpm=600,
            tpm=600_000,
            retry_after=("s", "ms", "date", "none"),
        ),
        Scenario("tokenlimit", "tokens run out before requests do", rpm=600, tpm=300_000),
        Scenario(
            "no_headers",
            "600 requests a minute, and not a word about it",
            rpm=600,
            headers="none",
            retry_after=("none",),
        ),
        Scenario(
            "azure",
            "Azure's address, key header and limits, counted anew every second",
            rpm=600,
            tpm=600_000,
            limiter="window",
            shape="azure",
            headers="azure",
            retry_after=("ms", "s"),
        ),
        Scenario("ietf", "limits told in RateLimit-* headers alone", rpm=600, headers="ietf"),
        Scenario("shared", "one quota for several processes", rpm=600, retry_after=("s", "ms")),
        Scenario(
            "outage", "answers 503 twice for some seconds", rpm=600, outages_s=((3.0, 9.0), (14.0, 17.0))
        ),
        Scenario(
            "unreachable",
            "refuses connections for some seconds",
            rpm=600,
            outages_s=((3.0, 9.0),),
            outage_kind="refused",
        ),
        Scenario("malformed", "a quarter of the answers is broken or wrong", rpm=600, chances=_MALFORMED),
        Scenario(
            "mix",
            "a bad hour: a fifth of the attempts spoiled, an outage, some impossible texts",
            rpm=600,
            chances={**_LIES, **_BROKEN, **_ILL},
            outages_s=((6.0, 10.0),),
            retry_after=("s", "ms", "date", "none"),
            impossible=0.01,
        ),
        Scenario("quota", "the credit is used up after 100 answers", rpm=600, credit=100),
        Scenario(
            "permanent",
            "some texts are refused whenever they are asked",
            rpm=600,
            impossible=0.04,
            filtered=0.01,
        ),
        Scenario("bad_key", "401 for every key", key="nobody knows this one"),
        Scenario("plain_tools", "knows no json_schema, but tools", takes=("tools", "json_object", "text")),
        Scenario("plain_json", "knows JSON mode, no schema and no tools", takes=("json_object", "text")),
        Scenario("plain_text", "knows no structured output at all", takes=("text",)),
    )
}


def find_scenario(
    name: str,
    *,
    rpm: int | None = None,
    tpm: int | None = None,
    latency_ms: tuple[float, float] | None = None,
) -> Scenario:
    """Scenario of this name, with other limits and latency where given.

    Raises:
        BadInput: no such scenario.
    """
    if name not in SCENARIOS:
        raise BadInput(f"Scenario {name!r} is not known; choose one of {', '.join(SCENARIOS)}.")
    scenario = SCENARIOS[name]
    return replace(
        scenario,
        rpm=rpm or scenario.rpm,
        tpm=tpm or scenario.tpm,
        latency_ms=latency_ms or scenario.latency_ms,
    )


def sped_up(scenario: Scenario, speed: float) -> Scenario:
    """The same day in less time: limits `speed` times as high, latency and outages as much shorter."""
    low, high = scenario.latency_ms
    return replace(
        scenario,
        rpm=scenario.rpm and round(scenario.rpm * speed),
        tpm=scenario.tpm and round(scenario.tpm * speed),
        burst_s=scenario.burst_s / speed,
        latency_ms=(low / speed, high / speed),
        outages_s=tuple((start / speed, end / speed) for start, end in scenario.outages_s),
    )
