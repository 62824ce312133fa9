"""What all rooms' tests share: settings with a home of their own, and ledgers on both databases."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Pool, create_engine, event, text

from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.order import Order, OrderLine, Party
from fakturo.settings import Settings, current, load
from flows import parse_transforms, run_transforms

os.environ["COLUMNS"] = "200"  # tables in tests are never folded

LONGEST_FIRST = (
    "transforms/test_build.py",
    "flows/test_up.py",
    "test_docs.py",
    "warehouse/test_snapshot.py",
    "ai/test_lane.py",
    "ledger/test_review_races.py",
    "flows/test_runs.py",
    "reports/test_pdf.py",
    "ai/proof/test_grounding_speed.py",
)
"""A worker of pytest-xdist takes file after file; a long one at the end would leave the others idle."""

REPEATED = frozenset(
    {
        "ai/proof/test_grounding_speed.py",
        "ai/proof/test_grounding_written.py",
        "ai/proof/test_natural_letters.py",
        "ledger/test_history.py",
        "ledger/test_money_conserves.py",
        "ledger/test_review_races.py",
        "models/anomalies/test_features.py",
        "models/churn/test_churn.py",
        "test_check_mutations.py",
        "test_credit.py",
        "transforms/test_held_back.py",
        "transforms/test_prediction_marts.py",
    }
)
"""Test files that run again and again what others run under coverage: many examples, whole histories."""

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning; the tests' clock stands still unless they move it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; the rest stays as it is."""
    here = Path(__file__).parent
    ranks = {here / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(scope="session", autouse=True)
def _parsed_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All homes of a run share what dbt understood of the project; a home of its own takes 4 CPU-s for it."""
    shared = tmp_path_factory.mktemp("parsed")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parse_transforms, "_folder", lambda _: shared / parse_transforms.fingerprint())
        yield


@pytest.fixture(scope="session")
def keep_parse() -> Callable[[Path], None]:
    """Put what dbt understood of the project into a home, as each has it after its first build."""

    def keep(home: Path) -> None:
        parse_transforms.parsed(load(home=home, _env_file=None))
        name = parse_transforms.fingerprint()
        shutil.copytree(parse_transforms._folder(load(home=home, _env_file=None)), home / "parsed" / name)

    return keep


@contextmanager
def _untraced() -> Iterator[None]:
    """Without coverage, in this thread and in those that it starts."""
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]  None takes it away
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def _dbt_is_not_traced() -> Iterator[None]:
    """Coverage measures our code; following dbt's calls and threads costs half of every build."""
    environment = run_transforms.environment

    @contextmanager
    def untraced(settings: Settings, file: Path) -> Iterator[None]:
        with environment(settings, file), _untraced():
            yield

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run_transforms, "environment", untraced)
        yield


@pytest.fixture(autouse=True)
def _not_traced(request: pytest.FixtureRequest) -> Iterator[None]:
    """Files of REPEATED go twice as fast without coverage."""
    if str(request.path.relative_to(Path(__file__).parent)) in REPEATED:
        with _untraced():
            yield
    else:
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's FAKTURO_* variables nor its files reach a test, nor what another test read."""
    current.cache_clear()
    for name in os.environ:
        if name.startswith("FAKTURO_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FAKTURO_CONFIG", str(tmp_path / "none.toml"))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Defaults, with a home that is thrown away."""
    return load(home=tmp_path / "home", _env_file=None)


@event.listens_for(Pool, "checkout")
def _no_waiting_for_the_disk(connection: Any, _record: Any, _proxy: Any) -> None:
    """Ledgers of this process need not outlive a power cut, only a killed process."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite ledger, migrated once: tests take copies."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(settings: Settings, migrated: Path) -> Iterator[Engine]:
    """A migrated SQLite ledger at `settings.ledger_url`."""
    engine = connect(settings.ledger_url)  # makes the folder
    shutil.copy(migrated, str(engine.url.database))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a throw-away PostgreSQL cluster on a socket, without database name.

    Not in pytest's own folder for temporary files: that one is tidied by other runs of pytest.
    """
    initdb = shutil.which("initdb") or next(
        (str(p) for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")), None
    )
    if initdb is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    bin_folder = Path(initdb).resolve().parent
    with tempfile.TemporaryDirectory(prefix="fakturo-postgres-") as name:
        folder = Path(name)
        as_owner: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            folder.chmod(0o755)
            as_owner = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        data = folder / "data"

        def run(*command: str) -> None:
            subprocess.run([*as_owner, *command], check=True, capture_output=True, cwd=folder)

        make = [*("-U", "fakturo"), *("-A", "trust"), *("-E", "UTF8"), "--no-sync"]
        run(str(bin_folder / "initdb"), "-D", str(data), *make)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        start = ["-l", str(folder / "log"), "-o", f"{options} -c max_connections=100", "start"]
        run(str(bin_folder / "pg_ctl"), "-D", str(data), "-w", *start)
        yield f"postgresql+psycopg://fakturo@/{{database}}?host={folder}"
        run(str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")


@contextmanager
def _database(server: str, *, like: str = "template1") -> Iterator[str]:
    """URL of a new PostgreSQL database, a copy of `like`; dropped afterwards."""
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    yield server.format(database=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def copied(postgres_server: str) -> Callable[[str], AbstractContextManager[str]]:
    """Copy a database by name for the time of a block, which gets the URL of the copy."""
    return lambda like: _database(postgres_server, like=like)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own for one test."""
    with _database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """Name of an empty ledger on PostgreSQL, migrated once: tests take copies."""
    with _database(postgres_server) as url:
        engine = connect(url)
        upgrade(engine)
        engine.dispose()
        yield str(engine.url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A migrated, empty ledger, once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
        return
    like = request.getfixturevalue("migrated_postgres")
    with _database(request.getfixturevalue("postgres_server"), like=like) as url:
        engine = connect(url)
        yield engine
        engine.dispose()


@pytest.fixture
def order() -> Order:
    """Two lines, 30.00 GBP net, 36.00 with 20 % tax."""
    return Order(
        external_id="A-1",
        customer=Party(id="C-1", name="Blue Door Ltd", country="GB"),
        currency="GBP",
        ordered_on=date(2026, 2, 27),
        lines=(
            OrderLine(no=1, code="85123A", name="Lantern", quantity=Decimal(6), unit_price=Decimal("2.55")),
            OrderLine(
                no=2, code="22423", name="Cake stand", quantity=Decimal(1), unit_price=Decimal("14.70")
            ),
        ),
    )
