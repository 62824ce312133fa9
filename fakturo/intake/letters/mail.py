"""An e-mail -> its text, what it is called and when it was sent. Standard library, no network, bounded."""

import re
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from lxml import etree, html

from fakturo.errors import BadInput

MOST_PARTS = 200
UNSEEN = "[Parts of this mail are struck through, quoted, hidden or pictures.]"
"""Put before a text whose looks say more than its words: code then leaves it to the model or a person."""
_BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "ul",
    "ol",
    "pre",
    "hr",
}


class Attached(NamedTuple):
    """A file that came with a mail."""

    name: str
    data: bytes


class Mail(NamedTuple):
    """What an order's mail says."""

    text: str
    """May be empty."""
    subject: str
    message_id: str | None
    sent_on: date | None
    attachments: list[Attached]

    @property
    def words(self) -> str:
        """Subject and text; empty where there is no text."""
        if not self.text.strip():
            return ""
        return f"Subject: {self.subject}\n\n{self.text}" if self.subject else self.text


def read(data: bytes) -> Mail:
    """Read a mail: its plain text part, else its HTML as text; and its files.

    Raises:
        BadInput: too many parts, or a structure that cannot be followed.
    """
    try:
        message = message_from_bytes(data, policy=policy.default)
        parts = list(message.walk())
        if len(parts) > MOST_PARTS:
            raise BadInput(  # noqa: TRY301  passed on below as it is
                f"The mail has {len(parts)} parts, more than {MOST_PARTS}; it was not read."
            )
        text = _text(parts)
        attachments = [_attached(part) for part in parts if part.is_attachment() or _is_file(part)]
        subject = re.sub(r"\s+", " ", str(message["subject"] or "")).strip()
        message_id = str(message["message-id"] or "").strip().strip("<>") or None
        sent_on = _sent_on(message)
    except BadInput:
        raise
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, etree.LxmlError) as error:
        raise BadInput(f"The mail cannot be read: {type(error).__name__}, {error}.") from None
    return Mail(text, subject, message_id, sent_on, attachments)


def _text(parts: list[EmailMessage]) -> str:
    inline = [part for part in parts if not part.is_multipart() and not part.is_attachment()]
    for kind, read in (("text/plain", str), ("text/html", _of_html)):
        found = [read(part.get_content()) for part in inline if part.get_content_type() == kind]
        if any(text.strip() for text in found):
            return "\n\n".join(found)
    return ""


def _is_file(part: EmailMessage) -> bool:
    is_text = part.get_content_maintype() == "text" and part.get_content_subtype() != "xml"
    return not part.is_multipart() and not is_text


def _attached(part: EmailMessage) -> Attached:
    """A part that holds others, such as a mail within the mail, has no bytes of its own."""
    data = b"" if part.is_multipart() else part.get_payload(decode=True)
    return Attached(part.get_filename() or part.get_content_type(), data if isinstance(data, bytes) else b"")


def _sent_on(message: EmailMessage) -> date | None:
    try:
        return parsedate_to_datetime(str(message["date"])).date() if message["date"] else None
    except ValueError:
        return None


def _is_struck(element: etree._Element) -> bool:
    """Whether a reader sees this element struck through, quoted or not at all."""
    style = re.sub(r"\s", "", str(element.get("style") or "")).lower()
    hidden = "display:none" in style or "line-through" in style or "visibility:hidden" in style
    return hidden or element.tag in {"s", "strike", "del", "ins", "blockquote", "img", "form", "iframe"}


def _of_html(source: str) -> str:
    """The text of an HTML part: a block starts a line, cells are parted by tabs."""
    if not source.strip():
        return ""
    root = html.fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    etree.strip_elements(root, "script", "style", "head", "title", etree.Comment, with_tail=False)
    pieces: list[str] = [f"{UNSEEN}\n"] if any(map(_is_struck, root.iter())) else []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if element.tag in _BLOCKS:
                pieces.append("\n")
            pieces.append(re.sub(r"\s+", " ", element.text or ""))
        else:
            pieces.append(
                "\t"
                if element.tag in {"td", "th"}
                else "\n"
                if element.tag in _BLOCKS - {"br", "tr", "li"}
                else ""
            )
            pieces.append(re.sub(r"\s+", " ", element.tail or ""))
    lines = (line.strip(" \t") for line in "".join(pieces).replace("\xa0", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
