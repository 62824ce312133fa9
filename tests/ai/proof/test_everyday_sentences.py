"""Sentences of everyday order letters: beside a proved order they change nothing, in whichever place."""

import pytest

from tests.ai.proof.drafts_of_letters import PLAIN, PLAIN_DE, TWO, TWO_DE, codes, reading

ENGLISH = """
Please send the following items to our usual address.
Please confirm receipt and the expected delivery date.
Payment within 30 days as agreed.
Please invoice us at the usual address.
Subject: Re: your next order
Subject: FW: Order
Buying department
Please find our order below.
Please quote our reference.
Please let us know when we can expect delivery.
We look forward to receiving the goods.
Can you deliver before the end of the month?
Prices are net of VAT.
Please add it to our account.
It was good to see you at the trade fair.
We are restocking for the summer season.
It is for our new shop in Bath.
We are running low on these.
Our customers love them.
The usual terms apply.
Urgent - please prioritise.
Please treat this as our official purchase order.
Registered in England No. 01234567
Harbour Tea Ltd, 4 Quay Street, Bristol BS1 4RT
Thanks in advance for your help.
""".strip().splitlines()
GERMAN = """
Bitte geben Sie unsere Bestellnummer auf der Rechnung an.
Zahlung innerhalb von 30 Tagen wie vereinbart.
Betreff: AW: Ihre Bestellung
Wann können wir mit der Lieferung rechnen?
Rufen Sie mich bei Fragen gerne an.
Wir füllen unser Lager für den Sommer auf.
Es gelten die üblichen Konditionen.
Bitte liefern Sie schnellstmöglich.
Wir freuen uns auf Ihre Lieferung.
""".strip().splitlines()
CASES = [(PLAIN, TWO, "GBP", each) for each in ENGLISH] + [(PLAIN_DE, TWO_DE, "EUR", each) for each in GERMAN]


@pytest.mark.parametrize(("order", "lines", "currency", "sentence"), CASES, ids=[each[3] for each in CASES])
def test_an_everyday_sentence_is_understood(order, lines, currency, sentence):
    for text in (f"{order}\n\n{sentence}", f"{sentence}\n\n{order}"):
        assert codes(reading(lines, currency=currency), text) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "Please quote our reference and halve the mugs.",
        "The usual terms apply only if you match 2.10.",
        "Subject: Re: cancelled order",
        "Please add one to our account.",
        "Please treat this as our official enquiry.",
        "We are running low on money.",
        "Can you deliver before the end of the month, otherwise leave it?",
        "Unsere Kunden lieben sie nicht mehr.",
    ],
)
def test_one_that_says_more_goes_to_a_person(sentence):
    for text in (f"{PLAIN}\n\n{sentence}", f"{sentence}\n\n{PLAIN}"):
        assert codes(reading(TWO, currency="GBP"), text) != set()
