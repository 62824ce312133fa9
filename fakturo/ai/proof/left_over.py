"""What exactly does not fit, in sentences that a second answer can be written by. Pure."""

from collections.abc import Iterator, Sequence

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.corrections import Correction
from fakturo.ai.proof.item_names import line_finding
from fakturo.ai.proof.line_groups import Event, numbers_of
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.finding import Finding

MOST_NAMED = 5


def left_over(
    events: Sequence[Event], lines: Sequence[ProposedLine], corrections: Sequence[Correction]
) -> Iterator[Finding]:
    """Numbers of the draft that the text lacks, and numbers of the text that the draft lacks."""
    prices = list(numbers_of(events, "money"))
    counts = {item.value for item in numbers_of(events, "count", "weak_count")}
    counts |= {reading.new for each in corrections for reading in each.readings}
    said = {item.value for item in prices}
    for no, line in enumerate(lines):
        if prices and line.unit_price not in said:
            message = f"unit price {line.unit_price} is not in the text; copy the price that stands there."
            yield line_finding("price_not_found", no, message)
        if line.quantity not in counts:
            message = f"quantity {line.quantity} is not in the text; copy the quantity that stands there."
            yield line_finding("quantity_not_found", no, message)
    if len(prices) > len(lines):
        named = ", ".join(_unused(prices, lines)[:MOST_NAMED])
        message = f"Prices of the text that no line has: {named}; add the lines that are missing."
        yield Finding(code="price_left_over", message=message)
    for item in numbers_of(events, "token", "percent"):
        message = f"{item.text!r} in the text is not explained by the draft: a code, customer or order "
        "number that is missing?"
        yield Finding(code="number_left_over", message=message)


def _unused(prices: Sequence[Item], lines: Sequence[ProposedLine]) -> list[str]:
    left = list(prices)
    for line in lines:
        used = next((item for item in left if item.value == line.unit_price), None)
        if used:
            left.remove(used)
    return [item.text for item in left]
