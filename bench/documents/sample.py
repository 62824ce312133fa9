"""Whether the official rules accept what Fakturo writes: documents of every kind, and real orders."""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select

from bench.documents import made
from bench.processes import run
from fakturo.einvoice import gate, rules
from fakturo.einvoice.writing.terms import hindrance
from fakturo.einvoice.writing.xml import FORMS, write
from fakturo.invoice import Invoice
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.tables import invoices, orders
from fakturo.settings import load

REAL = Path(os.environ.get("FAKTURO_BENCH_DATA", "../shared/data")) / "online_retail"
FAKTURO = (sys.executable, "-c", "from fakturo.cli.main import main; main()")

SOME = """
copy (from '{source}' where "InvoiceNo" in (
    select number from (select distinct "InvoiceNo" as number from '{source}' where "CustomerID" is not null)
    order by hash(number, {seed}) limit {count}
)) to '{part}' (format parquet)
"""


def fatal(invoice: Invoice) -> Counter[str]:
    """Rules that an invoice breaks, by syntax: 'BR-CO-15 in CII'."""
    found: Counter[str] = Counter()
    for form in FORMS:
        for each in rules.check(write(invoice, form)):
            if each.severity is rules.Severity.FATAL:
                found[f"{each.rule} in {form.upper()}"] += 1
    return found


def judge(console: Console, title: str, documents: Iterable[Invoice], total: int) -> bool:
    """Ask the rules about each; whether all were accepted."""
    broken: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    shapes = set()
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        for each in progress.track(documents, total, description=title):
            if hindrance(each):
                kinds["without e-invoice (three decimals)"] += 1
                continue
            kinds[f"{each.kind.replace('_', ' ')}s"] += 1
            kinds["lines"] += len(each.lines)
            shapes.add(gate.key(each))
            broken += fatal(each)
    told = ", ".join(f"{count:,} {name}" for name, count in kinds.items())
    console.print(f"{title}: {told}; {len(shapes):,} shapes; fatal errors in CII and UBL: {broken.total()}")
    for name, count in broken.most_common():
        console.print(f"  {count:6,} x {name}")
    return not broken


def generated(console: Console, count: int, seed: int) -> bool:
    """Made documents of all kinds."""
    refused: Counter[str] = Counter()
    held = []
    for _, document, reason in made.documents(count, seed):
        if document is None:
            refused[reason] += 1
        else:
            held.append(document)
    if refused:
        console.print(f"Not proposed: {dict(refused)}")
    return judge(console, f"Generated, seed {seed}", held, len(held))


def real(console: Console, count: int, seed: int) -> bool:
    """Orders of Online Retail, ingested and issued as a user does; then each invoice is asked by itself."""
    source = next(REAL.glob("*.parquet"), None)
    if source is None:
        console.print(f"No real orders: {REAL} is not there (FAKTURO_BENCH_DATA names the folder above it).")
        return True
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name:
        folder = Path(name)
        part, home = folder / "part.parquet", folder / "home"
        duckdb.sql(SOME.format(source=source, part=part, seed=seed, count=count))
        run(*FAKTURO, "ingest", str(part), "--mapping", "online_retail", home=home)
        issued = run(*FAKTURO, "issue", home=home)
        with reading(open_ledger(load(home=home, _env_file=None))) as connection:
            texts = connection.execute(select(invoices.c.content)).scalars().all()
            query = select(orders.c.status, func.count()).group_by(orders.c.status)
            states = dict(connection.execute(query).tuples().all())
    console.print(f"Real orders of {source.name}: {json.dumps(states)}; issued in {issued.seconds:.1f} s")
    return judge(console, "Online Retail", map(Invoice.model_validate_json, texts), len(texts))
