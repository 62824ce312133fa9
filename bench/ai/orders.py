# ruff: noqa: E501  # letters are data
"""Made-up order letters with their truths: eight layouts, English and German, for the bench alone. Seeded.

What the letter says is what has to be billed: number words, dozens, pence, decimal commas, thousands, HTML,
signatures and quoted older mail included.
"""

import html
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

ENGLISH = (
    ("ash tray, brass", "AT-118"), ("bread bin", "30412"), ("copper kettle", "30977B"), ("door wedge", "DW-3"),
    ("garden twine", "41206"), ("linen apron", "LA-550"), ("oak picture frame", "OPF-21"), ("pepper mill", "73340"),
    ("salt & pepper set", "SP-902"), ("steel ruler", "60815C"), ("wicker basket", "WB-77"), ("wool blanket", "88120"),
)  # fmt: skip
GERMAN = (
    ("Aktenordner schwarz", "AO-210"), ("Backform rund", "51334"), ("Gießkanne verzinkt", "GK-18"),
    ("Holzbrett Eiche", "77205"), ("Kerzenständer Messing", "KM-405"), ("Küchenwaage", "62911A"),
    ("Teekanne weiß", "TK-66"), ("Wolldecke grau", "90317"),
)  # fmt: skip
COUNTS_EN = {
    2: "two",
    3: "three",
    5: "five",
    6: "half a dozen",
    8: "eight",
    12: "a dozen",
    20: "twenty",
    24: "two dozen",
}
COUNTS_DE = {
    2: "zwei",
    3: "drei",
    5: "fünf",
    6: "sechs",
    8: "acht",
    12: "zwölf",
    20: "zwanzig",
    24: "zwei Dutzend",
}
NAMES = ("Tom Becker", "Sue Marsh", "Jana Vogt", "Ian Holt", "Petra Lang", "Meg Rowe")


class Wanted(NamedTuple):
    """One line of an order."""

    code: str
    name: str
    quantity: int
    cents: int
    """Price of one, in hundredths."""

    @property
    def price(self) -> str:
        """As in 1.65."""
        return f"{self.cents // 100}.{self.cents % 100:02}"

    @property
    def preis(self) -> str:
        """As in 1.234,50."""
        return f"{self.cents // 100:,}".replace(",", ".") + f",{self.cents % 100:02}"


class Letter(NamedTuple):
    """An order as it is written, and what it says."""

    id: int
    text: str
    customer: str
    po_number: str
    currency: str
    lines: tuple[Wanted, ...]

    def answer(self) -> dict[str, object]:
        """What a model that reads it right would say."""
        lines = [
            {"code": each.code, "name": each.name, "quantity": str(each.quantity), "unit_price": each.price}
            for each in self.lines
        ]
        return {
            "customer_id": self.customer,
            "po_number": self.po_number,
            "currency": self.currency,
            "lines": lines,
            "doubts": [],
        }


Layout = Callable[[random.Random, str, str, Sequence[Wanted]], str]


