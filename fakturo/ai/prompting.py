"""The question to the model: prompt text, its version, and the hash under which its answer is kept."""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from fakturo.privacy import mask

_PROMPTS = Path(__file__).parent / "prompts"
_PROMPT = "draft_order.md.j2"
_VERSION = re.compile(r"^\{#-? ([a-z_]+/\d+):")


class Question(NamedTuple):
    """One request to the model, before endpoint and format are known."""

    messages: tuple[dict[str, str], ...]
    prompt_version: str


def question(text: str, *, last_answer: str | None = None, findings: Sequence[str] = ()) -> Question:
    """Ask for the lines of an order text; personal data is masked.

    Args:
        text: the order as it came.
        last_answer: what the model said before, when it is asked again.
        findings: what was wrong with that, one sentence each.
    """
    template, version = _prompt()
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]  # the text cannot close what it cannot foresee
    system = template.render(mark=mark, rounds=list(findings))
    order = f"<order_text {mark}>\n{mask(text).text}\n</order_text {mark}>"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": order}]
    if last_answer is not None:
        messages += [
            {"role": "assistant", "content": last_answer},
            {"role": "user", "content": "Correct your answer as the rules above say."},
        ]
    return Question(tuple(messages), version)


def request_sha256(asked: Question, *, endpoint: str, model: str) -> str:
    """SHA-256, hex, of everything that decides the answer."""
    whole = json.dumps([endpoint, model, asked.prompt_version, asked.messages], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def likely_tokens(asked: Question) -> int:
    """About how many tokens question and answer take: 3.5 letters each, the answer half the text."""
    letters = sum(len(message["content"]) for message in asked.messages)
    answer = len(asked.messages[1]["content"]) // 2
    return (letters + answer) * 2 // 7 + 50


@cache
def _prompt() -> tuple[Template, str]:
    environment = Environment(
        loader=FileSystemLoader(_PROMPTS, encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html", "xml")),  # a prompt is no HTML: "&" must reach the model as "&"
    )
    first_line = (_PROMPTS / _PROMPT).read_text("utf-8").partition("\n")[0]
    version = _VERSION.match(first_line)
    if version is None:
        raise ValueError(f"{_PROMPT} has no version such as draft_order/1 in its first line")
    return environment.get_template(_PROMPT), version[1]
