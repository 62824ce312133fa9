"""What a letter says beside its order lines, where that may change them: words and numbers. Pure.

In a row that orders something every word of caution counts. In a row that speaks of the goods all but those
of mere reference. Elsewhere only what may stop, ask for or repeat a whole order, or instructs a machine.
A sum of money has to be explained wherever it stands; another number only where it may order something.
"""

import re
from collections.abc import Iterator, Sequence

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.cautions import Caution
from fakturo.ai.proof.cues import stands_as_header
from fakturo.ai.proof.letter_head import named_currencies
from fakturo.ai.proof.order_rows import Rows, names_goods
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Span, Spans
from fakturo.finding import Finding

ANYWHERE = frozenset({"instruction", "whole_order", "quotation", "recurring", "payment", "tax"})
"""Codes of cautions that count wherever they stand."""
LOOSE = frozenset({"correction", "multiplied"})
"""Codes that count where a row speaks of "it" or "them", whatever that is."""
_NEGATIONS = frozenset(
    {"don't", "dont", "do not", "does not", "doesn't", "won't", "didn't", "cannot", "can't", "couldn't"}
    | {"never", "not", "nicht", "kein", "keine", "keinen", "nie", "niemals"}
)
_CONDITION = re.compile(
    r"\b(?:stock|available|availability|price[sd]?|cheaper|cost|colou?r|in\s+(?:red|blue|green|black|white)|confirm\w*"
    r"|approv\w*|lieferbar|vorrätig|verfügbar|lager|preis\w*|günstiger|farbe|freigabe|freigegeben)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"\b(?:also|plus|another|additional|extra|more|further|add|send|need|want|order|take|include|throw|put|supply"
    r"|provide|bring|pcs|pieces|too|ones?|each|make|change|instead|not|reduce|increase|set|use|charge|bill|price[sd]?"
    r"|quantity|qty"
    r"|stück|stk|auch|dazu|zusätzlich|noch|weitere|brauchen|benötigen|schicken|bestellen|möchten|hätten|ergänzen"
    r"|statt|sondern|nicht|ändern|menge|preis|setzen)\b",
    re.IGNORECASE,
)
_LIST_ROW = re.compile(
    r"\s*(?:[-*•·\u2013]\s*|\d{1,3}[.)]\s+)?\d{1,6}\s*(?:x\b|\u00d7|pcs\b|st(?:ü)?c?k\b)?\s*[^\W\d]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:street|st|road|rd|lane|avenue|ave|way|square|place|close|drive|court|park|estate|terrace|row|hill|mews"
    r"|gardens|quay|wharf|floor|unit|suite|building|house|yard|dock|gate|bay"
    r"|\w*(?:straße|strasse|str\.|weg|platz|gasse|allee|ring|damm|ufer|hof))\b",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"one", "ein", "eine", "einen", "einem", "einer", "eins"})
_MEASURE = re.compile(
    r"[\s-]*(?:hours?|days?|weeks?|months?|years?|minutes?|mins?|people|persons?|customers|guests|staff|shops?|stores?"
    r"|branches|floors?|steps?|times|km|miles|am|pm|h|o'clock|uhr|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|minuten"
    r"|personen|leute|kunden|filialen|mal|etagen?|stock|°|(?:-|\u2013|to|till|until|bis|und|and)\s*\d{1,2}\b)\b",
    re.IGNORECASE,
)
"""Right after a number that counts time, people or floors."""
BESIDE = 30
"""Letters after the customer's number: "account 12765 (formerly 11111)"."""
FEWEST_DIGITS = 4
_TERMS = re.compile(
    r"\b(?:decimal\w*|digits?|\w*prices?|pricing|rates?|quantit\w+|units|amounts?|figures?|costs?|charged?|\w*preis\w*|mengen?|kosten|beträge?"
    r"|einheiten|stückzahl\w*|zahlen)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\b(?:sku|qty|quantity|price|code|description|item|article|name|unit|amount|total|no|pos|artikel\w*|menge|anzahl|stück"
    r"|\w*preis|bezeichnung|gesamt|einheit|nr)\b",
    re.IGNORECASE,
)
_HARMLESS_TERMS = re.compile(
    r"\b(?:each|per\s+(?:piece|unit|item)|apiece|unit\s+price|je\s+st|pro\s+st|einzelpreis|ex(?:cl?\w*)?\.?\s+vat|net\b"
    r"|netto|zzgl|plus\s+vat|in\s+(?:£|€|\$|gbp|eur|usd|chf|pounds|euros?|dollars|sterling))",
    re.IGNORECASE,
)
_TAXED = re.compile(r"\b(?:vat|gst|mwst|ust|mehrwertsteuer|umsatzsteuer|tax)\b", re.IGNORECASE)


