"""The e-mail that asks a customer to pay: words by tone and language, a table of the invoices, where to pay.

Pure. It goes as plain text and as HTML with the same words; the original invoices are attached. What has come
in since the letter was written is taken off, so it never asks for more than is owed.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from typing import Any, Literal, NamedTuple

from babel import Locale
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fakturo.delivery.letter import LETTERS, enveloped, plain_words
from fakturo.dunning.terms import LUMP_SUM_CURRENCY, LUMP_SUM_MINOR
from fakturo.languages import LanguageCode, day, locale, number_locale, spaced
from fakturo.ledger.dunning.letters import Letter
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.money import exponent, to_major
from fakturo.seller import Seller
from fakturo.setting_groups.delivery import Email

_TABLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for the table until the words are in paragraphs."""
_NOTHING, _MINUS, _TIMES = "\N{EN DASH}", "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


class Attached(NamedTuple):
    """The document of an invoice."""

    number: str
    pdf: bytes


class Table(NamedTuple):
    """The letter's invoices, in words."""

    heads: list[str]
    rows: list[list[str]]
    sums: list[tuple[str, str]]
    """The last is what to pay."""


def dunning_letter(
    claimed: Claimed, letter: Letter, to: Address, email: Email, seller: Seller, pdfs: Sequence[Attached]
) -> EmailMessage:
    """The whole message, ready to be sent."""
    table = table_of(letter)
    words = _words(letter, table, email, seller, is_attached=bool(pdfs))
    subject, _, text = words.partition("\n")
    message = enveloped(claimed, subject, seller.name, email.sender, letter.to.name, to)
    message.set_content(text.lstrip().replace(_TABLE, as_text(table)))
    message.add_alternative(_as_html(text, table, letter.language), subtype="html")
    for each in pdfs:
        message.add_attachment(each.pdf, maintype="application", subtype="pdf", filename=f"{each.number}.pdf")
    return message


def table_of(letter: Letter) -> Table:
    """Invoices with days, interest, costs, and what to pay in the end."""
    notice, told = letter.notice, _told(letter.language)
    rows = []
    for each in letter.lines:
        costs = each.lump_sum_minor + each.fee_minor + each.earlier_minor
        amounts = (each.open_minor, each.interest_minor, costs, each.open_minor + each.interest_minor + costs)
        cells = [_amount(letter, minor) if minor else _NOTHING for minor in amounts]
        rows.append([each.number, _day(letter, each.due_date), str(each.days_overdue), *cells])
    sums: list[tuple[str, str]] = []
    for name, minor in (("credit", notice.credit_minor), ("received", letter.received_minor)):
        if minor:
            sums.append((told[name], f"{_MINUS}{_amount(letter, minor)}"))
    return Table(told["heads"], rows, [*sums, (f"{told['total']}, {notice.currency}", _total(letter))])


def as_text(table: Table) -> str:
    """The table in plain text: columns that stand below each other, the sums below the last."""
    lines = [table.heads, *table.rows]
    last = len(table.heads) - 1
    widths = [max(len(row[place]) for row in lines) for place in range(len(table.heads))]
    widths[last] = max(widths[last], *(len(amount) for _, amount in table.sums))
    told = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)  # noqa: PLR2004  number and day are words
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in lines
    ]
    whole = sum(widths) + 2 * last
    told.insert(1, "-" * whole)
    told.append("-" * whole)
    told += [
        f"{name.rjust(whole - widths[last] - 2)}  {amount.rjust(widths[last])}" for name, amount in table.sums
    ]
    return "\n".join(told)


def _words(letter: Letter, table: Table, email: Email, seller: Seller, *, is_attached: bool) -> str:
    notice = letter.notice
    bank = [each for each in (seller.payee_name or seller.name, seller.bank) if each]
    bank += [f"{name} {value}" for name, value in (("IBAN", seller.iban), ("BIC", seller.bic)) if value]
    template = plain_words().get_template(f"customer_dunned.{letter.language}.txt.j2")
    words = template.render(
        tone=notice.tone,
        seller=seller.name,
        day=_day(letter, notice.notice_date),
        pay_by=_day(letter, notice.pay_by_date, "long"),
        total=f"{table.sums[-1][1]} {notice.currency}",
        count=len(table.rows),
        table=_TABLE,
        interest=_interest(letter),
        bank=bank if seller.iban else [],
        reference=", ".join(each.number for each in letter.lines),
        links=[email.link.replace("{number}", each.number) for each in letter.lines if email.link],
        lump_sum=f"{_amount(letter, LUMP_SUM_MINOR)} {LUMP_SUM_CURRENCY}" if letter.has_lump_sum else "",
        is_attached=is_attached,
    )
    return spaced(words, letter.language).lstrip()


def _interest(letter: Letter) -> list[str]:
    """How each invoice's interest comes about, a line for each segment."""
    days = _told(letter.language)["days"]
    return [
        f"{number}: {_amount(letter, part['balance_minor'])} {_TIMES} {_percent(letter, part['pct'])} % "
        f"{_TIMES} {length} {days} ({_day(letter, first)} {_NOTHING} {_day(letter, last)})"
        for number, parts in letter.worked_out.items()
        for part in parts
        for first, last in [(date.fromisoformat(part["first"]), date.fromisoformat(part["last"]))]
        for length in [(last - first).days + 1]
    ]


def _as_html(text: str, table: Table, language: LanguageCode) -> str:
    before, _, after = text.strip().partition(_TABLE)
    paragraphs = [each.split("\n") for each in after.strip().split("\n\n") if each.strip()]
    return (
        _pages()
        .get_template("customer_dunned.html.j2")
        .render(
            language=language,
            before=[_flowing(each) for each in before.strip().split("\n\n")],
            heads=table.heads,
            rows=table.rows,
            sums=table.sums,
            after=[[_flowing(" ".join(lines))] if _is_prose(lines) else lines for lines in paragraphs],
        )
    )


def _flowing(text: str) -> str:
    """Without line breaks; no-break spaces stay."""
    return " ".join(re.split(r"[ \n]+", text.strip()))


def _is_prose(lines: list[str]) -> bool:
    """Whether its line breaks mean nothing: sentences, not a list."""
    return len(lines) > 1 and len(lines[0]) > 80 and not lines[0].endswith(":")  # noqa: PLR2004  letters


def _total(letter: Letter) -> str:
    return _amount(letter, max(letter.notice.total_minor - letter.received_minor, 0))


def _amount(letter: Letter, minor: int) -> str:
    digits = exponent(letter.notice.currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    amount = to_major(minor, letter.notice.currency)
    return str(format_decimal(amount, format=pattern, locale=_numbers(letter)))


def _percent(letter: Letter, pct: str) -> str:
    return str(format_decimal(Decimal(pct), format="0.00##", locale=_numbers(letter)))


def _numbers(letter: Letter) -> Locale:
    return number_locale(letter.language, letter.country)


def _day(letter: Letter, value: date, form: Literal["medium", "long"] = "medium") -> str:
    return day(value, form, locale(letter.language, letter.country))


@cache
def _told(language: str) -> dict[str, Any]:
    with (LETTERS / "customer_dunned.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)[language]
    return found


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(LETTERS), undefined=StrictUndefined, autoescape=True)
