"""MT940 in the shape of the SWIFT user handbook; :86: as the Deutsche Kreditwirtschaft structures it."""

import json

import pytest

ACCOUNT = "DE58218700180123456789"


def statement(*entries: str, opening: str = "C260101EUR1000,00", closing: str) -> str:
    lines = [":20:STARTUMS", f":25:{ACCOUNT}", ":28C:00001/001", f":60F:{opening}", *entries]
    return "\r\n".join([*lines, f":62F:{closing}", "-", ""])


IN = ":61:2601020102CR100,00NTRFNONREF//2026010200001\r\n:86:166?00GUTSCHRIFT?20EREF+E2E-77?21SVWZ+Rechnung "
ONE = statement(
    IN + "INV-2026-0000?22042?30DEUTDEFF?31DE89370400440532013000?32Blue Door?33GmbH",
    closing="C260102EUR1100,00",
)


def test_an_entry_becomes_a_payment_with_its_structured_details(bring, rows):
    bring("u.sta", ONE)
    (row,) = rows("payments")
    assert (row["source"], row["reference"]) == (ACCOUNT, "2026-01-02/2026010200001")
    assert (row["kind"], row["currency"], row["amount_minor"]) == ("payment", "EUR", 10000)
    assert (row["payer"], row["payer_account"]) == ("Blue Door GmbH", "DE89370400440532013000")
    assert row["remittance"] == "Rechnung INV-2026-0000042"
    assert json.loads(row["content"])["details"]["end_to_end_id"] == "E2E-77"
    assert row["line"] == 5
    assert rows("findings") == []


def test_a_short_part_of_the_text_ended_with_a_space(bring, paid):
    """?20 has 27 characters and goes on; ?21 has 8, so a space was cut off."""
    text = ":86:166?20SVWZ+abcdefghijklmnopqrstuv?21wx INV-1?22INV-2?32P"
    bring("u.sta", statement(":61:260102C1,00NTRFNONREF\r\n" + text, closing="C260102EUR1001,00"))
    assert paid("remittance") == [("abcdefghijklmnopqrstuvwx INV-1 INV-2",)]


def test_unstructured_details_stay_as_they_are_written(bring, paid):
    text = ":86:Payment of invoice 4711\r\nthank you"
    bring("u.sta", statement(":61:260102C1,00NTRFNONREF\r\n" + text, closing="C260102EUR1001,00"))
    assert paid("remittance", "payer") == [("Payment of invoice 4711\nthank you", None)]


def test_a_returned_direct_debit_is_a_chargeback_with_the_banks_fee(bring, paid):
    """53,00 booked: 50,00 original (OCMT) and 3,00 charges (CHGS); GVC 109."""
    back = (
        ":61:2601020102D53,00NRTINONREF\r\n/OCMT/EUR50,00//CHGS/EUR3,00/\r\n"
        ":86:109?00RETOURE?20EREF+DD-5?21SVWZ+Rueckgabe?32Kunde"
    )
    bring("u.sta", statement(back, closing="C260102EUR947,00"))
    assert paid("kind", "amount_minor", "fee_minor", "reverses", "payer") == [
        ("chargeback", -5000, 300, "DD-5", "Kunde")
    ]


def test_marks_decide_the_sign_and_rent_is_skipped(bring, paid, rows):
    """RC takes back a credit, RD a debit: 1000 + 10 - 20 + 30 - 700 = 320."""
    outcome = bring(
        "u.sta",
        statement(
            *(
                f":61:260102{mark}{amount},00NTRFNONREF//B{n}\r\n:86:text {n}"
                for n, (mark, amount) in enumerate((("C", 10), ("RC", 20), ("RD", 30), ("D", 700)))
            ),
            closing="C260102EUR320,00",
        ),
    )
    assert paid("kind", "amount_minor") == [("payment", 1000), ("chargeback", -2000), ("payment", 3000)]
    assert outcome.skipped == {"a debit that is no refund (salary, rent, supplier)": 1}
    assert rows("findings") == []


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "5000,", 5000), ("BHD", "1,234", 1234), ("EUR", "1,2", 120)]
)
def test_minor_units_follow_the_currency(bring, paid, currency, amount, minor):
    text = statement(
        f":61:260102C{amount}NTRFNONREF", opening=f"C260101{currency}0,", closing=f"C260102{currency}{amount}"
    )
    bring("u.sta", text)
    assert paid("currency", "amount_minor") == [(currency, minor)]


def test_balances_that_do_not_agree_are_a_finding(bring, rows):
    assert bring("u.sta", ONE.replace("EUR1100,00", "EUR1150,00")).rows_accepted == 1
    (finding,) = rows("findings")
    assert "difference is 50" in finding["message"]


def test_two_statements_in_one_file_are_checked_each(bring, rows):
    second = ONE.replace("EUR1100,00", "EUR1300,00").replace("EUR1000,00", "EUR1100,00")
    second = (
        second.replace("C100,00", "C200,00")
        .replace("CR100,00", "CR200,00")
        .replace("00001\r\n:86", "00002\r\n:86")
    )
    outcome = bring("u.sta", ONE + second)
    assert outcome.rows_accepted == 2
    assert rows("findings") == []


def test_a_broken_statement_line_is_quarantined_and_the_others_are_taken(bring, paid, reasons, rows):
    broken = ":61:26XX02C5,00NTRFNONREF\r\n:86:who knows"
    good = ":61:260102C1,00NTRFNONREF\r\n:86:fine"
    outcome = bring("u.sta", statement(broken, good, closing="C260102EUR1006,00"))
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (1, 1)
    assert reasons() == ["The statement line :61:26XX02C5,00NTRFNONREF cannot be read."]
    assert paid("remittance") == [("fine",)]
    assert rows("findings") == []


def test_a_file_that_was_cut_off_is_refused_whole(bring, paid):
    outcome = bring("u.sta", ONE[: ONE.index(":62F:")])
    assert "it was cut off" in outcome.refused
    assert paid() == []


def test_umlauts_of_a_windows_file_are_read(bring, paid):
    text = statement(":61:260102C1,00NTRFNONREF\r\n:86:Büro Müller, Größe", closing="C260102EUR1001,00")
    bring("u.sta", text.encode("cp1252"))
    assert paid("remittance") == [("Büro Müller, Größe",)]
