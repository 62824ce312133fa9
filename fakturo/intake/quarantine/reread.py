"""Read a file of order rows once more with corrected cells in place, and keep what the retried rows came to.

The whole file is read, so that `03/04/2026` and `1.234` mean what they meant when it came, and an order takes
its good lines along: it comes in whole. What was not retried is left as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from fakturo.errors import BadInput
from fakturo.intake.quarantine.correction import Correction, put_in_place
from fakturo.intake.reading import Reading, Request
from fakturo.intake.rows import tables
from fakturo.intake.rows.json_rows import values, write_rows
from fakturo.intake.rows.mapping import recognised
from fakturo.intake.rows.table_file import load_table, read_rows
from fakturo.intake.rows.tables import Table
from fakturo.intake.workbench import Bench, workbench
from fakturo.ledger.landing.arrivals import Refused


class Reread(NamedTuple):
    """The retried rows as they are read now."""

    reading: Reading
    """Of the retried rows, and of the good lines of their orders."""
    landed: frozenset[int]
    """Lines that will stand in the ledger, the good ones of the same orders among them."""
    failed: dict[int, Refused]
    """Line -> why it is refused now."""


@contextmanager
def reread_rows(
    request: Request, corrections: Sequence[Correction], lines: Collection[int]
) -> Iterator[Reread]:
    """Read the first file of a retry anew; what is yielded holds while the context does.

    Args:
        request: its archived copy.
        corrections: of earlier retries, then of this one.
        lines: that are retried now.
    """
    with workbench(request.folder, memory_mb=request.settings.intake.memory_mb) as bench:
        table = _load(bench, request)
        put_in_place(bench, tables.cell_names(table), corrections, request.folder)
        reading = read_rows(bench, table, request.mapping or recognised(table.header), request)
        yield _kept(bench, reading, frozenset(lines))


def _load(bench: Bench, request: Request) -> Table:
    if request.format not in {"json", "jsonl"}:
        return load_table(bench, request)
    found = values(
        request.taken.path,
        most_line_bytes=request.settings.intake.max_line_mb << 20,
        on_bytes=lambda _done: None,
    )
    return tables.load_records(bench, write_rows(found, request.folder / "records"))


def _kept(bench: Bench, reading: Reading, lines: frozenset[int]) -> Reread:
    """The same reading, of the retried lines and the orders that they belong to."""
    failed = {each.line: each for each in reading.refused() if each.line in lines}
    fit = "SELECT external_id, line FROM good WHERE external_id NOT IN (SELECT external_id FROM unfit)"
    of_order: dict[str, list[int]] = {}
    for external_id, line in bench.execute(fit).fetchall():
        of_order.setdefault(external_id, []).append(line)
    orders = {key: found for key, found in of_order.items() if not lines.isdisjoint(found)}
    standing = frozenset(line for found in orders.values() for line in found)
    repeated = lines - standing - failed.keys()  # a row that now equals another one in every cell
    return Reread(
        reading._replace(
            rows_in=len(standing) + len(failed) + len(repeated),
            rows_duplicate=len(repeated),
            landings=lambda: (each for each in reading.landings() if each.external_id in orders),
            refused=lambda: [failed[line] for line in sorted(failed)],
        ),
        standing | repeated,
        failed,
    )


def without(reread: Reread, lines: Collection[int]) -> Reread:
    """The same without some failed lines, which stay in the quarantine as they are."""
    failed = {line: each for line, each in reread.failed.items() if line not in lines}
    dropped = len(reread.failed) - len(failed)
    reading = reread.reading._replace(
        rows_in=reread.reading.rows_in - dropped,
        refused=lambda: [failed[line] for line in sorted(failed)],
    )
    return reread._replace(reading=reading, failed=failed)


def check_known(names: Collection[str], cells: Mapping[str, str], row_id: int) -> None:
    """Refuse a cell in a column that the row's file does not have.

    Raises:
        BadInput: names the row and the column.
    """
    for name, text in cells.items():
        if text and name not in names:
            raise BadInput(f"Row {row_id}: its file has no column {name!r}; leave that cell empty.")
