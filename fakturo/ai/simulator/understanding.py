"""How the simulator reads an order text: a few patterns, honestly applied. It shares nothing with the proof.

It looks at each price, takes the words since the price before, and picks quantity, name and code out of them:
"two of the mug (item 7)", "two of item 7, the mug" or "mug, item 7: 2 pieces".
"""

import html
import re
from typing import Any

_PRICE = re.compile(
    r"(?P<sign>£|€|\$|EUR|GBP|USD|CHF)\s?(?P<a>\d+(?:[.,]\d+)*)"
    r"|(?P<b>\d+(?:[.,]\d+)*)\s?(?P<after>€|£|\$|EUR|GBP|USD|CHF|euros?|pounds?|pence|(?<=\b\d\d)p|(?<=\b\d)p)(?!\w)",
    re.IGNORECASE,
)
_CURRENCY = {
    "£": "GBP",
    "€": "EUR",
    "$": "USD",
    "p": "GBP",
    "pence": "GBP",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
}
_CODE = re.compile(
    r"\(?\b(?:item|code|sku|ref|art(?:ikel)?\.?(?:[- ]?nr\.?)?)(?:\s+(?:no|number|nr)\.?)?[ :#.]*"
    r"(?P<code>[A-Z]{0,4}-?\d[A-Z0-9-]*)\b"
    r"|\((?P<bare>[A-Z]{0,4}-?\d[A-Z0-9-]*)\)",
    re.IGNORECASE,
)
_SMALL = (
    "one|ein|eine|einen two|zwei three|drei four|vier five|fünf six|sechs seven|sieben eight|acht nine|neun "
    "ten|zehn eleven|elf twelve|zwölf thirteen|dreizehn fourteen|vierzehn fifteen|fünfzehn sixteen|sechzehn"
)
_TENS = "twenty|zwanzig thirty|dreißig forty|vierzig fifty|fünfzig"
_WORDS = {word: count for count, words in enumerate(_SMALL.split(), 1) for word in words.split("|")} | {
    word: ten * 10 for ten, words in enumerate(_TENS.split(), 2) for word in words.split("|")
}
_COUNT = re.compile(
    r"\b(?:(?P<half>half a dozen|ein halbes dutzend)|(?:(?P<times>a|an|\d+|"
    + "|".join(_WORDS)
    + r")\s+)?(?P<dozen>dozen|dutzend)"
    r"|(?P<digits>\d+)(?:\s?(?:x|pcs|pieces|stück|stk)\.?)?|(?P<word>"
    + "|".join(_WORDS)
    + r"))(?=[\s,])(?:\s+(?:of|von|stück)\b)?(?:\s+(?:the|der|den|dem|das|die)\b)?",
    re.IGNORECASE,
)
_CUSTOMER = re.compile(
    r"(?:account|customer|kundennummer|kunden-?nr|kunde)\.?\s*(?:no\.?|number|nr\.?|id)?\s*(?:is|ist|lautet)?\s*[:#]?\s*(?P<id>[A-Z]{0,4}-?\d[\w-]*)",
    re.IGNORECASE,
)
_PO = re.compile(
    r"\b(?P<po>PO-?\d[\w-]*)|(?:reference|order number|po number|bestellnummer|referenz)"
    r"\s*(?:is|ist|lautet)?\s*[:#]?\s*(?P<ref>[A-Z]*-?\d[\w-]*)",
    re.IGNORECASE,
)


_TAG = re.compile(r"<[^<>]+>")
_LEAD = re.compile(
    r"^[\s,;:.*\u2022(-]*(?:[x\u00d7]\s)?(?:of\s+)?(?:the\s|der\s|die\s|das\s)?", re.IGNORECASE
)
_TAIL = re.compile(r"(?:[\s,;:(*-]|\s(?:at|@|for|zu(?:\s+je)?|je|à))+$")
_CLAUSE = re.compile(r"[.!?:\n]\s|\n")
_PIECES = re.compile(r"(?P<digits>\d+)\s?(?:x|pcs|pieces|units|stück|stk)\b", re.IGNORECASE)


def understand(text: str) -> dict[str, Any]:
    """Read an order text into the shape that the draft prompt asks for."""
    text = html.unescape(_TAG.sub("\n", text))
    prices = list(_PRICE.finditer(text))
    signs = [(match["sign"] or match["after"]).lower() for match in prices]
    lines, place = [], 0
    for match in prices:
        line = _line(text[place : match.start()], match)
        if line:
            lines.append(line)
        place = match.end()
    customer, po = _CUSTOMER.search(text), _PO.search(text)
    return {
        "customer_id": customer["id"] if customer else None,
        "po_number": (po["po"] or po["ref"]) if po else None,
        "currency": _CURRENCY.get(signs[0], signs[0].upper()) if signs else None,
        "lines": lines,
        "doubts": [],
    }


def _line(before: str, price: re.Match[str]) -> dict[str, Any] | None:
    code = _CODE.search(before)
    head, rest = (before[: code.start()], before[code.end() :]) if code else (before, "")
    pieces = _PIECES.search(rest)
    counts = [match for match in _COUNT.finditer(head) if code or head[match.end() :].strip(" ,(-")]
    if pieces:
        quantity, name = int(pieces["digits"]), _last_clause(head)
    elif counts:
        count = _first_count(counts, head)
        quantity, name = _quantity(count), _bare(head[count.end() :]) or _bare(rest)
    else:
        return None
    return {
        "code": (code["code"] or code["bare"]) if code else None,
        "name": name,
        "quantity": str(quantity),
        "unit_price": _plain(price["a"] or price["b"], (price["after"] or "").lower()),
    }


def _bare(words: str) -> str:
    """A name without what leads to it and what follows it."""
    return _TAIL.sub("", _LEAD.sub("", words)).strip()


def _last_clause(head: str) -> str:
    return _bare(_CLAUSE.split(head)[-1])


def _first_count(counts: list[re.Match[str]], head: str) -> re.Match[str]:
    """The first count of the last sentence: "… account 123. Could we get two of the …"."""
    start = max((match.end() for match in re.finditer(r"[.!?:\n]\s", head)), default=0)
    return next((match for match in counts if match.start() >= start), counts[0])


def _quantity(count: re.Match[str]) -> int:
    if count["half"]:
        return 6
    if count["dozen"]:
        times = (count["times"] or "a").lower()
        return 12 * (int(times) if times.isdigit() else _WORDS.get(times, 1))
    return int(count["digits"]) if count["digits"] else _WORDS[count["word"].lower()]


def _plain(number: str, unit: str) -> str:
    if unit in {"p", "pence"}:
        return f"{int(number) / 100:.2f}"
    if "," in number and re.search(r",\d{1,2}$", number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "")
