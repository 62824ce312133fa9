"""What every client is given for a letter, and what the simulator sees of it."""

from collections.abc import Sequence
from typing import Any

from bench.ai.orders import Letter
from fakturo.ai.prompting import question
from fakturo.ai.simulator.asking import order_text


def messages(text: str) -> list[dict[str, str]]:
    """Fakturo's own first question, system and user message."""
    return [dict(message) for message in question(text).messages]


def truths(made: Sequence[Letter]) -> dict[str, dict[str, Any]]:
    """Right answers by the text that reaches the provider."""
    return {seen(letter.text): letter.answer() for letter in made}


def seen(text: str) -> str:
    """The text as the simulator finds it in a request."""
    return order_text([message["content"] for message in messages(text)])
