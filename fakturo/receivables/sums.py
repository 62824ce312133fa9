"""Which open amounts add up to a payment: the only set that does, or none."""

from collections.abc import Sequence

MOST_AMOUNTS = 12
"""Of 12 amounts there are 4,096 sets: beyond it one that fits by chance is no longer rare."""


def only_set(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    """Positions of the only set of amounts that adds up to `total`.

    Args:
        amounts: minor units, each > 0, at most `MOST_AMOUNTS` of them.

    Returns:
        Positions, ascending; None where no set fits, where several do, and where there are too many amounts.
    """
    if len(amounts) > MOST_AMOUNTS or total <= 0:
        return None
    left = [0] * (len(amounts) + 1)  # what the amounts from here on come to
    for place in range(len(amounts) - 1, -1, -1):
        left[place] = left[place + 1] + amounts[place]
    found: list[tuple[int, ...]] = []

    def search(place: int, missing: int, chosen: tuple[int, ...]) -> None:
        if missing == 0:
            found.append(chosen)
        elif len(found) <= 1 and 0 < missing <= left[place]:
            search(place + 1, missing - amounts[place], (*chosen, place))
            search(place + 1, missing, chosen)

    search(0, total, ())
    return found[0] if len(found) == 1 else None
