"""What our own ledger knows of a file that was verified: is it the document that we recorded?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from fakturo.einvoice.verifying.file import NO_XML
from fakturo.einvoice.verifying.finding import Finding, Weight
from fakturo.einvoice.verifying.verdict import Verdict
from fakturo.errors import FakturoError
from fakturo.ledger.issuing.documents import is_issued, recorded
from fakturo.settings import Settings

PDF = "pdf"
_RENDER = "`fakturo render --again {number}` proves the original; send that."


def judge_by_ledger(settings: Settings) -> tuple[Callable[[Verdict], Verdict], str]:
    """Ask the ledger of this home about verdicts.

    Returns:
        A function that adds what the ledger knows, and a sentence where there is no ledger to ask.
    """
    try:
        engine = _existing(settings)
    except FakturoError as error:
        return _unchanged, f"The ledger was not asked: {error}"
    if engine is None:
        return _unchanged, "There is no ledger here, so files were not compared with what was issued."
    return lambda verdict: _with_record(engine, settings, verdict), ""


def _existing(settings: Settings) -> Engine | None:
    """Verifying never makes a ledger."""
    from fakturo.ledger.open import open_ledger

    url = make_url(settings.ledger_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        return None
    return open_ledger(settings)


def _unchanged(verdict: Verdict) -> Verdict:
    return verdict


def _with_record(engine: Engine, settings: Settings, verdict: Verdict) -> Verdict:
    if not verdict.sha256:
        return verdict
    found = recorded(engine, number=verdict.number, sha256=verdict.sha256)
    same = next((each for each in found if each.sha256 == verdict.sha256), None)
    if same is not None:
        text = f"This is the document of our invoice {same.number}, byte for byte as the ledger recorded it."
        kept = tuple(
            each._replace(weight=Weight.WARNING, remedy="") if each.rule == NO_XML else each
            for each in verdict.findings
        )
        finding = Finding(Weight.NOTE, "ledger", "", "", text)
        return replace(verdict, number=verdict.number or same.number, findings=(*kept, finding))
    if not verdict.number or _is_of_another(verdict, settings) or not is_issued(engine, verdict.number):
        return verdict
    finding = _differs(verdict, [each.kind for each in found])
    return replace(verdict, findings=(*verdict.findings, finding))


def _is_of_another(verdict: Verdict, settings: Settings) -> bool:
    """Whether another seller uses the same number."""
    ours = settings.seller
    if verdict.seller_vat_id and ours.vat_id:
        return _bare(verdict.seller_vat_id) != _bare(ours.vat_id)
    return _bare(verdict.seller) != _bare(ours.name)


def _differs(verdict: Verdict, kinds: list[str]) -> Finding:
    what = "PDF" if verdict.is_pdf else "XML"
    if not any((kind == PDF) == verdict.is_pdf for kind in kinds):
        text = f"We issued {verdict.number}, but the ledger has recorded no {what} of it to compare with."
        return Finding(Weight.NOTE, "ledger", "", "", text)
    text = (
        f"We issued {verdict.number}, but this is not the {what} that the ledger recorded: "
        "the SHA-256 differs. An issued invoice never changes."
    )
    return Finding(Weight.REFUSED, "ledger", "", "", text, _RENDER.format(number=verdict.number))


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
