"""Read a file of rows: CSV, XLSX, Parquet or a SQLite database, and JSON rows on their way through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice

from fakturo.errors import BadInput
from fakturo.intake.reading import Reading, Request, SeenBefore
from fakturo.intake.rows import judge, tables
from fakturo.intake.rows.assemble import Unfit, assemble, refuse_unfit, refused
from fakturo.intake.rows.cancellations import link
from fakturo.intake.rows.delimited import Records, write_records
from fakturo.intake.rows.mapping import Mapping, ready, recognised
from fakturo.intake.rows.tables import Table
from fakturo.intake.rows.zip_limits import check_zip
from fakturo.intake.spool import Spool
from fakturo.intake.workbench import Bench, workbench
from fakturo.ledger.landing.arrivals import Landing

BATCH = 500
"""Orders that are held against the ledger at a time."""


@contextmanager
def read(request: Request, seen_before: SeenBefore) -> Iterator[Reading]:
    """Read a table; the reading holds while the context does.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    if request.mapping:
        before = _before(request, request.mapping, seen_before)
        if before:
            yield before
            return
    with workbench(request.folder, memory_mb=request.settings.intake.memory_mb) as bench:
        table = load_table(bench, request)
        mapping = request.mapping or recognised(table.header)
        before = None if request.mapping else _before(request, mapping, seen_before)
        yield before or read_rows(bench, table, mapping, request)


@contextmanager
def read_records(records: Records, request: Request, seen_before: SeenBefore) -> Iterator[Reading]:
    """Read rows that stand as a file of records already."""
    with workbench(request.folder, memory_mb=request.settings.intake.memory_mb) as bench:
        table = tables.load_records(bench, records)
        mapping = request.mapping or recognised(table.header)
        yield _before(request, mapping, seen_before) or read_rows(bench, table, mapping, request)


def read_rows(bench: Bench, table: Table, mapping: Mapping, request: Request) -> Reading:
    """Judge the rows of `raw` and make orders of them."""
    judged = judge.judge(bench, table, mapping, seller_currency=request.settings.seller.currency)
    source = request.source or mapping.name
    if judged.has_cancellations:
        link(bench, request.folder, partial(request.earlier_orders, source))
    spool = Spool(request.folder)
    unfit: list[Unfit] = []
    done = 0
    for each in _held_against(assemble(bench, mapping, table.header), source, request):
        if isinstance(each, Unfit):
            unfit.append(each)
            continue
        spool.add(each)
        done += each.rows
        request.told("read", done, table.rows)
    refuse_unfit(bench, unfit)
    names = tables.cells_by_name(table)
    return Reading(
        source=source,
        mapping_version=mapping.version,
        rows_in=table.rows,
        rows_duplicate=judged.duplicate,
        landings=spool.landings,
        refused=lambda: refused(bench, names),
    )


def _held_against(
    found: Iterator[Landing | Unfit], source: str, request: Request
) -> Iterator[Landing | Unfit]:
    """The same, but what the request has something against is unfit."""
    if request.against is None:
        yield from found
        return
    while batch := list(islice(found, BATCH)):
        orders = [each for each in batch if isinstance(each, Landing)]
        reasons = request.against(source, orders)
        for each in batch:
            if isinstance(each, Landing) and each.external_id in reasons:
                yield Unfit(each.external_id, each.first_line or 0, reasons[each.external_id])
            else:
                yield each


def _before(request: Request, mapping: Mapping, seen_before: SeenBefore) -> Reading | None:
    source = request.source or mapping.name
    landed = seen_before(source, mapping.version)
    return Reading(source, mapping.version, before=landed) if landed else None


def load_table(bench: Bench, request: Request) -> Table:
    """Make `raw` of the file.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    path = request.taken.path
    if request.format == "parquet":
        return tables.load_parquet(bench, path)
    if request.format == "xlsx":
        check_zip(path, most_bytes=request.settings.intake.max_unpacked_mb * 1_000_000)
        return tables.load_xlsx(bench, path)
    if request.format == "sqlite":
        if request.mapping is None or not request.mapping.sql:
            raise BadInput(
                "A database needs a mapping with a query (`sql:`); give --mapping northwind or a YAML file."
            )
        return tables.load_sqlite(bench, path, request.mapping.sql)
    records = write_records(
        path,
        request.folder / "records",
        most_line_bytes=request.settings.intake.max_line_mb << 20,
        is_known=request.mapping.knows if request.mapping else _known_to_any,
        on_bytes=lambda done: request.told("part", done, request.taken.size),
    )
    return tables.load_records(bench, records)


def _known_to_any(name: str) -> bool:
    return any(mapping.knows(name) for mapping in ready().values())
