"""Take a file in: copy it verbatim while it is hashed, and keep the copy under its SHA-256.

All reading happens from the copy, so that a file which changes, vanishes or is moved meanwhile cannot show
two faces. Names from outside never become paths: the archive's file is named by the hash alone.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from fakturo.errors import BadInput
from fakturo.intake.recognise import HEAD_BYTES
from fakturo.settings import Settings

CHUNK_BYTES = 1 << 20
LEFT_OVER_S = 86_400.0


_CHANGING = "The file is still being written; it is left alone until it stands still."


class NotYet(BadInput):
    """The file cannot be read now, but may be later."""


class Taken(NamedTuple):
    """A private copy of a file."""

    path: Path
    sha256: str
    size: int
    """Bytes."""
    head: bytes
    """Its first 64 KB."""


@contextmanager
def workplace(settings: Settings, *, dry_run: bool) -> Iterator[Path]:
    """A folder for copies and spill files, gone afterwards; in the home unless nothing may be written."""
    if not dry_run:
        (settings.home / "tmp").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="intake-", dir=None if dry_run else settings.home / "tmp") as folder:
        yield Path(folder)


def clear_left_over(settings: Settings, now: datetime) -> None:
    """Remove workplaces that killed processes left behind; no reading takes a day."""
    for folder in (settings.home / "tmp").glob("intake-*"):
        if folder.stat().st_mtime < now.timestamp() - LEFT_OVER_S:
            shutil.rmtree(folder, ignore_errors=True)


def take(path: Path, into: Path, *, most_bytes: int, on_bytes: Callable[[int, int], None]) -> Taken:
    """Copy a file into the workplace.

    Raises:
        BadInput: not a regular file, larger than `most_bytes`, unreadable, or changing while it was read.
    """
    try:
        with open_regular(path) as file:
            before = os.fstat(file.fileno())
            if before.st_size > most_bytes:
                raise BadInput(
                    f"The file has {before.st_size / 1e6:,.0f} MB, FAKTURO_INTAKE_MAX_FILE_MB allows "
                    f"{most_bytes / 1e6:,.0f} MB; split it or raise the limit."
                )
            taken = receive(file, into, most_bytes=most_bytes, on_bytes=on_bytes, expected=before.st_size)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise NotYet(f"The file cannot be read: {error.strerror or error}.") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise NotYet(_CHANGING)
    return taken


def receive(
    file: BinaryIO, into: Path, *, most_bytes: int, on_bytes: Callable[[int, int], None], expected: int = 0
) -> Taken:
    """Copy a stream, hashing it on the way.

    Args:
        expected: its length, where it is a file; one that grows meanwhile is not followed.

    Raises:
        BadInput: longer than `most_bytes`.
    """
    digest = hashlib.sha256()
    head = b""
    done = 0
    target = into / "original"
    with target.open("wb") as copy:
        while chunk := file.read(CHUNK_BYTES):
            done += len(chunk)
            if done > most_bytes:
                raise BadInput(
                    f"There is more than the {most_bytes / 1e6:,.0f} MB that FAKTURO_INTAKE_MAX_FILE_MB "
                    "allows; split it or raise the limit."
                )
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
            digest.update(chunk)
            copy.write(chunk)
            on_bytes(done, max(expected, done))
            if expected and done > expected:
                break  # it grows while we read: somebody may write faster than we do, for ever
    return Taken(target, digest.hexdigest(), done, head)


def open_regular(path: Path) -> BinaryIO:
    """Open for reading, without waiting on pipes.

    Raises:
        BadInput: a pipe, a device, a folder.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInput("This is no regular file (a pipe, device or folder); give a file.")
    return os.fdopen(descriptor, "rb")


def kept_as(sha256: str) -> str:
    """Where a file lies in the archive, relative to it: ab/abcdef….

    The hash is ours, so no name from outside can lead anywhere else.
    """
    return f"{sha256[:2]}/{sha256}"


def keep(taken: Taken, archive: Path) -> str:
    """Move the copy into the archive, whole or not at all; the same file again changes nothing.

    Returns:
        Its place, relative to the archive.
    """
    place = kept_as(taken.sha256)
    target = archive / place
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with taken.path.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(taken.path, target)  # noqa: PTH105  one filesystem: the workplace lies in the home
    return place
