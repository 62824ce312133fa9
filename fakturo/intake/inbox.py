"""The inbox folder: files that stand still are taken in and moved aside, with their outcome beside them.

    inbox/orders.csv                     waits
    inbox/online_retail/2026-03.csv      waits, and is read by the mapping that its folder is named after
    inbox/processed/orders.csv           taken in; orders.csv.outcome.json says how
    inbox/refused/broken.csv             refused whole; broken.csv.outcome.json says why

A crash between landing and moving is harmless: the next sweep knows the file by its hash and only moves it.
"""

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from fakturo.intake.archive import clear_left_over
from fakturo.intake.ingest import ingest_file
from fakturo.intake.outcome import FileOutcome
from fakturo.intake.rows.mapping import ready
from fakturo.settings import Settings

PROCESSED = "processed"
REFUSED = "refused"
OUTCOME = ".outcome.json"
_UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".partial", ".swp", "~")
"""Names that programs give to files they have not finished."""


def sweep(
    engine: Engine, settings: Settings, *, now: datetime, run_id: str | None = None
) -> list[FileOutcome]:
    """Take in every file of the inbox that stands still, oldest name first; safe to run twice at once.

    A file that cannot be read right now (still being written, no permission) stays where it is.
    """
    clear_left_over(settings, now)
    outcomes = []
    for path in stable_files(settings, now):
        mapping = path.parent.name if path.parent != settings.inbox else None
        outcome = ingest_file(engine, settings, path, mapping=mapping, now=now, run_id=run_id)
        if outcome.is_for_later:
            continue
        outcomes.append(outcome)
        _move(path, settings.inbox / (REFUSED if outcome.refused else PROCESSED), outcome)
    return outcomes


def stable_files(settings: Settings, now: datetime) -> list[Path]:
    """Files of the inbox that have not changed for `intake.stable_s`; folders named after a mapping count.

    Args:
        now: aware, UTC; compared with the files' own times.
    """
    folders = [settings.inbox, *(settings.inbox / name for name in ready())]
    found = [path for folder in folders for path in _files(folder)]
    latest = now.timestamp() - settings.intake.stable_s
    return [path for path, changed_at in found if changed_at <= latest] if found else []


def _files(folder: Path) -> list[tuple[Path, float]]:
    """Regular files of a folder with the time of their last change, by name; links are not followed."""
    found = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    for entry in entries:
        name = entry.name
        if name.startswith(".") or name.endswith(_UNFINISHED) or name.endswith(OUTCOME):
            continue
        try:
            if entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                found.append((Path(entry.path), max(status.st_mtime, status.st_ctime)))
        except OSError:  # it vanished while we looked
            continue
    return found


def _move(path: Path, folder: Path, outcome: FileOutcome) -> None:
    """Move a file out of the way and write its outcome beside it; never over another file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    number = 1
    while target.exists() or target.with_name(target.name + OUTCOME).exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    try:
        os.rename(path, target)  # noqa: PTH104  one folder tree; rename is the atomic step
    except FileNotFoundError:  # another sweep moved it first
        return
    beside = target.with_name(target.name + OUTCOME)
    unfinished = beside.with_name(f".{beside.name}.part")
    unfinished.write_text(
        outcome.model_dump_json(indent=2, exclude={"is_for_later"}) + "\n", encoding="utf-8"
    )
    os.replace(unfinished, beside)  # noqa: PTH105
