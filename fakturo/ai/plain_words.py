"""Words that mean nothing for an order: what may stand around quantities, codes and prices unread.

A sentence that orders something may hold these and the named things, nothing else; an unknown word there
could be "frozen" or "minus", and a person looks.
"""

import re

LINE_WORDS = frozenset(
    """
    of the a an item items each at for code codes sku art article artikel artikelnummer art.-nr no nr num number nummer ref product
    produkt price prices preis einzelpreis stückpreis unit per piece pieces pcs pc ea stück stk st zu zum je à pro von der die
    das dem den des vom und and with our your in is are x qty quantity menge anzahl description bezeichnung desc beschreibung
    line position pos name apiece respectively costing priced euro eur gbp usd pounds pound apiece einheit ek @ als kosten kostet
    item's que bzw mit net netto plus ex excl vat mwst zzgl exkl ust
    """.split()
)
"""Between the quantity, the code and the price of one line."""

SENTENCE_WORDS = LINE_WORDS | frozenset(
    """
    hi hello dear hey good morning afternoon evening team all sir madam everyone there could can would will may might please kindly
    we i us me my you to be get have order orders ordering ordered need needs want wants like 'd we'd i'd i'll we'll send supply
    ship deliver dispatch provide place placing following it this that these those then also and plus as well finally lastly
    thanks thank many much regards best kind yours cheers ta so on by when from into next today now soon asap urgently
    possible here hereby account customer buyer client reference po purchase number is our are put through book down add prepare pack up let
    know have having reserve invoice bill us with new which
    hallo guten tag morgen abend liebe lieber liebes sehr geehrte geehrter damen herren herr frau moin servus grüß gott zusammen wir ich
    uns mir mich sie ihr ihnen euch bitte möchten möchte würden würde gerne gern brauchen brauche benötigen benötige bestellen
    bestelle bestellt bestellung wollen will hätten hätte könnten können kann liefern senden schicken schickt lieferung folgende
    folgendes folgenden sowie auch noch dazu außerdem ausserdem schließlich zuletzt danke vielen dank besten viele herzliche freundliche
    freundlichen mit grüße grüßen gruß beste ein eine einen einem einer eines kundennummer konto unsere unser unserer ihre ihren
    nummer lautet ist sind zur für an auf im am es hiermit baldmöglichst heute bald schnell den dann ordern hier kunde kundin
    haben werden per monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag
    january february march april may june july august september october november december januar februar märz mai juni juli oktober
    dezember subject betreff re fwd wg confirm confirmation confirming look looking forward hearing hope finds find well receipt
    receiving delivery delivered address usual shipping warehouse office total sum amount comes makes altogether together gesamt
    gesamtsumme summe insgesamt betrag gesamtbetrag zusammen freuen bestätigung bestätigen bestätigt auftrag auftragsnummer
    bestellnummer referenz zeichen do does has had am let's get going grateful could've appreciate appreciated very so
    """.split()
)
"""Anywhere in a sentence that orders something."""

REFERENCES = frozenset(
    """
    order orders item items line lines first second third fourth fifth sixth seventh eighth ninth tenth final one ones them those these
    it this that price prices quantity quantities amount amounts piece pieces article articles everything rest total invoice bill
    account customer reference artikel position positionen bestellung menge mengen preis preise erste ersten zweite zweiten dritte
    dritten vierte vierten alles alle davon rechnung kunde konto
    """.split()
)
"""Words that speak of the order itself: a sentence that holds one is read as strictly as an order line."""

PACKS = re.compile(
    r"\s*(?:of\s+(?:the\s+)?)?(?:box(?:es)?|packs?|packets?|packages?|cartons?|crates?|cases?|pallets?|trays?|sets?|pairs?|rolls?|bundles?"
    r"|sleeves?|kilos?|kg|g|m|cm|litres?|metres?|kartons?|kisten?|paletten?|gebinde|packungen?|päckchen|pakete?|paare?|sätze|rollen?"
    r"|bündel|ve)\b(?!\s+of\s+\d)",
    re.IGNORECASE,
)
"""Right after a quantity: pieces or packs? Only where the item's code fixes what one of it is."""

WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*", re.UNICODE)


def unknown_words(text: str, known: frozenset[str]) -> list[str]:
    """Words of a text that are not among the known, in lower case."""
    words = (word.casefold().replace("’", "'") for word in WORD.findall(text))
    return [word for word in words if word not in known and not set(word.split("-")) <= known]
