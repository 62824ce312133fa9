"""The last look before a letter about debts leaves: what was paid since is not asked for."""

from sqlalchemy import Engine

from fakturo.delivery.outcome import Outcome
from fakturo.ledger.dunning.letters import read_letter
from fakturo.ledger.dunning.notices import DUNNED
from fakturo.ledger.open import reading
from fakturo.ledger.outbox.deliveries import Claimed


def withdrawal(engine: Engine, claimed: Claimed) -> Outcome | None:
    """Why an event is not delivered any more; None: it is."""
    if claimed.event != DUNNED:
        return None
    with reading(engine) as connection:
        letter = read_letter(connection, claimed.outbox_id)
    if not letter.is_settled:
        return None
    return Outcome("withdrawn", reason="All invoices of the letter were settled before it could leave.")
