"""The template of invoices: ours, or one of the seller's own in a sandbox that changes and reaches nothing.

An error in the seller's is told with file and line; no document is made from half a page.
"""

import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined, Template
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape
from pydantic import BaseModel

from fakturo.errors import RenderError

FOLDER = Path(__file__).parent / "templates"
NAME = "invoice.html.j2"
_FEW = 4
"""Templates of one's own that are kept compiled; a process has one, tests have more."""


def fill(values: Mapping[str, Any]) -> str:
    """Our own template."""
    return _ours().render(values)


def fill_own(text: str, file: str, values: Mapping[str, Any], must_show: Mapping[str, str]) -> str:
    """A template of the seller's own.

    Args:
        text: the template.
        file: where it was read; told in messages.
        must_show: what a page without which would be no invoice -> what that is.

    Raises:
        RenderError: one sentence with file and line.
    """
    try:
        page = _own(text, file).render(values)
    except Exception as error:  # noqa: BLE001  a template can fail in every way there is
        raise RenderError(_told(file, _line(error, file), error)) from None
    for shown, what in must_show.items():
        if str(escape(shown)) not in page:
            raise RenderError(f"{file} does not print the {what} ({shown}); add it, or {_AWAY}")
    return page


def check(text: str, file: str) -> None:
    """Compile a template of the seller's own.

    Raises:
        RenderError: an error of syntax, with file and line.
    """
    try:
        _own(text, file)
    except TemplateSyntaxError as error:
        raise RenderError(_told(file, error.lineno, error)) from None


_AWAY = "move the file away to use the built-in one."


def _told(file: str, line: int | None, error: Exception) -> str:
    where = f"{file}, line {line}" if line else file
    what = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return f"{where}: {what}. Correct it, or {_AWAY}"


def _line(error: Exception, file: str) -> int | None:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == file]
    return lines[-1] if lines else None


@cache
def _ours() -> Template:
    loader = FileSystemLoader(FOLDER)
    # autoescape stands in _options, for both environments
    return Environment(loader=loader, **_options()).get_template(NAME)  # noqa: S701


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's, and of our records only what they hold: pydantic's `parse_file` reads files."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may ask for it."""
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields
        return super().is_safe_attribute(obj, attr, value)


@lru_cache(maxsize=_FEW)
def _own(text: str, file: str) -> Template:
    loader: BaseLoader = FunctionLoader(lambda name: (text, file, lambda: True) if name == NAME else None)
    return _Sandbox(loader=loader, **_options()).get_template(NAME)


def _options() -> dict[str, Any]:
    return {
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
