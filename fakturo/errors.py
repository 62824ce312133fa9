"""Every error that Fakturo raises on purpose, as one tree.

FakturoError
├── BadSetting            a setting has a value that is not allowed
├── BadInput              a file or a record cannot be taken in; says where and what to do
├── NotFound              an id that the ledger does not know
├── NotAllowed            the state of the thing forbids the action (an issued invoice never changes)
├── LedgerBusy            another process holds the ledger longer than we wait
├── WarehouseError        a snapshot, build, audit or query failed; the published file stands
│   └── HeldBack          a build did not pass its checks; `checks` says which, on which keys
├── RenderError           a document could not be made
└── AiError               the AI step failed; `outcome` is its class, `retriable` asks for another try
    ├── RateLimited       429: wait, costs no attempt
    ├── QuotaExhausted    no credit, bad key: stops the run, orders stay queued
    ├── Transient         5xx, reset, DNS
    ├── TimedOut          connect, first byte, stalled body
    ├── Truncated         the answer was cut
    ├── InvalidOutput     the answer is not the JSON that was asked for
    ├── Ungrounded        the answer holds what the source does not
    ├── Refused           content filter or refusal
    ├── Permanent         400, 404, context too long
    │   └── FormatRefused the server does not know this way to ask for JSON
    ├── BreakerOpen       the provider is resting; the order is parked
    └── OverBudget        the run's or day's cap is reached
"""

from typing import ClassVar, Literal, NamedTuple


class FakturoError(Exception):
    """Whatever Fakturo refuses, in one clear sentence: what, where, what is allowed, what to do."""


class BadSetting(FakturoError):
    """A setting has a value that is not allowed."""


class BadInput(FakturoError):
    """A file or record cannot be taken in."""


class NotFound(FakturoError):
    """An id that the ledger does not know."""


class NotAllowed(FakturoError):
    """The state of the thing forbids the action."""


class LedgerBusy(FakturoError):
    """Another process holds the ledger longer than we wait."""


class WarehouseError(FakturoError):
    """A snapshot, build, audit or query failed; the published file stands."""


class FailedCheck(NamedTuple):
    """One check that a build did not pass."""

    check: str
    """Name of the dbt test or model, or code of the expectation."""
    failing: int
    """Rows; 0 where it is about the whole."""
    keys: tuple[str, ...]
    """The first ones, or what was observed."""


class HeldBack(WarehouseError):
    """A build did not pass its checks and was not published."""

    def __init__(self, message: str, checks: tuple[FailedCheck, ...] = ()) -> None:
        super().__init__(message)
        self.checks = checks


class RenderError(FakturoError):
    """A document could not be made."""


class AiError(FakturoError):
    """The AI step failed. `outcome` is its class in `ai_calls`; `wait_s` is what the provider asked for."""

    outcome: ClassVar[str] = "permanent"
    retriable: ClassVar[bool] = False

    def __init__(self, message: str, *, wait_s: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s
        self.status = status


class RateLimited(AiError):
    """429: everyone waits, and it costs no attempt. `short_of` is the bucket that was empty, where said."""

    outcome = "rate_limit"
    retriable = True

    def __init__(
        self,
        message: str,
        *,
        wait_s: float | None = None,
        status: int | None = None,
        short_of: Literal["requests", "tokens"] | None = None,
    ) -> None:
        super().__init__(message, wait_s=wait_s, status=status)
        self.short_of = short_of


class QuotaExhausted(AiError):
    """No credit or a bad key: the run stops, orders stay queued."""

    outcome = "quota_exhausted"


class Transient(AiError):
    """5xx, a reset connection, a name that did not resolve."""

    outcome = "transient"
    retriable = True


class TimedOut(AiError):
    """No connection, no first byte, or a body that stalled."""

    outcome = "timeout"
    retriable = True


class Truncated(AiError):
    """The answer was cut (finish_reason=length, or the body ended early)."""

    outcome = "truncated"
    retriable = True


class InvalidOutput(AiError):
    """The answer is not the JSON that was asked for."""

    outcome = "invalid_output"
    retriable = True


class Ungrounded(AiError):
    """The answer holds an amount that the source does not, or misses one that it does."""

    outcome = "ungrounded"


class Refused(AiError):
    """Content filter or a refusal in words."""

    outcome = "refused"


class Permanent(AiError):
    """400, 404, context too long: the same request can never succeed."""

    outcome = "permanent"


class FormatRefused(Permanent):
    """The server does not know this way to ask for JSON; a simpler one may work."""


class BreakerOpen(AiError):
    """The provider is resting: park the order until `wait_s` has passed."""

    outcome = "parked"


class OverBudget(AiError):
    """The token or cost cap of the run or day is reached."""

    outcome = "budget"
