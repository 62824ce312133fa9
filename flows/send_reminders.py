"""Send letters about overdue invoices."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo import worker
from fakturo.clock import utc_now
from fakturo.dunning.terms import terms_of
from fakturo.issue import issue_day
from fakturo.ledger.dunning.sending import Proposal, Work, propose, send
from fakturo.ledger.open import open_ledger
from fakturo.ledger.payments.cases import amount_in_words
from fakturo.privacy import mask
from fakturo.settings import current

MOST_ROWS = 500
"""Of the table beside the run."""


@flow(name="send_reminders", persist_result=False)
def send_reminders() -> Any:
    """Put the letters of today into the outbox, on weekday mornings; off, only say which they would be.

    Safe to rerun and to run twice at once: a level of an invoice is sent once, and each letter is decided
    again in the transaction that sends it. What it leaves is found by the next run.
    """
    settings = current()
    engine = open_ledger(settings)
    terms = terms_of(settings.dunning, settings.seller.country)
    proposal = propose(engine, terms, issue_day(utc_now(), settings.seller))
    _show(proposal)
    if not settings.dunning.enabled:
        told = f"Dunning is off: {len(proposal.notices)} letters would be sent, none was."
        return Completed(name="Off", message=f"{told} Set enabled = true under [dunning] to send them.")
    work = Work(terms, utc_now(), "dunning", str(runtime.flow_run.id))
    sent = send(engine, proposal, work, stop=worker.LEAVING.is_set)
    told = f"{len(sent.letters)} letters sent, {len(sent.dropped)} dropped, {len(proposal.held)} held back."
    return Completed(message="\n".join((told, *(mask(each).text for each in sent.dropped))))


def _show(proposal: Proposal) -> None:
    """The letters as a table beside the run: account numbers, nothing personal."""
    if not proposal.notices:
        return
    rows = [
        {
            "customer": mask(each.customer_id).text,
            "level": f"{each.level} {each.tone}",
            "invoices": len(each.lines),
            "open": amount_in_words(each.open_minor, each.currency),
            "to pay": amount_in_words(each.total_minor, each.currency),
        }
        for each in proposal.notices[:MOST_ROWS]
    ]
    create_table_artifact(rows, key="send-reminders", description=f"Letters of {proposal.as_of}")
