"""The same SQL straight in DuckDB: `python -m bench.warehouse.run_plain HOME MEMORY_MB`.

Makes every table and view and asks every test that dbt has, on a copy of the snapshot, with the memory and
threads that dbt is given; nothing else. Prints seconds and CPU-seconds as JSON.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

SCHEMAS = ("staging", "intermediate", "seeds", "snapshots")


def main(folder: Path, memory_mb: int) -> None:
    """Run what compile_plain wrote."""
    told = json.loads((folder / "plain.json").read_text())
    with duckdb.connect(str(folder / "plain" / "warehouse.duckdb")) as plain:
        plain.execute(f"set memory_limit = '{memory_mb}MB'")
        plain.execute("set threads = 2")
        plain.execute(f"set temp_directory = '{folder / 'spill'}'")
        for schema in SCHEMAS:
            plain.execute(f"create schema if not exists {schema}")
        plain.execute(f"attach '{folder / 'warehouse.duckdb'}' as built (read_only)")
        for table in told["copied"]:
            plain.execute(f"create table {table} as from built.{table}")
        for statement in told["statements"]:
            plain.execute(statement).fetchall()


if __name__ == "__main__":
    started, cpu = time.perf_counter(), time.process_time()
    main(Path(sys.argv[1]) / "bench", int(sys.argv[2]))
    print(json.dumps({"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}))
