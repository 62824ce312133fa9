"""The same money once, however its file comes: twice, in another order, in halves, by processes at once."""

import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from fakturo.intake.bank.take_payments import take_payments
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.tables import files, quarantine
from fakturo.settings import load
from tests.intake.bank.made_camt import balance, entry, statement

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = "date,amount,currency,payer,text,reference\n"
DAYS = ("2026-01-02", "2026-01-03", "2026-01-04")
TOLD = (
    "source",
    "reference",
    "kind",
    "currency",
    "amount_minor",
    "value_date",
    "payer",
    "remittance",
    "content",
)

row = st.tuples(
    st.sampled_from(DAYS),
    st.sampled_from(("10.00", "20.00", "-5.00")),
    st.sampled_from(("EUR", "JPY")),
    st.sampled_from(("A", "B")),
    st.sampled_from(("INV-1", "refund", "")),
)
"""Few values, so that equal rows of a day are common."""


@pytest.fixture
def ledger(engine):
    """Both databases: landing is what these tests are about."""
    return engine


def ledger_of(engine: Engine) -> list[tuple]:
    """All payments without when and by which file they came."""
    with reading(engine) as connection:
        columns = [payments.c[name] for name in TOLD]
        return sorted(map(tuple, connection.execute(select(*columns))))


def after(*contents: str) -> list[tuple]:
    """What a new ledger holds after these files."""
    with TemporaryDirectory() as name:
        home = Path(name)
        chosen = load(home=home, _env_file=None)
        engine = connect(chosen.ledger_url)
        upgrade(engine)
        for number, content in enumerate(contents):
            path = home / f"{number}.csv"
            path.write_text(content)
            outcome = take_payments(engine, chosen, path, source="ACCOUNT", now=NOW)
            told = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
            assert outcome.refused is None
            assert (told, outcome.rows_quarantined) == (outcome.rows_in, 0)
        found = ledger_of(engine)
        engine.dispose()
        return found


def table(rows) -> str:
    return HEAD + "".join(",".join(each) + ",\n" for each in rows)


@settings(max_examples=8, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.randoms(), st.sampled_from(DAYS))
def test_order_halves_and_repetition_change_nothing(rows, random, cut):
    """Halves are cut between days; rows without a bank's reference, some of them equal."""
    mixed = random.sample(rows, len(rows))
    first, second = ([each for each in mixed if (each[0] < cut) == early] for early in (True, False))
    whole = after(table(rows))
    ours = [each for each in rows if not (each[1].startswith("-") and each[4] != "refund")]
    assert len(whole) == len(ours)
    assert after(table(rows), table(mixed), table(rows)) == whole
    assert after(table(second), table(first)) == whole
    assert after(table(first), table(rows)) == whole


def test_halves_that_cut_within_equal_rows_count_them_once_each():
    """Said in docs/payments.md: two equal rows of a day without a reference, one in each half, are one."""
    twin = ("2026-01-02", "10.00", "EUR", "A", "INV-1")
    assert len(after(table([twin, twin]))) == 2
    assert len(after(table([twin]), table([twin]) + "\n")) == 1


def test_the_very_same_file_again_is_told_as_duplicates(bring, rows):
    text = statement(entry("5.00"), entry("7.00", mark="DBIT", ref="B"), balances=balance("CLBD", "9.00"))
    bring("a.xml", text)
    again = bring("a.xml", text)
    assert (again.rows_in, again.rows_accepted, again.rows_duplicate) == (1, 0, 1)
    assert len(rows("files")) == 1
    assert [entry["action"] for entry in rows("audit")] == ["file.landed"]


def test_the_file_row_balances_without_the_rows_that_are_not_ours(bring, rows):
    bring("a.xml", statement(entry("5.00"), entry("7.00", mark="DBIT", ref="B"), entry("1.234", ref="C")))
    (file,) = rows("files")
    assert file["kind"] == "payments"
    assert (file["rows_in"], file["rows_accepted"], file["rows_duplicate"], file["rows_quarantined"]) == (
        2,
        1,
        0,
        1,
    )
    (told,) = rows("audit")
    skipped = json.loads(told["details"])["rows_skipped"]
    assert skipped == {"a debit that is no refund (salary, rent, supplier)": 1}


