"""Orders that somebody wrote: understood by code where the whole text is, else left to the model."""

import hashlib
from datetime import date

from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.intake.encoding import legacy
from fakturo.intake.landing import landing
from fakturo.intake.letters.mail import Mail
from fakturo.intake.letters.order_text import understand
from fakturo.ledger.findings import in_words
from fakturo.ledger.landing.arrivals import Landing
from fakturo.order import identity

LONGEST_CHARS = 200_000
"""No order that a person writes is longer; longer ones go to a person, not to the model."""
_UNSTATED = date.min


def read_text(
    text: str,
    *,
    seller_currency: str,
    today: date,
    name: str | None = None,
    line: int | None = None,
    findings: tuple[Finding, ...] = (),
) -> Landing:
    """A text order. Its id is customer/PO where it was understood, else `name`, else its hash.

    Args:
        today: the day it came in, where the text states none; that day is no part of its identity.
        findings: why a person must see it whatever the text says.

    Raises:
        BadInput: nothing but white space.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "␀")
    if not text.strip():
        raise BadInput("The text is empty.")
    digest = hashlib.sha256(text.strip().encode("utf-8", errors="replace")).hexdigest()
    order = None if findings else understand(text, seller_currency=seller_currency, today=today)
    if order is not None:
        stated = order.order if order.is_dated else order.order.model_copy(update={"ordered_on": _UNSTATED})
        return landing(order.order, rows=1, first_line=line, raw=text, sha256=identity(stated))
    if len(text) > LONGEST_CHARS:
        message = f"The text has {len(text):,} characters, more than any order; read it by hand."
        findings = (*findings, Finding(code="text_too_long", message=message))
    return Landing(
        external_id=(name or f"text-{digest[:24]}")[:200],
        content_sha256=digest,
        kind="order",
        lane="model",
        status="needs_review" if findings else "queued",
        status_reason=in_words(findings) if findings else None,
        rows=1,
        raw=text,
        first_line=line,
        findings=findings,
    )


def read_mail(message: Mail, *, seller_currency: str, today: date) -> Landing:
    """An e-mail as a text order; its id is the Message-ID where code did not understand it.

    Raises:
        BadInput: it has no text.
    """
    if not message.words:
        raise BadInput("The mail holds no text; save its attachments and give those.")
    found: tuple[Finding, ...] = ()
    if message.attachments:
        shown = ", ".join(each.name for each in message.attachments[:3])
        told = f"The mail has attachments that nobody read ({shown}); ingest them, or approve the text."
        found = (Finding(code="attachment_not_read", message=told),)
    return read_text(
        message.words,
        seller_currency=seller_currency,
        today=message.sent_on or today,
        name=message.message_id,
        findings=found,
    )


def decoded(data: bytes) -> str:
    """A text file's text: its byte order mark, UTF-8, or the likeliest of the older encodings.

    Raises:
        BadInput: binary, or NUL bytes.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        raise BadInput(f"The text holds a NUL byte at position {data.index(0) + 1}; it is no text file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(legacy(data), errors="replace")
