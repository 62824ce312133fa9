"""A colour that can be read on white, and white on it: WCAG 2.2 (SC 1.4.3) asks for a contrast of 4.5."""

LEAST_CONTRAST = 4.5
_STEPS = 100


def contrast_with_white(colour: str) -> float:
    """Contrast ratio, 1 to 21, of `#rrggbb` with white.

    Source: WCAG 2.2, definitions of relative luminance and contrast ratio.
    """
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def readable(colour: str) -> str:
    """The colour, or the nearest darker one of the same hue that can be read: #ff9900 -> #a76400."""
    for step in range(_STEPS, -1, -1):
        darker = "#" + "".join(f"{each * step // _STEPS:02x}" for each in _channels(colour))
        if contrast_with_white(darker) >= LEAST_CONTRAST:
            return darker
    return "#000000"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(share: float) -> float:
    threshold, offset = 0.04045, 0.055
    return share / 12.92 if share <= threshold else float(((share + offset) / (1 + offset)) ** 2.4)
