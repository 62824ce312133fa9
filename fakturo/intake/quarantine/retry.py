"""Take quarantined rows in again: as they are, or corrected in a sheet. One transaction for each first file.

The retry is a file of its own in the ledger: in = accepted + duplicate + quarantined. What lands resolves its
old row, what is refused again stays in quarantine with its new reasons. The same retry again changes nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from fakturo.errors import BadInput, NotAllowed
from fakturo.intake import archive
from fakturo.intake.quarantine import correction
from fakturo.intake.quarantine.correction import Correction
from fakturo.intake.quarantine.reread import check_known
from fakturo.intake.quarantine.retried_file import Job, Outcome
from fakturo.intake.quarantine.retry_money import retry_customers, retry_payments
from fakturo.intake.quarantine.retry_orders import retry_orders
from fakturo.intake.quarantine.sheet import read as read_sheet
from fakturo.intake.quarantine.sheet import text_of
from fakturo.intake.recognise import HEAD_BYTES
from fakturo.intake.rows.tables import REST
from fakturo.ledger.open import reading
from fakturo.ledger.quarantine.rows import Quarantined, rows_of, standing_for
from fakturo.ledger.tables import files
from fakturo.settings import Settings

MB = 1_000_000


class Asked(NamedTuple):
    """How the rows are to be read, and who asks."""

    actor: str
    now: datetime
    mapping: str | None = None
    """Instead of the mapping that read the file: a ready one by name, or FILE.yaml."""
    prefix: str = ""
    """Of invoices of another system, where the file came in with one."""
    run_id: str | None = None


def retry_sheet(engine: Engine, settings: Settings, path: Path, asked: Asked) -> list[Outcome]:
    """Take in a sheet that `fakturo.intake.quarantine.sheet.write` made and a person corrected.

    Raises:
        BadInput: the file is no such sheet.
        NotFound: it names a row that there is not.
    """
    with archive.workplace(settings, dry_run=False) as folder:
        most = settings.intake.max_file_mb * MB
        taken = archive.take(path, folder, most_bytes=most, on_bytes=lambda _done, _of: None)
        cells = read_sheet(taken, path.name, folder, settings.intake)
    return retry_rows(engine, settings, cells, asked)


def retry_rows(
    engine: Engine, settings: Settings, picked: Mapping[int, Mapping[str, str]], asked: Asked
) -> list[Outcome]:
    """Retry rows by their ids.

    Args:
        picked: row id -> its cells by column; without cells the row is retried as it is.

    Returns:
        What became of them, one outcome for each file that they first came in.

    Raises:
        NotFound: there is no such row.
        BadInput: two of them are the same row by now, or a cell stands in a column that its file lacks.
    """
    with reading(engine) as connection:
        rows = rows_of(connection, list(picked))
        standing = standing_for(connection, rows)
    of_file: dict[int, list[tuple[Quarantined, Mapping[str, str]]]] = {}
    seen: set[int] = set()
    for each in rows:
        row = standing.get(each.id)
        found = of_file.setdefault(each.root_id, [])
        if row is None:
            continue
        if row.id in seen:
            raise BadInput(f"Row {each.id} has become row {row.id}, which is here too; keep one of them.")
        seen.add(row.id)
        found.append((row, _changed(row, picked[each.id])))
    asked_of = {root: sum(each.root_id == root for each in rows) for root in of_file}
    return [
        _one(engine, settings, root, some, asked, asked_of[root]) for root, some in sorted(of_file.items())
    ]


def _changed(row: Quarantined, cells: Mapping[str, str]) -> dict[str, str]:
    """Cells that a person changed; white space counts for nothing, no reader keeps it."""
    check_known({*row.raw, REST}, cells, row.id)
    return {
        name: text
        for name, text in cells.items()
        if name in row.raw and text.split() != text_of(row.raw[name]).split()
    }


def _one(
    engine: Engine,
    settings: Settings,
    root_id: int,
    picked: Sequence[tuple[Quarantined, Mapping[str, str]]],
    asked: Asked,
    count: int,
) -> Outcome:
    """Retry rows of one file; what cannot be retried at all comes back as `refused`."""
    with reading(engine) as connection:
        root = connection.execute(select(files).where(files.c.id == root_id)).one()
        retries = select(files.c.archived_as).where(files.c.retry_of == root_id).order_by(files.c.id)
        earlier = list(connection.execute(retries).scalars())
    known = Outcome(root.name, root.kind, rows=count, known=count - len(picked))
    if not picked:
        return known
    try:
        with archive.workplace(settings, dry_run=False) as folder:
            new = [Correction(row.id, row.line, cells) for row, cells in picked]
            job = Job(
                engine, settings, root, folder, asked.actor, asked.now, asked.run_id, asked.mapping,
                asked.prefix, {row.line: row for row, _ in picked}, new, _earlier(settings, earlier),
                _archived(settings, root),
            )  # fmt: skip
            retry = {"customers": retry_customers, "payments": retry_payments}.get(root.kind, retry_orders)
            return retry(job, known)
    except (BadInput, NotAllowed) as error:
        return known._replace(refused=str(error))


def _earlier(settings: Settings, places: Sequence[str | None]) -> list[Correction]:
    """What earlier retries of the same file corrected, oldest first."""
    return [each for place in places if place for each in correction.read(settings.archive / place)]


def _archived(settings: Settings, root: Any) -> archive.Taken:
    """The first file as it came.

    Raises:
        BadInput: it is not in the archive any more, or not what it was.
    """
    path = settings.archive / archive.kept_as(root.sha256)
    if not path.is_file():
        raise BadInput(f"{path} is gone: {root.name} must lie in the archive to be read again; restore it.")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        while chunk := file.read(archive.CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != root.sha256:
        raise BadInput(f"{path} is not the file that came in as {root.name}; restore it from a backup.")
    return archive.Taken(path, root.sha256, path.stat().st_size, head)