def _plain(chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = ", ".join(
        f"{COUNTS_EN.get(each.quantity, each.quantity)} of the {each.name} (item {each.code}, £{each.price} each)"
        for each in lines
    )
    return (
        f"Hello,\n\nthis is account {customer}. We would like to order {asked}.\n"
        f"Please quote our reference {po_number}.\n\nKind regards\n{chance.choice(NAMES)}\n"
    )


def _pence(_chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = "\n".join(
        f"{each.quantity} {each.name}, code {each.code}, at "
        + (f"{each.cents}p each" if each.cents < 100 else f"£{each.price} each")
        for each in lines
    )
    return (
        f"Customer number {customer}\nOrder number {po_number}\n\nPlease send us\n\n{asked}\n\nMany thanks\n"
    )


def _prose(chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    sentences = " ".join(
        f"Please put us down for {COUNTS_EN.get(each.quantity, each.quantity)} of item {each.code}, the {each.name}, "
        f"at £{each.price} apiece."
        for each in lines
    )
    return (
        f"Good morning {chance.choice(NAMES).split()[0]},\n\n{sentences} Our account number is {customer} and the "
        f"purchase order is {po_number}.\n\nBest wishes\n{chance.choice(NAMES)}\nBuying department\n"
    )


def _web(_chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    items = "".join(
        f"<li>{each.quantity} &times; {html.escape(each.name)} (item {each.code}) at &pound;{each.price} each</li>"
        for each in lines
    )
    return (
        f"<html><body><p>Dear team,</p><p>Account {customer}, our order number {po_number}:</p><ul>{items}</ul>"
        f"<p>Thank you!</p></body></html>"
    )


def _reply(chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = "; ".join(
        f"{COUNTS_EN.get(each.quantity, each.quantity)} {each.name} (code {each.code}) at £{each.price} each"
        for each in lines
    )
    who = chance.choice(NAMES)
    return (
        f"Subject: Re: your next order\n\nHi,\n\nyes please: {asked}. That is for account {customer}, "
        f"PO {po_number}.\n\nCheers\n{who}\n\n> Dear {who.split()[0]},\n> may we take your next order?\n> The sales desk\n"
    )


def _dollars(_chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = "\n".join(
        f"* {each.name}, SKU {each.code}: {each.quantity} pieces, USD {each.price} per piece"
        for each in lines
    )
    return f"Customer no. {customer}\nPurchase order {po_number}\n\nKindly supply:\n{asked}\n\nRegards\n"


def _brief(chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = " und ".join(
        f"{COUNTS_DE.get(each.quantity, each.quantity)} {each.name} (Art.-Nr. {each.code}) zu je {each.preis} €"
        for each in lines
    )
    return (
        f"Sehr geehrte Damen und Herren,\n\nhiermit bestellen wir {asked}.\n"
        f"Unsere Kundennummer lautet {customer}, unsere Bestellnummer {po_number}.\n\n"
        f"Mit freundlichen Grüßen\n{chance.choice(NAMES)}\n"
    )


def _liste(_chance: random.Random, customer: str, po_number: str, lines: Sequence[Wanted]) -> str:
    asked = "\n".join(
        f"- {each.quantity} Stück {each.name}, Artikel {each.code}, je {each.preis} EUR" for each in lines
    )
    return f"Guten Tag,\n\nbitte liefern Sie an Kundennummer {customer} (Bestellung {po_number}):\n{asked}\n\nDanke!\n"


LAYOUTS: tuple[tuple[Layout, str, tuple[tuple[str, str], ...]], ...] = (
    (_plain, "GBP", ENGLISH),
    (_pence, "GBP", ENGLISH),
    (_prose, "GBP", ENGLISH),
    (_web, "GBP", ENGLISH),
    (_reply, "GBP", ENGLISH),
    (_dollars, "USD", ENGLISH),
    (_brief, "EUR", GERMAN),
    (_liste, "EUR", GERMAN),
)


def letters(count: int, seed: int) -> list[Letter]:
    """So many letters, numbered from 1; the same for the same seed."""
    chance = random.Random(f"letters {seed}")
    made = []
    for number in range(1, count + 1):
        write, currency, goods = LAYOUTS[(number - 1) % len(LAYOUTS)]
        chosen = chance.sample(goods, chance.choice((1, 1, 2, 2, 3, 4)))
        lines = tuple(
            Wanted(code, name, chance.choice((2, 3, 5, 6, 8, 12, 20, 24, 36, 48, 150)), _cents(chance))
            for name, code in chosen
        )
        customer, po_number = str(chance.randint(20000, 69999)), f"PO-{chance.randint(1000, 9999)}{number}"
        made.append(
            Letter(number, write(chance, customer, po_number, lines), customer, po_number, currency, lines)
        )
    return made


def _cents(chance: random.Random) -> int:
    """Mostly small money, some of it pence, some above a thousand."""
    kind = chance.random()
    if kind < 0.15:
        return chance.randint(15, 99)
    return chance.randint(100, 9_999) if kind < 0.95 else chance.randint(100_000, 250_000)
