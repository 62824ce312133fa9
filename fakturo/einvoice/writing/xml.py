"""CII (Factur-X, ZUGFeRD) and UBL 2.1 of an invoice, from one record of terms, by `factur-x`.

What its release 7.8 writes wrongly is set right here: see `_mended`. The same invoice gives the same bytes.
"""

from typing import Literal

from facturx import generate_cii_xml, generate_ubl_xml
from lxml import etree

from fakturo.einvoice.writing.terms import SPECIFICATION, terms
from fakturo.invoice import Invoice

Form = Literal["cii", "ubl"]
FORMS: tuple[Form, ...] = ("cii", "ubl")
"""The two that every receiver in the EU must read (Implementing Decision (EU) 2017/1870)."""

PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
"""BT-24 of Peppol BIS Billing 3."""
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
"""BT-24 of XRechnung 3."""
BILLING_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
"""BT-23 of both."""
_NIL = b' xsi:nil="true"/>'
"""lxml's objectify writes it on elements without content, where the schemas do not allow it."""
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def write(invoice: Invoice, form: Form, specification: str = SPECIFICATION) -> bytes:
    """The XML of an invoice: UTF-8, declared.

    Args:
        invoice: with a number.
        specification: BT-24; PEPPOL and XRECHNUNG add their business process (BT-23).
    """
    found = terms(invoice)
    if specification != SPECIFICATION:
        found["BT-23"] = BILLING_PROCESS
    generate = generate_cii_xml if form == "cii" else generate_ubl_xml
    made: bytes = generate(found, level="en16931", check_xsd=False, check_schematron=None)
    made = made.replace(_NIL, b"/>")
    is_right = form == "cii" or (invoice.kind == "invoice" and not invoice.rounding_minor)
    if specification == SPECIFICATION and is_right:
        return made
    return _mended(made, invoice, specification)


def _mended(made: bytes, invoice: Invoice, specification: str) -> bytes:
    """With the specification asked for, and what release 7.8 gets wrong in UBL put right.

    The rounding amount is written in EUR whatever the invoice's currency, and the tax point of a credit note
    behind its type code, where the schema has it before.
    """
    root = etree.fromstring(made)
    guideline = f"{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"
    for each in (*root.iter(f"{_CBC}CustomizationID"), *root.iterfind(f".//{guideline}")):
        each.text = specification
    for each in root.iter(f"{_CBC}PayableRoundingAmount"):
        each.set("currencyID", invoice.currency)
    type_code, tax_point = root.find(f"{_CBC}CreditNoteTypeCode"), root.find(f"{_CBC}TaxPointDate")
    if type_code is not None and tax_point is not None:
        type_code.addprevious(tax_point)
    mended: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return mended
