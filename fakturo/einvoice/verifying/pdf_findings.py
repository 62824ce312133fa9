"""What is to be said of a PDF around an e-invoice: attachments, metadata, and its pages beside the XML.

Source: Factur-X 1.09, section 6 (names, AFRelationship, XMP extension schema).
"""

from collections.abc import Iterator

from fakturo.einvoice.reading import Said
from fakturo.einvoice.syntax import Level, Profile, Syntax
from fakturo.einvoice.verifying.envelope import Attached, Envelope
from fakturo.einvoice.verifying.finding import Finding, Weight
from fakturo.einvoice.verifying.page_text import says_amount, says_text
from fakturo.einvoice.verifying.rounding import shown

_WITHOUT_LINES = (Level.MINIMUM, Level.BASIC_WL)
_LEVELS = {"BASICWL": "BASIC WL", "EN16931": "EN 16931", "COMFORT": "EN 16931"}


def findings_around(entry: Attached, envelope: Envelope, profile: Profile, said: Said) -> Iterator[Finding]:
    """Everything about the PDF that holds an XML."""
    yield from _several(envelope)
    yield from _attachment(entry, profile)
    yield from _metadata(envelope, profile)
    yield from _pages(envelope, said)


def _several(envelope: Envelope) -> Iterator[Finding]:
    if len(envelope.invoices) > 1:
        names = ", ".join(entry.name for entry, _ in envelope.invoices)
        count = len(envelope.invoices)
        text = f"The PDF carries {count} e-invoices ({names}); one is allowed. The first was verified."
        yield Finding(Weight.REFUSED, "pdf", "Attachments", "", text, "Ask the sender which of them holds.")
    invoices = [entry for entry, _ in envelope.invoices]
    others = [each.name for each in envelope.attached if each not in invoices]
    if others:
        yield Finding(Weight.NOTE, "pdf", "Attachments", "", f"Attached besides: {', '.join(others)}.")


def _attachment(entry: Attached, profile: Profile) -> Iterator[Finding]:
    if profile.syntax is not Syntax.CII:
        text = f"{entry.name} is a {profile.syntax}; within a PDF a CII is expected (Factur-X, ZUGFeRD)."
        yield Finding(Weight.WARNING, "pdf", "Attachment", "", text, "Ask for the XML beside the PDF.")
    expected = "xrechnung.xml" if profile.name.startswith("XRechnung") else "factur-x.xml"
    if entry.name not in {expected, "factur-x.xml"}:
        text = f"The XML is named {entry.name}; Factur-X and ZUGFeRD 2.1 ask for {expected}."
        remedy = "Older programs write it so; check that yours reads it."
        yield Finding(Weight.WARNING, "pdf", "Attachment name", "", text, remedy)
    allowed = ("Data",) if profile.level in _WITHOUT_LINES else ("Alternative", "Source", "Data")
    if entry.relationship not in allowed:
        told = f"is {entry.relationship}" if entry.relationship else "is not given"
        text = f"The relationship of {entry.name} to the PDF {told}; allowed is {' or '.join(allowed)}."
        remedy = "Programs that look for it may miss the XML."
        yield Finding(Weight.WARNING, "pdf", "AFRelationship", "", text, remedy)


def _metadata(envelope: Envelope, profile: Profile) -> Iterator[Finding]:
    claimed = _LEVELS.get(envelope.level.upper().replace(" ", ""), envelope.level)
    if not claimed:
        text = "The PDF's metadata do not say that it is Factur-X; some programs will not look for the XML."
        yield Finding(Weight.WARNING, "pdf", "ConformanceLevel", "", text)
    elif claimed.upper() != profile.level.value and claimed.upper() not in profile.name.upper():
        text = f"The PDF's metadata say {envelope.level}, the XML is {profile.name}; the XML was verified."
        remedy = "Ask the sender which of them holds."
        yield Finding(Weight.WARNING, "pdf", "ConformanceLevel", "", text, remedy)


def _pages(envelope: Envelope, said: Said) -> Iterator[Finding]:
    if not envelope.text.strip():
        text = "The pages hold no text that can be read (a scan?), so they were not compared with the XML."
        yield Finding(Weight.WARNING, "pdf", "Pages", "", text, "Compare number and amounts by eye.")
        return
    compare = "The XML is what counts for tax; compare both before you pay."
    if said.number and not says_text(envelope.text, said.number):
        text = f"The XML is invoice {said.number}, but the pages do not show this number."
        yield Finding(Weight.WARNING, "pdf", "Invoice number (BT-1)", "", text, compare)
    for about, amount in (
        ("Invoice total amount with VAT (BT-112)", said.total),
        ("Amount due for payment (BT-115)", said.due),
    ):
        if amount and not says_amount(envelope.text, amount):
            text = f"The XML says {shown(amount)} {said.currency}, but the pages do not show this amount."
            yield Finding(Weight.WARNING, "pdf", about, "", text, compare)
