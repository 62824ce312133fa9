"""The `ai` group of the settings: which providers are asked, how hard, and what they may cost."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from fakturo.errors import BadSetting


class Provider(BaseModel):
    """One endpoint and model that speaks `/v1/chat/completions`, and what it may cost and take."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    api_key_file: Path | None = None
    """Read where `api_key` is empty: a mounted secret never stands in the environment."""
    model: str = "gpt-4o-mini"
    rpm: Annotated[int, Field(gt=0)] | None = None
    """Requests a minute; None: learned from the provider's headers, else from its refusals."""
    tpm: Annotated[int, Field(gt=0)] | None = None
    price_in: Annotated[Decimal, Field(ge=0)] | None = None
    """Of a million tokens asked, in the currency of your contract; None: costs are not counted."""
    price_out: Annotated[Decimal, Field(ge=0)] | None = None
    """Of a million tokens answered."""

    @property
    def key(self) -> SecretStr:
        """The key, from wherever it is kept.

        Raises:
            BadSetting: the file cannot be read.
        """
        if self.api_key.get_secret_value() or self.api_key_file is None:
            return self.api_key
        try:
            return SecretStr(self.api_key_file.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(
                f"FAKTURO_AI_API_KEY_FILE is {self.api_key_file}, which cannot be read: {error}."
            ) from None


class Ai(Provider):
    """The model that reads free text. No `base_url`: only orders that code understands are drafted."""

    fallbacks: tuple[Provider, ...] = ()
    """Asked in turn where the one before refuses, is dead, has no credit, or cannot take the order."""
    concurrency: Annotated[int, Field(ge=1, le=256)] = 10
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """Longest wait for one answer; a shorter one is learned from the answers before."""
    deadline_s: Annotated[float, Field(gt=0)] = 600.0
    """An order that has waited so long for its turn goes back to the queue."""
    max_reasks: Annotated[int, Field(ge=0, le=5)] = 3
    """How often the model is asked again with what was wrong."""
    max_parks: Annotated[int, Field(ge=1)] = 20
    retry_share: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Retries may be so large a share of first calls; beyond it orders are parked."""
    max_tokens_per_run: Annotated[int, Field(gt=0)] | None = None
    max_cost_per_run: Annotated[Decimal, Field(gt=0)] | None = None
    max_cost_per_day: Annotated[Decimal, Field(gt=0)] | None = None
    """Of the UTC day, over all runs and providers."""
    cache: bool = True
    """Whether an answer that was paid for is used again for the very same request."""
    answers_days: Annotated[int, Field(ge=1)] = 90
    """How long answers are kept."""

    @property
    def providers(self) -> tuple[Provider, ...]:
        """First choice and fallbacks, in order; empty when none is set up."""
        return (self, *self.fallbacks) if self.base_url else ()

    @model_validator(mode="after")
    def _caps_need_prices(self) -> Self:
        capped = self.max_cost_per_run is not None or self.max_cost_per_day is not None
        if capped and any(each.price_in is None or each.price_out is None for each in self.providers):
            raise ValueError("a cost cap needs price_in and price_out of every provider")
        if self.fallbacks and not (self.base_url and all(each.base_url for each in self.fallbacks)):
            raise ValueError("a base_url for the first choice and for every fallback")
        return self
