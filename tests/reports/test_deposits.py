"""Deposits, final invoices and what was paid before, on the page of every language and design."""

import pytest

from fakturo.languages import LANGUAGES
from fakturo.trade import Preceding
from reports.look import Look
from reports.pdf import make
from reports.render import html
from tests.reports.conftest import SELLER

TITLES = {
    "en": "Deposit invoice",
    "de": "Anzahlungsrechnung",
    "fr": "Facture d&#39;acompte",
    "es": "Factura de anticipo",
    "it": "Fattura di acconto",
    "nl": "Voorschotfactuur",
}
ROWS = {
    "en": ("Total incl. VAT", "Paid already", "Rounding", "Amount due"),
    "de": ("Gesamtbetrag", "Bereits gezahlt", "Rundung", "Zahlbetrag"),
    "fr": ("Total TVA comprise", "Déjà payé", "Arrondi", "Net à payer"),
    "es": ("Total con IVA", "Pagado a cuenta", "Redondeo", "Total a pagar"),
    "it": ("Totale con IVA", "Già pagato", "Arrotondamento", "Totale da pagare"),
    "nl": ("Totaal incl. btw", "Al betaald", "Afronding", "Te betalen"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_deposit_is_called_one(make_invoice, code):
    invoice = make_invoice(SELLER.model_copy(update={"language": code}))
    page = html(invoice.model_copy(update={"is_deposit": True}))
    assert f"<h1>{TITLES[code]}</h1>" in page
    assert f"<title>{TITLES[code]} INV-2026-000042</title>" in page
    assert f"<h1>{TITLES[code]}</h1>" not in html(invoice)


@pytest.mark.parametrize("code", LANGUAGES)
def test_from_the_total_to_the_amount_due(make_invoice, code):
    """36.00 - 10.00 paid + 0.02 rounding = 26.02."""
    invoice = make_invoice(SELLER.model_copy(update={"language": code}))
    paid = invoice.model_copy(update={"prepaid_minor": 1000, "rounding_minor": 2})
    page = html(paid)
    places = [page.index(f'<th scope="row">{label}</th>') for label in ROWS[code]]
    assert places == sorted(places)
    assert all(label not in html(invoice) for label in ROWS[code][:3])


@pytest.mark.parametrize("design", ["classic", "modern", "plain"])
def test_the_amount_due_is_the_last_and_what_is_to_be_paid(make_invoice, text_of, design):
    paid = make_invoice().model_copy(update={"prepaid_minor": 1000, "rounding_minor": 2})
    (page,) = text_of(make(paid, Look(design=design)).data)
    rows = [" ".join(row.split()) for row in page.splitlines()]
    last = [row for row in rows if row.startswith(ROWS["en"]) or any(label in row for label in ROWS["en"])]
    assert [row.split()[-1] for row in last] == ["£36.00", "\N{MINUS SIGN}10.00", "0.02", "£26.02"]
    assert "Please pay £26.02 by" in " ".join(rows)


def test_one_that_is_paid_before_asks_for_nothing(make_invoice):
    page = html(make_invoice().model_copy(update={"prepaid_minor": 3600}))
    assert "£0.00" in page


def test_a_final_invoice_names_its_deposits(make_invoice):
    before = (Preceding(number="INV-2026-000007"), Preceding(number="INV-2026-000009"))
    page = html(make_invoice().model_copy(update={"preceding": before}))
    for number in ("INV-2026-000007", "INV-2026-000009"):
        assert f'<tr><th scope="row">Deposit invoice</th><td>{number}</td></tr>' in page
