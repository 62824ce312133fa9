"""The `receivables` group of the settings: how a payment may differ from its invoice."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Receivables(BaseModel):
    """What the rules that put payments on invoices may take for granted. The defaults forgive nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    discount_pct: Annotated[Decimal, Field(ge=0, lt=100)] = Decimal(0)
    """Early-payment discount in percent of what is open; 0: none is granted."""
    discount_days: Annotated[int, Field(ge=0, le=365)] = 14
    """Days after the issue date within which the discount may be taken, the last one included."""
    fee_tolerance_minor: Annotated[int, Field(ge=0)] = 0
    """Minor units that banks on the way may keep of a payment; 0: one that is short is partial."""
    duplicate_days: Annotated[int, Field(ge=0, le=365)] = 20
    """Two payments alike in customer, amount and text within so many days count as one paid twice."""
