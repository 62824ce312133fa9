"""What is known of a file after it was verified."""

from dataclasses import dataclass, field
from decimal import Decimal

from fakturo.einvoice.reading import Said
from fakturo.einvoice.syntax import Profile
from fakturo.einvoice.verifying.finding import Finding, Weight


@dataclass(frozen=True)
class Verdict:
    """One file, verified."""

    file: str
    sha256: str
    """Of the file; empty where it could not be read."""
    is_pdf: bool = False
    profile: Profile | None = None
    """None: no invoice could be read."""
    attachment: str = ""
    """Name of the XML within the PDF."""
    number: str = ""
    seller: str = ""
    seller_vat_id: str = ""
    currency: str = ""
    total: Decimal | None = None
    due: Decimal | None = None
    lines: int = 0
    findings: tuple[Finding, ...] = field(default=())
    said: Said | None = None
    """All that the invoice says; None where none could be read."""

    @property
    def is_accepted(self) -> bool:
        """Whether nothing forbids the invoice; warnings do not."""
        return all(each.weight is not Weight.REFUSED for each in self.findings)

    def count(self, weight: Weight) -> int:
        """Findings of a weight."""
        return sum(1 for each in self.findings if each.weight is weight)
