"""HTML mail -> lines of plain text: table rows become lines, cells tabs, quotations lines with ">". Pure.

Only what nobody can see is dropped (comments, style sheets, the document's head); markup that *hides* text a
machine would read is reported, and a person looks.
"""

import html
import re

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,12})(?:\s[^<>]{0,2000})?/?>")
_LINE_TAGS = "p div br tr table ul ol li h1 h2 h3 h4 hr body html thead tbody pre"
_LINES = frozenset(_LINE_TAGS.split())
_CELLS = frozenset({"td", "th"})
_HIDES = re.compile(
    r"<(?:s|del|strike|script|noscript|template|details|dialog)\b|<[^<>]{1,200}\bhidden\b"
    r"|display\s*:\s*none|visibility\s*:\s*hidden"
    r"|line-through|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|%)?\s*[;\"'!}]|(?<![\w-])(?:max-)?(?:height"
    r"|width)\s*:\s*0"
    r"|opacity\s*:\s*0(?!\.[1-9])|(?<![\w-])color\s*:\s*(?:white\b|\#fff(?:fff)?\b|transparent"
    r"|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
    r"|text-indent\s*:\s*-|(?:left|top)\s*:\s*-\d{3}|mso-hide|clip(?:-path)?\s*:|<font[^<>]{1,80}(?:white"
    r"|\#fff)|~~",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^\]<>]{0,60}\]>", re.IGNORECASE)
_UNSEEN = (("<!--", "-->"), ("<style", "</style>"), ("<head>", "</head>"), ("<title", "</title>"))
_LETTER_HEAD = re.compile(r"(?:[A-Za-z][A-Za-z-]{1,30}:[^\n]*\n|\n)*[ \t]*(?=<)")
_QUOTED, _UNQUOTED = "\ue000", "\ue001"


def hides_text(text: str) -> bool:
    """Whether markup hides or strikes out text, or a part shows only in some mail programs."""
    return bool(_HIDES.search(text)) or any(
        "[if" in comment[:12].casefold() and any(letter.isdigit() for letter in _TAG.sub("", comment))
        for comment in _parts(text, "<!--", "-->")[1]
    )


def plain_lines(text: str) -> str:
    """Take markup off and decode entities; text without either is returned as it is."""
    if not _TAG.search(text):
        return html.unescape(text) if "&" in text else text
    for start, end in _UNSEEN:
        text = " ".join(_parts(text, start, end)[0])
    text = _CONDITIONAL.sub(" ", text)
    head = _LETTER_HEAD.match(text)
    if head and "<pre" not in text.casefold():
        text = text[: head.end()] + _unwrapped(text[head.end() :])
    plain = html.unescape(_TAG.sub(_written, text.replace(_QUOTED, "").replace(_UNQUOTED, "")))
    return _mark_quotes(plain) if _QUOTED in plain else plain


def _unwrapped(text: str) -> str:
    """HTML source breaks lines anywhere; only tags make lines. One with ">" stays: it may be a quote."""
    return "".join(
        ("\n" if line.lstrip().startswith((">", "&gt;")) else " ") + line.strip(" \t")
        for line in text.split("\n")
    )


def _written(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    if name == "blockquote":
        return f"\n{_UNQUOTED if tag['end'] else _QUOTED}\n"
    if name in _CELLS:
        return " " if tag["end"] else "\t"
    return "\n" if name in _LINES else " "


def _mark_quotes(text: str) -> str:
    depth, lines = 0, []
    for line in text.split("\n"):
        if line == _QUOTED:
            depth += 1
        elif line == _UNQUOTED:
            depth = max(0, depth - 1)
        else:
            lines.append(f"> {line}" if depth else line)
    return "\n".join(lines)


def _parts(text: str, start: str, end: str) -> tuple[list[str], list[str]]:
    """Text outside and inside start ... end, ends included; an open start ends nothing. Linear."""
    low, outside, inside, place = text.lower(), [], [], 0
    if len(low) != len(text):
        return [text], []
    while (begin := low.find(start, place)) >= 0 and (stop := low.find(end, begin)) >= 0:
        outside.append(text[place:begin])
        place = stop + len(end)
        inside.append(text[begin:place])
    outside.append(text[place:])
    return outside, inside
