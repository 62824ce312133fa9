"""Which kind of e-invoice an XML is: its syntax by its root, its level by the specification it names (BT-24).

Sources: EN 16931-1 BT-24; Factur-X 1.09 (ZUGFeRD 2.5), section 5.4 of the guide; XRechnung 3.0; Peppol BIS
Billing 3.0.
"""

from enum import StrEnum
from typing import NamedTuple

from fakturo.einvoice.parsing import Node
from fakturo.errors import BadInput

CII_NAMESPACE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_CBC = f"{{{_UBL}:CommonBasicComponents-2}}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
EN16931_URN = "urn:cen.eu:en16931:2017"


class Syntax(StrEnum):
    """The ways in which EN 16931 lets an invoice be written."""

    CII = "CII"
    UBL_INVOICE = "UBL invoice"
    UBL_CREDIT_NOTE = "UBL credit note"


class Level(StrEnum):
    """Which set of rules applies."""

    MINIMUM = "MINIMUM"
    BASIC_WL = "BASIC WL"
    BASIC = "BASIC"
    EN16931 = "EN 16931"
    EXTENDED = "EXTENDED"
    EXTENDED_CTC_FR = "EXTENDED-CTC-FR"


class Profile(NamedTuple):
    """What an XML is and says that it is."""

    syntax: Syntax
    level: Level
    name: str
    """For a person: Factur-X BASIC, XRechnung 3.0, Peppol BIS Billing 3.0, EN 16931."""
    specification: str
    """BT-24 as it stands there; empty: it is not there."""
    known: bool = True
    """Whether the specification is one that we know; otherwise the rules of EN 16931 are held against it."""


_ROOTS = {
    f"{{{CII_NAMESPACE}}}CrossIndustryInvoice": Syntax.CII,
    f"{{{_UBL}:Invoice-2}}Invoice": Syntax.UBL_INVOICE,
    f"{{{_UBL}:CreditNote-2}}CreditNote": Syntax.UBL_CREDIT_NOTE,
}
_OTHERS = {
    "CrossIndustryDocument": "ZUGFeRD 1, replaced in 2019; ask for Factur-X or ZUGFeRD 2",
    "SCRDMCCBDACIOMessageStructure": "an Order-X order",
    "Order": "a UBL order; `fakturo ingest` reads it",
    "FatturaElettronica": "a FatturaPA, which is not of EN 16931",
    "Document": "another document (a bank statement?)",
}
_FACTUR_X = {
    "urn:factur-x.eu:1p0:minimum": Level.MINIMUM,
    "urn:factur-x.eu:1p0:basicwl": Level.BASIC_WL,
    f"{EN16931_URN}#compliant#urn:factur-x.eu:1p0:basic": Level.BASIC,
    f"{EN16931_URN}#conformant#urn:factur-x.eu:1p0:extended": Level.EXTENDED,
    "urn:zugferd.de:2p0:minimum": Level.MINIMUM,
    "urn:zugferd.de:2p0:basicwl": Level.BASIC_WL,
    f"{EN16931_URN}#compliant#urn:zugferd.de:2p0:basic": Level.BASIC,
    f"{EN16931_URN}#conformant#urn:zugferd.de:2p0:extended": Level.EXTENDED,
}
_CTC_FR = f"{EN16931_URN}#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"


def profile_of(root: Node) -> Profile:
    """What an XML is.

    Raises:
        BadInput: not an invoice of EN 16931's syntaxes.
    """
    syntax = _ROOTS.get(root.tag)
    if syntax is None:
        raise BadInput(_not_an_invoice(root))
    said = _specification(root, syntax)
    if said == EN16931_URN:
        return Profile(syntax, Level.EN16931, "EN 16931", said)
    if syntax is Syntax.CII and said in _FACTUR_X:
        level = _FACTUR_X[said]
        return Profile(syntax, level, f"Factur-X {level}", said)
    if said == _CTC_FR:
        return Profile(syntax, Level.EXTENDED_CTC_FR, "EXTENDED-CTC-FR", said)
    if said.startswith(f"{EN16931_URN}#") and (name := _national(said)):
        return Profile(syntax, Level.EN16931, name, said)
    return Profile(syntax, Level.EN16931, said or "no specification named (BT-24)", said, known=False)


def is_invoice(root: Node) -> bool:
    """Whether an XML is an invoice or credit note of EN 16931's syntaxes."""
    return root.tag in _ROOTS


def is_factur_x(profile: Profile) -> bool:
    """Whether the XML is of a Factur-X level, whose own restrictions then hold."""
    return profile.syntax is Syntax.CII and (
        profile.specification in _FACTUR_X or profile.specification == EN16931_URN
    )


def _specification(root: Node, syntax: Syntax) -> str:
    if syntax is Syntax.CII:
        found = root.find(f".//{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID")
    else:
        found = root.find(f"{_CBC}CustomizationID")
    return "" if found is None or not found.text else " ".join(found.text.split())


def _national(said: str) -> str | None:
    last = said.rpartition("#")[2]
    if "xrechnung_" in last or "xrechnung-" in last:
        extension = " extension" if ":extension:" in last else ""
        return f"XRechnung {last.rpartition('xrechnung')[2].lstrip('_-')}{extension}"
    if "peppol" in last:
        return f"Peppol BIS Billing {last.rpartition(':')[2]}"
    return f"EN 16931 with {last}" if "#compliant#" in said else None


def _not_an_invoice(root: Node) -> str:
    name = str(root.tag).rpartition("}")[2]
    namespace = str(root.tag).partition("}")[0].lstrip("{") if "}" in str(root.tag) else "none"
    told = _OTHERS.get(name, f"a {name[:80]!r} of the namespace {namespace[:120]!r}")
    return (
        f"This XML is {told}; verified are CII (Factur-X, ZUGFeRD 2) and UBL 2.1 invoices and credit notes."
    )
