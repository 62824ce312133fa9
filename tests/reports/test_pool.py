"""Children die, refuse, wear out and fail to start; every job still gets its answer, and only its own.

The children here are a program of a few lines that starts in 50 ms; test_pdf.py uses the real ones.
"""

import os
import signal
import subprocess
import sys

import pytest

from fakturo.errors import RenderError
from fakturo.invoice import content
from reports import pool as room
from reports.pool import Job, RenderPool

CHILD = """
import os, sys
from multiprocessing.connection import Connection
from reports.pool import Document
greeting = {greeting}
with Connection(int(sys.argv[-1])) as line:
    logo = line.recv()
    line.send(greeting)
    while True:
        try:
            text, _ = line.recv()
        except EOFError:
            break
        if text == "poison" or (text == "once" and not os.path.exists({mark!r})):
            open({mark!r}, "w").close()
            os.kill(os.getpid(), 9)
        line.send("refused" if text == "bad" else Document(str(os.getpid()).encode(), 1))
"""


@pytest.fixture
def children(tmp_path, monkeypatch):
    """Replace the renderers by quick ones; `greeting` is what they say first, as Python source."""

    def use(greeting="[]"):
        program = tmp_path / "child.py"
        program.write_text(CHILD.format(greeting=greeting, mark=str(tmp_path / "mark")))
        monkeypatch.setattr(room, "PROGRAM", (sys.executable, str(program)))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))

    use()
    return use


def outcomes(pool, *texts):
    jobs = [Job(n, f"INV-{n}", text) for n, text in enumerate(texts)]
    return {each.job.key: each for each in pool.render(jobs)}


def test_worn_out_children_are_replaced_and_no_job_waits_for_ever(children, monkeypatch):
    """What hung a ProcessPoolExecutor of Python 3.11 once its child reached max_tasks_per_child."""
    monkeypatch.setattr(room, "TASKS_A_CHILD", 3)
    with RenderPool(1) as pool:
        seen = [*outcomes(pool, *"abcde").values(), *outcomes(pool, *"abcdefg").values()]
    assert len(seen) == 12
    assert len({each.document.data for each in seen}) == 4


def test_children_stay_between_calls(children):
    with RenderPool(1) as pool:
        first, second = (outcomes(pool, "a")[0].document.data for _ in range(2))
    assert first == second


def test_no_more_children_start_than_there_is_work_for(children):
    with RenderPool(4) as pool:
        outcomes(pool, "a")
        assert len(pool._children) == 1


def test_a_child_that_dies_once_costs_its_invoice_one_retry(children):
    with RenderPool(2) as pool:
        found = outcomes(pool, "a", "once", "b", "c")
    assert all(each.document for each in found.values())
    assert found[1].job.tries == 1
    assert [found[n].job.tries for n in (0, 2, 3)] == [0, 0, 0]


def test_an_invoice_that_kills_every_child_fails_alone(children):
    with RenderPool(2) as pool:
        found = outcomes(pool, "a", "poison", "b", "poison", "c")
    assert [n for n, each in found.items() if each.document is None] == [1, 3]
    assert found[1].reason.startswith("Rendering INV-1 ended its process 2 times")


def test_a_refused_invoice_gives_its_reason(children):
    with RenderPool(1) as pool:
        found = outcomes(pool, "bad", "a")
    assert (found[0].document, found[0].reason) == (None, "refused")
    assert found[1].document


def test_a_child_that_died_while_idle_is_noticed_and_replaced(children):
    with RenderPool(1) as pool:
        outcomes(pool, "a")
        (idle,) = pool._children
        idle.process.kill()
        idle.process.wait()
        assert outcomes(pool, "b")[0].document


def test_a_machine_that_cannot_make_documents_is_said_once(children):
    children("'Documents need Pango'")
    with RenderPool(2) as pool, pytest.raises(RenderError, match="Documents need Pango"):
        outcomes(pool, "a", "b", "c")


def test_what_makes_a_machine_slow_is_told(children):
    children("['libharfbuzz-subset0 is missing']")
    with RenderPool(1) as pool:
        outcomes(pool, "a")
    assert pool.complaints == ["libharfbuzz-subset0 is missing"]


def test_children_that_cannot_start_are_not_tried_for_ever(monkeypatch):
    monkeypatch.setattr(room, "PROGRAM", (sys.executable, "-c", "raise SystemExit(7)"))
    with RenderPool(1) as pool, pytest.raises(RenderError, match=r"while it started \(exit code 7\)"):
        outcomes(pool, "a")


def test_a_round_given_up_half_way_leaves_nothing_behind_for_the_next(children):
    with RenderPool(2) as pool:
        rounds = pool.render([Job(n, "INV", "a") for n in range(9)])
        next(rounds)
        rounds.close()
        assert sorted(outcomes(pool, "x", "y")) == [0, 1]
        processes = [child.process for child in pool._children]
    assert all(process.returncode is not None for process in processes)


def test_a_child_that_does_not_leave_is_killed(monkeypatch):
    monkeypatch.setattr(room, "GOODBYE_S", 0.05)
    deaf = "import sys, time; from multiprocessing.connection import Connection as C; "
    deaf += "c = C(int(sys.argv[-1])); c.recv(); c.send([]); c.recv(); c.send('no'); time.sleep(60)"
    monkeypatch.setattr(room, "PROGRAM", (sys.executable, "-c", deaf))
    with RenderPool(1) as pool:
        outcomes(pool, "a")
        (child,) = pool._children
    assert child.process.returncode == -signal.SIGKILL


def test_children_end_when_their_parent_is_killed(children):
    """The children hold the same stdout as their parent: it ends when the last of them has."""
    orphaning = "from reports import pool; pool.PROGRAM = {!r}; p = pool.RenderPool(2); "
    orphaning += "list(p.render([pool.Job(n, 'INV', 'a') for n in range(4)])); "
    orphaning += "print(len(p._children), flush=True); input()"
    command = (sys.executable, "-c", orphaning.format(room.PROGRAM))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert int(parent.stdout.readline()) in {1, 2}
        parent.kill()
        assert parent.stdout.read() == ""


def test_real_children_survive_kills_and_broken_invoices(make_invoice):
    good = content(make_invoice())
    with RenderPool(2) as pool:
        found = {}
        for each in pool.render([Job(n, f"I{n}", "{}" if n == 5 else good) for n in range(12)]):
            found[each.job.key] = each
            if len(found) == 3:
                for child in pool._children:
                    child.process.kill()
    assert sorted(found) == list(range(12))
    assert "order_id" in found[5].reason
    assert all(each.document.pages == 1 for n, each in found.items() if n != 5)
