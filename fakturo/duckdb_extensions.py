"""DuckDB's extensions, loaded by the path of their wheels: signed, offline, of the very version that runs.

`INSTALL` would download, and an autoloaded copy in somebody's home would hide a wheel that is missing.
"""

import importlib.util
from pathlib import Path
from typing import Any

from fakturo.errors import FakturoError


def path_of(name: str, version: str) -> Path:
    """File of an extension inside its wheel.

    Args:
        name: sqlite_scanner, postgres_scanner, excel.
        version: of the running DuckDB, as in `duckdb.__version__`.

    Raises:
        FakturoError: the wheel is not installed or belongs to another DuckDB.
    """
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "extensions" / f"v{version}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    wheel = f"duckdb-extension-{name.replace('_', '-')}=={version}"
    raise FakturoError(f"DuckDB's extension {name} is not installed; run `pip install {wheel}`.")


def load(connection: Any, name: str) -> None:
    """Load an extension into an open DuckDB connection."""
    version = (
        connection.execute("SELECT library_version FROM pragma_version()").fetchone()[0].removeprefix("v")
    )
    connection.execute(f"LOAD '{path_of(name, version)}'")
