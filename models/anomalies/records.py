"""One document out of the frames, as the rules of fakturo/policy.py read it, and what was usual before it."""

import numpy as np
import pandas as pd

from fakturo.policy import DUPLICATE_WITHIN, HOURS_KNOWN, RATES_KNOWN, Suspicion, suspicions
from fakturo.usual import Document, Earlier, Line, Usual, UsualProduct
from models.anomalies.features import Features


def suspicions_of(found: Features, row: int, limits: tuple[float, ...]) -> list[Suspicion]:
    """Every policy rule that holds for the document in a row, with its sentence."""
    return suspicions(document_of(found, row), usual_of(found, row, limits))


def document_of(found: Features, row: int) -> Document:
    """The document in a row of `found.documents`."""
    head = found.documents.iloc[row]
    lines = found.lines.iloc[_span(found, row)]
    return Document(
        document_id=str(head["document_id"]),
        customer_id=str(head["customer_id"]),
        currency=str(head["currency"]),
        created_at=head["created_at"].to_pydatetime(),
        net=float(head["net"]),
        tax=float(head["tax"]),
        tax_rate_pct=_known(head["tax_rate_pct"]),
        lines=[
            Line(int(number), str(product), float(quantity), float(price))
            for number, product, quantity, price in zip(
                lines["line_number"], lines["product"], lines["quantity"], lines["unit_price"], strict=True
            )
        ],
        country=head["country"] if isinstance(head["country"], str) else None,
        bank_account=head["bank_account"] if isinstance(head["bank_account"], str) else None,
    )


def usual_of(found: Features, row: int, limits: tuple[float, ...]) -> Usual:
    """What was usual before the document in a row."""
    usual = found.usual.iloc[row]
    span = _span(found, row)
    per_line = found.line_usual.iloc[span]
    own = found.documents.iloc[:row]
    own = own[(own["customer_id"] == found.documents["customer_id"].iloc[row]).to_numpy()]
    first = per_line.iloc[0] if len(per_line) else pd.Series(dtype=float)
    return Usual(
        earlier=_earlier(found, row, own),
        products={
            str(product): _product(line)
            for product, (_, line) in zip(found.lines["product"].iloc[span], per_line.iterrows(), strict=True)
        },
        customer_lines=int(first.get("customer_lines", 0)),
        customer_scale=_known(first.get("customer_scale")) or 1.0,
        customer_top_price=float(first.get("customer_top_price", np.nan)),
        accounts=frozenset(own["bank_account"].dropna().astype(str)),
        account_is_anothers=bool(usual["account_foreign"]),
        country_rate_pct=_known(usual["country_rate"]) if usual["country_documents"] >= RATES_KNOWN else None,
        customer_rate_pct=_known(usual["customer_rate"]),
        hour_share=float(usual["hour_share"]) if usual["documents_before"] >= HOURS_KNOWN else None,
        limits=limits,
    )


def _product(line: pd.Series) -> UsualProduct:
    return UsualProduct(
        lines=int(line["product_lines"]),
        document_share=float(line["product_documents"] / max(line["documents_before"], 1)),
        price=float(line["product_price"]),
        low_price=float(line["product_low_price"]),
        top_price=float(line["product_top_price"]),
        quantity=float(line["product_quantity"]),
        taken=int(line["taken"]),
        taken_quantity=float(line["taken_quantity"]),
        taken_top=float(line["taken_top"]),
        taken_price=float(line["taken_price"]),
    )


def _earlier(found: Features, row: int, own: pd.DataFrame) -> list[Earlier]:
    head = found.documents.iloc[row]
    near = own["created_at"] >= head["created_at"] - DUPLICATE_WITHIN
    near &= own["currency"] == head["currency"]
    return [
        Earlier(
            document_id=str(other["document_id"]),
            created_at=other["created_at"].to_pydatetime(),
            net=float(other["net"]),
            lines=[
                (str(product), float(quantity))
                for product, quantity in found.lines.iloc[_span(found, place)][
                    ["product", "quantity"]
                ].itertuples(index=False)
            ],
        )
        for place, (_, other) in zip(own.index[near], own[near].iterrows(), strict=True)
    ]


def _span(found: Features, row: int) -> slice:
    low, high = np.searchsorted(found.lines["moment"].to_numpy(), [row, row + 1])
    return slice(int(low), int(high))


def _known(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type]
