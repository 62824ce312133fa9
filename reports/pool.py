"""A pool of long-lived child processes that make documents; a child that dies costs its invoice one retry.

Processes, not threads: WeasyPrint holds the interpreter, and an image cache shared by threads corrupts PDFs.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import NamedTuple, Self

from fakturo.errors import RenderError
from fakturo.invoice import Invoice
from reports.pdf import Document, Logo, make

IN_FLIGHT = 4
"""Jobs handed out per child: enough that none waits, few enough that a dead child takes little along."""
TASKS_A_CHILD = 500
"""Then a child is replaced: WeasyPrint and Pango keep a little of every document."""
TRIES = 2


class Job(NamedTuple):
    """One invoice to render."""

    key: int
    number: str
    content: str
    tries: int = 0


class Rendered(NamedTuple):
    """What came of a job: a document, or why there is none."""

    job: Job
    document: Document | None
    reason: str = ""


class RenderPool:
    """Renders invoices in children; a context manager that stops them at its end."""

    def __init__(self, processes: int, logo: Logo | None = None) -> None:
        self._processes, self._logo = processes, logo
        self._children = self._start(processes)

    def __enter__(self) -> Self:
        """Ready at once; a child starts with its first job."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the children; what has not begun is dropped."""
        self._children.shutdown(cancel_futures=True)

    def render(self, jobs: Iterable[Job]) -> Iterator[Rendered]:
        """Render all jobs, yielding each as it is done, in any order.

        A broken invoice gives a reason and the rest goes on; so does one that kills its child every time.
        """
        waiting, source = deque[Job](), iter(jobs)
        flying: dict[Future[Document], Job] = {}
        while True:
            self._hand_out(waiting, source, flying)
            if not flying:
                return
            wait(flying, return_when=FIRST_COMPLETED)
            landed = {future: job for future, job in flying.items() if future.done()}
            if not any(isinstance(future.exception(), BrokenProcessPool) for future in landed):
                for future, job in landed.items():
                    del flying[future]
                    yield _outcome(job, future)
                continue
            self._children.shutdown(cancel_futures=True)  # every future of a broken pool has ended now
            self._children = self._start(self._processes)
            for future, job in flying.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    yield _outcome(job, future)
                elif job.tries + 1 < TRIES:
                    waiting.append(job._replace(tries=job.tries + 1))
                else:
                    yield self._alone(job)
            flying.clear()

    def _hand_out(
        self, waiting: deque[Job], source: Iterator[Job], flying: dict[Future[Document], Job]
    ) -> None:
        """Keep the children busy; those of jobs that came back first."""
        while len(flying) < self._processes * IN_FLIGHT:
            job = waiting.popleft() if waiting else next(source, None)
            if job is None:
                return
            try:
                flying[self._children.submit(_render, job.content, self._logo)] = job
            except BrokenProcessPool:  # a child died while idle: nothing was under way in it
                self._children = self._start(self._processes)
                waiting.appendleft(job)

    def _alone(self, job: Job) -> Rendered:
        """Render one job in a child of its own, so that it can take no other along."""
        with self._start(processes=1) as child:
            future = child.submit(_render, job.content, self._logo)
            wait([future])
            return _outcome(job, future)

    def _start(self, processes: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            processes,
            mp_context=get_context("spawn"),  # a fork would copy threads' locks, held or not
            initializer=_leave_signals_to_the_parent,
            max_tasks_per_child=TASKS_A_CHILD,
        )


def _outcome(job: Job, future: Future[Document]) -> Rendered:
    error = future.exception()
    if error is None:
        return Rendered(job, future.result())
    if isinstance(error, BrokenProcessPool):
        return Rendered(job, None, f"Rendering {job.number} ended its process; report this invoice.")
    reason = str(error) if isinstance(error, RenderError) else f"{type(error).__name__}: {error}"
    return Rendered(job, None, reason)


def _leave_signals_to_the_parent() -> None:
    """Ctrl-C reaches the whole group; the parent decides what is finished, and takes us along if it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """A killed parent cannot stop its children, and an idle child would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render(text: str, logo: Logo | None) -> Document:
    return make(Invoice.model_validate_json(text), logo)
