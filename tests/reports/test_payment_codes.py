"""Payment codes are read back from the printed page: they say what was meant, or there is none."""

import io
import subprocess
from datetime import date
from decimal import Decimal

import pypdf
import pytest
import zxingcpp
from PIL import Image

from fakturo.order import Party
from fakturo.receivables.facts import Invoice, Payment
from fakturo.receivables.references import Numbers
from fakturo.settings import Seller
from reports.codes import swiss
from reports.payment_code import payment_code
from reports.pdf import make

EURO = Seller(
    name="Nordlicht Bürobedarf GmbH",
    street="Hafenstr. 5a",
    city="Leipzig",
    postcode="04109",
    country="DE",
    language="de",
    currency="EUR",
    tax_rate=Decimal(19),
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    bank="Commerzbank",
)
SWISS = EURO.model_copy(
    update={
        "name": "Robert Schneider AG",
        "street": "Rue du Lac 1268",
        "city": "Biel",
        "postcode": "2501",
        "country": "CH",
        "tax_rate": Decimal("8.1"),
        "iban": "CH5800791123000889012",
        "bic": None,
    }
)
BUYER = Party(
    id="C-1", name="Pia Rutschmann", street="Marktgasse 28", city="Rorschach", postcode="9400", country="CH"
)
QR_IBAN = "CH4431999123000889012"


@pytest.fixture
def read(tmp_path):
    """What the codes on the page of a PDF say, at 100 dpi; (page, text) of each."""

    def from_page(data):
        file = tmp_path / "code.pdf"
        file.write_bytes(data)
        subprocess.run(["pdftoppm", "-r", "100", "-gray", str(file), str(tmp_path / "page")], check=True)
        return [
            (number, code.text)
            for number, page in enumerate(sorted(tmp_path.glob("page*.pgm")), 1)
            for code in zxingcpp.read_barcodes(Image.open(page))
        ]

    return from_page


def alternatives(node):
    """Words for pictures in the tree of tags of a PDF."""
    if isinstance(node, bytes):
        return alternatives(pypdf.PdfReader(io.BytesIO(node)).trailer["/Root"]["/StructTreeRoot"])
    kids = node.get("/K", []) if isinstance(node, dict) else node if isinstance(node, list) else []
    own = [str(node["/Alt"])] if isinstance(node, dict) and "/Alt" in node else []
    below = [kids] if isinstance(kids, dict) else [each.get_object() for each in kids]
    return own + [words for each in below for words in alternatives(each)]


def test_a_european_code_says_who_how_much_and_what_for(make_invoice, read):
    """6 x 2.55 + 14.70 = 30.00, and 19 % = 5.70."""
    document = make(make_invoice(EURO, currency="EUR"))
    assert document.pages == 1
    wanted = ["BCD", "002", "1", "SCT", "COBADEFFXXX", "Nordlicht Bürobedarf GmbH", "DE89370400440532013000"]
    wanted += ["EUR35.7", "", "", "INV-2026-000042"]
    assert read(document.data) == [(1, "\n".join(wanted))]


@pytest.mark.parametrize(("lines", "page"), [(4, 1), (8, 2), (40, 3)], ids=["below", "apart", "long"])
def test_a_swiss_code_stands_below_a_short_invoice_or_on_a_page_of_its_own(make_invoice, read, lines, page):
    """Each line 6 x 2.55 = 15.30: 61.20 with 8.1 % is 66.16, 122.40 is 132.31, 612.00 is 661.57."""
    document = make(make_invoice(SWISS, currency="CHF", lines=lines, customer=BUYER))
    amount = {4: "66.16", 8: "132.31", 40: "661.57"}[lines]
    assert document.pages == page
    creditor = "S,Robert Schneider AG,Rue du Lac,1268,2501,Biel,CH"
    debtor = "S,Pia Rutschmann,Marktgasse,28,9400,Rorschach,CH"
    wanted = f"SPC,0200,1,CH5800791123000889012,{creditor},,,,,,,,{amount},CHF,{debtor}"
    wanted += ",SCOR,RF54INV2026000042,INV-2026-000042,EPD"
    assert read(document.data) == [(page, "\r\n".join(wanted.split(",")))]


def test_a_swiss_account_takes_euros_too_and_a_buyer_without_an_address_is_left_to_be_written(
    make_invoice, read
):
    document = make(make_invoice(SWISS, currency="EUR", customer=Party(id="C-1", name="Pia")))
    ((_, text),) = read(document.data)
    lines = text.split("\r\n")
    assert lines[18:20] == ["32.43", "EUR"]
    assert lines[20:27] == [""] * 7


