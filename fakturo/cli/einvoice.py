"""`fakturo einvoice NUMBER`: the XML of an issued invoice or credit note, from the ledger."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Syntax(StrEnum):
    """What EN 16931 may be written in."""

    cii = "cii"
    ubl = "ubl"


class Specification(StrEnum):
    """BT-24: whose rules the receiver reads by."""

    en16931 = "en16931"
    peppol = "peppol"
    xrechnung = "xrechnung"


def einvoice(
    number: Annotated[str, typer.Argument(help="Of an invoice or credit note, e.g. INV-2026-000042")],
    syntax: Annotated[Syntax, typer.Option(help="cii is what stands in the PDF")] = Syntax.cii,
    specification: Annotated[
        Specification, typer.Option(help="What the document says that it follows")
    ] = Specification.en16931,
    out: Annotated[Path | None, typer.Option(help="A file; standard output unless given")] = None,
) -> None:
    """Write an issued document as e-invoice: the same bytes each time, cii those in its PDF."""
    from fakturo.einvoice.writing import xml
    from fakturo.einvoice.writing.terms import SPECIFICATION, hindrance
    from fakturo.errors import BadInput
    from fakturo.history import SERIES
    from fakturo.invoice import Invoice
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.stories import find_invoice
    from fakturo.settings import current
    from reports.write import embedded

    engine = open_ledger(current())
    with reading(engine) as connection:
        row = find_invoice(connection, number)
    if row.series == SERIES:
        raise BadInput(f"Invoice {number} was issued by another system, which made its e-invoice.")
    invoice = Invoice.model_validate_json(row.content)
    if reason := hindrance(invoice):
        raise BadInput(f"{number}: {reason}")
    if embedded(engine, row.content, now=None) is None:
        raise BadInput(
            f"{number} was issued before the official rules were asked and does not pass them; its PDF is "
            "the invoice. `fakturo credit` takes it back, so that a right one can be issued."
        )
    names = {
        Specification.en16931: SPECIFICATION,
        Specification.peppol: xml.PEPPOL,
        Specification.xrechnung: xml.XRECHNUNG,
    }
    written = xml.write(invoice, syntax.value, names[specification])
    if out is None:
        sys.stdout.buffer.write(written)
        return
    try:
        out.write_bytes(written)
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}); name another file.") from None
