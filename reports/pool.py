"""A pool of long-lived child processes that make documents; a child that dies costs its invoice one retry.

Processes, not threads: WeasyPrint holds the interpreter, and an image cache shared by threads corrupts PDFs.
Not a ProcessPoolExecutor: it hangs when a child reaches `max_tasks_per_child` (Python 3.11, gh-115634), and
a dead child breaks the jobs of all the others.
"""

import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import NamedTuple, Self

from fakturo.errors import RenderError
from reports.look import Look
from reports.pdf import Document

PROGRAM = (sys.executable, "-m", "reports.child")
TASKS_A_CHILD = 500
"""Then a child is replaced: WeasyPrint and Pango keep a little of every document."""
TRIES = 2
STARTS = 3
"""Children that may die while starting, one after the other, before the pool gives up."""
GOODBYE_S = 5.0


class Job(NamedTuple):
    """One invoice to render."""

    key: int
    number: str
    content: str
    year: int = 0
    """Of issue; the folder that the document goes to."""
    xml: bytes | None = None
    """The e-invoice to embed, as CII."""
    tries: int = 0


class Rendered(NamedTuple):
    """What came of a job: a document, or why there is none."""

    job: Job
    document: Document | None
    reason: str = ""


class RenderPool:
    """Renders invoices in children; a context manager that stops them at its end."""

    def __init__(self, processes: int, look: Look = Look()) -> None:  # noqa: B008  frozen
        self.complaints: list[str] = []
        """What the children say is wrong with this machine though documents can be made."""
        self._processes, self._look = processes, look
        self._children: list[_Child] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        """Ready at once; a child starts when there is a job for it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the children; what has not begun is dropped."""
        for child in self._children:
            child.line.close()
        while self._children:
            self._children.pop().end()

    def render(self, jobs: Iterable[Job]) -> Iterator[Rendered]:
        """Render all jobs, yielding each as it is done, in any order.

        A broken invoice gives a reason and the rest goes on; so does one that kills its child every time.

        Raises:
            RenderError: this machine cannot make any document (no Pango, no WeasyPrint).
        """
        waiting, source = deque[Job](), iter(jobs)
        try:
            while True:
                self._hand_out(waiting, source)
                if not waiting and not any(child.job for child in self._children):
                    return
                heard = [self._hear(each, waiting) for each in self._speaking()]
                self._hand_out(waiting, source)  # they go on while the caller keeps what came
                yield from (each for each in heard if each)
        finally:
            for child in [each for each in self._children if each.job]:  # given up half-way
                self._part_with(child)

    def _speaking(self) -> list["_Child"]:
        """Wait until at least one child says something, or is dead."""
        lines = wait([child.line for child in self._children])
        return [child for child in self._children if child.line in lines]

    def _hand_out(self, waiting: deque[Job], source: Iterator[Job]) -> None:
        """Keep the children busy, and start as many as there is work for."""
        while len(waiting) < self._processes and (job := next(source, None)):
            waiting.append(job)
        for child in [each for each in self._children if each.is_ready and not each.job]:
            if waiting and not child.give(waiting[0]):  # it died while idle: nothing was under way in it
                self._part_with(child)
            elif waiting:
                waiting.popleft()
        starting = sum(not child.is_ready for child in self._children)
        for _ in range(min(self._processes - len(self._children), len(waiting) - starting)):
            self._children.append(_Child(self._look))

    def _hear(self, child: "_Child", waiting: deque[Job]) -> Rendered | None:
        """Take one message of a child, or the news that it is dead."""
        try:
            message = child.line.recv()
        except (EOFError, OSError):
            return self._bury(child, waiting)
        if not child.is_ready:
            if isinstance(message, str):
                raise RenderError(message)
            child.is_ready, self.complaints, self._failed_starts = True, message, 0
            return None
        job, child.job, child.tasks = child.job, None, child.tasks + 1
        if child.tasks >= TASKS_A_CHILD:
            self._part_with(child)
        if job is None:
            return None
        return Rendered(job, None, message) if isinstance(message, str) else Rendered(job, message)

    def _bury(self, child: "_Child", waiting: deque[Job]) -> Rendered | None:
        """A dead child's job is tried once more, first of all."""
        self._part_with(child)
        job = child.job
        if not child.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= STARTS:
                raise RenderError(
                    f"A rendering process ended while it started (exit code {child.process.returncode}); "
                    "is there memory left?"
                )
        if job is None:
            return None
        if job.tries + 1 < TRIES:
            waiting.appendleft(job._replace(tries=job.tries + 1))
            return None
        reason = f"Rendering {job.number} ended its process {TRIES} times: out of memory, killed or too long."
        return Rendered(job, None, reason)

    def _part_with(self, child: "_Child") -> None:
        self._children.remove(child)
        child.end()


class _Child:
    """One child process, the line to it and what it is doing."""

    def __init__(self, look: Look) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            handle = theirs.fileno()
            self.process = subprocess.Popen(  # noqa: S603  our own program
                (*PROGRAM, str(handle)),
                pass_fds=(handle,),
                stdin=subprocess.DEVNULL,
            )
        self.line = Connection(ours.detach())
        self.is_ready = False
        self.job: Job | None = None
        self.tasks = 0
        self._send(look)

    def give(self, job: Job) -> bool:
        """Hand over a job; False if the child is dead."""
        self.job = job if self._send((job.content, job.xml)) else None
        return self.job is not None

    def end(self) -> None:
        """Close the line; who is at work is killed, for it holds nothing but that work."""
        self.line.close()
        if self.job or not self.is_ready:
            self.process.kill()
        try:
            self.process.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _send(self, message: object) -> bool:
        try:
            self.line.send(message)
        except OSError:
            return False
        return True
