"""The `sql` group of the settings: what one question to the warehouse may cost."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Sql(BaseModel):
    """Limits of `fakturo sql`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    locked: bool = False
    """For shared use: no file is written either, the limits hold for the process, no option loosens them."""
    timeout_s: Annotated[float, Field(ge=0)] = 300.0
    """Then a query is stopped; 0: never. `--timeout` changes it."""
    memory_mb: Annotated[int, Field(ge=64)] = 2000
    """What one query may hold; nothing is written to disk instead."""
    rows: Annotated[int, Field(ge=1)] = 200
    """Most rows that a table on the screen shows. `--rows` changes it."""
