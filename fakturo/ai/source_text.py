"""The order text as it is read: entities decoded, markup gone, contacts masked, heads and quotes apart.

Both the model and the proof read this; what a reader of the letter would not see decides nothing.
"""

import html
import re
import unicodedata
from typing import NamedTuple

from fakturo.privacy import mask

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,12})(?:\s[^<>]{0,2000})?/?>")
_BLOCKS = "p div br tr table ul ol li h1 h2 h3 h4 blockquote hr body html head thead tbody"
_BLOCK_TAGS = frozenset(_BLOCKS.split())
_HIDDEN = re.compile(
    r"<!--|<(?:s|del|strike|style|script|blockquote)\b|display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden"
    r"|line-through",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:from|to|cc|bcc|date|sent|reply-to|message-id|mime-version|content-[a-z-]+|received|return-path|x-[a-z-]+"
    r"|von|an|gesendet)\s*:.*$",
    re.IGNORECASE,
)
_QUOTE_START = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original message|ursprüngliche nachricht|forwarded message"
    r"|weitergeleitete nachricht)"
    r"|on .{0,120} wrote:\s*$|am .{0,120} schrieb.{0,80}:\s*$)",
    re.IGNORECASE,
)


class SourceText(NamedTuple):
    """What a letter says, in the sender's own words and in those it quotes."""

    own: str
    quoted: str
    """Lines that quote an older letter; nothing in them is ordered."""
    has_hidden: bool
    """Markup that hides or strikes text."""


def read_source(text: str) -> SourceText:
    """Decode, take markup off, mask contacts, and set the quoted lines apart."""
    has_hidden = bool(_HIDDEN.search(text))
    plain = html.unescape(_TAG.sub(_space, text)) if _TAG.search(text) or "&" in text else text
    plain = unicodedata.normalize("NFKC", plain.replace("\r\n", "\n").replace("\r", "\n"))
    plain = "".join(
        each for each in plain if each in "\n\t" or unicodedata.category(each) not in {"Cf", "Cc"}
    )
    own, quoted = [], []
    in_head, in_thread = True, False
    for line in mask(plain).text.split("\n"):
        in_head = in_head and (
            bool(_HEAD.match(line)) or line.lower().startswith("subject:") or not line.strip()
        )
        if _QUOTE_START.match(line):
            in_thread = in_thread or not line.lstrip().startswith(">")
            quoted.append(line)
        elif in_thread:
            quoted.append(line)
        elif not (in_head and _HEAD.match(line)):
            own.append(line)
    return SourceText("\n".join(own), "\n".join(quoted), has_hidden)


def _space(tag: re.Match[str]) -> str:
    return "\n" if tag["name"].lower() in _BLOCK_TAGS else " "
