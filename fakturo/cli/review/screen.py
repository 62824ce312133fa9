"""One order in review as a person sees it: the source beside the draft, each doubt at its place.

What came from outside is shown as text: no control characters, no markup of its own.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakturo.ai.proof.amounts_in_text import find_items
from fakturo.cli.terminal.plain import clean, waited
from fakturo.cli.terminal.screen import money
from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.issue import line_net_minor
from fakturo.ledger.issuing.outlook import Outlook
from fakturo.ledger.review.cases import UNDECIDED, Case
from fakturo.money import exponent, plain
from fakturo.order import Order, OrderLine

WIDE = 110
"""Columns from which source and draft stand side by side."""
_FOUND, _LEFT_OVER, _DOUBT = "bold green", "bold yellow", "yellow"
_FIELDS = {"customer": "customer", "currency": "currency", "po_number": "po number", "date": "dated"}
_LINE = re.compile(r"line (\d+)")
_OF_THE_FILE = frozenset({"lines_quarantined"})
"""Findings whose lines are those of the file, not of the order."""
_QUIET = frozenset({"date", "mark"})


def show(
    console: Console,
    case: Case,
    order: Order | None,
    outlook: Outlook | None,
    commands: Sequence[str],
    now: datetime,
) -> None:
    """Print the whole case.

    Args:
        order: the draft as it reads back; None where there is none.
        outlook: what would become of it now.
        commands: what can be done, as typed.
    """
    console.print(_head(case, now))
    source, draft = Group(*_source(case, order)), Group(*_draft(case, order, outlook))
    if console.is_terminal and console.width >= WIDE and case.raw:
        sheet = Table.grid(padding=(0, 3), expand=True)
        sheet.add_column(ratio=2, overflow="fold")
        sheet.add_column(ratio=3)
        sheet.add_row(source, draft)
        console.print(sheet)
    else:
        console.print(source)
        console.print(draft)
    if commands:
        console.print(Text("\nWhat you can do", style="bold"))
        for command in commands:
            console.print(Text(f"  {command}"), soft_wrap=True)


def _head(case: Case, now: datetime) -> Text:
    since = f", waits {waited(now - case.updated_at)}" if case.status in UNDECIDED else ""
    state = case.status.replace("_", " ")
    head = Text(f"Order {clean(case.external_id)} (id {case.id}, from {clean(case.source)}): {state}{since}")
    head.stylize("bold")
    return head


def _source(case: Case, order: Order | None) -> Iterator[RenderableType]:
    if case.raw:
        yield Text("\nAs it came", style="bold")
        text, left_over = _marked(clean(case.raw), order)
        yield text
        if left_over and order:
            shown = ", ".join(left_over[:20]) + (" …" if len(left_over) > 20 else "")  # noqa: PLR2004
            yield Text(f"In the source and not in the draft: {shown}", style=_LEFT_OVER)
    elif case.file:
        at = f", line {case.first_line}" if case.first_line else ""
        yield Text(f"From {clean(case.file)}{at}.")
    for row in case.held:
        reasons = " ".join(json.loads(row.reasons))
        yield Text(clean(f"Quarantined line {row.line}: {reasons}"), style=_DOUBT)
        yield Text("  " + clean(", ".join(f"{key}: {value}" for key, value in json.loads(row.raw).items())))
    for twin in case.twins:
        when = "earlier" if twin.came_first else "later"
        yield Text(
            f"The same number, {when}: order {twin.id}, {twin.status}; see `fakturo orders show {twin.id}`.",
            style=_DOUBT,
        )


def _marked(source: str, order: Order | None) -> tuple[Text, list[str]]:
    """The source with the draft's numbers marked, and its numbers that the draft does not have."""
    text = Text(source)
    numbers, words = _of_draft(order)
    left_over: list[str] = []
    for item in find_items(source):
        if item.kind in _QUIET:
            continue
        is_found = item.value in numbers or item.text.strip(".,;:()").casefold() in words
        if order is not None:
            text.stylize(_FOUND if is_found else _LEFT_OVER, item.start, item.end)
        if not is_found:
            left_over.append(item.text.strip())
    return text, list(dict.fromkeys(left_over))


def _of_draft(order: Order | None) -> tuple[set[Decimal], set[str]]:
    if order is None:
        return set(), set()
    numbers = {number for line in order.lines for number in (line.quantity, line.unit_price)}
    words = {order.customer.id, order.po_number, order.external_id, *(line.code for line in order.lines)}
    names = {word for line in order.lines for word in re.findall(r"[\w/.-]*\d[\w/.-]*", line.name)}
    return numbers, {word.casefold() for word in words | names if word}


