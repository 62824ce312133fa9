"""Verify one XML: what it is, schema and rules, and its own sums, as findings."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fakturo.einvoice import cii, ubl
from fakturo.einvoice.parsing import Node, parse
from fakturo.einvoice.reading import Said
from fakturo.einvoice.rules import SCHEMA_RULE, Severity, Violation, check_tree
from fakturo.einvoice.syntax import Profile, Syntax, is_factur_x, profile_of
from fakturo.einvoice.verifying.arithmetic import Difference, differences
from fakturo.einvoice.verifying.finding import Finding, Weight

CORRECT = "Ask the sender for a corrected invoice."
COMPARE = "Compare with what was ordered before you pay."
_FIELD = re.compile(r"\b([A-Z][\w\s/-]*?)\s*\((B[TG]-\d+)\)|\b(B[TG]-\d+)\b")
_LEADING = re.compile(
    r"^(?:(?:each|the|an|a|one|if|in|at|least|only|have|contain|be|specify)\s+)+", re.IGNORECASE
)


class Document(NamedTuple):
    """An XML that was verified."""

    profile: Profile
    said: Said
    findings: tuple[Finding, ...]


def verify_xml(xml: bytes, *, in_pdf: bool) -> Document:
    """Hold an XML against schema, rules and its own sums.

    Raises:
        BadInput: no XML that may be read, or no invoice.
    """
    root = parse(xml)
    profile = profile_of(root)
    said = read(root, profile)
    violations = check_tree(root, profile, factur_x=True if in_pdf and _is_for_pdf(profile) else None)
    return Document(profile, said, (*_unknown(profile), *_findings(violations, differences(said))))


def read(root: Node, profile: Profile) -> Said:
    """What an invoice says, in whichever syntax."""
    return cii.read(root) if profile.syntax is Syntax.CII else ubl.read(root)


def _is_for_pdf(profile: Profile) -> bool:
    """Whether the restrictions of Factur-X hold within a PDF; an XRechnung has its own."""
    return profile.syntax is Syntax.CII and is_factur_x(profile)


def _unknown(profile: Profile) -> Iterator[Finding]:
    if profile.known:
        return
    said = profile.specification
    told = f"names {said[:120]!r}, which is not known here" if said else "names none"
    text = f"The invoice {told}; it was held against the rules of EN 16931."
    remedy = "Check that you can book such invoices."
    yield Finding(Weight.WARNING, "BT-24", "Specification identifier (BT-24)", "", text, remedy)


def _findings(violations: list[Violation], found: list[Difference]) -> Iterator[Finding]:
    """Official violations, in our figures where we have them; then what only we hold against it."""
    explained = {each.rule: each for each in reversed(found)}
    fatal = {each.rule for each in violations if each.severity is Severity.FATAL}
    for each in violations:
        ours = explained.get(each.rule)
        weight = Weight.REFUSED if each.severity is Severity.FATAL else Weight.WARNING
        if ours is None:
            yield Finding(weight, each.rule, _about(each), each.place, _sentence(each), _remedy(each))
    for difference in found:
        is_fatal = difference.rule in fatal
        yield Finding(
            Weight.REFUSED if is_fatal else Weight.WARNING,
            difference.rule,
            difference.about,
            difference.place,
            difference.text if is_fatal else f"{difference.text} The official rules allow it.",
            CORRECT if is_fatal else COMPARE,
        )


def _about(violation: Violation) -> str:
    if violation.rule == SCHEMA_RULE:
        return violation.place.rpartition("/")[2]
    found = _FIELD.search(violation.text)
    if found is None:
        return violation.place.rpartition("/")[2]
    if found[3]:
        return str(found[3])
    name = _LEADING.sub("", found[1].rpartition(" shall ")[2].strip())
    return f"{name[:1].upper()}{name[1:]} ({found[2]})"


def _sentence(violation: Violation) -> str:
    text = violation.text.rstrip()
    if violation.rule == SCHEMA_RULE:
        return f"The schema does not allow it: {text}"
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _remedy(violation: Violation) -> str:
    return CORRECT if violation.severity is Severity.FATAL else ""
