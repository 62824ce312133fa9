"""Late payment and cash on IBM's receivables: backtests beside customers' rates and due dates."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from rich.table import Table

from models.payments.backtest import Backtest, backtest

COLUMNS = (
    *("as of", "method", "tested", "Brier / rate", "AUC", "above rate", "ECE"),
    *("cash error", "/ due date"),
)
WANTED = "wanted: Brier <= .95x the customer's shrunk rate, AUC >= it + .005 and <= .93, cash <= .5x"
NAMES = {
    "invoiceNumber": "invoice_id",
    "customerID": "customer_id",
    "InvoiceDate": "issue_date",
    "DueDate": "due_date",
    "SettledDate": "settled_date",
    "InvoiceAmount": "amount",
}


def receivables(file: Path) -> pd.DataFrame:
    """Invoices as `models.payments.features.invoices` gives them; disputes, known only later, stay out."""
    read = pd.read_csv(file).rename(columns=NAMES)[list(NAMES.values())].assign(currency="USD")
    for column in ("issue_date", "due_date", "settled_date"):
        read[column] = pd.to_datetime(read[column], format="%m/%d/%Y")
    return read.astype({"invoice_id": str, "amount": float}).sort_values("issue_date", ignore_index=True)


def measure(data: Path) -> Iterable[Table]:
    """One row a day as of which everything is backtested: the last, and earlier ones 28 days apart."""
    file = next(iter(sorted((data / "payments").glob("ibm*.csv"))), None)
    if file is None:
        return
    frame = receivables(file)
    table = Table(title="Late payment, IBM", title_justify="left", caption=WANTED)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"as of", "method"} else "right")
    last = frame.issue_date.max()
    for as_of in (frame.settled_date.max(), *(last - pd.Timedelta(days=28 * back) for back in (0, 1, 2))):
        found = backtest(frame, as_of)
        if found is not None:
            table.add_row(f"{as_of:%Y-%m-%d}", *_told(found))
    yield table


def _told(found: Backtest) -> list[str]:
    return [
        *(found.method, str(found.tested), f"{found.brier / found.brier_rate:.3f}x", f"{found.auc:.3f}"),
        *(f"{found.auc - found.auc_rate:+.3f}", f"{found.ece:.3f}", f"{found.cash_error:.3f}"),
        f"{found.cash_error / found.cash_error_due:.2f}x",
    ]
