"""What we write: accepted by the official rules whatever the invoice, and every amount where it belongs."""

import hashlib
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from lxml import etree

from fakturo.arithmetic import arithmetic
from fakturo.einvoice import gate
from fakturo.einvoice.writing.terms import SPECIFICATION, hindrance, terms
from fakturo.einvoice.writing.xml import BILLING_PROCESS, FORMS, PEPPOL, XRECHNUNG, write
from fakturo.invoice import Invoice, content
from fakturo.issue import propose
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import AccountingTax, PaymentMeans, Preceding
from tests.einvoice.made_invoices import ISSUED, invoices

ORDER = Order(
    external_id="SO-9",
    customer=Party(id="C-1", name="Blaue Tür AG", city="Wien", country="AT"),
    currency="EUR",
    ordered_on=date(2026, 2, 27),
    lines=(
        OrderLine(
            no=1,
            name="Lantern",
            quantity=Decimal(3),
            unit_price=Decimal("9.95"),
            adjustments=(
                Adjustment(kind="allowance", amount=Decimal("1.005"), reason="Scratched"),
                Adjustment(kind="charge", amount=Decimal("0.50"), reason="Gift box"),
            ),
        ),
        OrderLine(
            no=2, name="Rope", quantity=Decimal("2.5"), unit="MTR", unit_price=Decimal("7.777"),
            price_base=Decimal(2), tax_rate=Decimal(7), tax_category="S",
        ),
    ),
    adjustments=(
        Adjustment(kind="allowance", amount=Decimal(2), reason="Loyalty", tax_rate=Decimal(7)),
        Adjustment(kind="charge", amount=Decimal("4.90"), reason="Freight", tax_rate=Decimal(19)),
    ),
)  # fmt: skip
SELLER = Seller(
    name="Lampen GmbH",
    city="Berlin",
    country="DE",
    vat_id="DE123456789",
    currency="EUR",
    tax_rate=Decimal(19),
)


def by_hand() -> Invoice:
    """One invoice with every kind of amount.

    line 1: 3 x 9.95 = 29.85, - 1.01 (1.005 rounded) + 0.50 = 29.34
    line 2: 2.5 x 7.777 / 2 = 9.72125 -> 9.72              lines 39.06
    less 2.00 at 7 %, more 4.90 at 19 %                     net 41.96
    19 % of 29.34 + 4.90 = 34.24: 6.5056 -> 6.51
     7 % of 9.72 - 2.00 = 7.72: 0.5404 -> 0.54              tax 7.05, total 49.01
    paid before 10.00, rounded by -0.01                     due 39.00
    in Swiss francs at 0.94: 6.627 -> 6.63
    """
    invoice, findings = propose(
        ORDER, buyer=ORDER.customer, client=Client(), seller=SELLER, issue_date=ISSUED
    )
    assert findings == ()
    assert invoice is not None
    francs = AccountingTax(
        currency="CHF", tax_minor=663, rate=Decimal("0.94"), rate_date=ISSUED, rate_source="ECB"
    )
    more = {"number": "INV-1", "prepaid_minor": 1000, "rounding_minor": -1, "accounting_tax": francs}
    return invoice.model_copy(update=more)


@pytest.fixture(params=[0, 1, 2], ids=["invoice", "credit note", "deposit"])
def kind(request):
    return (
        {},
        {"kind": "credit_note", "preceding": (Preceding(number="INV-0", issue_date=ISSUED),)},
        {"is_deposit": True},
    )[request.param]


def values(xml: bytes, path: str) -> list[str]:
    """Texts at a path of local names, as in `Party/ID`."""
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return [each.text for each in etree.fromstring(xml).xpath(f"//{steps}")]


# -- accepted -------------------------------------------------------------------------------------


@given(invoices())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_the_official_rules_accept_whatever_is_proved(invoice):
    assert list(arithmetic(invoice)) == []
    assert gate.refused(invoice) == []


