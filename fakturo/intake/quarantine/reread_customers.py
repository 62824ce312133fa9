"""Read a file of customers once more with corrected cells in place, for the retried rows alone."""

from collections.abc import Collection, Sequence

from fakturo.intake.history.customer_rows import CustomerRows, read_customers
from fakturo.intake.quarantine.correction import Correction, put_in_place
from fakturo.intake.reading import Request
from fakturo.intake.rows import tables
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.rows.table_file import load_table
from fakturo.intake.workbench import workbench


def reread_customers(
    request: Request, mapping: Mapping, corrections: Sequence[Correction], lines: Collection[int]
) -> CustomerRows:
    """What the retried rows tell; other rows, which may be older than what the ledger knows, are left out."""
    with workbench(request.folder, memory_mb=request.settings.intake.memory_mb) as bench:
        table = load_table(bench, request)
        put_in_place(bench, tables.cell_names(table), corrections, request.folder)
        rows = read_customers(bench, table, mapping, request.settings.seller)
    told = [each for each in rows.told if rows.lines[each.party.id] in lines]
    refused = [each for each in rows.refused if each.line in lines]
    return CustomerRows(told, len(set(lines)) - len(told) - len(refused), refused, rows.lines)
