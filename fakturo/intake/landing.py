"""An order that was understood, from whatever format, on its way into the ledger."""

import hashlib
import json
import re
from datetime import date

from fakturo.finding import Finding
from fakturo.ledger.findings import in_words
from fakturo.ledger.landing.arrivals import Landing
from fakturo.order import Order, content


def landing(
    order: Order,
    *,
    rows: int,
    first_line: int | None,
    findings: tuple[Finding, ...] = (),
    raw: str | None = None,
    sha256: str | None = None,
    original: str | None = None,
) -> Landing:
    """An order that code understood, ready for the ledger; with findings it goes to a person.

    Args:
        sha256: its identity, where that is not the one of its content.
        original: of a cancellation, the order that we found it takes back; the source did not say it, so it
            is no part of its identity.
    """
    return landing_of(
        content(order),
        external_id=order.external_id,
        kind=order.kind,
        customer=order.customer.model_dump_json(exclude_defaults=True),
        customer_id=order.customer.id,
        currency=order.currency,
        ordered_on=order.ordered_on,
        po_number=order.po_number,
        cancels=order.cancels,
        lines=len(order.lines),
        rows=rows,
        first_line=first_line,
        findings=findings,
        raw=raw,
        sha256=sha256,
        original=original,
    )


def with_findings(arrived: Landing, more: tuple[Finding, ...]) -> Landing:
    """An order on its way, with more reasons for a person to see it."""
    if not more:
        return arrived
    findings = (*arrived.findings, *more)
    return arrived._replace(status="needs_review", status_reason=in_words(findings), findings=findings)


def landing_of(
    text: str,
    *,
    external_id: str,
    kind: str,
    customer: str,
    customer_id: str,
    currency: str,
    ordered_on: date,
    po_number: str | None,
    cancels: str | None,
    lines: int,
    rows: int | None = None,
    first_line: int | None,
    findings: tuple[Finding, ...] = (),
    raw: str | None = None,
    sha256: str | None = None,
    original: str | None = None,
) -> Landing:
    """The same of an order's canonical text, with what stands in it.

    Args:
        text: as `fakturo.order.content` writes it.
        customer: JSON of the Party.
        rows: of the file that it came from; None: one a line.
    """
    sha256 = sha256 or _identity(text)
    if original is not None and cancels is None:
        cancels = original
        text = text.replace(
            ',"customer":', f',"cancels":{json.dumps(original, ensure_ascii=False)},"customer":', 1
        )
    return Landing(
        external_id=external_id,
        content_sha256=sha256,
        kind=kind,
        lane="rules",
        status="needs_review" if findings else "queued",
        status_reason=in_words(findings) if findings else None,
        rows=lines if rows is None else rows,
        customer=customer,
        customer_id=customer_id,
        currency=currency,
        ordered_on=ordered_on,
        po_number=po_number,
        line_count=lines,
        content=text,
        raw=raw,
        first_line=first_line,
        cancels=cancels,
        findings=findings,
    )


def _identity(text: str) -> str:
    """`fakturo.order.identity` of an order's canonical text, without writing it a second time.

    Within a JSON string every quote is escaped, so this key can only be the field itself.
    """
    return hashlib.sha256(_SOURCE_LINE.sub("", text).encode()).hexdigest()


_SOURCE_LINE = re.compile(r',"source_line":\d+')
