"""Order lines in a text: bullets, tables with a heading, or blocks of `Key: value`; one shape a text."""

import re
from typing import NamedTuple

from fakturo.intake.letters.numbers import MONEY
from fakturo.intake.rows.mapping import plain_name

CODE = r"[A-Z0-9][A-Z0-9._/-]{1,24}"
_QUANTITY = r"(?P<quantity>\d+)"
_BULLET = re.compile(
    rf"(?:[-*•]|\d{{1,3}}[.)])\s+{_QUANTITY}\s*[x\u00d7]\s+(?P<name>[^\s()][^()]*?)(?:\s+\((?P<code>{CODE})\))?"
    rf"\s*(?:@|\bat\b|\bà\b)\s*(?P<price>{MONEY})(?:\s+each)?"
)
_LINE_HEAD = re.compile(r"(?:line|item|position|pos\.?)\s*#?(?P<no>\d{1,4}):?", re.IGNORECASE)
_KEY = re.compile(r"\s*(?P<key>[A-Za-z][A-Za-z ]{1,24}):\s*(?P<value>\S.*)")
_PIECES = re.compile(r"(?P<quantity>\d+)(?:\s?(?:EA|PCS?|pieces?|units?))?", re.IGNORECASE)
_PIECE = re.compile(r"EA|PCS?|pieces?|units?|each|C62", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+=-]{3,}")
_SPEAKS = re.compile(
    r"\b(?:per|dozen|each|instead|not|no|cancel\w*|free|less|discount\w*|off|without|incl\w*|excl\w*|vat|tax|net|"
    r"gross|only|if|unless|please|ignore|delete|replace\w*|change\w*|was|except|minus|plus|half|double|sorry|"
    r"correction|actually|rather|or|same|above|below|previous)\b",
    re.IGNORECASE,
)
"""Words by which a name stops being a name; shop names in capitals may hold some of them, so they are only
looked for in lower or mixed case.
"""
_PRICED = re.compile(
    r"[£€$@]|\b(?:per (?:dozen|pack|box|set|kg|\d+)|incl|excl|vat|discount|free of charge|each)\b",
    re.IGNORECASE,
)
"""What no name holds, in capitals or not."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": (
        "sku", "code", "item", "itemcode", "itemno", "itemnumber", "article", "articleno", "stockcode",
        "productcode", "artikel", "artikelnummer",
    ),
    "name": ("name", "description", "itemname", "product", "productname", "bezeichnung"),
    "quantity": ("qty", "quantity", "menge", "anzahl", "pieces"),
    "price": ("price", "unitprice", "priceeach", "netprice", "einzelpreis", "preis"),
    "total": ("total", "linetotal", "amount", "linenet", "net", "betrag", "gesamt"),
    "no": ("no", "line", "pos", "position", "lineno"),
    "unit": ("unit", "uom", "einheit"),
}  # fmt: skip
_BY_NAME = {name: field for field, names in COLUMNS.items() for name in names}


class Item(NamedTuple):
    """One order line, as text."""

    quantity: str
    price: str
    code: str | None
    name: str | None
    total: str | None = None


class Found(NamedTuple):
    """Order lines, and all other lines."""

    items: list[Item]
    others: list[str]


def take(lines: list[str]) -> Found | None:
    """Take the order lines out of a text; None where a table or block is not whole."""
    for shape in (_bullets, _table, _blocks):
        found = shape(lines)
        if found is None or found.items:
            return found
    return None


def _bullets(lines: list[str]) -> Found | None:
    items: list[Item] = []
    others: list[str] = []
    for line in lines:
        found = _BULLET.fullmatch(line.strip())
        if not found:
            others.append(line)
        elif _is_name(found["name"]):
            items.append(Item(found["quantity"], found["price"], found["code"], found["name"]))
        else:
            return None
    return Found(items, others)


def _table(lines: list[str]) -> Found | None:
    """A heading whose every cell is known, and the rows right below it."""
    for delimiter in ("\t", ";", "|"):
        for position, line in enumerate(lines):
            heading = [_BY_NAME.get(plain_name(cell)) for cell in _cells(line, delimiter)]
            if (
                None in heading
                or not {"quantity", "price"} <= set(heading)
                or len(set(heading)) < len(heading)
            ):
                continue
            return _rows(lines, position, delimiter, [each for each in heading if each])
    return Found([], lines)


def _rows(lines: list[str], position: int, delimiter: str, heading: list[str]) -> Found | None:
    items: list[Item] = []
    end = position + 1
    for line in lines[end:]:
        cells = _cells(line, delimiter)
        if _RULE.fullmatch(line) and not items:
            end += 1
            continue
        if delimiter not in line or not line.strip():
            break
        if len(cells) != len(heading):
            return None
        item = _item(dict(zip(heading, cells, strict=True)))
        if item is None:
            return None
        items.append(item)
        end += 1
    return Found(items, lines[:position] + lines[end:]) if items else None


def _blocks(lines: list[str]) -> Found | None:
    """`Line 1` and below it `Item:`, `Description:`, `Quantity:`, `Price:`; numbered without a gap."""
    items: list[Item] = []
    others: list[str] = []
    cells: dict[str, str] | None = None
    for line in [*lines, ""]:
        head = _LINE_HEAD.fullmatch(line.strip())
        found = _KEY.fullmatch(line)
        key = _BY_NAME.get(plain_name(found["key"])) if found else None
        if cells is not None and (head or not line.strip()):
            item = _item(cells)
            if item is None:
                return None
            items.append(item)
            cells = None
        if head:
            if int(head["no"]) != len(items) + 1:
                return None
            cells = {}
        elif cells is not None:
            if found is None or key is None or key in cells:
                return None
            cells[key] = found["value"].strip()
        elif line.strip():
            others.append(line)
    return Found(items, others)


def _item(cells: dict[str, str]) -> Item | None:
    """An order line of named cells, each in the one form that leaves no doubt."""
    pieces = _PIECES.fullmatch(cells.get("quantity", ""))
    code, name, total = cells.get("code"), cells.get("name"), cells.get("total")
    sure = (
        "" not in cells.values(),  # a cell left empty may mean "as above", or a slip
        code is not None or name is not None,
        code is None or re.fullmatch(CODE, code),
        name is None or _is_name(name),
        re.fullmatch(MONEY, cells.get("price", "")),
        total is None or re.fullmatch(MONEY, total),
        _PIECE.fullmatch(cells.get("unit", "EA")),
        cells.get("no", "1").isdecimal(),
    )
    return Item(pieces["quantity"], cells["price"], code, name, total) if pieces and all(sure) else None


def _cells(line: str, delimiter: str) -> list[str]:
    line = line.strip().strip("|") if delimiter == "|" else line
    return [cell.strip() for cell in line.split(delimiter)]


def _is_name(name: str) -> bool:
    """Whether a name only names; a condition in it makes it a sentence for a person."""
    words = name if name != name.upper() else ""
    return not _SPEAKS.search(words) and not _PRICED.search(name)
