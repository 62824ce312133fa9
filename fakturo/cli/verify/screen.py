"""Verdicts as a person reads them, and as another program does."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.text import Text

from fakturo.cli.terminal.plain import clean
from fakturo.cli.terminal.screen import console
from fakturo.einvoice.verifying.finding import Finding, Weight
from fakturo.einvoice.verifying.rounding import shown
from fakturo.einvoice.verifying.verdict import Verdict

_STYLES = {Weight.REFUSED: "red", Weight.WARNING: "yellow", Weight.NOTE: "dim"}
MOST_SHOWN = 25
"""Different findings of one file; a file that is wrong throughout need not fill the screen."""
_LONGEST_PLACE = 70


class Grouped(NamedTuple):
    """The same finding at one place or at many."""

    finding: Finding
    places: int


def show(verdict: Verdict) -> None:
    """One file: what it is, every finding with its place, and whether it is accepted."""
    console.print(Text(clean(f"{verdict.file}: {in_words(verdict)}")), soft_wrap=True)
    groups = list(grouped(verdict.findings))
    for each in groups[:MOST_SHOWN]:
        console.print(Text(clean(f"  {_line(each)}"), style=_STYLES[each.finding.weight]), soft_wrap=True)
    if len(groups) > MOST_SHOWN:
        console.print(f"  … and {len(groups) - MOST_SHOWN} more findings; --json gives all.", soft_wrap=True)
    style = "green" if verdict.is_accepted else "bold red"
    console.print(Text(clean(f"  {_outcome(verdict)}"), style=style), soft_wrap=True)


def in_words(verdict: Verdict) -> str:
    """CII, Factur-X BASIC, in factur-x.xml: invoice 4711, 3 lines, 119.00 EUR, due 119.00 EUR."""
    if verdict.profile is None:
        return "PDF" if verdict.is_pdf else "not verified"
    kind = f"{verdict.profile.syntax}, {verdict.profile.name}"
    kind += f", in the PDF as {verdict.attachment}" if verdict.attachment else ""
    parts = [f"invoice {verdict.number or 'without a number'}"]
    parts += [f"{verdict.lines} line{'' if verdict.lines == 1 else 's'}"] if verdict.lines else []
    if verdict.total is not None:
        parts.append(f"total {shown(verdict.total)} {verdict.currency}")
    if verdict.due is not None:
        parts.append(f"due {shown(verdict.due)} {verdict.currency}")
    return f"{kind}: {', '.join(parts)}"


def grouped(findings: Iterable[Finding]) -> Iterator[Grouped]:
    """Equal findings once with how many places they have; refusals first, notes last."""
    places: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in findings:
        of_one = each.about if " of " in each.about else ""
        places.setdefault((each.weight, each.rule, of_one, each.text), []).append(each)
    order = list(Weight)
    for same in sorted(places.values(), key=lambda each: order.index(each[0].weight)):
        yield Grouped(same[0], len(same))


def total_in_words(verdicts: list[Verdict]) -> str:
    """3 files: 2 accepted (1 with warnings), 1 refused."""
    accepted = [each for each in verdicts if each.is_accepted]
    warned = sum(1 for each in accepted if each.count(Weight.WARNING))
    told = f" ({warned} with warnings)" if warned else ""
    return f"{len(verdicts)} files: {len(accepted)} accepted{told}, {len(verdicts) - len(accepted)} refused."


def as_json(verdict: Verdict) -> str:
    """One object: amounts are decimals in quotes, as they stand in the file."""
    profile = verdict.profile
    return json.dumps(
        {
            "file": verdict.file,
            "sha256": verdict.sha256 or None,
            "accepted": verdict.is_accepted,
            "syntax": profile.syntax if profile else None,
            "profile": profile.name if profile else None,
            "specification": profile.specification if profile else None,
            "attachment": verdict.attachment or None,
            "number": verdict.number or None,
            "seller": verdict.seller or None,
            "currency": verdict.currency or None,
            "total": None if verdict.total is None else str(verdict.total),
            "due": None if verdict.due is None else str(verdict.due),
            "lines": verdict.lines,
            "findings": [each._asdict() for each in verdict.findings],
        },
        ensure_ascii=False,
    )


def _line(group: Grouped) -> str:
    finding, places = group
    where = f" {finding.about}" if finding.about else ""
    if finding.place and not finding.about.endswith(finding.place):
        where += f" at {_short(finding.place)}"
    where += f" and {places - 1} more place{'' if places == 2 else 's'}" if places > 1 else ""  # noqa: PLR2004
    return f"{finding.weight} {finding.rule}{where}: {finding.text}"


def _outcome(verdict: Verdict) -> str:
    """The word, and what to do, each thing once."""
    decisive = Weight.WARNING if verdict.is_accepted else Weight.REFUSED
    remedies = dict.fromkeys(each.remedy for each in verdict.findings if each.weight is decisive)
    warnings = verdict.count(Weight.WARNING)
    if not verdict.is_accepted:
        word = "Refused."
    elif warnings:
        word = f"Accepted, with {warnings} warning{'' if warnings == 1 else 's'}."
    else:
        word = "Accepted: schema, rules and every sum hold."
    return " ".join((word, *filter(None, remedies)))


def _short(place: str) -> str:
    if len(place) <= _LONGEST_PLACE:
        return place
    steps = place.split("/")
    kept: list[str] = []
    while steps and sum(map(len, kept)) + len(kept) + len(steps[-1]) < _LONGEST_PLACE:
        kept.insert(0, steps.pop())
    return "…/" + "/".join(kept or [place[-_LONGEST_PLACE:]])
