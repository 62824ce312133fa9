"""The command run as a person runs it, in a home of its own."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from fakturo import settings as settings_room
from fakturo.cli.main import app
from fakturo.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def either(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The ledger that commands use, once on each database."""
    monkeypatch.setenv("FAKTURO_LEDGER_URL", engine.url.render_as_string(hide_password=False))
    return engine


@pytest.fixture
def run(settings: Settings, monkeypatch, tmp_path) -> Iterator[Run]:
    """Call `fakturo …`; gives exit code and output. Settings are read anew for each call."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()

    def call(*words: str, stdin: str | bytes | None = None) -> Result:
        settings_room.current.cache_clear()
        return runner.invoke(app, list(words), input=stdin)

    yield call
    settings_room.current.cache_clear()
