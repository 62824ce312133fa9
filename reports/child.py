"""A process that makes documents until its parent closes the line: `python -m reports.child FD`.

A program of its own and not a fork or a `multiprocessing` child: those carry the parent's locks along, or
import the parent's main module again (Prefect: 3 CPU-s and 90 MB that no document needs).
"""

import contextlib
import gc
import signal
import sys
from multiprocessing.connection import Connection

from fakturo.errors import RenderError
from fakturo.invoice import Invoice
from reports.look import Look
from reports.pdf import Document, complaints, make, prepare

LONGEST_RENDER_S = 600
"""The alarm then ends this process; 10,000 lines take about two minutes."""
LONGEST_REASON = 400
OBJECTS_TO_COLLECT = 50_000
"""A page is made of 300,000. Python looks for rings after every 700, a twentieth of the time of a page."""


def serve(parent: Connection) -> None:
    """Take the look, say whether this machine can make documents, then turn each text into a document.

    The answer is a Document, or a sentence why there is none.
    """
    look: Look = parent.recv()
    parent.send(_greeting(look))
    gc.freeze()  # what all documents share is never garbage
    gc.set_threshold(OBJECTS_TO_COLLECT)
    while True:
        text, xml = parent.recv()
        signal.alarm(LONGEST_RENDER_S)
        answer = _answer(text, xml, look)
        signal.alarm(0)
        parent.send(answer)
        del answer
        gc.collect()


def _greeting(look: Look) -> list[str] | str:
    """What is wrong with this machine though documents can be made; a sentence if they cannot."""
    try:
        prepare(look)
        return complaints()
    except RenderError as error:
        return str(error)


def _answer(text: str, xml: bytes | None, look: Look) -> Document | str:
    try:
        return make(Invoice.model_validate_json(text), look, xml)
    except RenderError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  whatever it is, the other invoices go on
        return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    with contextlib.suppress(EOFError, OSError), Connection(int(sys.argv[1])) as line:  # the parent is gone
        serve(line)
