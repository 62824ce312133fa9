"""Run the rules that put payments on invoices, and say what they did and what is left."""

from sqlalchemy import Engine

from fakturo.cli.terminal.screen import console, money, table
from fakturo.clock import utc_now
from fakturo.ledger.open import reading
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.payments.cases import waiting_sums
from fakturo.settings import Settings


def match_and_tell(engine: Engine, settings: Settings) -> None:
    """Make all allocations what the rules say."""
    done = allocate(engine, now=utc_now(), actor="rules", settings=settings.receivables)
    if done.by_rule:
        table("Allocated by rule", ("rule", "rows"), sorted(done.by_rule.items()), right=(1,))
    told = f"{done.payments} payments looked at, {done.written} allocations written"
    console.print(f"{told}, {done.taken_back} taken back.")
    for sentence in done.stuck:
        console.print(f"Left as it is: {sentence}", markup=False)
    with reading(engine) as connection:
        left = waiting_sums(connection)
    for currency, count, minor in left:
        console.print(f"{count} payments wait with {money(minor, currency)}: fakturo payments list")