def test_a_known_reference_with_other_content_is_a_conflict_not_a_second_payment(bring, paid, reasons):
    bring("a.xml", statement(entry("5.00")))
    outcome = bring("b.xml", statement(entry("6.00")))
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (0, 1)
    assert reasons()[0].startswith(
        "Reference REF-1 of DE89370400440532013000 was taken in before with other content"
    )
    assert paid("amount_minor") == [(500,)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_reference_given_to_two_payments_of_a_file_is_taken_for_neither(bring, paid, reasons, order):
    both = [entry("5.00"), entry("6.00")]
    bring("a.xml", statement(*(both[n] for n in order), entry("7.00", ref="GOOD")))
    assert len(reasons()) == 2
    assert paid("amount_minor") == [(700,)]


def test_the_same_file_under_another_mapping_doubles_nothing(bring, paid, tmp_path):
    """The first mapping knows no payer, so the references that it makes are others than the second's."""
    text = "day,sum,who\n2026-01-02,5.00,A\n2026-01-03,6.00,B\n"
    base = "columns: {{booked_on: [day], amount: [sum]{more}}}\nconstants: {{currency: EUR, account: X}}\n"
    for name, more in (("one.yaml", ""), ("two.yaml", ", payer: [who]")):
        (tmp_path / name).write_text(base.format(more=more))
    bring("t.csv", text, mapping=str(tmp_path / "one.yaml"))
    again = bring("t.csv", text, mapping=str(tmp_path / "two.yaml"))
    assert (again.rows_accepted, again.rows_duplicate) == (0, 2)
    assert len(paid("amount_minor")) == 2


def test_the_same_file_under_another_account_is_refused(bring, paid):
    text = table([("2026-01-02", "10.00", "EUR", "A", "INV-1")])
    bring("t.csv", text, source="main")
    for dry_run in (True, False):
        refused = bring("t.csv", text, source="other", dry_run=dry_run).refused
        assert "brought in before as payments/main, now it would be payments/other" in refused
    assert paid("source") == [("main",)]


def test_a_dry_run_says_the_same_and_writes_nothing(bring, rows):
    text = statement(entry("5.00"), entry("1.234", ref="C"))
    tried = bring("a.xml", text, dry_run=True)
    assert rows("payments") == rows("files") == rows("audit") == []
    assert bring("a.xml", text) == tried


def _bring(url: str, home: str, path: str, gate) -> None:
    chosen = load(home=home, ledger_url=url, _env_file=None)
    engine = connect(url)
    gate.wait()
    outcome = take_payments(engine, chosen, Path(path), source="ACCOUNT", now=NOW)
    engine.dispose()
    raise SystemExit(0 if outcome.refused is None and outcome.rows_quarantined == 0 else 1)


def test_two_processes_at_once_land_the_same_ledger(engine, tmp_path):
    """One brings the whole file, one the same rows in another order, two bring halves."""
    rows = [(DAYS[n % 3], f"{n % 7 + 1}.00", "EUR", "AB"[n % 2], f"INV-{n % 5}") for n in range(600)]
    first = [each for each in rows if each[0] == DAYS[0]]
    second = [each for each in rows if each[0] != DAYS[0]]
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(4)
    workers = []
    url = engine.url.render_as_string(hide_password=False)
    for number, part in enumerate((rows, rows[::-1], first, second)):
        path = tmp_path / f"{number}.csv"
        path.write_text(table(part))
        arguments = (url, str(tmp_path / f"home{number}"), str(path), gate)
        workers.append(context.Process(target=_bring, args=arguments))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(200)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert ledger_of(engine) == after(table(rows))
    with reading(engine) as connection:
        counted = connection.execute(select(files.c.rows_in, files.c.rows_accepted)).all()
        assert connection.execute(select(quarantine)).all() == []
    assert sorted(each.rows_in for each in counted) == [200, 400, 600, 600]
    assert sum(each.rows_accepted for each in counted) == 600
