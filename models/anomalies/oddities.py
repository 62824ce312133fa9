"""The eight kinds of oddities, each made out of one document as it was. Seen by no rule; random by a seed.

Only the part of a split that follows another part is odd: before it, nothing is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import CUSTOMER_KNOWN, PRODUCT_KNOWN, RATE_OFF_PCT, RATES_KNOWN, TAKEN_KNOWN, Kind

NOTICED = 0.1
"""Major units; a tax that is off by less is no oddity."""
FEWEST_LINES_TO_DROP = 6
FROM_OTHERS = 0.3
"""Share of new bank accounts that are another customer's."""
BY_QUANTITY = 0.6
"""Share of tenfold lines that are so in quantity; the others in price."""
UPWARDS = 0.7
"""Share of tenfold prices that are ten times, not a tenth."""
APART = 3.0
"""Quantity and price that are swapped differ by this factor; else the swap hardly shows."""
WHOLE = 0.3
"""Share of swaps that all lines of a document have."""


@dataclass(frozen=True)
class Manner:
    """How strong the oddities are; a fit and a measurement use different ones."""

    times: tuple[float, float] = (8.0, 14.0)
    """Factor on a quantity or price."""
    repeats_after_h: tuple[float, float] = (0.2, 96.0)
    parts: tuple[int, int] = (2, 5)
    """Documents that one is split into; from, to without."""
    parts_within_h: float = 20.0
    just_under: tuple[float, float] = (0.905, 0.998)
    """Of the limit."""
    tax_off: tuple[float, float] = (0.03, 0.6)
    """Of the tax."""
    hours: tuple[int, ...] = (0, 1, 2, 3, 4, 22, 23)
    dear: tuple[float, float] = (4.0, 12.0)
    """Price of an unusual product, in times the dearest that its customer ever took."""
    line_dropped: float = 0.15
    """Share of repeats that lack a line of theirs."""


@dataclass
class Draft:
    """One document being changed."""

    head: dict[str, object]
    lines: pd.DataFrame
    """With `taken` and `taken_quantity` by the customer, `customer_lines`, `product_lines`: all before it."""

    def number(self, name: str) -> float:
        """A number of the head."""
        return float(self.head[name])  # type: ignore[arg-type]

    def retotal(self) -> None:
        """Make the amounts follow from the lines, at the tax of before."""
        share = self.number("tax") / (self.number("net") or 1.0)
        self.lines["net"] = (self.lines["quantity"] * self.lines["unit_price"]).round(2)
        net = round(float(self.lines["net"].sum()), 2)
        self.head |= {"net": net, "tax": round(net * share, 2)}
        self.head["total"] = round(net + self.number("tax"), 2)


@dataclass(frozen=True)
class World:
    """What the makers draw from."""

    random: np.random.Generator
    manner: Manner
    limits: Sequence[float]
    accounts: np.ndarray
    rates: np.ndarray
    product_price: pd.Series
    product_quantity: pd.Series
    top_price: pd.Series
    """By customer."""


Made = list[tuple[Draft, Kind | None, str]]
"""Documents, what is odd about each, and what their id gets added; empty: they take the old one's place."""


def duplicate(draft: Draft, world: World) -> Made:
    """The same again, some hours later."""
    draft.head["created_at"] = _later(
        draft.head["created_at"], world.random.uniform(*world.manner.repeats_after_h)
    )
    if len(draft.lines) >= FEWEST_LINES_TO_DROP and world.random.random() < world.manner.line_dropped:
        draft.lines = draft.lines.drop(draft.lines.index[int(world.random.integers(len(draft.lines)))])
        draft.retotal()
    return [(draft, "duplicate", "-again")]


def tax_mismatch(draft: Draft, world: World) -> Made:
    """Another country's rate, or a tax that is not the rate on the net."""
    rate = draft.number("tax_rate_pct")
    others = world.rates[np.abs(world.rates - rate) > RATE_OFF_PCT]
    if draft.number("country_documents") >= RATES_KNOWN and len(others) and world.random.integers(2):
        rate = float(world.random.choice(others))
        tax = draft.number("net") * rate / 100
    else:
        shown = draft.number("tax") or draft.number("net") / 5
        off = shown * world.random.uniform(*world.manner.tax_off) * world.random.choice([-1, 1])
        if abs(off) < NOTICED:
            return []
        tax = draft.number("tax") + off
    draft.head |= {"tax_rate_pct": rate, "tax": round(tax, 2), "total": round(draft.number("net") + tax, 2)}
    return [(draft, "tax_mismatch", "")]


def new_bank_account(draft: Draft, world: World) -> Made:
    """One that was never seen, or another customer's; a first account is not new."""
    if draft.number("customer_documents") < 1:
        return []
    others = world.accounts[world.accounts != draft.head["bank_account"]]
    foreign = len(others) and world.random.random() < FROM_OTHERS
    fresh = f"account-{world.random.integers(10**12)}"
    draft.head["bank_account"] = str(world.random.choice(others)) if foreign else fresh
    return [(draft, "new_bank_account", "")]


def unusual_hour(draft: Draft, world: World) -> Made:
    """At night."""
    hour = int(world.random.choice(world.manner.hours))
    draft.head["created_at"] = pd.Timestamp(draft.head["created_at"]).replace(hour=hour)
    return [(draft, "unusual_hour", "")]