def test_a_qr_iban_has_a_qr_reference_and_only_there(make_invoice, read):
    """Digits of the number to 26 places and a check digit, recursive modulo 10: 2026000042 -> 5."""
    document = make(make_invoice(SWISS.model_copy(update={"iban": QR_IBAN}), currency="CHF", customer=BUYER))
    ((_, text),) = read(document.data)
    assert text.split("\r\n")[27:29] == ["QRR", "000000000000000020260000425"]


@pytest.mark.parametrize(
    ("iban", "number", "reference"),
    [
        ("CH5800791123000889012", "INV-2026-000042", "RF54INV2026000042"),
        ("CH5800791123000889012", "539007547034", "RF18539007547034"),
        ("CH5800791123000889012", "A" * 22, None),
        (QR_IBAN, "R-ABC", None),
        (QR_IBAN, "21000000000313947143000901", "210000000003139471430009017"),
    ],
    ids=["ours", "the standard's", "too long", "no digits", "the guideline's"],
)
def test_a_reference_is_made_of_the_number(iban, number, reference):
    """Examples: ISO 11649 (RF18 5390 0754 7034); SIX (21 00000 00003 13947 14300 09017)."""
    assert swiss.reference(iban, number) == reference


def test_a_number_too_long_for_a_reference_stands_in_the_additional_information(make_invoice, read):
    long = "INV-2026-WINTER-SALE-000042"
    document = make(make_invoice(SWISS, currency="CHF", customer=BUYER, number=long))
    ((_, text),) = read(document.data)
    assert text.split("\r\n")[27:30] == ["NON", "", long]


@pytest.mark.parametrize(
    ("seller", "changes"),
    [
        (EURO, {"currency": "GBP"}),
        (EURO, {"total_minor": 0}),
        (EURO, {"total_minor": -1}),
        (EURO, {"total_minor": 100_000_000_000}),
        (EURO, {"kind": "credit_note"}),
        (SWISS, {"currency": "GBP"}),
        (SWISS, {"kind": "credit_note"}),
        (EURO.model_copy(update={"iban": None}), {}),
        (EURO.model_copy(update={"iban": "BR1500000000000010932840814P2"}), {}),
        (EURO.model_copy(update={"bic": "COBADEFFX"}), {}),
        (EURO.model_copy(update={"iban": "GB33BUKB20201555555555", "bic": None}), {}),
        (SWISS.model_copy(update={"city": " "}), {}),
        (SWISS.model_copy(update={"name": "東京雑貨"}), {}),
        (Seller(iban="DE89370400440532013000"), {}),
    ],
    ids=[
        "pounds",
        "nothing",
        "less",
        "too much",
        "credit note",
        "swiss pounds",
        "swiss credit note",
        "no account",
        "far away",
        "bad bic",
        "outside the EEA without a bic",
        "no town",
        "other letters",
        "specimen",
    ],
)
def test_where_there_can_be_no_code_the_document_is_whole_without(make_invoice, read, seller, changes):
    invoice = make_invoice(seller, currency="EUR").model_copy(update=changes)
    assert payment_code(invoice) is None
    document = make(invoice)
    assert document.pages == 1
    assert read(document.data) == []


def test_the_largest_amount_has_a_code(make_invoice):
    for seller in (EURO, SWISS):
        most = make_invoice(seller, currency="EUR").model_copy(update={"total_minor": 99_999_999_999})
        assert payment_code(most) is not None


@pytest.mark.parametrize("seller", [EURO, SWISS], ids=["european", "swiss"])
def test_a_code_has_the_same_bytes_every_time_and_words_for_who_cannot_see(make_invoice, seller):
    invoice = make_invoice(seller, currency="EUR", customer=BUYER)
    assert payment_code(invoice) == payment_code(invoice)
    data = make(invoice).data
    assert data == make(invoice).data
    assert "QR-Code zum Bezahlen mit Ihrer Banking-App" in alternatives(data)


def test_swiss_payment_parts_speak_the_languages_that_they_have(make_invoice, text_of):
    for language, heading in {"fr": "Récépissé", "it": "Ricevuta", "es": "Receipt"}.items():
        seller = SWISS.model_copy(update={"language": language})
        (page,) = text_of(make(make_invoice(seller, currency="CHF", customer=BUYER)).data)
        assert heading in page


@pytest.mark.parametrize("stated", ["RF54INV2026000042", "RF54 INV2 0260 0004 2"])
def test_money_that_comes_with_our_creditor_reference_names_the_invoice(stated):
    day = date(2026, 3, 2)
    numbers = Numbers([Invoice(1, "INV-2026-000042", "C-1", "CHF", day, day, 6616)])
    payment = Payment(1, "bank", "P-1", "transfer", "CHF", 6616, day, invoice_refs=(stated,))
    assert numbers.named(payment, None).firm == (1,)
