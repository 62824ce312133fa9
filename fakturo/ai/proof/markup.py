"""HTML mail -> lines of plain text: table rows become lines, cells tabs, quotations lines with ">". Pure.

Only what nobody can see is dropped (comments, style sheets, the document's head); markup that *hides* text a
machine would read is reported, and a person looks. So is a comment with a digit: no mail program writes one.
"""

import html
import re

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,12})(?:\s[^<>]{0,2000})?/?>")
_LINE_TAGS = "p div br tr table ul ol li h1 h2 h3 h4 hr body html thead tbody pre"
_LINES = frozenset(_LINE_TAGS.split())
_CELLS = frozenset({"td", "th"})
_HIDING_TAGS = (
    "s|del|strike|script|noscript|template|details|dialog|object|iframe|svg|math|audio|video|canvas|datalist"
    "|select|textarea|noframes|noembed|xmp|plaintext|bdo|marquee|form|input|button"
)
_HIDES = re.compile(
    rf"<(?:{_HIDING_TAGS})\b|<[^<>]{{1,200}}\bhidden\b|\bdir\s*=\s*[\"']?rtl|~~"
    r"|display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|line-through"
    r"|opacity\s*:\s*0?\.?[0-2]?\s*[;\"'!}]"
    r"|font-size\s*:\s*(?:[0-5](?:\.\d+)?(?:px|pt|%)?|0?\.\d+r?em)\s*[;\"'!}]|font\s*:\s*0"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*[01](?:px|pt|%)?\s*[;\"'!}]|line-height\s*:\s*0\s*[;\"'!}]"
    r"|text-indent\s*:\s*-|(?:left|top|right|bottom|margin[\w-]*)\s*:\s*-\d{2}|z-index\s*:\s*-"
    r"|letter-spacing\s*:\s*-"
    r"|mso-hide|clip(?:-path)?\s*:|zoom\s*:\s*0|transform\s*:|filter\s*:|content\s*:|unicode-bidi"
    r"|direction\s*:\s*rtl"
    r"|row-reverse|column-reverse|(?<![\w-])order\s*:|text-security|transparent|rgba\(|hsla?\(",
    re.IGNORECASE,
)
_COLOR = re.compile(
    r"(?:(?P<back>background(?:-color)?|bgcolor)|(?<![\w-])(?P<front>color))\s{0,5}[:=]\s{0,5}[\"']?"
    r"(?:\#(?P<hex>[0-9a-f]{6}|[0-9a-f]{3})|(?P<name>white|snow|ivory|black|yellow)|rgb\((?P<rgb>[\d\s,]{5,15})\))",
    re.IGNORECASE,
)
_LIGHT, _DARK = 0xC0, 0x40
"""Letters at least so light, or a ground at most so dark, may not be seen."""
_QUOTED_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^\]<>]{0,60}\]>", re.IGNORECASE)
_UNSEEN = (("<!--", "-->"), ("<style", "</style>"), ("<head>", "</head>"), ("<title", "</title>"))
_LETTER_HEAD = re.compile(r"(?:[A-Za-z][A-Za-z-]{1,30}:[^\n]*\n|\n)*[ \t]*(?=<)")
_QUOTED, _UNQUOTED = "\ue000", "\ue001"


def hides_text(text: str) -> bool:
    """Whether markup hides or strikes out text, or a part shows only in some mail programs."""
    if _HIDES.search(text):
        return True
    if any(map(_is_unseen, _COLOR.finditer(text))):
        return True
    for tag in _TAG.finditer(text):
        values = _QUOTED_VALUE.sub("", tag[0])
        if '"' in values or "'" in values:
            return True  # a ">" inside a value: what follows looks like text and is none
    made_for_some = (each for each in _parts(text, "<!--", "-->")[1] if "[if" in each[:12].casefold())
    return any(any(map(str.isdigit, _TAG.sub("", comment))) for comment in [*made_for_some, *_comments(text)])


def _comments(text: str) -> list[str]:
    """Comments outside the document's head and its style sheets, which hold comments of their own."""
    for start, end in _UNSEEN[1:]:
        text = " ".join(_parts(text, start, end)[0])
    return _parts(text, "<!--", "-->")[1]


def _is_unseen(color: re.Match[str]) -> bool:
    """Whether letters are nearly white, or a ground nearly black."""
    named = {"black": "000000", "white": "ffffff", "snow": "ffffff", "ivory": "ffffff", "yellow": "ffff00"}
    if color["rgb"]:
        parts = [int(part) for part in color["rgb"].split(",") if part.strip().isdigit()]
    else:
        code = color["hex"] or named[color["name"].lower()]
        size = len(code) // 3  # #fff is short for #ffffff
        parts = [int(code[start : start + size] * (3 - size), 16) for start in range(0, len(code), size)]
    if color["back"]:
        return max(parts, default=0) <= _DARK
    return color["front"] is not None and min(sorted(parts)[-2:], default=255) >= _LIGHT


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
