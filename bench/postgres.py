"""A throw-away PostgreSQL on a socket in a folder of its own, as the tests have one."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONNECTIONS = 200


def find_initdb() -> Path | None:
    """Debian keeps it out of the path."""
    found = shutil.which("initdb")
    return Path(found) if found else next(iter(Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)


@contextmanager
def cluster() -> Iterator[str]:
    """URL of an empty database; unlike that of the tests it waits for the disk at every commit."""
    initdb = find_initdb()
    if initdb is None:
        sys.exit("There is no PostgreSQL on this machine: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-postgres-") as name:
        folder = Path(name)
        as_owner: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            folder.chmod(0o755)
            as_owner = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        control = [*as_owner, str(initdb.resolve().parent / "pg_ctl"), "-D", str(folder / "data"), "-w"]

        def run(*command: str) -> None:
            subprocess.run(command, check=True, capture_output=True, cwd=folder)

        run(*as_owner, str(initdb.resolve()), *("-D", str(folder / "data")), *("-U", "fakturo"),
            *("-A", "trust"), *("-E", "UTF8"))  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        log = ("-l", str(folder / "log"))
        run(*control, *log, *("-o", f"{options} -c max_connections={CONNECTIONS}"), "start")
        try:
            yield f"postgresql+psycopg://fakturo@/postgres?host={folder}"
        finally:
            run(*control, *("-m", "immediate"), "stop")