def split_under_limit(draft: Draft, world: World) -> Made:
    """Several documents, each just under a limit, within hours."""
    if not world.limits:
        return []
    limit = float(world.random.choice(np.asarray(world.limits)))
    if not limit / 2 < draft.number("net") < limit * 8:
        return []
    parts = int(world.random.integers(*world.manner.parts))
    order = world.random.permutation(len(draft.lines))
    pieces = [draft.lines.iloc[np.sort(order[part::parts])] for part in range(parts)]
    filled = [_filled(draft.lines if piece.empty else piece, limit, world) for piece in pieces]
    lines = [piece for piece in filled if piece is not None]
    if len(lines) == 1:
        return []  # one part alone is no split
    gaps = [0.0, *np.sort(world.random.uniform(0.05, world.manner.parts_within_h, max(len(lines) - 1, 0)))]
    made: Made = []
    for part, (piece, gap) in enumerate(zip(lines, gaps, strict=False)):
        one = Draft({**draft.head, "created_at": _later(draft.head["created_at"], gap)}, piece)
        one.retotal()
        made.append((one, "split_under_limit" if part else None, f"-part{part + 1}" if part else ""))
    return made


def ten_times(draft: Draft, world: World) -> Made:
    """A quantity ten times what the customer takes of the product, or a price ten times or a tenth."""
    factor, lines = world.random.uniform(*world.manner.times), draft.lines
    by_quantity = world.random.random() < BY_QUANTITY
    known = lines["taken"] >= TAKEN_KNOWN if by_quantity else lines["product_lines"] >= PRODUCT_KNOWN
    pool = lines.index[known.to_numpy()]
    if not len(pool):
        return []  # nothing is usual yet
    line = pool[int(world.random.integers(len(pool)))]
    if by_quantity:
        most = np.fmax(lines.loc[line, "quantity"], lines.loc[line, "taken_quantity"])
        lines.loc[line, "quantity"] = float(np.round(most * factor))
    else:
        price = float(world.product_price[lines.loc[line, "product"]])
        up = price < 1 or world.random.random() < UPWARDS
        lines.loc[line, "unit_price"] = round(price * factor if up else price / factor, 2)
    draft.retotal()
    return [(draft, "ten_times", "")]


def swapped(draft: Draft, world: World) -> Made:
    """Quantity and price in each other's place."""
    lines = draft.lines
    apart = np.abs(np.log(lines["quantity"] / lines["unit_price"]))
    far = lines.index[((apart > np.log(APART)) & (lines["product_lines"] >= PRODUCT_KNOWN)).to_numpy()]
    if not len(far):
        return []
    chosen = far if world.random.random() < WHOLE else far[[int(world.random.integers(len(far)))]]
    quantity = lines.loc[chosen, "quantity"].copy()
    lines.loc[chosen, "quantity"] = lines.loc[chosen, "unit_price"]
    lines.loc[chosen, "unit_price"] = quantity
    draft.retotal()
    return [(draft, "swapped", "")]


def unusual_product(draft: Draft, world: World) -> Made:
    """One more line, several times as dear as anything that the customer ever took."""
    if draft.lines["customer_lines"].iloc[0] < CUSTOMER_KNOWN:
        return []
    low, high = world.top_price[draft.head["customer_id"]] * np.array(world.manner.dear)
    pool = world.product_price.index[
        ((world.product_price >= low) & (world.product_price <= high)).to_numpy()
    ]
    if not len(pool):
        return []
    product = world.random.choice(pool)
    line = draft.lines.iloc[[0]].assign(
        product=product,
        line_number=int(draft.lines["line_number"].max()) + 1,
        quantity=max(float(world.product_quantity[product]), 1.0),
        unit_price=float(world.product_price[product]),
    )
    draft.lines = pd.concat([draft.lines, line], ignore_index=True)
    draft.retotal()
    return [(draft, "unusual_product", "")]


def _filled(lines: pd.DataFrame, limit: float, world: World) -> pd.DataFrame | None:
    """Lines with quantities such that they come to just under the limit; None where they cannot."""
    aim = limit * world.random.uniform(*world.manner.just_under)
    factor = aim / float((lines["quantity"] * lines["unit_price"]).sum())
    lines = lines.assign(quantity=np.maximum(np.floor(lines["quantity"] * factor), 1.0))
    cheapest = lines["unit_price"].idxmin()
    missing = aim - float((lines["quantity"] * lines["unit_price"]).sum())
    more = np.floor(missing / float(lines.loc[cheapest, "unit_price"]))
    lines.loc[cheapest, "quantity"] = max(float(lines.loc[cheapest, "quantity"]) + more, 1.0)
    comes_to = float((lines["quantity"] * lines["unit_price"]).round(2).sum())
    return lines if world.manner.just_under[0] * limit <= comes_to < limit else None


def _later(moment: object, hours: float) -> pd.Timestamp:
    return (pd.Timestamp(moment) + pd.Timedelta(hours=hours)).floor("s")


MAKERS: dict[Kind, Callable[[Draft, World], Made]] = {
    "duplicate": duplicate,
    "tax_mismatch": tax_mismatch,
    "new_bank_account": new_bank_account,
    "unusual_hour": unusual_hour,
    "split_under_limit": split_under_limit,
    "ten_times": ten_times,
    "swapped": swapped,
    "unusual_product": unusual_product,
}
"""Each gives the documents to keep; none where this one does not lend itself."""
