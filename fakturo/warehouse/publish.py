"""Build beside, publish by rename: readers see the whole old file or the whole new one, never less.

home/build/…/                the file being made; whatever lies there when a build starts is left-over
home/warehouse.duckdb        the published file
home/publishes/<id>.duckdb   the last `warehouse.keep` publishes, hard links where the disk can
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fakturo.errors import WarehouseError
from fakturo.settings import Settings

CATALOG = "warehouse"
"""Name of the file without suffix, everywhere it is opened: views carry the catalog in their text."""
STAMP = "%Y%m%dT%H%M%S.%fZ"
"""A publish id, UTC; sorts by time."""
DAY = len("20261122")
"""Of a publish id: its day."""


def publish_id(now: datetime) -> str:
    """20261122T163436.123456Z."""
    return now.astimezone(UTC).strftime(STAMP)


@contextmanager
def building(settings: Settings) -> Iterator[Path]:
    """Hold the build lock and give the path of the file to build, in an empty folder.

    The lock belongs to the process: it is free again when the process dies, however it dies.

    Raises:
        WarehouseError: another build is running.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = settings.home / "build.lock"
    with lock.open("a+") as holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder.seek(0)
            raise WarehouseError(
                f"Another build is running (process {holder.read().strip() or 'unknown'}); "
                "wait for it, the published file stands."
            ) from None
        holder.truncate(0)
        holder.write(str(os.getpid()))
        holder.flush()
        builds = (settings.home / "build").resolve()  # dbt changes the working folder
        shutil.rmtree(builds, ignore_errors=True)
        folder = builds / secrets.token_hex(4)  # a copy left running by a dead build cannot reach this one
        folder.mkdir(parents=True)
        try:
            yield folder / f"{CATALOG}.duckdb"
        finally:
            shutil.rmtree(builds, ignore_errors=True)


def publish(settings: Settings, built: Path, identity: str) -> None:
    """Put an audited file in the place of the published one; older publishes stay, up to `warehouse.keep`.

    Args:
        built: a closed DuckDB file on the same file system as the home.
        identity: its publish id.
    """
    if built.with_suffix(".duckdb.wal").exists():
        raise WarehouseError(f"{built} was not closed cleanly; run `fakturo build` again.")
    _sync(built)
    folder = settings.home / "publishes"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{identity}.duckdb"
    _link(built, kept)
    os.replace(built, settings.warehouse_file)  # noqa: PTH105  the one call this file is about
    _sync(settings.warehouse_file.parent)
    for left in folder.glob("*.unfinished"):  # by a publish that was killed
        left.unlink()
    for old in publishes(settings)[: -settings.warehouse.keep]:
        old.unlink(missing_ok=True)


def publishes(settings: Settings) -> list[Path]:
    """Kept publishes, oldest first."""
    return sorted((settings.home / "publishes").glob("*.duckdb"))


def made_at(kept: Path) -> datetime:
    """When a kept publish was made, UTC."""
    return datetime.strptime(kept.stem, STAMP).replace(tzinfo=UTC)


def _link(built: Path, kept: Path) -> None:
    unfinished = kept.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.hardlink_to(built)
    except OSError:  # a file system without hard links
        shutil.copy2(built, unfinished)
        _sync(unfinished)
    unfinished.replace(kept)
    _sync(kept.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
