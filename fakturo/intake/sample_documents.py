"""The sample's orders that come as documents: UBL 2.1 and e-mail texts in five layouts, two of them prose."""

from itertools import groupby
from pathlib import Path
from typing import Any

Row = dict[str, Any]
UBL_ORDERS = 4

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
       xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
       xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
  <cbc:ID>{order_id}</cbc:ID>
  <cbc:IssueDate>{order_date}</cbc:IssueDate>
  <cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
  <cac:BuyerCustomerParty><cac:Party>
    <cac:PartyIdentification><cbc:ID>{customer_id}</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>{customer_name}</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cac:Country><cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  </cac:Party></cac:BuyerCustomerParty>
{lines}</Order>
"""
UBL_LINE = """  <cac:OrderLine><cac:LineItem>
    <cbc:ID>{no}</cbc:ID>
    <cbc:Quantity unitCode="C62">{quantity}</cbc:Quantity>
    <cac:Price><cbc:PriceAmount currencyID="{currency}">{unit_price}</cbc:PriceAmount></cac:Price>
    <cac:Item>
      <cbc:Name>{name}</cbc:Name>
      <cac:SellersItemIdentification><cbc:ID>{sku}</cbc:ID></cac:SellersItemIdentification>
      <cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>
    </cac:Item>
  </cac:LineItem></cac:OrderLine>
"""
WORDS = {
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    6: "six",
    10: "ten",
    12: "a dozen",
    24: "two dozen",
    48: "48",
}


def write_documents(folder: Path, rows: list[Row]) -> list[Path]:
    """One file an order: four UBL orders, the rest e-mail texts."""
    made = []
    for n, (order_id, lines) in enumerate(groupby(rows, key=lambda row: row["order_id"])):
        listed = list(lines)
        kind, text = ("xml", _ubl(listed)) if n < UBL_ORDERS else ("txt", LAYOUTS[n % len(LAYOUTS)](listed))
        path = folder / f"{order_id.lower()}.{kind}"
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


def _ubl(rows: list[Row]) -> str:
    escaped = [{key: str(value).replace("&", "&amp;") for key, value in row.items()} for row in rows]
    lines = "".join(UBL_LINE.format(no=no, **row) for no, row in enumerate(escaped, start=1))
    return UBL.format(lines=lines, **escaped[0])


def _bullets(rows: list[Row]) -> str:
    lines = "\n".join(f"- {r['quantity']} x {r['name']} ({r['sku']}) @ £{r['unit_price']}" for r in rows)
    head = f"Subject: Order {rows[0]['order_id']}\n\nHello,\n\nPlease supply the following:\n\n"
    foot = f"Deliver to our United Kingdom address. Account {rows[0]['customer_id']}."
    return f"{head}{lines}\n\n{foot}\n\nThanks\n"


def _tabs(rows: list[Row]) -> str:
    lines = "\n".join(f"{r['sku']}\t{r['name']}\t{r['quantity']}\t{r['unit_price']}" for r in rows)
    head = f"PO {rows[0]['order_id']}\nCustomer no: {rows[0]['customer_id']}\n\n"
    return f"{head}Code\tDescription\tQty\tUnit price\n{lines}\n"


def _blocks(rows: list[Row]) -> str:
    blocks = "\n".join(
        f"Line {no}\n  Item: {r['sku']}\n  Description: {r['name']}\n  Quantity: {r['quantity']} EA\n"
        f"  Price: GBP {r['unit_price']}\n"
        for no, r in enumerate(rows, start=1)
    )
    return (
        f"Purchase order number: {rows[0]['order_id']}\nBuyer account: {rows[0]['customer_id']}\n\n{blocks}"
    )


def _prose(rows: list[Row]) -> str:
    wishes = ", ".join(
        f"{WORDS[r['quantity']]} of the {r['name'].lower()} (item {r['sku']}, £{r['unit_price']} each)"
        for r in rows
    )
    return (
        f"Hi team, this is account {rows[0]['customer_id']}. Could we get {wishes}? "
        f"Our reference is {rows[0]['order_id']}. Many thanks!\n"
    )


def _second_thoughts(rows: list[Row]) -> str:
    """Prose that takes something back: a person decides what holds."""
    return _prose(rows) + "\nPS: sorry, make the first one 5 after all, not as written above.\n"


LAYOUTS = (_bullets, _prose, _tabs, _prose, _blocks, _bullets, _prose, _second_thoughts)
