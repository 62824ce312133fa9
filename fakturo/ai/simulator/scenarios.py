"""What can go wrong at a provider, as data: one scenario is one bad day."""

from dataclasses import dataclass, field, replace
from typing import Literal

from fakturo.errors import BadInput

Fault = Literal[
    "server_error",
    "overloaded",
    "reset",
    "stall",
    "cut_body",
    "length",
    "not_json",
    "wrong_shape",
    "html",
    "refusal",
    "swapped_digits",
    "missing_line",
    "extra_line",
    "other_currency",
    "wrong_customer",
    "other_price",
]


@dataclass(frozen=True)
class Scenario:
    """Limits, faults and their chances per attempt."""

    name: str
    rpm: int | None = None
    tpm: int | None = None
    headers: Literal["openai", "none"] = "openai"
    retry_after: tuple[Literal["s", "ms", "date", "none"], ...] = ("s",)
    """Forms of the header, taken in turn."""
    latency_ms: tuple[int, int] = (5, 20)
    chances: dict[Fault, float] = field(default_factory=dict)
    outages_s: tuple[tuple[float, float], ...] = ()
    """Seconds after the first request: (from, to), answered by 503."""
    credit: int | None = None
    """Answers before the credit is used up; None: endless."""
    impossible: float = 0.0
    """Share of texts that are refused with 400 whenever they are asked."""
    takes_schema: bool = True
    """Whether `json_schema` is known; else 400."""


_LIES: dict[Fault, float] = {
    "swapped_digits": 0.05,
    "missing_line": 0.04,
    "extra_line": 0.03,
    "other_currency": 0.03,
    "wrong_customer": 0.03,
    "other_price": 0.04,
}
_BROKEN: dict[Fault, float] = {
    "not_json": 0.04,
    "wrong_shape": 0.03,
    "html": 0.01,
    "length": 0.03,
    "cut_body": 0.02,
}
_ILL: dict[Fault, float] = {"server_error": 0.04, "overloaded": 0.02, "reset": 0.02, "stall": 0.01}

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("calm"),
        Scenario("ratelimit", rpm=600, tpm=600_000, retry_after=("s", "ms", "date")),
        Scenario("no_headers", rpm=600, headers="none", retry_after=("none",)),
        Scenario("outage", rpm=600, outages_s=((3.0, 9.0), (14.0, 17.0))),
        Scenario("malformed", chances=_LIES | _BROKEN),
        Scenario("mix", rpm=600, chances=_LIES | _BROKEN | _ILL, outages_s=((6.0, 10.0),), impossible=0.01),
        Scenario("quota", rpm=600, credit=40),
        Scenario("permanent", rpm=600, impossible=0.05, chances={"refusal": 0.01}),
        Scenario("plain_json", takes_schema=False),
    )
}


def find_scenario(name: str, *, rpm: int | None = None, tpm: int | None = None) -> Scenario:
    """Scenario of this name, with other limits where given.

    Raises:
        BadInput: no such scenario.
    """
    if name not in SCENARIOS:
        raise BadInput(f"Scenario {name!r} is not known; choose one of {', '.join(SCENARIOS)}.")
    scenario = SCENARIOS[name]
    return replace(scenario, rpm=rpm or scenario.rpm, tpm=tpm or scenario.tpm)
