"""How fast documents are made, beside a plain WeasyPrint loop and other libraries, as ratios of one run.

Contenders take turns, round after round, each in a process of its own; a figure is the median of its rounds.
Seconds are wall time and CPU-seconds are told beside them: on a busy machine those are what compares.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.documents import made
from bench.documents.lacking import lacking
from bench.documents.printed import fonts, printed
from bench.processes import run

ROOT = Path(__file__).parents[2]
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = ("reportlab", "fpdf2", "typst")
PEERS_WARM_UP = 6
MOST_MB = 2048
"""Of the process that sets 10,000 lines."""
Measured = dict[str, Any]


def ours(folder: Path, who: str, **options: int) -> Measured:
    """A process of `bench.documents.setting`."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = (sys.executable, "-m", "bench.documents.setting", who, "--folder", str(folder), *words)
    ran = run(*command, home=folder)
    found: Measured = json.loads(ran.output.splitlines()[-1])
    return found


def peer(folder: Path, name: str) -> Measured:
    """A process of a peer, in the virtual environment of peers."""
    script = str(ROOT / "bench" / "documents" / "peers" / f"with_{name}.py")
    target = folder / f"{name}.pdf"
    ran = run(
        *(str(PEERS_PYTHON), script),
        *(str(folder / "printed.json"), str(PEERS_WARM_UP), str(target)),
        home=folder,
    )
    found: Measured = json.loads(ran.output.splitlines()[-1])
    return found


def pages(console: Console, folder: Path, seed: int, count: int, rounds: int) -> None:
    """One-page invoices: the table of contenders."""
    contenders: dict[str, Callable[[], Measured]] = {
        "Fakturo, 1 process": lambda: ours(folder, "pool", seed=seed, count=count, processes=1),
        "Fakturo, 2 processes": lambda: ours(folder, "pool", seed=seed, count=2 * count, processes=2),
        "plain WeasyPrint loop": lambda: ours(folder, "plain", seed=seed, count=count),
    }
    if PEERS_PYTHON.exists():
        files = fonts()
        texts = [printed(made.plain(10, n, seed), files) for n in range(1, count + PEERS_WARM_UP + 1)]
        (folder / "printed.json").write_text(json.dumps(texts), encoding="utf-8")
        contenders |= {_versioned(name): partial(peer, folder, name) for name in PEERS}
    else:
        console.print(
            "There is no .venv-bench (.ci/setup bench makes it); reportlab, fpdf2 and typst are left out."
        )
    found: dict[str, list[Measured]] = {name: [] for name in contenders}
    with console.status("") as status:
        for number in range(rounds):
            for name, measure in contenders.items():
                status.update(f"round {number + 1} of {rounds}: {name}")
                found[name].append(measure())
    sample = made.plain(10, 1, seed)
    _write_ours(folder, sample)
    table = Table(
        title=f"One-page invoices of 10 lines, PDF with XML, seed {seed}: medians of {rounds} x {count}",
        title_justify="left",
        box=None,
    )
    for head in ("contender", "invoices/s", "ratio", "CPU ms each", "ratio of CPU", "kB each", "MB", "lacks"):
        table.add_column(head, justify="left" if head in {"contender", "lacks"} else "right")
    first, first_ms = (_median(found["Fakturo, 1 process"], what) for what in (_rate, _cpu_ms))
    files_of = {"Fakturo": "ours.pdf", "plain": "plain.pdf"}
    for name, measured in found.items():
        word = name.split(",")[0].split()[0]
        rate = _median(measured, _rate)
        table.add_row(
            name,
            f"{rate:.1f}",
            f"{rate / first:.2f}x",
            f"{_median(measured, _cpu_ms):.0f}",
            f"{_median(measured, _cpu_ms) / first_ms:.2f}x",
            f"{_median(measured, lambda each: each['median_bytes']) / 1000:.1f}",
            f"{_median(measured, lambda each: each['peak_mb']):.0f}",
            ", ".join(lacking(folder / files_of.get(word, f"{word}.pdf"))) or "nothing",
        )
    console.print(table)
    console.print(
        "Peers set a simpler page: no payment code, no running head. MB: of Fakturo its largest rendering "
        "process, of others the process."
    )


def memory(console: Console, folder: Path, seed: int, renders: int) -> None:
    """What a child that lives long comes to."""
    with console.status(f"{renders} documents in one process"):
        found = ours(folder, "pool", seed=seed, count=renders, processes=1)
    grown = (found["last_mb"] - found["first_mb"]) / renders * 1000
    console.print(
        f"A rendering process: {found['first_mb']:.0f} MB when warm, {found['last_mb']:.0f} MB after "
        f"{renders} documents ({grown:+.0f} kB each), most {found['peak_mb']:.0f} MB"
    )


def long_ones(console: Console, folder: Path, seed: int, sizes: list[int]) -> bool:
    """Long invoices; whether the memory of all stayed below 2 GB."""
    held = True
    for lines in sizes:
        with console.status(f"{lines:,} lines"):
            found = ours(folder, "one", seed=seed, lines=lines)
        held = held and found["peak_mb"] < MOST_MB
        console.print(
            f"An invoice of {lines:,} lines: {found['seconds']:.1f} s ({found['cpu_s']:.1f} CPU-s), "
            f"{found['pages']:,} pages, {found['median_bytes'] / 1000:,.0f} kB, "
            f"peak {found['peak_mb']:,.0f} MB, lacks {', '.join(lacking(folder / 'one.pdf')) or 'nothing'}"
        )
    return held


def _write_ours(folder: Path, invoice: Any) -> None:
    from fakturo.einvoice.writing.xml import write
    from reports.look import Look
    from reports.pdf import make

    (folder / "ours.pdf").write_bytes(make(invoice, Look(), write(invoice, "cii")).data)


def _versioned(name: str) -> str:
    places = [str(each) for each in (ROOT / ".venv-bench").glob("lib/python3*/site-packages")]
    found: Iterator[str] = (each.version for each in metadata.distributions(name=name, path=places))
    return f"{name} {next(found, '?')}"


def _rate(measured: Measured) -> float:
    return float(measured["documents"] / measured["seconds"])


def _cpu_ms(measured: Measured) -> float:
    return float(measured["cpu_s"] / measured["documents"] * 1000)


def _median(measured: list[Measured], what: Callable[[Measured], float]) -> float:
    return statistics.median(map(what, measured))
