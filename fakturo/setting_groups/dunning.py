"""The `dunning` group of the settings: when a letter leaves, what it asks for, and when none does."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Tone = Literal["reminder", "notice", "final"]
Pct = Annotated[Decimal, Field(ge=-10, le=100, max_digits=7, decimal_places=4)]


class Level(BaseModel):
    """One step of dunning: when it is reached, and what its letter asks for beside the invoices."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    tone: Tone
    """Words of the letter: a friendly reminder, a notice, the last one."""
    days: Annotated[int, Field(ge=1, le=365)]
    """Days after the due date and `grace_days` on which the level is reached."""
    fee_minor: Annotated[int, Field(ge=0)] = 0
    """Once a letter, in minor units of `currency`."""
    interest: bool = False
    """Whether default interest is claimed."""
    lump_sum: bool = False
    """Whether the lump sum of the law is claimed, once an invoice."""


LEVELS = (
    Level(tone="reminder", days=7),
    Level(tone="notice", days=21, fee_minor=250, interest=True, lump_sum=True),
    Level(tone="final", days=35, fee_minor=250, interest=True, lump_sum=True),
)


class Dunning(BaseModel):
    """Letters about overdue invoices. Off until somebody has looked at what would be sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    enabled: bool = False
    """Whether letters are sent; off, the flow only says what it would send."""
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=9)] = LEVELS
    grace_days: Annotated[int, Field(ge=0, le=60)] = 3
    """Days that money may be on its way: after the due date, and after the day of a promise."""
    days_between: Annotated[int, Field(ge=1, le=365)] = 10
    """Fewest days between two letters to one customer in one currency."""
    pay_within_days: Annotated[int, Field(ge=1, le=90)] = 7
    """The day that a letter sets: so many days after it."""
    minimum_minor: Annotated[int, Field(ge=0)] = 500
    """A letter about less is not sent; minor units of `currency`, other currencies have no minimum."""
    max_letters: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Of one round; the oldest debts first, the rest in the next."""
    oldest_days: Annotated[int, Field(ge=1, le=36_500)] = 1095
    """Debts overdue for longer may be time-barred: a person decides."""
    address_needed: bool = True
    """Whether a customer without an e-mail address is held back; off, where letters leave by webhook."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """Of fees and the minimum. Invoices in another currency: no fee."""
    law: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """Country whose law sets interest and lump sum; empty: the seller's. Known: DE."""
    interest: Literal["law", "fixed", "none"] = "law"
    margin_pct: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(9)
    """Percentage points above the base rate: 9 where no consumer takes part, else 5."""
    fixed_pct: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    """Percent a year where `interest` is fixed."""
    base_rates: dict[date, Pct] = {}
    """Base rates by the day they begin, beside and above those that Fakturo knows."""

    @model_validator(mode="after")
    def _levels_rise(self) -> Self:
        days = [each.days for each in self.levels]
        if days != sorted(set(days)):
            raise ValueError("levels with more days each than the one before")
        return self
