"""The `render` group of the settings: how documents are made and what they look like."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Design = Literal["classic", "modern", "plain"]


class Render(BaseModel):
    """Documents. What is written stays as it is when one of these changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    processes: Annotated[int, Field(ge=1, le=64)] = 2
    design: Design = "classic"
    """classic: quiet, with lines in colour; modern: a band of it; plain: black and small, for long tables."""
    accent: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#0b4f5c"
    """Colour of classic and modern; one too light to be read on white is printed darker."""
