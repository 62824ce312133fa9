"""dbt works without coverage's tracer: it is none of ours, and being watched takes half as long again."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _dbt_is_not_traced() -> Iterator[None]:
    from dbt.cli.main import dbtRunner  # seconds, which a process without these tests need not spend

    invoke = dbtRunner.invoke

    def untraced(self: dbtRunner, *given: Any, **more: Any) -> Any:
        here, in_threads = sys.gettrace(), threading.gettrace()
        sys.settrace(None)
        threading.settrace(None)
        try:
            return invoke(self, *given, **more)
        finally:
            threading.settrace(in_threads)
            sys.settrace(here)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbtRunner, "invoke", untraced)
        yield
