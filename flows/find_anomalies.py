"""Find invoices and payments that are unlike the usual."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from prefect import flow

from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger
from fakturo.ledger.predictions.usual import keep_usual
from fakturo.ledger.predictions.verdicts import Judged, judged
from fakturo.policy import KINDS
from fakturo.prediction import ModelRun, Prediction
from fakturo.settings import Settings
from fakturo.warehouse.reading import Connection
from fakturo.warehouse.usual_products import usual_products
from flows.keep_predictions import predicted

if TYPE_CHECKING:
    from models.anomalies.verdicts import Verdict


@flow(name="find_anomalies", persist_result=False)
def find_anomalies(again: bool = False) -> Any:
    """Score what came in by policy rules and by what is learned from injected anomalies, with reasons.

    Daily, after the first publish of the day. Verdicts of persons (`fakturo anomalies`) are learned from.
    Safe to rerun: a day is looked through once, unless asked `again`.
    """
    return predicted("anomalies", make, again=again)


def make(settings: Settings, connection: Connection, as_of: date) -> ModelRun:
    """Look at invoices, then at payments; one run tells both."""
    from models.anomalies import frames, predict

    engine = open_ledger(settings)
    keep_usual(engine, usual_products(connection) if settings.anomalies.hold else [], now=utc_now())
    said = judged(engine)
    invoices, payments = frames.read_invoices(connection, as_of), frames.read_payments(connection, as_of)
    run = predict.find_anomalies(
        invoices.documents, invoices.lines, as_of, verdicts=_of("invoice", said), subject="invoice"
    )
    if payments.documents.empty:
        return run
    money = predict.find_anomalies(
        payments.documents, payments.lines, as_of, verdicts=_of("payment", said), subject="payment"
    )
    if run.state != "ok":
        return money
    found = sorted((*run.predictions, *money.predictions), key=lambda each: -each.middle)
    message = f"Invoices: {run.message} Payments: {money.message}"
    return replace(run, message=message, predictions=tuple(_ranked(found)))


def _ranked(found: Sequence[Prediction]) -> list[Prediction]:
    return [replace(each, rank=rank) for rank, each in enumerate(found, start=1)]


def _of(kind: str, said: Sequence[Judged]) -> "list[Verdict]":
    from models.anomalies.verdicts import Verdict

    return [
        Verdict(each.subject_id, each.verdict == "confirmed", each.kind)  # type: ignore[arg-type]
        for each in said
        if each.subject_kind == kind and each.kind in KINDS
    ]
