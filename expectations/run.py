"""Run a suite on a frame: which expectation fails, by how much, and on which keys, all of them.

Two kinds of failing. A row that breaks an expectation is named by its key, always. A batch fails when
more rows break it than `mostly` allows, or when the expectation is about the batch as a whole.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from expectations.library import context, gx

SMALL_BATCH = 20
"""Below so many rows a share says nothing: one odd order of three is no trend, so no batch fails by share."""


@dataclass(frozen=True)
class Verdict:
    """What became of one expectation on one batch."""

    suite: str
    code: str
    """snake_case and stable; the code of a finding."""
    message: str
    """One sentence for a person who looks at a failing row."""
    reason: str
    """Why the threshold is where it is."""
    severity: Literal["critical", "warning"]
    """A failing critical one keeps a warehouse from being published."""
    passed: bool
    checked: int
    """Rows looked at."""
    failing: int
    """Rows that break it; 0 where it is about the whole batch."""
    keys: tuple[Any, ...]
    """Keys of the failing rows, all of them."""
    observed: str | None
    """Of an expectation about the whole batch: what was found."""

    @property
    def failing_pct(self) -> float:
        """Share of rows that break it, percent."""
        return 100 * self.failing / self.checked if self.checked else 0.0


def run(
    name: str,
    frame: pd.DataFrame,
    suite: Sequence[Any],
    key: str,
    *,
    in_words: Callable[[Any], Any] = lambda value: value,
) -> list[Verdict]:
    """Validate a frame.

    Args:
        name: of the suite.
        frame: the batch; holds the key column.
        suite: expectations, each with `meta` of code, message and reason.
        key: the column that names a row.
        in_words: what a person reads instead of a key.

    Returns:
        One verdict an expectation, in the order of the suite.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns GX about things that GX must change
        asset = context().data_sources.add_pandas("frames").add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        report = batch.validate(
            gx.ExpectationSuite(name=name, expectations=list(suite)),
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [key],
                "include_unexpected_rows": False,
            },
        )
    # GX returns them grouped by column
    found = {result.expectation_config.meta["code"]: result for result in report.results}
    verdicts = (_verdict(name, found[each.meta["code"]], len(frame), key) for each in suite)
    return [replace(each, keys=tuple(map(in_words, each.keys))) for each in verdicts]


def _verdict(suite: str, result: Any, rows: int, key: str) -> Verdict:
    config, details = result.expectation_config, result.result
    raised = _raised(result.exception_info or {})
    rows_named = details.get("unexpected_index_list") or ()
    keys = tuple(_plain(each[key]) for each in rows_named)
    about_rows = "unexpected_count" in details
    share_only = config.kwargs.get("mostly", 1) < 1 or config.type == "expect_column_mean_to_be_between"
    return Verdict(
        suite=suite,
        code=config.meta["code"],
        message=config.meta["message"],
        reason=config.meta["reason"],
        severity="critical" if str(config.severity.value) == "critical" else "warning",
        passed=bool(result.success) or (share_only and rows < SMALL_BATCH and raised is None),
        checked=rows,
        failing=int(details.get("unexpected_count") or 0),
        keys=keys,
        observed=raised or (None if about_rows else str(details.get("observed_value"))),
    )


def _raised(info: dict[str, Any]) -> str | None:
    """Why an expectation could not be evaluated; GX says it once for all or once a metric."""
    for each in (info, *(value for value in info.values() if isinstance(value, dict))):
        if each.get("raised_exception"):
            return str(each["exception_message"])
    return None


def _plain(key: Any) -> Any:
    """A numpy integer as Python's own; anything else as it is."""
    return key.item() if hasattr(key, "item") else key
