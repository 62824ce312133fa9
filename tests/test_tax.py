"""Tax is decided by the line, then the client, then the seller; and computed on the group's sum."""

from decimal import Decimal

import pytest

from fakturo.exemptions import REASONS
from fakturo.invoice import DocumentAdjustment, InvoiceLine
from fakturo.languages import LANGUAGES
from fakturo.seller import Seller
from fakturo.tax import Client, Tax, determine, exemption_reason, groups, tax_on, unlawful

SELLER = Seller(tax_rate=Decimal(20))


def line(net: int, category: str = "S", rate: str = "20") -> InvoiceLine:
    return InvoiceLine(
        no=1,
        name="x",
        quantity=Decimal(1),
        unit_price=Decimal(net),
        net_minor=net,
        tax_category=category,
        tax_rate=Decimal(rate),
    )


@pytest.mark.parametrize(
    ("category", "rate", "client", "expected"),
    [
        ("S", "7", Client(), Tax("S", Decimal(7))),
        (None, "7", Client("S", Decimal(19)), Tax("S", Decimal(7))),
        ("AE", None, Client(), Tax("AE", Decimal(0))),
        ("S", None, Client("S", Decimal(19)), Tax("S", Decimal(19))),
        ("S", None, Client("AE", Decimal(0)), Tax("S", Decimal(20))),
        (None, None, Client("K", None), Tax("K", Decimal(0))),
        (None, None, Client(None, Decimal(5)), Tax("S", Decimal(5))),
        (None, None, Client(), Tax("S", Decimal(20))),
        (None, "0", Client(), None),
    ],
    ids=[
        "own",
        "own-rate",
        "own-category",
        "clients-rate",
        "other-category",
        "client",
        "clients-5",
        "seller",
        "0?",
    ],
)
def test_the_nearest_source_decides(category, rate, client, expected):
    assert determine(category, None if rate is None else Decimal(rate), client, SELLER) == expected


def test_a_seller_outside_vat_gives_no_rate():
    assert determine(None, None, Client(), Seller(tax_category="O")) == Tax("O", Decimal(0))


@pytest.mark.parametrize(
    ("tax", "code"),
    [
        (Tax("S", Decimal(0)), "tax_rate_missing"),
        (Tax("AE", Decimal(19)), "tax_rate_not_allowed"),
        (Tax("Z", Decimal(0)), None),
        (Tax("S", Decimal("5.5")), None),
    ],
)
def test_a_category_and_its_rate_must_agree(tax, code):
    found = unlawful(tax, "line 1")
    assert (found.code if found else None) == code


def test_tax_is_computed_on_the_sum_not_per_line():
    """Three lines of 0.33 at 20 %: 0.07 each would be 0.21; on the sum 0.99 it is 0.20."""
    (group,) = groups([line(33), line(33), line(33)], [], SELLER)
    assert (group.taxable_minor, group.tax_minor) == (99, 20)


def test_each_rate_has_its_group_highest_first():
    found = groups([line(1000, "S", "7"), line(2000), line(500, "Z", "0")], [], SELLER)
    assert [(g.category, g.rate, g.taxable_minor, g.tax_minor) for g in found] == [
        ("S", Decimal(20), 2000, 400),
        ("S", Decimal(7), 1000, 70),
        ("Z", Decimal(0), 500, 0),
    ]


def test_a_document_allowance_lowers_its_own_group():
    allowance = DocumentAdjustment(
        kind="allowance", amount_minor=100, reason="Bonus", tax_category="S", tax_rate=Decimal(20)
    )
    charge = allowance.model_copy(update={"kind": "charge", "amount_minor": 50})
    (group,) = groups([line(1000)], [allowance, charge], SELLER)
    assert (group.taxable_minor, group.tax_minor) == (950, 190)


def test_half_a_cent_of_tax_rounds_away_from_zero():
    assert tax_on(1050, Decimal(7)) == 74
    assert tax_on(-1050, Decimal(7)) == -74


def test_exemption_reasons_come_from_the_law_or_the_seller():
    german = Seller(language="de")
    assert exemption_reason("AE", german) == "Steuerschuldnerschaft des Leistungsempfängers."
    assert exemption_reason("E", german) is None
    assert exemption_reason("E", Seller(tax_exemption_reason="Small business")) == "Small business"
    assert exemption_reason("S", german) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_words_of_the_law(language):
    assert REASONS[language].keys() == {"AE", "K", "G"}


@pytest.mark.parametrize(
    ("language", "country", "category", "words"),
    [
        ("fr", "FR", "AE", "Autoliquidation."),
        ("fr", "FR", "K", "Exonération de TVA, art. 262 ter, I du CGI (livraison intracommunautaire)."),
        ("fr", "BE", "G", "Exportation exemptée de TVA, art. 39 du Code de la TVA."),
        ("fr", "LU", "G", "Exportation exonérée de TVA."),
        ("es", "ES", "AE", "Inversión del sujeto pasivo."),
        ("es", "ES", "K", "Entrega intracomunitaria exenta de IVA, art. 25 de la Ley 37/1992."),
        ("it", "IT", "AE", "Inversione contabile."),
        (
            "it",
            "IT",
            "K",
            "Operazione non imponibile, art. 41 del D.L. 331/1993 (cessione intracomunitaria).",
        ),
        ("it", "CH", "G", "Esportazione esente dall'imposta, art. 23 LIVA."),
        ("nl", "NL", "AE", "Btw verlegd."),
        ("nl", "NL", "K", "Intracommunautaire levering, 0% btw (tabel II, post a.6, Wet OB 1968)."),
        ("nl", "BE", "G", "Uitvoer, vrijgesteld van btw (art. 39 Btw-wetboek)."),
        ("de", "CH", "G", "Von der Steuer befreite Ausfuhr, Art. 23 MWSTG."),
        ("de", "AT", "K", "Steuerfreie innergemeinschaftliche Lieferung."),
    ],
)
def test_the_law_of_the_country_is_cited_in_its_language(language, country, category, words):
    assert exemption_reason(category, Seller(language=language, country=country)) == words
