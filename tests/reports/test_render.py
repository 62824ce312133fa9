"""What stands on the page: words of the language, exact amounts, nothing that the data could smuggle in."""

from decimal import Decimal

import pytest

from fakturo.errors import RenderError
from fakturo.order import Adjustment, Party
from fakturo.seller import Seller
from reports.columns import SMALL_PT, TABLE_MM, TEXT_PT, sums, widths
from reports.language import language
from reports.render import html

GERMAN = Seller(name="Nordlicht GmbH", country="DE", language="de", tax_rate=Decimal(19))


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


def test_control_characters_and_turned_text_do_not_reach_the_page(make_invoice):
    """U+202E shows what follows it from right to left: a price of 48.00 would read 00.84."""
    page = html(make_invoice(customer=Party(id="C-1", name="A\x00B\x07C\u202e48.00\u2066")))
    assert "ABC48.00" in page


def test_a_postcode_stands_where_its_country_writes_it(make_invoice):
    leeds = Party(id="C-1", name="Kontor", city="Leeds", postcode="LS1 4AP", country="GB")
    assert "Leeds LS1 4AP" in html(make_invoice(customer=leeds))
    leipzig = leeds.model_copy(update={"city": "Leipzig", "postcode": "04109", "country": "DE"})
    assert "04109 Leipzig" in html(make_invoice(customer=leipzig))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "credit_note"}, "We credit £36.00 to your account."),
        ({"total_minor": 0}, "No payment is due."),
        ({"terms_days": 0}, "Please pay £36.00 on receipt of this invoice."),
        ({"terms_days": 1}, "(within 1 day)."),
    ],
    ids=["credit note", "nothing", "at once", "one day"],
)
def test_the_payment_sentence_fits_the_document(make_invoice, changes, sentence):
    assert sentence in html(make_invoice().model_copy(update=changes))


def test_a_credit_note_is_titled_so_and_asks_for_nothing(make_invoice):
    page = html(make_invoice().model_copy(update={"kind": "credit_note"}))
    assert "<h1>Credit note</h1>" in page
    assert "Amount credited" in page
    assert "Payment due" not in page
    assert "Account holder" not in page
    german = html(make_invoice(GERMAN).model_copy(update={"kind": "credit_note"}))
    assert "<h1>Rechnungskorrektur</h1>" in german  # § 14 UStG keeps "Gutschrift" for self-billing


def test_units_and_price_bases_are_written_beside_their_numbers(make_invoice):
    line = make_invoice().lines[0]
    hours = line.model_copy(update={"unit": "HUR"})
    hundreds = line.model_copy(update={"unit": "pallet of forty", "price_base": Decimal(100)})
    page = html(make_invoice().model_copy(update={"lines": (hours, hundreds)}))
    assert '6<span class="unit"> h</span>' in page
    assert "pallet of forty" in page
    assert "per 100" in page


def test_several_rates_are_told_apart_and_an_exemption_gives_its_reason(make_invoice, order):
    exempt = order.lines[1].model_copy(update={"tax_category": "E", "tax_rate": Decimal(0)})
    bonus = Adjustment(
        kind="allowance", amount=Decimal(1), reason="Bonus", tax_category="S", tax_rate=Decimal(20)
    )
    seller = Seller(name="Blue Door Ltd", tax_exemption_reason="Exempt under schedule 9")
    lines = (order.lines[0], exempt)
    page = html(make_invoice(seller, lines=lines, adjustments=(bonus,)))
    assert "Bonus (20%)" in page
    assert "0% E" in page
    assert "Exempt under schedule 9" in page


def test_totals_too_long_for_the_side_stand_below():
    short = sums(taxable=["Taxable", "10.00"], tax=["VAT", "2.00"], amounts=["10.00"], total="£12.00")
    assert not short.is_stacked
    assert short.totals == 80
    long = sums(
        taxable=["975,461,057,878,012,345.678"],
        tax=["195,092,211,575,802,469.136"],
        amounts=["975,461,057,878,012,345.678"],
        total="BHD 1,170,553,269,454,814,814.814",
    )
    assert long.is_stacked
    assert round(long.rate + long.taxable + long.tax, 1) == TABLE_MM


def test_numbers_that_leave_no_room_for_names_are_set_smaller():
    giant = ["12,345,678,901,234.0123456789"]
    assert (
        widths(no=["1"], code=[], quantity=giant, price=giant, tax=["20%"], amount=giant).text_pt == SMALL_PT
    )
    assert (
        widths(no=["1"], code=[], quantity=["1"], price=["2"], tax=["20%"], amount=["2"]).text_pt == TEXT_PT
    )


def test_a_discount_for_paying_early_is_offered_by_day_and_amount(make_invoice):
    """2 % of 36.00 is 0.72; 14 days after 2 March is the 16th."""
    seller = Seller(name="Blue Door Ltd", early_payments=[{"days": 14, "percent": "2"}])
    assert "<p>2% discount if paid by 16 March 2026: £35.28.</p>" in html(
        make_invoice(seller=seller)
    ).replace("\N{NO-BREAK SPACE}", " ")
