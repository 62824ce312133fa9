"""A person's own editor, opened on a text until what comes back is an order or the person gives up."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from fakturo.cli.review.order_sheet import from_text, read_order
from fakturo.errors import BadInput, NotAllowed
from fakturo.order import Order

FALLBACK = "vi"
"""POSIX says that it is there."""
_MARK = "#! "
"""Begins the lines that say what was wrong; they go away before the next try."""


def editor(environment: Mapping[str, str]) -> list[str]:
    """The command of $VISUAL, else of $EDITOR, else of vi."""
    said = environment.get("VISUAL") or environment.get("EDITOR") or FALLBACK
    return shlex.split(said)


def edited(
    text: str, *, again: Callable[[str], bool], check: Callable[[Order], None] = lambda _: None
) -> Order | None:
    """Let a person edit a sheet until it is an order that `check` lets pass.

    Args:
        again: asked, with what is wrong, whether to open the editor again.
        check: raises NotAllowed where the order cannot stand.

    Returns:
        The order; None when the text came back unchanged: nothing was decided.

    Raises:
        BadInput: the person gave up; says where the text is kept.
    """
    first = text
    while True:
        text = _opened(text)
        if text == first:
            return None
        said = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(_MARK))
        try:
            order = read_order(from_text(said))
            check(order)
        except (BadInput, NotAllowed) as error:
            if not again(str(error)):
                raise BadInput(f"{error}\nNothing was saved; your text is kept in {_kept(said)}.") from None
            text = "".join(f"{_MARK}{line}\n" for line in str(error).splitlines()) + said
        else:
            return order


def ask_again(problem: str) -> bool:
    """Say what is wrong and ask whether to go back to the editor."""
    typer.echo(problem, err=True)
    return typer.confirm("Edit again?", default=True, err=True)


def _opened(text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="fakturo-review-") as folder:
        file = Path(folder) / "order.yaml"
        file.write_text(text, encoding="utf-8")
        command: list[Any] = [*editor(os.environ), str(file)]
        try:
            subprocess.run(command, check=True)  # noqa: S603  the person's own editor
        except FileNotFoundError:
            raise BadInput(
                f"The editor {command[0]!r} was not found; set EDITOR, or use --set or --file."
            ) from None
        except subprocess.CalledProcessError as error:
            raise BadInput(
                f"The editor {command[0]!r} ended with code {error.returncode}; nothing was saved."
            ) from None
        return file.read_text(encoding="utf-8")


def _kept(text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix="fakturo-order-", suffix=".yaml")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