def _draft(case: Case, order: Order | None, outlook: Outlook | None) -> Iterator[RenderableType]:
    told = _Told(case.findings)
    if order is None:
        yield Text("\nNo draft.", style="bold")
        if not case.findings and case.status_reason:
            yield Text(f"! {clean(case.status_reason)}", style=_DOUBT)
        yield from told.rest()
        return
    by = {"person": "a person", "model": case.model or "the model", "rules": "code", None: "code"}
    yield Text(f"\nThe draft, by {by[case.drafter]}", style="bold")
    yield _fields(order, told)
    yield ""
    invoice = outlook.invoice if outlook else None
    yield _lines(order, invoice, told)
    yield ""
    yield from _totals(order, invoice, told)
    yield from told.rest()
    known = {(each.code, each.message) for each in case.findings}
    for finding in (
        each for each in (outlook.findings if outlook else ()) if (each.code, each.message) not in known
    ):
        yield Text(f"! If issued now: {clean(finding.message)} ({finding.code})", style=_DOUBT)
    for finding in case.noticed:
        yield Text(f"Noticed in its batch: {clean(finding.message)}")


class _Told:
    """Findings, each told once: at its place, else at the end."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._left = list(dict.fromkeys(findings))

    def at(self, *places: str) -> list[Text]:
        here = [each for each in self._left if each.place in places and each.code not in _OF_THE_FILE]
        self._left = [each for each in self._left if each not in here]
        return [_doubt(each) for each in here]

    def rest(self) -> Iterator[Text]:
        left, self._left = self._left, []
        yield from map(_doubt, left)


def _doubt(finding: Finding) -> Text:
    return Text(f"! {clean(finding.message)} ({finding.code})", style=_DOUBT)


def _fields(order: Order, told: _Told) -> Table:
    sheet = Table.grid(padding=(0, 2))
    party = order.customer
    rows = {
        "customer": " ".join(filter(None, (party.id, party.name))),
        "currency": order.currency,
        "dated": str(order.ordered_on),
        "po number": order.po_number or "",
    }
    if order.kind == "cancellation":
        rows["cancels"] = order.cancels or "an order that it does not name"
    places = {shown: place for place, shown in _FIELDS.items()}
    for name, value in rows.items():
        doubts = told.at(places.get(name, name))
        if value or doubts:
            sheet.add_row(name, Text("\n").join([Text(clean(value)), *doubts]))
    return sheet


def _lines(order: Order, invoice: Invoice | None, told: _Told) -> Table:
    sheet = Table(box=None, header_style="bold", pad_edge=False)
    for name, justify in (("", "right"), ("code", "left"), ("name", "left")):
        sheet.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    for name in ("quantity", "price", "net", "tax"):
        sheet.add_column(name, justify="right", no_wrap=True)
    for no, line in enumerate(order.lines, start=1):
        taxed = invoice.lines[no - 1] if invoice else None
        tax = f"{taxed.tax_category} {plain(taxed.tax_rate)} %" if taxed else _tax(line)
        net = line_net_minor(
            line.quantity, line.unit_price, line.price_base, line.adjustments, order.currency
        )
        base = f" per {plain(line.price_base)}" if line.price_base != 1 else ""
        extra = [f"{each.kind} {plain(each.amount)} ({each.reason})" for each in line.adjustments]
        said = [Text(clean(each)) for each in (line.name, *extra)]
        unit = "" if line.unit == "C62" else f" {clean(line.unit)}"
        sheet.add_row(
            str(no),
            Text(clean(line.code or "")),
            Text("\n").join([*said, *told.at(f"line {no}")]),
            plain(line.quantity) + unit,
            _price(line.unit_price, order.currency) + base,
            money(net, order.currency),
            tax,
        )
    return sheet


def _price(price: Decimal, currency: str) -> str:
    """All its decimals, and at least those of the currency: 14.7 EUR -> 14.70."""
    text = plain(price)
    missing = exponent(currency) - len(text.partition(".")[2])
    if missing <= 0:
        return text
    return (text if "." in text else f"{text}.") + "0" * missing


def _tax(line: OrderLine) -> str:
    said = [line.tax_category or "", "" if line.tax_rate is None else f"{plain(line.tax_rate)} %"]
    return " ".join(filter(None, said))


def _totals(order: Order, invoice: Invoice | None, told: _Told) -> Iterator[RenderableType]:
    doubts = told.at("total", "sum of lines")
    if invoice is not None:
        sheet = Table.grid(padding=(0, 2))
        sheet.add_column()
        sheet.add_column(justify="right")
        sheet.add_row("lines", money(invoice.line_net_minor, order.currency))
        for each in invoice.adjustments:
            sign = "" if each.kind == "charge" else "-"
            sheet.add_row(Text(clean(each.reason)), sign + money(each.amount_minor, order.currency))
        for group in invoice.tax_groups:
            sheet.add_row(
                f"tax {group.category} {plain(group.rate)} %", money(group.tax_minor, order.currency)
            )
        sheet.add_row(
            Text("total", style="bold"), Text(money(invoice.total_minor, order.currency), style="bold")
        )
        yield sheet
    elif order.kind == "order":
        yield Text("No total: its tax is not settled.", style=_DOUBT)
    yield from doubts
