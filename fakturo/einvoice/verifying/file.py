"""Verify one file, PDF or XML, own or foreign. Whatever is in it, the answer is a verdict."""

import hashlib
from pathlib import Path

from fakturo.einvoice.verifying.document import Document, verify_xml
from fakturo.einvoice.verifying.envelope import Envelope, is_pdf, open_envelope
from fakturo.einvoice.verifying.finding import Finding, Weight
from fakturo.einvoice.verifying.pdf_findings import findings_around
from fakturo.einvoice.verifying.verdict import Verdict
from fakturo.errors import BadInput

MOST_FILE_BYTES = 50_000_000
NO_XML = "no-xml"
"""Rule of the finding that a PDF carries no invoice to verify."""
_ASK_FOR_XML = "Ask the sender for an e-invoice (Factur-X, ZUGFeRD, XRechnung or Peppol), or check it by eye."


def verify_file(path: Path) -> Verdict:
    """Verify a file; what cannot be read is a verdict too."""
    try:
        return verify_bytes(str(path), _read(path))
    except OSError as error:
        return _unread(str(path), "", BadInput(f"The file cannot be read: {error.strerror}."))
    except BadInput as error:
        return _unread(str(path), "", error)


def _read(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # a pipe would never end
        raise BadInput("This is no file.")
    size = path.stat().st_size
    if size > MOST_FILE_BYTES:
        raise BadInput(
            f"The file has {size / 1e6:,.0f} MB; up to {MOST_FILE_BYTES // 1_000_000} MB are read."
        )
    return path.read_bytes()


def verify_bytes(name: str, data: bytes) -> Verdict:
    """Verify a file's content."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        if is_pdf(data):
            return _pdf(name, sha256, open_envelope(data))
        return _verdict(name, sha256, verify_xml(_xml(data), in_pdf=False))
    except BadInput as error:
        return _unread(name, sha256, error, is_pdf=is_pdf(data))


def _xml(data: bytes) -> bytes:
    if not data:
        raise BadInput("The file is empty.")
    if not data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        raise BadInput("This is neither a PDF nor an XML; verified are PDF and XML invoices.")
    return data


def _unread(name: str, sha256: str, error: BadInput, *, is_pdf: bool = False) -> Verdict:
    finding = Finding(Weight.REFUSED, "file", "", "", str(error))
    return Verdict(name, sha256, is_pdf=is_pdf, findings=(finding,))


def _verdict(
    name: str, sha256: str, document: Document, extra: tuple[Finding, ...] = (), attachment: str = ""
) -> Verdict:
    said = document.said
    return Verdict(
        name,
        sha256,
        is_pdf=bool(attachment),
        profile=document.profile,
        attachment=attachment,
        number=said.number,
        seller=said.seller,
        seller_vat_id=said.seller_vat_id,
        currency=said.currency,
        total=said.total,
        due=said.due,
        lines=len(said.lines),
        findings=(*document.findings, *extra),
        said=said,
    )


def _pdf(name: str, sha256: str, envelope: Envelope) -> Verdict:
    if not envelope.invoices:
        others = ", ".join(each.name for each in envelope.attached)
        text = "The PDF carries no e-invoice"
        text += f"; attached are {others}." if others else "; nothing is attached to it."
        finding = Finding(Weight.REFUSED, NO_XML, "", "", text, _ASK_FOR_XML)
        return Verdict(name, sha256, is_pdf=True, findings=(finding,))
    entry, xml = envelope.invoices[0]
    try:
        document = verify_xml(xml, in_pdf=True)
    except BadInput as error:
        text = f"{entry.name} in the PDF cannot be verified. {error}"
        return _unread(name, sha256, BadInput(text), is_pdf=True)
    extra = tuple(findings_around(entry, envelope, document.profile, document.said))
    return _verdict(name, sha256, document, extra, entry.name)
