"""Two retries at once are one; a retry that is killed wrote all of itself or nothing."""

import subprocess
import sys

import pytest

from fakturo.errors import NotAllowed
from fakturo.intake.quarantine import sheet
from fakturo.ledger.open import writing
from fakturo.ledger.quarantine.resolving import Retried, settle

FILE = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n" + "".join(
    f"A{n},C7,2026-02-27,L1,Lantern,x,2.55,GBP\n" for n in range(300)
)
RETRY = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from fakturo.intake.quarantine.retry import Asked, retry_sheet
from fakturo.ledger import audit_chain
from fakturo.ledger.landing import orders
from fakturo.ledger.quarantine import resolving
from fakturo.ledger.open import connect
from fakturo.settings import load

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

url, home, path, moment = sys.argv[1:]
if moment == "landed":
    resolving.readings_of = die
elif moment == "settled":
    resolving.audit_chain.append = die
elif moment == "logged":
    append = audit_chain.append
    orders.audit_chain.append = lambda *given, **named: (append(*given, **named), die())
now = datetime(2026, 3, 2, 10, tzinfo=UTC)
for each in retry_sheet(connect(url), load(home=Path(home), _env_file=None), Path(path), Asked("ann", now)):
    print(each.in_words())
if moment == "committed":
    die()
"""


def start(desk, path, moment="never"):
    url = desk.engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", RETRY, url, str(desk.settings.home), str(path), moment],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def waiting(desk):
    desk.ingest("o.csv", FILE)
    desk.fixed = desk.corrected({each.id: {"quantity": "2"} for each in desk.waiting()})
    return desk


def test_the_same_retry_by_two_processes_at_once_lands_once(waiting):
    both = [start(waiting, waiting.fixed) for _ in range(2)]
    for each in both:
        each.communicate()
        assert each.returncode == 0
    assert len(waiting.rows("orders")) == 300
    assert [row["status"] for row in waiting.rows("quarantine")] == ["resolved"] * 300
    assert len(waiting.rows("files")) == 2
    waiting.check()


def test_other_corrections_of_the_same_rows_at_once_land_only_one_of_them(waiting):
    other = waiting.corrected({each.id: {"quantity": "3"} for each in waiting.waiting()}, "other.csv")
    both = [start(waiting, path) for path in (waiting.fixed, other)]
    for each in both:
        each.communicate()
        assert each.returncode == 0
    quantities = {row["content"].split('"quantity":"')[1][0] for row in waiting.rows("orders")}
    assert (len(waiting.rows("orders")), len(quantities)) == (300, 1)
    waiting.check()


@pytest.mark.parametrize("moment", ["landed", "settled", "logged", "committed"])
def test_a_killed_retry_wrote_all_or_nothing_and_runs_again(waiting, moment):
    child = start(waiting, waiting.fixed, moment)
    child.communicate()
    assert child.returncode == -9
    landed = len(waiting.rows("orders"))
    assert landed == (300 if moment == "committed" else 0)
    assert len(waiting.waiting()) == 300 - landed
    waiting.check()
    (outcome,) = waiting.retry(waiting.fixed)
    assert (outcome.landed, outcome.known) == (300 - landed, landed)
    assert len(waiting.rows("orders")) == 300
    assert waiting.waiting() == []
    waiting.check()


def test_a_row_that_somebody_else_resolved_stops_the_whole_transaction(waiting):
    waiting.retry(waiting.file("one.csv", f"{sheet.ROW},quantity\n1,2\n"))
    retried = Retried(1, [1, 2], {2, 3}, ())
    with (
        pytest.raises(NotAllowed, match="Row 1 was retried by somebody else"),
        writing(waiting.engine) as connection,
    ):
        settle(connection, 2, retried, actor="bob", now=waiting.now)
    assert len(waiting.waiting()) == 299
