"""Providers that answer as they are told, without HTTP, and time that moves by sleeping alone."""

import asyncio
import json
import math
from collections import deque
from datetime import UTC, datetime, timedelta

from fakturo.ai.lane.spending import Asking
from fakturo.ai.provider.client import Answer
from fakturo.ai.provider.limits import Limits
from fakturo.setting_groups.ai import Provider


class Clock:
    """Time that stands still until somebody sleeps."""

    def __init__(self):
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.slept = []

    def now(self):
        return self.at

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += timedelta(microseconds=math.ceil(max(seconds, 0) * 1e6) + 1)  # never back too early
        await asyncio.sleep(0)

    def pass_by(self, seconds):
        self.at += timedelta(seconds=seconds)


def said(text="{}", prompt_tokens=100, completion_tokens=50, **limits):
    """A model's answer with status 200."""
    return Answer(text, "m", prompt_tokens, completion_tokens, Limits(**limits), 12)


def reading(customer, lines):
    """The JSON of a right answer; lines are (code, quantity, price)."""
    read = [
        {"code": code, "name": "thing", "quantity": str(quantity), "unit_price": str(price)}
        for code, quantity, price in lines
    ]
    return json.dumps({"customer_id": customer, "po_number": None, "currency": "GBP", "lines": read})


class Scripted:
    """Stands where a ModelClient stands; gives its results in turn, and the last one again and again."""

    def __init__(self, name, *results, provider=None):
        self.provider = provider or Provider(base_url=f"http://{name}.test")
        self.endpoint, self.model, self.name = f"http://{name}.test", "m", f"http://{name}.test m"
        self.results, self.calls, self.modes = deque(results), 0, []

    async def ask(self, _messages, *, mode, **_how):
        self.calls += 1
        self.modes.append(mode)
        result = self.results.popleft() if len(self.results) > 1 else self.results[0]
        if callable(result):
            result = await result()
        if isinstance(result, Exception):
            raise result
        return result

    async def aclose(self):
        pass


async def never():
    """An answer that does not come."""
    await asyncio.Event().wait()


def asking(client, *, request="a" * 64, prompt_tokens=1000, completion_tokens=500):
    """One request about no order in particular."""
    return Asking(client, None, "draft_order/1", request, prompt_tokens, completion_tokens)
