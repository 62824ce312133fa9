"""Documents set by Fakturo or by a plain WeasyPrint loop, in a process of its own.

    python -m bench.documents.setting WHO --seed N --count N --lines N [--processes N]

WHO is `pool` (reports.pool, as `fakturo render` uses it), `plain` (what WeasyPrint's own pages show: parse,
lay out, write, one invoice after the other) or `one` (a single long document, in a child). The XML is written
before the clock starts, for all. Prints JSON.
"""

import argparse
import base64
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from bench.documents import made
from bench.documents.peers.timed import peak_mb
from fakturo.einvoice.writing.xml import write
from fakturo.invoice import Invoice, content
from reports.look import Look
from reports.pool import Job, RenderPool

WARM_UP = 6
"""Documents a process makes before the clock starts: fonts and templates are read by then."""


def invoices(asked: argparse.Namespace, count: int) -> Iterator[tuple[Invoice, bytes]]:
    """With their XML."""
    for position in range(1, count + 1):
        invoice = made.plain(asked.lines, position, asked.seed)
        yield invoice, write(invoice, "cii")


def pool(asked: argparse.Namespace) -> dict[str, Any]:
    """In one child or several; memory is that of the largest child, told after each document."""
    warm_up = WARM_UP * asked.processes
    jobs = [
        Job(number, invoice.number or "", content(invoice), 2026, xml)
        for number, (invoice, xml) in enumerate(invoices(asked, asked.count + warm_up))
    ]
    me, sizes, memory, began, cpu = psutil.Process(), [], [], 0.0, 0.0
    with RenderPool(asked.processes) as children:
        for done, (_, document, reason) in enumerate(children.render(jobs), start=1):
            assert document is not None, reason
            if done == warm_up:
                began, cpu = time.perf_counter(), _cpu_s(me)
            if done > warm_up:
                sizes.append(len(document.data))
            if done < len(jobs):  # after the last one a child may have left
                memory.append(max((each.memory_info().rss for each in me.children()), default=0))
                ended_cpu = _cpu_s(me)
        seconds = time.perf_counter() - began
    return _told(sizes, seconds, ended_cpu - cpu) | {
        "first_mb": memory[warm_up] / 2**20,
        "last_mb": memory[-1] / 2**20,
        "peak_mb": max(memory) / 2**20,
    }


def _cpu_s(me: psutil.Process) -> float:
    """Of this process and its children."""
    return float(sum(sum(each.cpu_times()[:2]) for each in (me, *me.children())))


def plain(asked: argparse.Namespace) -> dict[str, Any]:
    """The same HTML, style sheet, payment code and XML; nothing kept from one document to the next."""
    import weasyprint

    from reports.payment_code import payment_code
    from reports.render import html
    from reports.style import style

    look = Look()
    sheet = Path(asked.folder) / "plain.css"
    sheet.write_text(style(look.design, look.accent), encoding="utf-8")

    def make(invoice: Invoice, xml: bytes) -> bytes:
        code = payment_code(invoice)
        text = html(invoice, look, code=code)
        if code:
            picture = code.picture
            data = f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode()}"
            text = text.replace("fakturo:payment-code", data)
        attached = weasyprint.Attachment(string=xml, name="factur-x.xml", relationship="Alternative")
        return bytes(
            weasyprint.HTML(string=text).write_pdf(
                stylesheets=[weasyprint.CSS(filename=sheet)],
                attachments=[attached],
                pdf_variant="pdf/a-3a",
                pdf_tags=True,
            )
        )

    waiting = list(invoices(asked, asked.count + WARM_UP))
    for each in waiting[:WARM_UP]:
        make(*each)
    began, cpu, sizes, data = time.perf_counter(), time.process_time(), [], b""
    for each in waiting[WARM_UP:]:
        data = make(*each)
        sizes.append(len(data))
    told = _told(sizes, time.perf_counter() - began, time.process_time() - cpu)
    (Path(asked.folder) / "plain.pdf").write_bytes(data)
    return told


def one(asked: argparse.Namespace) -> dict[str, Any]:
    """A long document in a child, between two short ones: fonts are read by then, and it is still there."""
    short = made.plain(10, 0, asked.seed)
    long, xml = next(invoices(asked, 1))
    pairs = [(short, write(short, "cii")), (long, xml), (short, write(short, "cii"))]
    jobs = [
        Job(number, invoice.number or "", content(invoice), 2026, text)
        for number, (invoice, text) in enumerate(pairs)
    ]
    me = psutil.Process()
    with RenderPool(1) as children:
        for position, (_, document, reason) in enumerate(children.render(jobs)):
            assert document is not None, reason
            if position == 0:
                began, cpu = time.perf_counter(), _cpu_s(me)
            if position == 1:
                told = _told([len(document.data)], time.perf_counter() - began, _cpu_s(me) - cpu)
                told |= {"pages": document.pages, "peak_mb": max(map(_most_mb, me.children()))}
                (Path(asked.folder) / "one.pdf").write_bytes(document.data)
    return told


def _most_mb(process: psutil.Process) -> float:
    """The most memory that a process ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _told(sizes: list[int], seconds: float, cpu_s: float) -> dict[str, Any]:
    return {
        "documents": len(sizes),
        "seconds": seconds,
        "cpu_s": cpu_s,
        "peak_mb": peak_mb(),
        "median_bytes": statistics.median(sizes),
    }


def main() -> None:
    """Measure one of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("who", choices=("pool", "plain", "one"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", required=True, help="for what is written on the way")
    asked = parser.parse_args()
    print(json.dumps({"pool": pool, "plain": plain, "one": one}[asked.who](asked)))


if __name__ == "__main__":
    main()
