"""Put known oddities into documents: what the learned score is fitted on and measured with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS, Kind
from models.anomalies.before import Before, codes
from models.anomalies.oddities import MAKERS, Draft, Manner, World
from models.anomalies.references import TAKEN_ROWS, in_order

SHARE = 0.026
"""Of documents; what is put in for a measurement."""
LINES_BEFORE = ["taken", "taken_quantity", "customer_lines", "product_lines"]


@dataclass(frozen=True)
class Injected:
    """Documents and lines with the oddities in."""

    documents: pd.DataFrame
    """In order of time."""
    lines: pd.DataFrame
    kinds: pd.Series
    """One a document, by document_id; None where it is as it was."""


def inject(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    seed: int,
    share: float = SHARE,
    *,
    eligible: pd.Series | None = None,
    limits: Sequence[float] = (),
    manner: Manner | None = None,
) -> Injected:
    """Change or add documents so that about `share` of the eligible are odd, each kind alike, at least once.

    Args:
        eligible: bool, index as documents; only these are changed or repeated. None: all.
        limits: major units; without, nothing is split.
    """
    columns = list(documents.columns)
    documents, lines = _with_past(documents.assign(eligible=True if eligible is None else eligible), lines)
    world = _world(documents, lines, seed, tuple(limits), manner or Manner())
    bounds = lines["moment"].to_numpy()
    fits = documents["eligible"] & (documents["net"] > 0) & documents["customer_id"].notna()
    places = list(world.random.permutation(np.flatnonzero(fits.to_numpy())))
    kinds = [kind for kind in KINDS if kind != "split_under_limit" or limits]
    each = max(round(len(places) * share / len(kinds)), 1)
    kept: list[tuple[Draft, Kind | None]] = []
    replaced: set[object] = set()
    for kind in kinds:
        made = 0
        while made < each and places:
            place = places.pop()
            low, high = np.searchsorted(bounds, [place, place + 1])
            head = {str(name): value for name, value in documents.iloc[place].items()}
            if low == high:
                continue
            for draft, odd, added in MAKERS[kind](Draft(head, lines.iloc[low:high].copy()), world):
                if added:
                    draft.head = {**draft.head, "document_id": f"{head['document_id']}{added}"}
                else:
                    replaced.add(head["document_id"])
                kept.append((draft, odd))
                made += odd is not None
    return _joined(documents[columns], lines, kept, replaced)


def _joined(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    kept: Sequence[tuple[Draft, Kind | None]],
    replaced: set[object],
) -> Injected:
    heads = [documents[~documents["document_id"].isin(replaced)]]
    bodies = [lines[~lines["document_id"].isin(replaced)]]
    if kept:
        made = pd.DataFrame([draft.head for draft, _ in kept], columns=documents.columns)
        heads.append(made.astype(documents.dtypes.to_dict()))
        bodies += [draft.lines.assign(document_id=draft.head["document_id"]) for draft, _ in kept]
    joined = pd.concat(heads).sort_values(["created_at", "document_id"], ignore_index=True)
    odd = pd.Series({draft.head["document_id"]: kind for draft, kind in kept}, dtype=object)
    plain = pd.concat(bodies, ignore_index=True).drop(columns=["moment", *LINES_BEFORE])
    return Injected(joined, plain, odd.reindex(joined["document_id"]))


def _with_past(documents: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """In order of time, with what the makers ask of the past."""
    documents, lines = in_order(documents, lines)
    moment = lines["moment"].to_numpy()
    customer = documents["customer_id"].to_numpy()[moment]
    of_both = Before(codes(customer, lines["product"]), moment)
    past = (
        of_both.count(),
        of_both.median(lines["quantity"].to_numpy(), TAKEN_ROWS),
        Before(codes(customer), moment).count(),
        Before(codes(lines["product"]), moment).count(),
    )
    rows = np.arange(len(documents))
    documents = documents.assign(
        customer_documents=Before(codes(documents["customer_id"]), rows).count(),
        country_documents=Before(codes(documents["country"]), rows).count(),
    )
    return documents, lines.assign(**dict(zip(LINES_BEFORE, past, strict=True)))


def _world(
    documents: pd.DataFrame, lines: pd.DataFrame, seed: int, limits: tuple[float, ...], manner: Manner
) -> World:
    by_product = lines.groupby("product")
    owner = documents["customer_id"].to_numpy()[lines["moment"].to_numpy()]
    return World(
        np.random.default_rng(seed),
        manner,
        limits,
        documents["bank_account"].dropna().unique(),
        np.array(sorted(documents["tax_rate_pct"].dropna().unique())),
        by_product["unit_price"].median(),
        by_product["quantity"].median(),
        lines["unit_price"].groupby(owner).max(),
    )
