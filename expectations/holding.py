"""What keeps a build from being published: failing critical verdicts, as checks with their first keys."""

from collections.abc import Sequence

from expectations.run import Verdict
from fakturo.errors import FailedCheck, HeldBack

KEYS_NAMED = 5
"""Of a failed check, in the error; enough to find the cause, short enough to read."""


def refusal(verdicts: Sequence[Verdict]) -> HeldBack | None:
    """The error for a build that failed; None where no critical expectation did."""
    failed = [verdict for verdict in verdicts if not verdict.passed and verdict.severity == "critical"]
    if not failed:
        return None
    checks = tuple(FailedCheck(each.code, each.failing, _keys(each)) for each in failed)
    sentences = "; ".join(
        f"expectation {check.check} failed on {check.failing} rows ({', '.join(check.keys)}): {each.message}"
        for check, each in zip(checks, failed, strict=True)
    )
    return HeldBack(f"The warehouse was not published: {sentences} The published file stands.", checks)


def _keys(verdict: Verdict) -> tuple[str, ...]:
    keys = tuple(str(key) for key in verdict.keys[:KEYS_NAMED])
    return keys or (str(verdict.observed),)
