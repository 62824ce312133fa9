"""Read quarantined documents once more: XML orders, and JSON records that are whole orders or texts."""

from collections.abc import Collection, Mapping

from fakturo.errors import BadInput
from fakturo.intake import json_documents
from fakturo.intake.electronic.document import read_again
from fakturo.intake.quarantine.correction import Correction
from fakturo.intake.quarantine.reread import Reread
from fakturo.intake.reading import Reading, Request
from fakturo.intake.rows.json_rows import Value, values
from fakturo.ledger.landing.arrivals import Landing, Refused


def reread_documents(
    request: Request, source: str, corrections: Mapping[int, Correction], lines: Collection[int]
) -> Reread:
    """Read the retried documents of a file.

    Args:
        request: the archived copy of the file.
        corrections: line -> its last correction; the text stands in its only cell.

    Raises:
        BadInput: such a file has no rows that could be retried.
    """
    found: dict[int, Landing | Refused] = {}
    if request.format in {"ubl", "pdf", "eml"}:
        for line in lines:
            found[line] = read_again(request, _text(corrections.get(line)))
    elif request.format in {"json", "jsonl"}:
        longest = request.settings.intake.max_line_mb << 20
        for each in values(request.taken.path, most_line_bytes=longest, on_bytes=lambda _done: None):
            if each.line in lines:
                found[each.line] = _record(each, _text(corrections.get(each.line)), request)
    else:
        raise BadInput(f"Rows of a file of format {request.format} cannot be retried; bring in another one.")
    failed = {line: each._replace(line=line) for line, each in found.items() if isinstance(each, Refused)}
    landings = [each for each in found.values() if isinstance(each, Landing)]
    reading = Reading(
        source,
        None,
        rows_in=len(found),
        landings=lambda: landings,
        refused=lambda: [failed[line] for line in sorted(failed)],
    )
    return Reread(reading, frozenset(found.keys() - failed.keys()), failed)


def _record(value: Value, text: str | None, request: Request) -> Landing | Refused:
    if text is not None:
        value = _parsed(value.line, text)
    currency = request.settings.seller.currency
    return json_documents.read(value, seller_currency=currency, today=request.now.date())


def _parsed(line: int, text: str) -> Value:
    import json

    try:
        return Value(line, json.loads(text), text)
    except ValueError as error:
        return Value(line, text=text, problem=f"The record is no JSON: {error}.")


def _text(correction: Correction | None) -> str | None:
    return next((text for text in correction.cells.values() if text), None) if correction else None
