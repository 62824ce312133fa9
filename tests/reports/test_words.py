"""Every language says all that the others say, in its own plural forms and its country's way of writing."""

from datetime import date
from decimal import Decimal
from string import Formatter

import pytest
import yaml
from babel import Locale

from fakturo.languages import LANGUAGES
from fakturo.order import Party
from fakturo.seller import Seller
from reports.language import _WORDS, language
from reports.render import html

BOOKS = {file.stem: yaml.safe_load(file.read_text()) for file in _WORDS.glob("*.yaml")}
HOME = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL"}
BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def fields(word):
    """Names in braces of a word or of all its plural forms."""
    texts = word.values() if isinstance(word, dict) else [word]
    return [{name for _, name, _, _ in Formatter().parse(text) if name} - {"tax"} for text in texts]


def test_there_is_a_book_for_every_language():
    assert set(BOOKS) == set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_exists_in_every_language(code):
    book, english = BOOKS[code], BOOKS["en"]
    assert list(book) == list(english)
    for table in ("categories", "units"):
        assert list(book[table]) == list(english[table])
    for country, own in book["countries"].items():
        assert own.keys() <= english.keys(), country
    nested = {"categories", "units", "countries", "tax_names"}
    for key in english.keys() - nested:
        wanted = fields(english[key])[0]
        assert all(each == wanted for each in fields(book[key])), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_plural_form_of_the_language_is_there(code):
    """CLDR's `many` of French, Spanish and Italian is for whole millions; it reads as `other` does."""
    forms = Locale(code).plural_form.tags | {"other"}
    assert BOOKS[code]["pay_by"].keys() == forms - {"many"}


@pytest.mark.parametrize(
    ("code", "country", "currency", "money", "percent"),
    [
        ("fr", "FR", "EUR", f"1{NARROW}234,50{BREAK}€", f"7,7{BREAK}%"),
        ("fr", "BE", "EUR", f"1{NARROW}234,50{BREAK}€", f"7,7{BREAK}%"),
        ("fr", "CH", "CHF", f"CHF{BREAK}1\N{RIGHT SINGLE QUOTATION MARK}234.50", "7.7%"),
        ("fr", "SE", "EUR", f"1{NARROW}234,50{BREAK}€", f"7,7{BREAK}%"),
        ("es", "ES", "EUR", f"1.234,50{BREAK}€", f"7,7{BREAK}%"),
        ("es", "MX", "MXN", "$1,234.50", "7.7%"),
        ("it", "IT", "EUR", f"1.234,50{BREAK}€", "7,7%"),
        ("it", "CH", "CHF", f"CHF{BREAK}1\N{RIGHT SINGLE QUOTATION MARK}234.50", "7.7%"),
        ("nl", "NL", "EUR", f"€{BREAK}1.234,50", "7,7%"),
        ("nl", "BE", "EUR", f"€{BREAK}1.234,50", "7,7%"),
        ("de", "AT", "EUR", f"€{BREAK}1.234,50", f"7,7{BREAK}%"),
        ("de", "CH", "CHF", f"CHF{BREAK}1\N{RIGHT SINGLE QUOTATION MARK}234.50", "7.7%"),
    ],
)
def test_amounts_are_written_as_the_sellers_country_writes_them(code, country, currency, money, percent):
    say = language(code, country, currency)
    assert say.money(123450) == money
    assert say.percent(Decimal("7.7")) == percent


def test_a_minus_stands_with_its_number():
    assert language("de", "CH", "CHF").money(-1) == f"CHF{BREAK}\N{MINUS SIGN}0.01"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("fr", "1er mars 2026"),
        ("es", "1 de marzo de 2026"),
        ("it", "1 marzo 2026"),
        ("nl", "1 maart 2026"),
        ("de", "1. März 2026"),
        ("en", "1 March 2026"),
    ],
)
def test_the_first_of_a_month(code, text):
    assert language(code, HOME[code], "EUR").day(date(2026, 3, 1)) == text.replace(" ", BREAK)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("fr", ["Facture n°", "Net à payer", "TVA", "Date d&#39;échéance", "Désignation", "Total HT"]),
        ("es", ["Factura n.º", "Total a pagar", "IVA", "Vencimiento", "Base imponible", "Cuota"]),
        ("it", ["Fattura n.", "Totale da pagare", "IVA", "Scadenza", "Imponibile", "Aliquota ordinaria"]),
        ("nl", ["Factuurnummer", "Te betalen", "Btw", "Vervaldatum", "Omschrijving", "Totaal excl. btw"]),
    ],
)
def test_an_invoice_speaks_as_a_bookkeeper_of_the_country_does(make_invoice, code, words):
    page = html(make_invoice(Seller(name="Nord", country=HOME[code], language=code)))
    assert f'lang="{code}"' in page
    for word in words:
        assert word in page


def test_french_breaks_no_line_before_a_colon(make_invoice):
    page = html(make_invoice(Seller(name="Nord", country="FR", language="fr"), terms_days=1))
    assert f"(délai{BREAK}: 1 jour)." in page
    assert f"TVA n°{BREAK}" in page or f"N°{BREAK}TVA" in page


@pytest.mark.parametrize(
    ("code", "country", "title"),
    [
        ("fr", "FR", "Avoir"),
        ("fr", "BE", "Note de crédit"),
        ("nl", "NL", "Creditfactuur"),
        ("nl", "BE", "Creditnota"),
        ("es", "ES", "Factura rectificativa"),
        ("it", "IT", "Nota di credito"),
    ],
)
def test_a_credit_note_has_the_name_of_its_country(make_invoice, code, country, title):
    seller = Seller(name="Nord", country=country, language=code)
    page = html(make_invoice(seller).model_copy(update={"kind": "credit_note"}))
    assert f"<h1>{title}</h1>" in page


def test_an_austrian_number_is_a_uid(make_invoice):
    buyer = Party(id="C-1", name="Kontor", vat_id="ATU12345675", country="AT")
    page = html(make_invoice(Seller(name="Nord", country="AT", language="de"), customer=buyer))
    assert "Ihre UID-Nr." in page
    assert f"UID-Nr.{BREAK}" in page or "UID-Nr. " in page
