"""What stands on the page: words of the language, exact amounts, nothing that the data could smuggle in."""

from decimal import Decimal

import pytest
import yaml

from fakturo.errors import RenderError
from fakturo.order import Adjustment, Party
from fakturo.settings import Seller
from reports.columns import TABLE_MM, widths
from reports.language import _WORDS, language
from reports.render import html

GERMAN = Seller(name="Nordlicht GmbH", country="DE", language="de", tax_rate=Decimal(19))


def test_every_word_exists_in_every_language():
    books = {file.stem: yaml.safe_load(file.read_text()) for file in _WORDS.glob("*.yaml")}
    assert set(books) == {"en", "de"}
    assert books["en"].keys() == books["de"].keys()
    assert books["en"]["categories"].keys() == books["de"]["categories"].keys()


@pytest.mark.parametrize(
    ("code", "country", "currency", "money", "percent"),
    [
        ("en", "GB", "GBP", "£1,234.50", "20%"),
        ("de", "DE", "EUR", "1.234,50\N{NO-BREAK SPACE}€", "20\N{NO-BREAK SPACE}%"),
        ("en", "GB", "JPY", "JP¥123,450", "20%"),
        ("en", "GB", "BHD", "BHD\N{NO-BREAK SPACE}123.450", "20%"),
    ],
)
def test_amounts_are_written_as_the_language_writes_them(code, country, currency, money, percent):
    say = language(code, country, currency)
    assert say.money(123450) == money
    assert say.percent(Decimal(20)) == percent


def test_an_english_invoice_of_a_german_seller_writes_points_for_decimals():
    assert language("en", "DE", "EUR").amount(123450) == "1,234.50"


def test_prices_keep_all_their_digits():
    say = language("en", "GB", "GBP")
    assert say.price(Decimal("0.0125")) == "0.0125"
    assert say.price(Decimal("2.5")) == "2.50"
    assert say.quantity(Decimal("1200.5")) == "1,200.5"


def test_markup_and_templates_in_the_data_are_text(make_invoice):
    invoice = make_invoice()
    nasty = invoice.lines[0].model_copy(update={"name": "<script>alert(1)</script> {{ 7 * 7 }}"})
    page = html(invoice.model_copy(update={"lines": (nasty,)}))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page


def test_an_invoice_without_a_number_is_not_rendered(make_invoice):
    with pytest.raises(RenderError, match="no number yet"):
        html(make_invoice(number=None))


def test_line_and_document_adjustments_are_shown_signed(make_invoice):
    charge = Adjustment(kind="charge", amount=Decimal(5), reason="Freight")
    allowance = Adjustment(kind="allowance", amount=Decimal("1.30"), reason="Damaged box")
    invoice = make_invoice(adjustments=(charge,))
    first = invoice.lines[0].model_copy(update={"adjustments": (allowance,)})
    page = html(invoice.model_copy(update={"lines": (first,)}))
    for shown in ("Freight", "5.00", "Damaged box", "\N{MINUS SIGN}1.30"):
        assert shown in page


def test_a_specimen_says_so_and_asks_for_no_money(make_invoice):
    page = html(make_invoice(Seller()))
    assert "SPECIMEN" in page
    assert "This is not a demand for payment." in page


def test_german_words_and_plural(make_invoice):
    page = html(make_invoice(GERMAN, terms_days=1))
    assert "Rechnung" in page
    assert 'lang="de"' in page
    assert "USt" in page


def test_the_country_is_printed_only_where_the_letter_goes_abroad(make_invoice):
    abroad = Party(id="C-2", name="Kontor", city="Hamburg", postcode="20457", country="DE")
    assert "GERMANY" in html(make_invoice(customer=abroad))
    assert "UNITED KINGDOM" not in html(make_invoice())


def test_a_buyer_without_a_name_is_an_account(make_invoice):
    assert "Customer account C-9" in html(make_invoice(customer=Party(id="C-9")))


def test_columns_fill_the_page_and_long_codes_move_under_the_names():
    wide = {"no": ["No."], "quantity": ["Qty", "1"], "price": ["Price"], "tax": ["VAT"], "amount": ["Amount"]}
    short = widths(code=["AB-1"], **wide)
    assert (
        round(short.no + short.code + short.name + short.quantity + short.price + short.tax + short.amount, 1)
        == TABLE_MM
    )
    crowded = {
        "quantity": ["1,000,000.123 boxes"],
        "price": ["1,000,000.1234567"],
        "amount": ["100,000,000.000"],
    }
    assert widths(code=["AN-EXTREMELY-LONG-CODE-0001"], **wide | crowded).code == 0
