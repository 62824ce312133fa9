"""What can go wrong with an attempt that was let through, by name. A fault spoils its answer."""

from typing import Literal, get_args

Ill = Literal[
    "server_error",  # 500
    "bad_gateway",  # 502 as HTML, from whatever stands before the provider
    "overloaded",  # 529
    "reset",  # the connection is torn
    "stall",  # headers and a first byte, then nothing
    "drip",  # the answer comes in bits, for half a minute
    "silent",  # no header ever
]
Broken = Literal[
    "cut_body",  # half a body under the length of the whole
    "length",  # finish_reason=length
    "not_json",
    "wrong_shape",
    "html",  # 200 with a web page
    "empty",  # no choices at all
    "refusal",
    "content_filter",  # finish_reason=content_filter, no content
]
Lie = Literal[
    "swapped_digits",
    "missing_line",
    "extra_line",
    "other_currency",
    "wrong_customer",
    "other_price",
    "merged_lines",
    "swapped_fields",  # quantity and price exchanged
    "wrong_po",
    "total_as_price",
]
Fault = Ill | Broken | Lie

ILLS: tuple[Fault, ...] = get_args(Ill)
LIES: tuple[Fault, ...] = get_args(Lie)
"""Answers that parse and look right, and are not."""
