"""Whatever stands in a file: it is taken in with counts that add up, or refused in words; nothing raises."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from fakturo.intake.bank.take_payments import take_payments
from fakturo.money import to_major
from tests.intake.bank.made_camt import balance, details, entry, statement, transaction
from tests.intake.bank.test_events import CHARGE, event, lines
from tests.intake.bank.test_mt940 import ONE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARTS = "<Chrgs><Rcrd><Amt Ccy='EUR'>3.00</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
WHOLE = {
    "camt": statement(
        entry("5.00", inner=details(transaction(PARTS, e2e="E"))),
        entry("7.00", mark="DBIT", ref="B", before="<RvslInd>true</RvslInd>"),
        balances=balance("OPBD", "1.00") + balance("CLBD", "-1.00"),
    ).encode(),
    "mt940": ONE.encode(),
    "events": lines(event("charge.succeeded", CHARGE), event("charge.refunded", CHARGE)).encode(),
    "csv": b'date;amount;currency;text\n02.01.2026;1.234,50;EUR;"a;b"\n03.01.2026;-5,00;EUR;refund\n',
}
spoil = st.tuples(
    st.integers(0, 5000),
    st.integers(0, 40),
    st.binary(max_size=8)
    | st.sampled_from(
        [
            b"null",
            b"[]",
            b"{}",
            b"-1",
            b"1e999",
            b"NaN",
            b"999999999999999999999",
            b'"',
            b"<",
            b":61:",
            b"\n",
            b",",
            b"?",
        ]
    ),
)


@pytest.mark.parametrize("form", WHOLE)
@tries(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoils=st.lists(spoil, min_size=1, max_size=3))
def test_a_spoilt_file_never_breaks_the_import(sqlite_engine, settings, form, spoils):
    content = WHOLE[form]
    for place, length, instead in spoils:
        at = place % (len(content) + 1)
        content = content[:at] + instead + content[at + length :]
    with TemporaryDirectory() as name:
        path = Path(name) / "file"
        path.write_bytes(content)
        outcome = take_payments(sqlite_engine, settings, path, source="A", dry_run=True, now=NOW)
    told = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
    assert told == outcome.rows_in
    assert outcome.refused is None or (outcome.refused and outcome.rows_in == 0)


@tries(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minors=st.lists(st.integers(1, 10**12), min_size=1, max_size=6),
    currency=st.sampled_from(("EUR", "JPY", "BHD")),
)
@example(minors=[1], currency="BHD")
def test_camt_and_mt940_tell_the_same_amounts(tmp_path, minors, currency):
    """To the minor unit, and with balances that agree."""
    from fakturo.intake.bank.camt import read_camt
    from fakturo.intake.bank.mt940 import read_mt940

    total = to_major(sum(minors), currency)
    camt = statement(
        *(
            entry(str(to_major(each, currency)), ref=f"R{n}", currency=currency)
            for n, each in enumerate(minors)
        ),
        balances=balance("OPBD", "0", currency=currency) + balance("CLBD", str(total), currency=currency),
    )
    comma = [f"{to_major(each, currency)}".replace(".", ",") for each in (*minors, sum(minors))]
    comma = [each if "," in each else f"{each}," for each in comma]
    booked = "".join(f":61:260102C{each}NTRFNONREF//R{n}\n" for n, each in enumerate(comma[:-1]))
    mt940 = f":20:X\n:25:A\n:28C:1\n:60F:C260101{currency}0,\n{booked}:62F:C260102{currency}{comma[-1]}\n"
    for text, read in ((camt, read_camt), (mt940, partial(read_mt940, most_line_bytes=9999))):
        path = tmp_path / "file"
        path.write_text(text)
        found = read(path, source="A")
        assert [each.record.amount_minor for each in found.payments] == minors
        assert (found.findings, found.refused) == ([], [])