def test_the_invoice_by_hand_is_accepted_as_each_kind(kind):
    assert gate.refused(by_hand().model_copy(update=kind)) == []


def test_what_xml_cannot_say_is_left_out_wherever_it_stands():
    """Control characters in a note, a reason, an id; a note of nothing else is no note."""
    base = by_hand()
    line = base.lines[0].model_copy(
        update={
            "name": "Lan\x00tern <&> 灯🏮",
            "note": "\x07",
            "adjustments": (base.lines[0].adjustments[0].model_copy(update={"reason": "Scr\x1batched"}),),
        }
    )
    odd = base.model_copy(update={"note": "\x01\ufffe", "lines": (line, base.lines[1])})
    found = terms(odd)
    assert "BG-1" not in found
    assert "BT-127-00" not in found["BG-25"][0]
    for form in FORMS:
        written = write(odd, form)
        assert "Lantern <&> 灯🏮" in values(written, "Name")
        assert "Scratched" in values(written, "Reason") + values(written, "AllowanceChargeReason")


def test_an_allowance_that_rounds_to_nothing_is_still_summed():
    """BR-CO-11: 0.001 off is an allowance of 0.00, and BT-107 says so."""
    tiny = Adjustment(kind="allowance", amount=Decimal("0.001"), tax_rate=Decimal(19))
    order = ORDER.model_copy(update={"adjustments": (tiny,)})
    made = propose(order, buyer=order.customer, client=Client(), seller=SELLER, issue_date=ISSUED).invoice
    numbered = made.model_copy(update={"number": "INV-1"})
    assert gate.refused(numbered) == []
    assert values(write(numbered, "ubl"), "LegalMonetaryTotal/AllowanceTotalAmount") == ["0.00"]


@pytest.mark.parametrize(
    ("card", "told"), [("1111", "1111"), ("4111111111", "4111111111"), ("411111XXXX1111", "1111")]
)
def test_a_card_number_is_never_longer_than_ten(card, told):
    """BR-51."""
    means = PaymentMeans(code="48", card_number=card)
    paid = by_hand().model_copy(update={"payment": means})
    assert values(write(paid, "ubl"), "CardAccount/PrimaryAccountNumberID") == [told]
    assert values(write(paid, "cii"), "ApplicableTradeSettlementFinancialCard/ID") == [told]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_no_vat_id_stands_where_all_is_outside_the_scope(form, kind):
    """BR-O-02: advice with both VAT ids known; the register's number stays."""
    outside = OrderLine(
        no=1,
        name="Advice",
        quantity=Decimal(2),
        unit_price=Decimal(80),
        tax_category="O",
        tax_rate=Decimal(0),
    )
    buyer = ORDER.customer.model_copy(update={"vat_id": "ATU12345675"})
    order = ORDER.model_copy(update={"customer": buyer, "lines": (outside,), "adjustments": ()})
    seller = SELLER.model_copy(update={"legal_id": "HRB 4711", "tax_number": "27/123/4567"})
    found = propose(order, buyer=buyer, client=Client(), seller=seller, issue_date=ISSUED)
    made = found.invoice.model_copy(
        update={"number": "INV-1", "kind": kind, "preceding": (Preceding(number="INV-0"),)}
    )
    assert (made.seller.vat_id, made.buyer.vat_id) == ("DE123456789", "ATU12345675"), "the page has them"
    assert gate.refused(made) == []
    written = write(made, form)
    assert b"DE123456789" not in written
    assert b"ATU12345675" not in written
    assert b"HRB 4711" in written
    assert b"27/123/4567" in written
    assert b"ATU12345675" in write(by_hand().model_copy(update={"buyer": buyer}), form)


# -- where each amount stands ---------------------------------------------------------------------

