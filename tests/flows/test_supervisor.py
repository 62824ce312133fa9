"""Children that are started, restarted and stopped; small Python programs stand for the real ones."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from fakturo.cli.up.supervisor import Child, Supervisor, ended, last_lines, turn_over


class Clock:
    """Moves only when told to; while a child is to be waited for it runs with the real one."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervisor(told):
    made = Supervisor(dict(os.environ), told.append, clock=Clock())
    yield made
    made.stop(hurry=lambda: True)


def child(folder: Path, code: str, *, grace_s: float = 5.0, **more: object) -> Child:
    return Child("Clerk", (sys.executable, "-c", code), folder / "clerk.log", grace_s, **more)


def wait_for(what, seconds=10.0):
    give_up_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.01)


WAITS = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = (
    "import signal; signal.signal(15, signal.SIG_IGN); print('here', flush=True)\nwhile True: signal.pause()"
)


def test_what_a_child_says_is_in_its_log(supervisor, tmp_path):
    clerk = child(tmp_path, WAITS)
    supervisor.start(clerk)
    wait_for(lambda: last_lines(clerk.log) == "here")


def test_a_child_that_ends_is_started_again_after_growing_pauses(supervisor, tmp_path, told):
    clerk = child(tmp_path, "raise SystemExit(3)")
    supervisor.start(clerk)
    for pause in ("1", "2", "4"):
        clerk.process.wait()
        supervisor.look()
        assert told[-1] == f"Clerk ended with code 3; starting it again in {pause} s. Log: {clerk.log}"
        first = clerk.process.pid
        supervisor.look()
        assert clerk.process.pid == first, "not before the pause is over"
        supervisor.clock.ahead += float(pause)
        supervisor.look()
        assert clerk.process.pid != first


def test_a_child_that_ran_long_starts_with_the_shortest_pause_again(supervisor, tmp_path, told):
    clerk = child(tmp_path, "pass", grace_s=1)
    supervisor.start(clerk)
    clerk.failures = 5
    clerk.process.wait()
    supervisor.clock.ahead += 61
    supervisor.look()
    assert "in 1 s" in told[-1]


def test_a_child_stops_on_request(supervisor, tmp_path, told):
    clerk = child(tmp_path, WAITS)
    supervisor.start(clerk)
    wait_for(lambda: "here" in last_lines(clerk.log))
    supervisor.stop()
    assert clerk.process.returncode == -signal.SIGTERM
    assert told == []


def test_a_child_that_does_not_stop_is_killed_and_named(supervisor, tmp_path, told):
    clerk = child(tmp_path, STUBBORN, grace_s=0.1)
    supervisor.start(clerk)
    wait_for(lambda: "here" in last_lines(clerk.log))
    supervisor.stop()
    assert clerk.process.returncode == -signal.SIGKILL
    assert ended(clerk) == "was killed by signal 9"
    assert told == ["Clerk did not stop within 0 s and was killed."]


def test_what_a_child_has_started_is_stopped_with_it(supervisor, tmp_path):
    below = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {WAITS!r}]); p.wait()"
    clerk = child(tmp_path, below, stop_below=True)
    supervisor.start(clerk)
    wait_for(lambda: "here" in last_lines(clerk.log))
    (grandchild,) = psutil.Process(clerk.process.pid).children()
    supervisor.stop()
    wait_for(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_child_gives_way_as_it_was_told(supervisor, tmp_path):
    polite = child(tmp_path, "import os; print('niceness', os.nice(0), flush=True)", niceness=7)
    supervisor.start(polite)
    wait_for(lambda: "niceness" in polite.log.read_text())
    assert polite.log.read_text() == f"niceness {min(19, os.nice(0) + 7)}\n"


def test_stopping_what_never_ran_or_has_ended_is_no_error(supervisor, tmp_path):
    supervisor.children.append(child(tmp_path, WAITS))
    gone = child(tmp_path, "pass")
    supervisor.start(gone)
    gone.process.wait()
    supervisor.stop()


def test_the_log_of_the_start_before_is_kept(tmp_path):
    log = tmp_path / "logs" / "clerk.log"
    turn_over(log)
    log.write_text("first")
    turn_over(log)
    assert log.read_text() == ""
    assert log.with_name("clerk.log.1").read_text() == "first"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_children_die_with_their_parent_even_if_it_is_killed(tmp_path):
    program = f"""
import os, time
from pathlib import Path
from fakturo.cli.up.supervisor import Child, Supervisor
folder = Path({str(tmp_path)!r})
boss = Supervisor(dict(os.environ), print)
for name in ("a", "b"):
    boss.start(Child(name, ({sys.executable!r}, "-c", {WAITS!r}), folder / f"{{name}}.log", 1))
while not all((folder / f"{{name}}.log").read_text() for name in ("a", "b")):
    time.sleep(0.01)
print(*(each.process.pid for each in boss.children), flush=True)
time.sleep(600)
"""
    boss = subprocess.Popen((sys.executable, "-c", program), stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in boss.stdout.readline().split()]
    assert len(pids) == 2
    boss.kill()
    boss.communicate()
    wait_for(lambda: not any(psutil.pid_exists(pid) and _lives(pid) for pid in pids))


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_a_child_whose_parent_is_already_gone_does_not_start():
    env = os.environ | {"FAKTURO_TIED_TO": "1"}
    tied = (sys.executable, "-m", "fakturo.cli.up.tied", sys.executable, "-c", "print('here')")
    done = subprocess.run(tied, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", "The parent process died first.\n")
