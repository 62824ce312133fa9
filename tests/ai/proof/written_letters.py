"""Letters with a known meaning: layouts, two languages, noise, later corrections, quoted older letters.

A letter is written from its meaning, by a seed. Nothing here reads a text: it shares no error with the proof.
"""

import quopri
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from fakturo.ai.proof.proposal import Proposal, ProposedLine
from tests.ai.proof.letter_corrections import COUNTS, correct
from tests.ai.proof.letter_layouts import IN_GERMAN, LAYOUTS, Hand, Line, bullets


@dataclass(frozen=True)
class Letter:
    """A text and what it means."""

    text: str
    customer: str
    po: str | None
    currency: str
    lines: tuple[Line, ...]
    before: tuple[Line, ...]
    """The lines before the letter's own corrections."""
    quoted: tuple[Line, ...]
    """Lines of the older letter that it quotes."""
    traits: frozenset[str]

    def draft(self) -> Proposal:
        """The right answer."""
        lines = [
            ProposedLine(
                code=line.code or None, name=line.name, quantity=line.quantity, unit_price=line.price
            )
            for line in self.lines
        ]
        return Proposal(customer_id=self.customer, po_number=self.po, currency=self.currency, lines=lines)

    def meaning(self):
        """What must not differ: header, and code or name, quantity and price of each line."""
        lines = sorted((line.code or line.name, line.quantity, line.price) for line in self.lines)
        return self.customer, self.po, self.currency, lines


UNCODED_GOODS = (
    "red mug",
    "blue cup",
    "glass lantern",
    "cake stand",
    "tea towel",
    "paper chain kit",
    "wooden heart",
    "tin bucket",
    "wall clock",
    "door mat",
)
GOODS = {
    "en": (
        *UNCODED_GOODS,
        "set of 6 ribbons",
        "set/3 gingham box",
        "3 tier stand",
        "salt and pepper pots",
        "napkins pack of 12",
    ),
    "de": (
        "Becher rot",
        "Tasse blau",
        "Windlicht",
        "Kuchenständer",
        "Geschirrtuch",
        "Papierkette",
        "Holzherz",
        "Blecheimer",
        "Wanduhr",
        "Fußmatte",
    ),
}
OPENINGS = {
    "en": ("Hello,", "Hi team,", "Dear Jane,", ""),
    "de": ("Guten Tag,", "Sehr geehrte Damen und Herren,", "Hallo Jana,"),
}
HEADERS = {
    "en": (
        "This is account {customer}. Our reference is {po}.",
        "Customer number: {customer}\nPO number: {po}",
        "Account no. {customer}, purchase order {po}, please deliver by Friday 3 March 2027.",
    ),
    "de": (
        "Unsere Kundennummer lautet {customer}, Bestellnummer {po}.",
        "Kundennummer: {customer}\nBestellnummer: {po}",
    ),
}
SMALL_TALK = {
    "en": (
        "",
        "We hope you had a lovely Christmas!",
        "The festival was great and our guests loved the garden.",
        "Sorry for the late reply.",
        "We open at 9:30 am.",
    ),
    "de": (
        "",
        "Wir hoffen, es geht Ihnen gut.",
        "Entschuldigen Sie die späte Antwort.",
        "Vielen Dank für Ihren Besuch am Montag.",
    ),
}
SIGNATURE = """Best wishes
Sue Baker
Cafe Rosa Ltd
12 High Street, Leeds LS1 4AB
Tel: 0113 496 0000
VAT No: GB 123 4567 89
Opening hours: Mon-Fri 9:00-17:30"""
SIGNATURE_DE = """Mit freundlichen Grüßen
Anna Schmidt
Café Rosa GmbH
Hauptstraße 12, 80331 München
Tel. +49 89 123456-0
USt-IdNr. DE123456789
Öffnungszeiten: Mo-Fr 9:00 - 18:00 Uhr"""
CLOSINGS = {
    "en": ("", "Many thanks", "Kind regards\nTom Miller", SIGNATURE),
    "de": ("", "Vielen Dank", "Mit freundlichen Grüßen\nAnna Schmidt", SIGNATURE_DE),
}
QUOTES = {
    "en": (
        "On Mon, 1 Mar 2027 at 10:00, Bob <bob@example.com> wrote:\n{marked}",
        "On Mon, 1 Mar 2027 at 10:00, Bob Builder\n<bob@example.com> wrote:\n\n{marked}",
        "-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Jane\nSubject: order\n\n{plain}",
        "From: Bob Builder\nSent: 1 March 2027\nTo: Jane\nSubject: order\n\n{plain}",
        "{marked}",
    ),
    "de": (
        "Am Montag, 1. März 2027 schrieb Bob <bob@example.com>:\n{marked}",
        "Von: Bob\nGesendet: Montag, 1. März 2027\nAn: Jana\nBetreff: Bestellung\n\n{plain}",
    ),
}


