"""What looks wrong about one order or invoice beside what is usual, before it is issued. Pure.

Every limit of these rules stands here; models/anomalies applies the same ones to many documents at once.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from fakturo.money import exponent
from fakturo.usual import Document, Earlier, Line, Usual, UsualProduct

Kind = Literal[
    "duplicate",
    "tax_mismatch",
    "new_bank_account",
    "unusual_hour",
    "split_under_limit",
    "ten_times",
    "swapped",
    "unusual_product",
]
Severity = Literal["high", "medium", "low"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of the sentences where several hold."""

KIND_WORDS: dict[Kind, str] = {
    "duplicate": "repeated",
    "tax_mismatch": "tax does not fit",
    "new_bank_account": "new bank account",
    "unusual_hour": "unusual hour",
    "split_under_limit": "split under a limit",
    "ten_times": "ten times",
    "swapped": "quantity and price swapped",
    "unusual_product": "unusual product",
}

DUPLICATE_WITHIN = timedelta(days=7)
"""Of 27,239 documents of Online Retail 160 repeat an earlier one of the customer's within 7 days, half of
them with one line; within 30 days 215."""
ALIKE = 0.8
"""Share of lines (of the longer of the two documents) with product and quantity in common."""
TAX_OFF_MINOR = 3
"""Minor units: three rates, each rounded."""
RATE_OFF_PCT = 0.05
"""Percentage points by which two rates differ."""
RATES_KNOWN = 5
"""Earlier documents of a country before its usual rate counts."""
HOURS_KNOWN = 200
"""Earlier documents before an hour can be unusual."""
HOUR_SHARE = 0.005
"""Of the earlier documents, within one hour before or after. Online Retail: 8 o'clock, an hour either side,
has .095, 20 o'clock .011, nothing comes at night."""
SPLIT_HOURS = 48
SPLIT_WITHIN = timedelta(hours=SPLIT_HOURS)
SPLIT_SHARE = 0.9
"""Of the limit; from there to the limit is "just under". Of 402 such documents of Online Retail, limit 1,000,
3 followed another within two days."""
TIMES = 7.0
"""How many times the usual is too many: less than ten, since the tenfold of a low quantity is found too."""
TIMES_TOP = 1.5
"""And beyond the most that was seen before by this factor."""
TIMES_PRODUCT = 1.0
"""And what all usually take, times this: from 1 to 8 pieces is no slip of a digit where all take 10."""
BULK_PRICE = 0.85
"""Of the customer's last price, or the product's usual one where that is lower; a large quantity at less is a
bulk order. The four together hold for 3.1 % of the documents of Online Retail as they are."""
HELD_PRODUCT, HELD_PRICE = 2.0, 0.97
"""A tenfold quantity is held back only if it is this many times what all take, at no lower a price: 2.1 %."""
TIMES_ANY_PRICE = 30.0
"""So many times the usual is too many for a bulk order too."""
TAKEN_KNOWN = 2
"""Earlier lines of a customer with a product before these say what is usual."""
PRODUCT_KNOWN = 4
"""Earlier lines of a product before its price and quantity say anything."""
SWAP_NEAR = 1.2
"""The quantity is within the product's prices, give or take this factor."""
SWAP_OFF = 1.5
"""And the price is outside them by at least this factor."""
SWAP_QUANTITY = 10.0
"""And the price is a quantity that this customer, or anybody, would take, up to this factor. Holds for
.3 % of Online Retail."""
DEAR = 3.0
"""A product new to the customer costs this many times the dearest that it ever took."""
RARE = 0.02
"""And stands on no more than this share of earlier documents. Both hold for 1 % of Online Retail; at 4 times
for .7 %."""
CUSTOMER_KNOWN = 10
"""Earlier lines of a customer before a product can be unusual for it."""


@dataclass(frozen=True)
class Suspicion:
    """One rule that holds."""

    code: Kind
    severity: Severity
    """A high one holds an invoice back for a person."""
    sentence: str


def suspicions(document: Document, usual: Usual) -> list[Suspicion]:
    """Every rule that holds, in the order of `KINDS`; a rule that lacks a past says nothing."""
    return [
        *_duplicate(document, usual),
        *_tax_mismatch(document, usual),
        *_new_bank_account(document, usual),
        *_unusual_hour(document, usual),
        *_split_under_limit(document, usual),
        *_first(_ten_times, document, usual),
        *_first(_swapped, document, usual),
        *_first(_unusual_product, document, usual),
    ]


def _first(
    rule: Callable[[Line, UsualProduct, Usual], Suspicion | None], document: Document, usual: Usual
) -> Iterator[Suspicion]:
    """One suspicion a rule of lines: that of the largest line."""
    for line in sorted(document.lines, key=lambda each: -each.quantity * each.unit_price):
        if line.quantity > 0 and line.unit_price > 0:
            held = rule(line, usual.products.get(line.product, UsualProduct()), usual)
            if held is not None:
                yield held
                return


def _duplicate(document: Document, usual: Usual) -> Iterator[Suspicion]:
    own = Counter((line.product, line.quantity) for line in document.lines)
    best: tuple[int, Earlier] | None = None
    for other in usual.earlier:
        apart = document.created_at - other.created_at
        common = (own & Counter(other.lines)).total()
        share = common / max(len(document.lines), len(other.lines), 1)
        if share >= ALIKE and timedelta(0) <= apart <= DUPLICATE_WITHIN and (not best or common > best[0]):
            best = (common, other)
    if best is not None:
        ago = _span(document.created_at - best[1].created_at)
        sentence = (
            f"{best[0]} of {len(document.lines)} lines are those of {best[1].document_id}, which this "
            f"customer had {ago} before."
        )
        yield Suspicion("duplicate", "high" if best[0] > 1 else "medium", sentence)


