"""Take a snapshot of the ledger: one moment of all its tables, in a DuckDB file of its own."""

import json
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from fakturo.errors import WarehouseError
from fakturo.issue import issue_day
from fakturo.settings import Settings
from fakturo.warehouse.copying import Request, copy


def snapshot(
    settings: Settings, file: Path, *, publish_id: str, now: datetime, run_id: str | None = None
) -> dict[str, int]:
    """Write schema `ledger` of a new DuckDB file.

    Args:
        file: must not exist.
        publish_id: stands in the file, so that a report can say which publish it read.
        now: aware.
        run_id: of the flow run that builds.

    Returns:
        Rows copied, by table.

    Raises:
        WarehouseError: the ledger cannot be read or the file not written.
    """
    url = make_url(settings.ledger_url)
    on_sqlite = url.get_backend_name() == "sqlite"
    if on_sqlite and not Path(url.database or "").is_file():
        raise WarehouseError(
            f"There is no ledger at {url.database}; run `fakturo init` or set FAKTURO_LEDGER_URL."
        )
    request = Request(
        ledger_url=settings.ledger_url,
        file=file.resolve(),
        publish_id=publish_id,
        made_at=now,
        made_on=issue_day(now, settings.seller),
        run_id=run_id,
        mask_key=_mask_key(settings),
        names=settings.warehouse.names,
        memory_mb=settings.warehouse.memory_mb // 2,  # GX and dbt, in this process, need the rest
    )
    return _copy_apart(request) if on_sqlite else copy(request)


def _copy_apart(request: Request) -> dict[str, int]:
    """Copy in a process of its own; copying.py says why."""
    done = subprocess.run(
        [sys.executable, "-m", "fakturo.warehouse.copying"],
        input=request.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"its process ended with {done.returncode}"]
        sentence = reason[0] if done.returncode == 1 else f"The ledger could not be copied: {reason[0]}."
        raise WarehouseError(sentence)
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def _mask_key(settings: Settings) -> str:
    """Key of the hashes that stand for e-mail addresses: made once, readable by the owner only."""
    path = settings.home / "mask.key"
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # whole or not at all, and the first one stays
            path.hardlink_to(unfinished)
        unfinished.unlink()
    return path.read_text()