def write_letter(seed: int, *, layout: str | None = None, is_plain: bool = False) -> Letter:
    """One letter.

    Args:
        seed: decides everything that the other arguments leave open.
        layout: one of LAYOUTS, then in English; None: any, in either language.
        is_plain: no corrections and no quotes.
    """
    chance = Random(seed)
    spoken = "en" if layout else chance.choice(("en", "en", "de"))
    layout = layout or chance.choice(list(LAYOUTS) if spoken == "en" else IN_GERMAN)
    hand = Hand(
        chance, spoken, "EUR" if spoken == "de" else chance.choice(("GBP", "GBP", "EUR", "USD", "CHF"))
    )
    before = lines = _goods(chance, spoken, chance.randint(1, 5), is_coded=layout != "uncoded")
    customer, po = str(chance.randint(12000, 18999)), f"PO-{chance.randint(10000, 99999)}"
    traits = {layout, spoken}
    correction = ""
    if not is_plain and chance.random() < 0.4:
        lines, correction = correct(chance, spoken, lines)
        traits.add("corrected")
    order = LAYOUTS[layout](hand, before)
    if chance.random() < 0.25 and not correction:
        total = sum((line.quantity * line.price for line in lines), Decimal(0))
        order += f"\n\n{'Summe' if spoken == 'de' else 'Total'}: {hand.money(total)}"
        traits.add("total")
    header = chance.choice(HEADERS[spoken]).format(customer=customer, po=po)
    talk = (chance.choice(OPENINGS[spoken]), chance.choice(SMALL_TALK[spoken]))
    parts = [part for part in (*talk, header, order, correction, chance.choice(CLOSINGS[spoken])) if part]
    quoted: tuple[Line, ...] = ()
    if layout.startswith("html"):
        text = _as_html(parts)
        if chance.random() < 0.5:
            text = text.replace("£", "&pound;").replace("€", "&euro;")
    else:
        text = "\n\n".join(parts)
        if not is_plain and chance.random() < 0.35:
            quoted = _goods(chance, spoken, 2, is_coded=True)
            text += "\n\n" + _quote(hand, quoted)
            traits.add("quoted")
        text, encoding = _encoded(chance, text)
        traits |= encoding
    return Letter(text, customer, po, hand.currency, lines, before, quoted, frozenset(traits))


def _goods(chance: Random, spoken: str, count: int, *, is_coded: bool) -> tuple[Line, ...]:
    names = chance.sample(GOODS[spoken] if is_coded else UNCODED_GOODS, count)
    codes = chance.sample(range(20000, 29999), count)
    return tuple(
        Line(
            f"{code}{chance.choice(('', '', 'A', 'B'))}" if is_coded else "",
            name,
            chance.choice(COUNTS),
            Decimal(
                chance.choice(
                    (chance.randint(15, 2999), chance.randint(15, 2999), 100 * chance.randint(1, 1999) + 50)
                )
            )
            / 100,
        )
        for code, name in zip(codes, names, strict=True)
    )


def _quote(hand: Hand, lines: tuple[Line, ...]) -> str:
    plain = bullets(hand, lines)
    marked = "\n".join(f"> {line}" for line in plain.split("\n"))
    return hand.chance.choice(QUOTES[hand.spoken]).format(plain=plain, marked=marked) + "\n"


def _as_html(parts: list[str]) -> str:
    """Paragraphs; the source of a table or list may break its lines anywhere."""
    broken = [part if part.startswith("<") else part.replace("\n", "<br>\n") for part in parts]
    return "<html><body>" + "\n".join(f"<p>{part}</p>" for part in broken) + "</body></html>"


def _encoded(chance: Random, text: str) -> tuple[str, set[str]]:
    """As mail programs leave it: quoted-printable, or with spaces that do not break."""
    way = chance.random()
    if way < 0.15:
        return quopri.encodestring(text.encode()).decode(), {"quoted-printable"}
    if way < 0.35:
        return text.replace(" @ ", "\u00a0@\u00a0").replace(", ", ",\u00a0", 1), {"no-break spaces"}
    return text, set()
