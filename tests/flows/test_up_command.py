"""`fakturo up` as a command, with small programs in place of server, worker and resident run."""

import os
import signal
import socket
import sys

import pytest

from fakturo import server
from fakturo.cli.up import command as room
from fakturo.cli.up.supervisor import Child, Supervisor
from fakturo.errors import BadSetting, NotAllowed
from fakturo.settings import current

WAITS = "import signal; signal.pause()"


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKTURO_HOME", str(tmp_path / "home"))
    current.cache_clear()
    yield tmp_path / "home"
    current.cache_clear()


@pytest.fixture
def programs(monkeypatch):
    """What each child runs; the server is healthy from the third question on."""
    codes = dict.fromkeys(("server", "worker", "issuing", "inbox", "pages"), WAITS) | {"register": "pass"}

    def children(settings, since):
        logs = settings.home / "logs"
        return {
            name: Child(name.title(), (sys.executable, "-c", code), logs / f"{name}.log", 5)
            for name, code in codes.items()
        }

    asked = []
    monkeypatch.setattr(room, "_children", children)
    monkeypatch.setattr(server, "answers", lambda _settings: asked.append(1) or len(asked) > 2)
    return codes


@pytest.fixture
def after_banner(monkeypatch):
    """Ctrl-C the second time the children are looked after."""
    looks = []

    def look(_self):
        looks.append(1)
        if len(looks) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Supervisor, "look", look)
    return looks


def test_starts_all_says_where_it_is_and_stops_on_ctrl_c(home, port, programs, after_banner, capsys):
    before = signal.getsignal(signal.SIGINT)  # a shell's background job starts with it ignored
    room.up(host=None, port=port)
    said = capsys.readouterr().out
    assert f"http://127.0.0.1:{port}" in said
    assert "Fakturo is up" in said
    assert said.rstrip().endswith("Stopped. `fakturo up` goes on where this left off.")
    assert (home / "inbox").is_dir()
    assert (home / "ledger.sqlite").exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_registration_that_fails_is_said_and_stops_nothing(home, port, programs, after_banner, capsys):
    programs["register"] = "raise SystemExit('no such flow')"
    room.up(host=None, port=port)
    said = capsys.readouterr().out
    assert "Registration" not in said.splitlines()[0]
    assert "Register ended with code 1" in said or "Registration ended with code 1" in said
    assert "no such flow" in said
    assert "Fakturo is up" in said


def test_a_server_that_does_not_start_is_said_with_its_last_words(home, port, programs, monkeypatch):
    programs["server"] = "raise SystemExit('the database is newer than this program')"
    monkeypatch.setattr(server, "answers", lambda _settings: False)
    with pytest.raises(NotAllowed, match=r"(?s)server ended with code 1.*the database is newer"):
        room.up(host=None, port=port)


def test_a_server_that_never_answers_is_given_up(home, port, programs, monkeypatch):
    monkeypatch.setattr(server, "answers", lambda _settings: False)
    monkeypatch.setattr(room, "SERVER_BOOT_S", 0.0)
    with pytest.raises(NotAllowed, match="did not answer within 0 s"):
        room.up(host=None, port=port)


def test_progress_is_said_while_the_server_starts(home, port, programs, after_banner, monkeypatch, capsys):
    monkeypatch.setattr(room, "SAY_EVERY_S", 0.0)
    room.up(host=None, port=port)
    assert "the server is starting" in capsys.readouterr().out


def test_a_busy_port_stops_it_before_anything_is_started(home, programs):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        with pytest.raises(NotAllowed, match=f"Port {taken} on 127.0.0.1 is in use by process {os.getpid()}"):
            room.up(host=None, port=taken)
    assert not (home / "logs").exists()


@pytest.mark.parametrize("wrong", [0, 65536])
def test_a_port_that_cannot_be_is_refused(home, wrong):
    with pytest.raises(BadSetting, match=f"--port is {wrong}, which is not allowed"):
        room.up(host=None, port=wrong)


def test_the_children_are_server_worker_the_resident_two_pages_and_registration(settings):
    children = room._children(settings, "2026-03-02T09:00:00+00:00")
    commands = {name: " ".join(child.command[1:]) for name, child in children.items()}
    assert commands == {
        "server": "-m prefect server start --host 127.0.0.1 --port 4200",
        "worker": "-m prefect worker start --pool fakturo --type process --limit 2",
        "issuing": "-m flows.run_resident issuing",
        "inbox": "-m flows.run_resident inbox press outbox",
        "pages": f"-m http.server 4201 --bind 127.0.0.1 --directory {settings.home / 'reports'}",
        "register": "-m flows.register_deployments 2026-03-02T09:00:00+00:00",
    }


def test_the_banner_names_the_model_and_warns_of_the_sample_seller(settings, capsys, monkeypatch):
    monkeypatch.setattr("fakturo.cli.terminal.screen.console.width", 250)
    ai = settings.ai.model_copy(update={"base_url": "http://127.0.0.1:8089/v1"})
    room._banner(settings.model_copy(update={"ai": ai}), "http://127.0.0.1:4200")
    said = capsys.readouterr().out
    assert "gpt-4o-mini at http://127.0.0.1:8089/v1" in said
    assert "documents are marked SPECIMEN" in said
    assert "[seller]" in said