def _tax_mismatch(document: Document, usual: Usual) -> Iterator[Suspicion]:
    rate = document.tax_rate_pct
    if rate is None:
        return
    right = document.net * rate / 100
    if abs(document.tax - right) * 10 ** exponent(document.currency) >= TAX_OFF_MINOR:
        sentence = f"The tax is {document.tax:,.2f} where {rate:g} % of {document.net:,.2f} are {right:,.2f}."
        yield Suspicion("tax_mismatch", "high", sentence)
        return
    country, own = usual.country_rate_pct, usual.customer_rate_pct
    is_own = own is not None and abs(rate - own) < RATE_OFF_PCT
    if country is not None and abs(rate - country) >= RATE_OFF_PCT and not is_own:
        sentence = f"The tax rate is {rate:g} %; documents to {document.country} usually have {country:g} %."
        yield Suspicion("tax_mismatch", "medium", sentence)


def _new_bank_account(document: Document, usual: Usual) -> Iterator[Suspicion]:
    if document.bank_account and usual.accounts and document.bank_account not in usual.accounts:
        whose = " and is another customer's" if usual.account_is_anothers else ""
        sentence = f"The bank account was never seen for this customer before{whose}."
        yield Suspicion("new_bank_account", "high", sentence)


def _unusual_hour(document: Document, usual: Usual) -> Iterator[Suspicion]:
    if usual.hour_share is not None and usual.hour_share <= HOUR_SHARE:
        sentence = (
            f"It came at {document.created_at:%H:%M}; {usual.hour_share:.1%} of the earlier documents came "
            "within an hour of that."
        )
        yield Suspicion("unusual_hour", "low", sentence)


def _split_under_limit(document: Document, usual: Usual) -> Iterator[Suspicion]:
    for limit in usual.limits:
        if not SPLIT_SHARE * limit <= document.net < limit:
            continue
        beside = [
            other.document_id
            for other in usual.earlier
            if SPLIT_SHARE * limit <= other.net < limit
            and timedelta(0) <= document.created_at - other.created_at <= SPLIT_WITHIN
        ]
        if beside:
            sentence = (
                f"{document.net:,.2f} is just under the limit of {limit:,.0f} {document.currency}, and so "
                f"are {', '.join(beside[:3])} of this customer in the {SPLIT_HOURS} hours before."
            )
            yield Suspicion("split_under_limit", "high", sentence)
            return


def _ten_times(line: Line, product: UsualProduct, usual: Usual) -> Suspicion | None:  # noqa: ARG001  one shape of rule
    quantity, price = line.quantity, line.unit_price
    if product.lines < PRODUCT_KNOWN:
        return None
    if (
        product.taken >= TAKEN_KNOWN
        and quantity >= TIMES * product.taken_quantity
        and quantity >= TIMES_TOP * product.taken_top
        and quantity >= TIMES_PRODUCT * product.quantity
        and (
            price >= BULK_PRICE * min(product.taken_price, product.price)
            or quantity >= TIMES_ANY_PRICE * product.taken_quantity
        )
    ):
        last = min(product.taken_price, product.price)
        held = quantity >= HELD_PRODUCT * product.quantity and price >= HELD_PRICE * last
        sentence = (
            f"Quantity {quantity:,g} of {line.product} is {quantity / product.taken_quantity:,.0f} times the "
            f"{product.taken_quantity:,g} this customer usually takes."
        )
        return Suspicion("ten_times", "high" if held else "medium", sentence)
    if price >= TIMES * product.price and price >= TIMES_TOP * product.top_price:
        times = f"{price / product.price:,.0f} times"
    elif product.price >= TIMES * price and product.low_price >= TIMES_TOP * price:
        times = f"one part in {product.price / price:,.0f} of"
    else:
        return None
    sentence = f"Unit price {price:,.2f} of {line.product} is {times} its usual {product.price:,.2f}."
    return Suspicion("ten_times", "high", sentence)


def _swapped(line: Line, product: UsualProduct, usual: Usual) -> Suspicion | None:
    quantity, price = line.quantity, line.unit_price
    most = SWAP_QUANTITY * product.quantity * max(usual.customer_scale, 1.0)
    if (
        product.lines >= PRODUCT_KNOWN
        and product.low_price / SWAP_NEAR <= quantity <= product.top_price * SWAP_NEAR
        and (price >= SWAP_OFF * product.top_price or product.low_price >= SWAP_OFF * price)
        and product.quantity / SWAP_QUANTITY <= price <= most
    ):
        sentence = (
            f"Quantity {quantity:,g} and unit price {price:,g} of {line.product} look swapped: it usually "
            f"costs {product.price:,.2f}, and {product.quantity:,g} are taken."
        )
        return Suspicion("swapped", "high", sentence)
    return None


def _unusual_product(line: Line, product: UsualProduct, usual: Usual) -> Suspicion | None:
    if (
        product.taken == 0
        and usual.customer_lines >= CUSTOMER_KNOWN
        and line.unit_price >= DEAR * usual.customer_top_price
        and product.document_share <= RARE
    ):
        sentence = (
            f"{line.product} at {line.unit_price:,.2f} is new to this customer, who took nothing above "
            f"{usual.customer_top_price:,.2f}; {product.document_share:.1%} of all documents have it."
        )
        return Suspicion("unusual_product", "medium", sentence)
    return None


def _span(apart: timedelta) -> str:
    """In minutes up to two hours, in hours up to two days."""
    minutes = round(apart.total_seconds() / 60)
    if minutes < 2 * 60:
        return f"{minutes} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 2 * 24 * 60 else f"{minutes / 60 / 24:.0f} days"
