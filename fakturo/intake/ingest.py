"""Take one file in: recognise it, read it, judge it, land it. One file refused leaves all others alone.

in = accepted + duplicate + quarantined, for every file, or nothing of it is landed.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import duckdb
from sqlalchemy import Engine

from fakturo.errors import BadInput
from fakturo.intake import archive, documents
from fakturo.intake.electronic.document import PURCHASES
from fakturo.intake.outcome import FileOutcome, Progress
from fakturo.intake.reading import Against, Request
from fakturo.intake.recognise import TABLES, Format, recognise_document
from fakturo.intake.rows import table_file
from fakturo.intake.rows.mapping import Mapping, load
from fakturo.ledger.landing.arrivals import FileFacts, Landed
from fakturo.ledger.landing.orders import contents_of, known, land
from fakturo.ledger.purchases.landing import PurchaseDocument, land_purchase
from fakturo.settings import Settings

MB = 1_000_000


def ingest_file(
    engine: Engine,
    settings: Settings,
    path: Path,
    *,
    mapping: str | Mapping | None = None,
    source: str | None = None,
    format: Format | None = None,  # noqa: A002  the word that the command line uses
    dry_run: bool = False,
    now: datetime,
    run_id: str | None = None,
    on_progress: Progress | None = None,
    lander: Callable[..., Landed] = land,
    against: Against | None = None,
) -> FileOutcome:
    """Take one file in; what cannot be taken in at all comes back as `refused`, never as an error.

    Args:
        mapping: a mapping, its name or the path of a YAML file; None: by the file's header, else `generic`.
        source: whose order numbers these are; None: the mapping's name, `ubl` or `email`.
        dry_run: say what would happen, write nothing.
        now: aware, UTC.
        lander: writes what was read; takes what `fakturo.ledger.landing.orders.land` takes.
        against: says of some orders why their rows are quarantined instead; then only tables are read.
    """
    told = on_progress or _silent

    def take(folder: Path) -> archive.Taken:
        most = settings.intake.max_file_mb * MB
        return archive.take(path, folder, most_bytes=most, on_bytes=lambda done, of: told("copy", done, of))

    asked = _Asked(path.name, mapping, source, format, dry_run, now, run_id, lander, against)
    return _ingest(engine, settings, take, asked, told)


def ingest_bytes(
    engine: Engine,
    settings: Settings,
    stream: BinaryIO,
    *,
    name: str = "stdin",
    mapping: str | None = None,
    source: str | None = None,
    format: Format | None = None,  # noqa: A002
    dry_run: bool = False,
    now: datetime,
    run_id: str | None = None,
    on_progress: Progress | None = None,
) -> FileOutcome:
    """Take in what a stream gives, as `ingest_file` does with a file."""
    told = on_progress or _silent

    def take(folder: Path) -> archive.Taken:
        most = settings.intake.max_file_mb * MB
        return archive.receive(
            stream, folder, most_bytes=most, on_bytes=lambda done, of: told("copy", done, of)
        )

    asked = _Asked(name, mapping, source, format, dry_run, now, run_id)
    return _ingest(engine, settings, take, asked, told)


class _Asked(NamedTuple):
    name: str
    mapping: str | Mapping | None
    source: str | None
    format: Format | None
    dry_run: bool
    now: datetime
    run_id: str | None
    lander: Callable[..., Landed] = land
    against: Against | None = None


def _ingest(
    engine: Engine,
    settings: Settings,
    take: Callable[[Path], archive.Taken],
    asked: _Asked,
    told: Progress,
) -> FileOutcome:
    name = _printable(asked.name)
    found: Format | None = asked.format
    try:
        mapping = load(asked.mapping) if isinstance(asked.mapping, str) else asked.mapping
        with archive.workplace(settings, dry_run=asked.dry_run) as folder:
            taken = take(folder)
            found = asked.format or recognise_document(asked.name, taken.head)
            request = Request(
                taken,
                name,
                found,
                mapping,
                folder,
                settings,
                asked.now,
                told,
                asked.source,
                partial(contents_of, engine),
                asked.against,
            )
            return _read_and_land(engine, request, asked)
    except BadInput as error:
        refused, is_for_later = str(error), isinstance(error, archive.NotYet)
    except duckdb.OutOfMemoryException:
        limit = settings.intake.memory_mb
        refused = (
            f"Reading it takes more than the {limit} MB of FAKTURO_INTAKE_MEMORY_MB; raise it or split it."
        )
        is_for_later = False
    except (OSError, duckdb.IOException) as error:  # a full disk, most likely
        refused, is_for_later = f"It could not be worked on: {error}.", True
    return FileOutcome(
        name=name,
        source=asked.source or "",
        format=found or "unknown",
        refused=refused,
        is_for_later=is_for_later,
    )


def _read_and_land(engine: Engine, request: Request, asked: _Asked) -> FileOutcome:
    taken, name = request.taken, request.name
    read = table_file.read if request.format in TABLES else documents.read
    with read(request, lambda source, version: known(engine, source, taken.sha256, version)) as reading:
        source = reading.source
        if reading.before is not None:
            told = {"purchases_duplicate": reading.before.rows_duplicate} if source == PURCHASES else {}
            before = reading.before._asdict() | told
            return FileOutcome(name=name, source=source, format=request.format, **before)
        archived = None if asked.dry_run else archive.keep(taken, request.settings.archive)
        facts = FileFacts(
            taken.sha256, source, name, request.format, reading.mapping_version, taken.size, archived
        )
        if reading.purchase is not None:
            return _keep_purchase(engine, request, asked, facts, reading.purchase)
        landed = asked.lander(
            engine,
            facts,
            rows_in=reading.rows_in,
            rows_duplicate=reading.rows_duplicate,
            landings=reading.landings,
            refused=reading.refused,
            now=asked.now,
            run_id=asked.run_id,
            dry_run=asked.dry_run,
        )
    return FileOutcome(name=name, source=source, format=request.format, **landed._asdict())


def _keep_purchase(
    engine: Engine, request: Request, asked: _Asked, facts: FileFacts, purchase: PurchaseDocument
) -> FileOutcome:
    landed = land_purchase(engine, facts, purchase, now=asked.now, run_id=asked.run_id, dry_run=asked.dry_run)
    return FileOutcome(
        name=request.name,
        source=facts.source,
        format=request.format,
        rows_in=landed.rows_in,
        rows_accepted=landed.rows_accepted,
        rows_duplicate=landed.rows_duplicate,
        purchases_new=landed.rows_accepted,
        purchases_duplicate=landed.rows_duplicate,
    )


def walk(paths: Iterable[Path]) -> Iterable[Path]:
    """Files of folders, sorted, without hidden ones and links; a file that is named is itself."""
    for path in paths:
        if path.is_dir():
            for folder, folders, files in os.walk(path, followlinks=False):
                folders[:] = sorted(each for each in folders if not each.startswith("."))
                for each in sorted(files):
                    file = Path(folder) / each
                    if not each.startswith(".") and not file.is_symlink():
                        yield file
        else:
            yield path


def _printable(name: str) -> str:
    """A file's name as shown and stored: its last part, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each if each.isprintable() else "␀" for each in last)[:255] or "unnamed"


def _silent(_stage: str, _done: int, _total: int) -> None:
    """No one watches."""