UBL = {
    "LegalMonetaryTotal/LineExtensionAmount": ["39.06"],  # BT-106
    "LegalMonetaryTotal/AllowanceTotalAmount": ["2.00"],  # BT-107
    "LegalMonetaryTotal/ChargeTotalAmount": ["4.90"],  # BT-108
    "LegalMonetaryTotal/TaxExclusiveAmount": ["41.96"],  # BT-109
    "TaxTotal/TaxAmount": ["7.05", "6.63"],  # BT-110, BT-111
    "LegalMonetaryTotal/TaxInclusiveAmount": ["49.01"],  # BT-112
    "LegalMonetaryTotal/PrepaidAmount": ["10.00"],  # BT-113
    "LegalMonetaryTotal/PayableRoundingAmount": ["-0.01"],  # BT-114
    "LegalMonetaryTotal/PayableAmount": ["39.00"],  # BT-115
    "InvoiceLine/LineExtensionAmount": ["29.34", "9.72"],  # BT-131
    "InvoiceLine/InvoicedQuantity": ["3", "2.5"],  # BT-129
    "InvoiceLine/AllowanceCharge/Amount": ["1.01", "0.50"],  # BT-136, BT-141
    "Price/PriceAmount": ["9.95", "7.777"],  # BT-146
    "Price/BaseQuantity": ["2"],  # BT-149
    "TaxSubtotal/TaxableAmount": ["34.24", "7.72"],  # BT-116
    "TaxSubtotal/TaxAmount": ["6.51", "0.54"],  # BT-117
    "TaxSubtotal/TaxCategory/Percent": ["19", "7"],  # BT-119
    "Invoice/AllowanceCharge/Amount": ["2.00", "4.90"],  # BT-92, BT-99
    "Invoice/AllowanceCharge/TaxCategory/Percent": ["7", "19"],  # BT-96, BT-103
}
_SUM = "SpecifiedTradeSettlementHeaderMonetarySummation"
_LINE, _ALL = "IncludedSupplyChainTradeLineItem", "ApplicableHeaderTradeSettlement"
CII = {
    f"{_SUM}/LineTotalAmount": ["39.06"],
    f"{_SUM}/AllowanceTotalAmount": ["2.00"],
    f"{_SUM}/ChargeTotalAmount": ["4.90"],
    f"{_SUM}/TaxBasisTotalAmount": ["41.96"],
    f"{_SUM}/TaxTotalAmount": ["7.05", "6.63"],
    f"{_SUM}/GrandTotalAmount": ["49.01"],
    f"{_SUM}/TotalPrepaidAmount": ["10.00"],
    f"{_SUM}/RoundingAmount": ["-0.01"],
    f"{_SUM}/DuePayableAmount": ["39.00"],
    "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount": ["29.34", "9.72"],
    f"{_LINE}/SpecifiedLineTradeDelivery/BilledQuantity": ["3", "2.5"],
    "SpecifiedLineTradeSettlement/SpecifiedTradeAllowanceCharge/ActualAmount": ["1.01", "0.50"],
    "NetPriceProductTradePrice/ChargeAmount": ["9.95", "7.777"],
    "NetPriceProductTradePrice/BasisQuantity": ["2"],
    f"{_ALL}/ApplicableTradeTax/BasisAmount": ["34.24", "7.72"],
    f"{_ALL}/ApplicableTradeTax/CalculatedAmount": ["6.51", "0.54"],
    f"{_ALL}/ApplicableTradeTax/RateApplicablePercent": ["19", "7"],
    f"{_ALL}/SpecifiedTradeAllowanceCharge/ActualAmount": ["2.00", "4.90"],
    f"{_ALL}/SpecifiedTradeAllowanceCharge/CategoryTradeTax/RateApplicablePercent": ["7", "19"],
}


@pytest.mark.parametrize("path", UBL)
def test_amounts_in_ubl_are_those_worked_out_by_hand(path):
    assert values(write(by_hand(), "ubl"), path) == UBL[path]


