"""`fakturo config`: the effective settings, secrets masked."""

from typing import Annotated

import typer
from pydantic import BaseModel, SecretStr

from fakturo.errors import NotFound


def config(name: Annotated[str | None, typer.Argument(help="One setting, e.g. ai.rpm")] = None) -> None:
    """Show every setting with its effective value, and the variable that sets it."""
    from sqlalchemy.engine import make_url

    from fakturo.cli.terminal.screen import console, table
    from fakturo.settings import current

    settings = current()
    shown = dict(_flat("", settings))
    shown["ledger.url"] = make_url(settings.ledger_url).render_as_string(hide_password=True)
    if name is not None:
        if name not in shown:
            raise NotFound(f"{name} is no setting; `fakturo config` lists all that are.")
        console.print(shown[name])
        return
    rows = [(key, value, _variable(key)) for key, value in shown.items()]
    table("Settings", ("setting", "value", "set by"), rows)


def _variable(key: str) -> str:
    """Environment variable of a setting; entries of a list are set together, as JSON."""
    group, _, name = key.partition(".")
    first = name.partition(".")[0]
    return "_".join(("FAKTURO", group, "" if first.isdecimal() else first)).rstrip("_").upper()


def _flat(prefix: str, group: BaseModel) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in type(group).model_fields:
        value = getattr(group, name)
        if isinstance(value, BaseModel):
            found += _flat(f"{prefix}{name}.", value)
        elif isinstance(value, SecretStr):
            found.append((prefix + name, "********" if value.get_secret_value() else "(not set)"))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for number, each in enumerate(value, 1):
                found += _flat(f"{prefix}{name}.{number}.", each)
        else:
            found.append((prefix + name, "(not set)" if value is None or value == "" else str(value)))
    return found
