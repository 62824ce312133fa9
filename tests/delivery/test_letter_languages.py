"""Letters are complete in every language: each template renders whatever it is told, each word is there."""

import itertools
import tomllib

import pytest

from fakturo.delivery.letter import LETTERS, plain_words
from fakturo.languages import LANGUAGES, spaced
from reports.language import language as page_language

SUBJECTS = {
    "en": ("Invoice", "Credit note", "Payment reminder", "Overdue notice", "Final notice"),
    "de": ("Rechnung", "Gutschrift", "Zahlungserinnerung", "Mahnung", "Letzte Mahnung"),
    "fr": ("Facture", "Avoir", "Rappel de paiement", "Relance", "Dernière relance"),
    "es": (
        "Factura",
        "Factura rectificativa",
        "Recordatorio de pago",
        "Reclamación de pago",
        "Último requerimiento de pago",
    ),
    "it": (
        "Fattura",
        "Nota di credito",
        "Promemoria di pagamento",
        "Sollecito di pagamento",
        "Ultimo sollecito di pagamento",
    ),
    "nl": ("Factuur", "Creditfactuur", "Betalingsherinnering", "Aanmaning", "Laatste aanmaning"),
}
BOTH = (True, False)


def test_the_table_of_a_letter_has_all_words_in_every_language():
    told = tomllib.loads((LETTERS / "customer_dunned.toml").read_text())
    assert set(told) == set(LANGUAGES)
    for language in LANGUAGES:
        assert list(told[language]) == list(told["en"])
        assert len(told[language]["heads"]) == len(told["en"]["heads"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_credit", BOTH)
def test_the_letter_of_an_invoice(language, is_credit):
    template = plain_words().get_template(f"invoice_issued.{language}.txt.j2")
    for is_attached, link in itertools.product(BOTH, ("https://portal.example/R-1", None)):
        text = template.render(
            is_credit=is_credit,
            is_deposit=False,
            country="US",
            number="R-1",
            total="1 EUR",
            due="DUE",
            seller="Blue Door",
            order="A-1",
            po_number="PO-7",
            link=link,
            is_attached=is_attached,
            taken_by="",
        ).lstrip()
        assert text.startswith(f"{SUBJECTS[language][is_credit]} R-1 ")
        assert "1 EUR" in text
        assert "PO-7" in text
        assert ("DUE" in text) is not is_credit
        assert (link or "https:") in text or link is None
        assert text.endswith("\nBlue Door")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", ["reminder", "notice", "final"])
def test_the_letter_about_what_is_overdue(language, tone):
    template = plain_words().get_template(f"customer_dunned.{language}.txt.j2")
    for is_attached, count, more in itertools.product(BOTH, (1, 2), BOTH):
        text = template.render(
            tone=tone,
            seller="Blue Door",
            day="TODAY",
            pay_by="NEXT WEEK",
            total="1 EUR",
            count=count,
            table="TABLE",
            interest=["INTEREST"] if more else [],
            bank=["IBAN 1"] if more else [],
            reference="R-1",
            links=["https://portal.example/R-1"] if more else [],
            lump_sum="40 EUR" if more else "",
            is_attached=is_attached,
        ).lstrip()
        subject = SUBJECTS[language][2 + ["reminder", "notice", "final"].index(tone)]
        assert text.startswith(f"{subject} ")
        for shown in ("TABLE", "TODAY", "NEXT WEEK"):
            assert shown in text
        for shown in ("INTEREST", "IBAN 1", "R-1", "40 EUR", "288"):
            assert (shown in text) is more, shown
        assert text.endswith("\nBlue Door")


@pytest.mark.parametrize(("language", "name"), [("fr", "Note de crédit"), ("nl", "Creditnota")])
def test_a_credit_note_is_called_in_a_letter_what_its_page_calls_it(language, name):
    template = plain_words().get_template(f"invoice_issued.{language}.txt.j2")
    told = dict.fromkeys(("number", "total", "due", "seller", "order", "po_number", "link", "taken_by"), "x")
    text = template.render(is_credit=True, is_deposit=False, country="BE", is_attached=True, **told).lstrip()
    assert text.startswith(f"{name} x ")
    assert text.count(name.lower()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deposit_is_called_in_a_letter_what_its_page_calls_it(language):
    page = page_language(language, "DE", "EUR").say("deposit")
    template = plain_words().get_template(f"invoice_issued.{language}.txt.j2")
    told = dict.fromkeys(("number", "total", "due", "seller", "order", "po_number", "link", "taken_by"), "x")
    text = template.render(is_credit=False, is_deposit=True, country="DE", is_attached=True, **told).lstrip()
    assert text.startswith(f"{page} x ")
    assert text.casefold().count(page.casefold()) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_does_not_ask_for_what_is_collected(language):
    template = plain_words().get_template(f"invoice_issued.{language}.txt.j2")
    told = dict.fromkeys(("number", "total", "seller", "order", "po_number", "link"), "x")
    told |= {"is_credit": False, "is_deposit": False, "country": "DE", "is_attached": True, "due": "DUE"}
    asked, debited, charged = (
        template.render(taken_by=each, **told) for each in ("", "direct_debit", "card")
    )
    assert "DUE" in asked
    assert "DUE" in debited
    assert "DUE" not in charged
    opening = asked[: asked.index("DUE")].rsplit(",", 1)[1].strip()
    assert opening not in debited
    assert len({asked, debited, charged}) == 3


def test_french_letters_have_no_break_spaces_before_signs():
    template = plain_words().get_template("invoice_issued.fr.txt.j2")
    text = template.render(
        is_credit=False,
        is_deposit=False,
        country="FR",
        number="R-1",
        total="1 EUR",
        due="DUE",
        seller="Blue Door",
        order="A-1",
        po_number=None,
        link="https://portal.example",
        is_attached=False,
        taken_by="",
    )
    assert "ici\N{NO-BREAK SPACE}: https://portal.example" in spaced(text, "fr")
    assert spaced("so : and so", "de") == "so : and so"