@pytest.mark.parametrize("path", CII)
def test_amounts_in_cii_are_those_worked_out_by_hand(path):
    assert values(write(by_hand(), "cii"), path) == CII[path]


def test_yen_have_no_decimals():
    """3 x 995 = 2,985, 10 % = 298.5 -> 299."""
    line = OrderLine(no=1, name="灯", quantity=Decimal(3), unit_price=Decimal(995), tax_rate=Decimal(10))
    order = ORDER.model_copy(update={"currency": "JPY", "lines": (line,), "adjustments": ()})
    made = propose(order, buyer=order.customer, client=Client(), seller=SELLER, issue_date=ISSUED).invoice
    written = write(made.model_copy(update={"number": "INV-1"}), "ubl")
    assert values(written, "LegalMonetaryTotal/TaxInclusiveAmount") == ["3284"]


def test_all_amounts_bear_the_currency_but_the_tax_of_the_tax_office():
    """Also the rounding amount, of which `factur-x` says EUR in any currency."""
    francs = by_hand().accounting_tax
    pounds = by_hand().model_copy(update={"currency": "GBP", "accounting_tax": francs})
    found = etree.fromstring(write(pounds, "ubl")).xpath("//*[@currencyID]")
    others = [(etree.QName(each).localname, each.text) for each in found if each.get("currencyID") != "GBP"]
    assert others == [("TaxAmount", "6.63")]
    assert "PayableRoundingAmount" in {etree.QName(each).localname for each in found}


# -- always the same, and what it claims to be ----------------------------------------------------


@given(invoices())
@example(by_hand())
@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
def test_an_invoice_read_back_from_the_ledger_gives_the_same_bytes(invoice):
    again = Invoice.model_validate_json(content(invoice))
    assert [write(invoice, form) for form in FORMS] == [write(again, form) for form in FORMS]


def test_another_process_gives_the_same_bytes():
    program = (
        "import sys, hashlib; from fakturo.invoice import Invoice; "
        "from fakturo.einvoice.writing.xml import FORMS, write; "
        "invoice = Invoice.model_validate_json(sys.stdin.read()); "
        "print(*(hashlib.sha256(write(invoice, form)).hexdigest() for form in FORMS))"
    )
    invoice = by_hand()
    done = subprocess.run(
        [sys.executable, "-c", program], input=content(invoice), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [hashlib.sha256(write(invoice, form)).hexdigest() for form in FORMS]


@pytest.mark.parametrize(
    "specification", [SPECIFICATION, PEPPOL, XRECHNUNG], ids=["plain", "peppol", "xrechnung"]
)
def test_the_specification_and_its_process_are_named(specification, kind):
    invoice = by_hand().model_copy(update=kind)
    process = [] if specification == SPECIFICATION else [BILLING_PROCESS]
    ubl, cii = write(invoice, "ubl", specification), write(invoice, "cii", specification)
    assert values(ubl, "CustomizationID") == [specification]
    assert values(ubl, "ProfileID") == process
    assert values(cii, "GuidelineSpecifiedDocumentContextParameter/ID") == [specification]
    assert values(cii, "BusinessProcessSpecifiedDocumentContextParameter/ID") == process


@pytest.mark.parametrize("where", ["invoice", "tax"])
def test_currencies_with_three_decimals_have_no_e_invoice(where):
    invoice = by_hand()
    if where == "invoice":
        invoice = invoice.model_copy(update={"currency": "KWD"})
    else:
        dinars = invoice.accounting_tax.model_copy(update={"currency": "KWD"})
        invoice = invoice.model_copy(update={"accounting_tax": dinars})
    assert hindrance(invoice) == (
        "Amounts in KWD have 3 decimals and EN 16931 allows two (BR-DEC), "
        "so this document has no e-invoice; the PDF alone is the invoice."
    )


def test_nothing_hinders_two_decimals_or_none():
    assert hindrance(by_hand()) is None
    assert hindrance(by_hand().model_copy(update={"currency": "JPY"})) is None