def matters(caution: Caution, text: str, rows: Rows) -> bool:
    """Whether a word of caution may change the order from where it stands."""
    if caution.code in ANYWHERE:
        return True
    if caution.code == "refers_elsewhere":
        return False
    place = (caution.start, caution.start + len(caution.words))
    if Spans(rows.order).touch(place):
        return True
    row = next(Spans(rows.goods).near(place), None)
    if caution.code == "discount":
        return False  # the strong words of it are among those of the whole order
    if row is None and caution.code in LOOSE and caution.words.lower() not in _NEGATIONS:
        row = next(Spans(rows.loose).near(place), None)
    if caution.code == "condition":
        row = row or next(Spans([*rows.loose, *rows.beside]).near(place), None)
        return row is not None and bool(_CONDITION.search(text[slice(*row)]))
    return row is not None


def terms(text: str, rows: Rows, harmless: Spans, currency: str) -> Iterator[Finding]:
    """Rows beside the order lines that speak of prices or quantities as such: "prices in cents".

    Args:
        text: the sender's own words.
        rows: its rows by kind.
        harmless: places that are explained otherwise.
        currency: ISO 4217 code of the order; a row may say it, and no other.
    """
    for row in (*rows.goods, *rows.loose, *rows.beside):
        said = text[slice(*row)]
        named = named_currencies(said)
        if named - {currency}:
            message = f"{' '.join(said.split())[:60]!r} names another currency than the prices."
            yield Finding(code="caution", message=message)
            continue
        found = _TERMS.search(said)
        if found is None or harmless.touch((row[0] + found.start(), row[0] + found.end())):
            continue
        if len(_HEAD.findall(said)) > 1 and not any(map(str.isdigit, said)):
            continue  # the head of a table
        if not (named or _HARMLESS_TERMS.search(said)):
            message = f"{found[0]!r} may change what is ordered (price_base)."
            yield Finding(code="caution", message=message)


def other_numbers(text: str, items: Sequence[Item], rows: Rows, header: Sequence[Span]) -> Iterator[Finding]:
    """Numbers that stand as another customer's or order's, or beside the one that was found.

    Args:
        text: the sender's own words.
        items: its numbers that are not explained otherwise.
        rows: its rows by kind.
        header: places of the customer's and the order's number.
    """
    ordered = Spans(rows.order)
    for item in items:
        is_number = item.kind in {"count", "token"} and any(map(str.isdigit, item.text))
        if not is_number or ordered.touch((item.start, item.end)):
            continue
        beside = any(
            0 <= item.start - end <= BESIDE and "\n" not in text[end : item.start] for _, end in header
        )
        long = sum(map(str.isdigit, item.text)) >= FEWEST_DIGITS
        if stands_as_header(text, item.start, item.text) or (beside and long):
            yield _left(item)


def unexplained(
    text: str, items: Sequence[Item], rows: Rows, lines: Sequence[ProposedLine]
) -> Iterator[Finding]:
    """Numbers outside the order rows that may order or change something.

    Args:
        text: the sender's own words.
        items: its numbers that are not explained otherwise.
        rows: its rows by kind.
        lines: what the model read.
    """
    ordered = Spans(rows.order)
    orders: dict[Span | None, bool] = {}
    everywhere = Spans([*rows.goods, *rows.loose, *rows.beside])
    for item in items:
        place = (item.start, item.end)
        if ordered.touch(place):
            continue
        row = next(everywhere.near(place), None)
        said = text[slice(*row)] if row else text
        if item.kind == "money":
            yield Finding(
                code="price_left_over",
                message=f"Prices of the text that no line has: {item.text}; add the lines that are missing.",
            )
        elif item.kind == "percent":
            if not _TAXED.search(said):
                yield _left(item)
        elif item.kind == "count" and not _is_harmless(item, text):
            if row not in orders:  # once a row: a row may hold thousands of numbers
                orders[row] = _may_order(said, lines)
            if orders[row]:
                yield _left(item)


def _is_harmless(item: Item, text: str) -> bool:
    """Whether a number is an article ("one"), a telephone number, or counts time, people, floors."""
    word = item.text.lower()
    return word in _ARTICLES or word.startswith("0") or bool(_MEASURE.match(text, item.end))


def _may_order(said: str, lines: Sequence[ProposedLine]) -> bool:
    """Whether a number in a row beside the order lines may order something."""
    if _ADDRESS.search(said):
        return False
    return bool(_ADDS.search(said) or _LIST_ROW.match(said)) or names_goods(said, lines)


def _left(item: Item) -> Finding:
    return Finding(
        code="number_left_over",
        message=f"{item.text!r} in the text is not explained by the draft: a code, customer or order "
        "number that is missing?",
    )
