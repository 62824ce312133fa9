"""camt.053 and camt.054: element names and codes are those of ISO 20022's message definitions."""

import json

import pytest

from tests.intake.bank.made_camt import IBAN, N8, V2, balance, details, entry, statement, transaction


def test_a_booked_entry_becomes_a_payment_with_all_that_is_told(bring, rows):
    told = transaction(
        "<RltdPties><Dbtr><Pty><Nm>Blue Door GmbH</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE02 1203 0000 0000 2020 "
        "51</IBAN></Id></DbtrAcct></RltdPties><RmtInf>"
        "<Ustrd>Invoice INV-2026-00042</Ustrd><Ustrd>thanks</Ustrd>"
        "<Strd><RfrdDocInf><Nb>INV-2026-00042</Nb></RfrdDocInf><RfrdDocInf><Nb>INV-2026-00043</Nb></RfrdDocInf>"
        "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>",
        e2e="E2E-9",
    )
    outcome = bring("s.xml", statement(entry("1234.56", inner=details(told))))
    assert (outcome.rows_in, outcome.rows_accepted) == (1, 1)
    (row,) = rows("payments")
    assert row["source"] == IBAN
    assert row["reference"] == "REF-1"
    assert (row["kind"], row["amount_minor"], row["fee_minor"], row["currency"]) == (
        "payment",
        123456,
        0,
        "EUR",
    )
    assert row["value_date"].isoformat() == "2026-02-02"
    assert (row["payer"], row["payer_account"]) == ("Blue Door GmbH", "DE02120300000000202051")
    assert row["remittance"] == "Invoice INV-2026-00042\nthanks"
    assert json.loads(row["invoice_refs"]) == ["INV-2026-00042", "INV-2026-00043", "RF18539007547034"]
    assert json.loads(row["content"])["details"] == {"end_to_end_id": "E2E-9"}
    assert row["line"] == 3


def test_old_versions_write_status_and_names_without_their_inner_elements(bring, paid):
    old = "<RltdPties><Dbtr><Nm>Alte Firma</Nm></Dbtr></RltdPties>"
    text = statement(entry("10.00", status="<Sts>BOOK</Sts>", inner=details(transaction(old))), namespace=V2)
    bring("s.xml", text)
    assert paid("payer", "amount_minor") == [("Alte Firma", 1000)]


def test_pending_entries_are_not_taken_and_said(bring, paid):
    outcome = bring(
        "s.xml",
        statement(
            entry("10.00", status="<Sts>PDNG</Sts>"),
            entry("11.00", ref="B", status="<Sts><Cd>PDNG</Cd></Sts>"),
        ),
    )
    assert outcome.rows_in == 0
    assert outcome.skipped == {"pending, not booked yet": 2}
    assert paid() == []


def test_salaries_and_rent_are_skipped_not_quarantined(bring, paid):
    outcome = bring("s.xml", statement(entry("900.00", mark="DBIT", ref="R"), entry("5.00", ref="P")))
    assert outcome.skipped == {"a debit that is no refund (salary, rent, supplier)": 1}
    assert (outcome.rows_in, outcome.rows_quarantined) == (1, 0)
    assert paid("reference") == [("P",)]


def test_a_batch_becomes_one_payment_for_each_transaction(bring, paid):
    parts = [
        transaction(f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>', e2e=e2e)
        for amount, e2e in (("10.00", "A"), ("20.50", "B"))
    ]
    bring("s.xml", statement(entry("30.50", ref="BATCH", inner=details(*parts))))
    assert paid("reference", "amount_minor") == [("BATCH/A", 1000), ("BATCH/B", 2050)]


def test_equal_transactions_of_a_batch_stay_two(bring, paid):
    same = transaction('<Amt Ccy="EUR">10.00</Amt>')
    text = statement(entry("20.00", ref="BATCH", inner=details(same, same)))
    assert bring("s.xml", text).rows_accepted == 2
    assert [amount for (amount,) in paid("amount_minor")] == [1000, 1000]


def test_a_batch_that_does_not_add_up_is_quarantined_whole(bring, reasons, paid):
    parts = [transaction('<Amt Ccy="EUR">10.00</Amt>', e2e=each) for each in "AB"]
    bring("s.xml", statement(entry("25.00", inner=details(*parts))))
    assert reasons() == ["The entry is 25.00 EUR, but its 2 transactions add up to 20.00."]
    assert paid() == []


def test_charges_that_were_kept_back_are_a_fee(bring, paid):
    """A client paid 100.00, the bank booked 97.00; before version 4 all charges are included."""
    old = "<Chrgs><Amt Ccy='EUR'>3.00</Amt></Chrgs>"
    new = "<Chrgs><Rcrd><Amt Ccy='EUR'>3.00</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
    apart = "<Chrgs><Rcrd><Amt Ccy='EUR'>3.00</Amt><ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>"
    instructed = (
        "<AmtDtls><InstdAmt><Amt Ccy='EUR'>100.00</Amt></InstdAmt></AmtDtls>"
        "<Chrgs><Rcrd><Amt Ccy='EUR'>3.00</Amt></Rcrd></Chrgs>"
    )
    entries = [
        entry("97.00", ref=f"R{n}", inner=details(transaction(each)))
        for n, each in enumerate((old, new, apart, instructed))
    ]
    bring("s.xml", statement(*entries))
    assert paid("reference", "amount_minor", "fee_minor") == [
        ("R0", 10000, 300),
        ("R1", 10000, 300),
        ("R2", 9700, 0),
        ("R3", 10000, 300),
    ]


def test_charges_of_a_whole_batch_stand_on_its_first_transaction(bring, paid):
    parts = [transaction('<Amt Ccy="EUR">50.00</Amt>', e2e=each) for each in "AB"]
    charges = "<Chrgs><Rcrd><Amt Ccy='EUR'>2.00</Amt></Rcrd></Chrgs>"
    bring("s.xml", statement(entry("98.00", inner=charges + details(*parts))))
    assert paid("amount_minor", "fee_minor") == [(5000, 200), (5000, 0)]


def test_a_returned_direct_debit_is_a_chargeback_that_names_its_original(bring, paid):
    """53.00 taken back: 50.00 and the bank's 3.00; MD06: refund requested by the debtor."""
    back = transaction(
        "<Chrgs><Rcrd><Amt Ccy='EUR'>3.00</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
        "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>",
        e2e="DD-5",
    )
    bring("s.xml", statement(entry("53.00", mark="DBIT", ref="X", inner=details(back))))
    assert paid("kind", "reference", "amount_minor", "fee_minor", "reverses") == [
        ("chargeback", "X", -5000, 300, "DD-5")
    ]


def test_a_reversal_under_the_same_bank_reference_takes_the_first_booking_back(bring, paid):
    bring(
        "s.xml",
        statement(
            entry("20.00", ref="R"),
            entry("20.00", ref="R", mark="DBIT", day="2026-02-03", before="<RvslInd>true</RvslInd>"),
        ),
    )
    assert paid("reference", "kind", "amount_minor", "reverses") == [
        ("R", "payment", 2000, None),
        ("R/reversal", "chargeback", -2000, "R"),
    ]


def test_a_debit_that_calls_itself_a_refund_is_one(bring, paid):
    text = "<RltdPties><Cdtr><Pty><Nm>Client</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>{}</Ustrd></RmtInf>"
    bring(
        "s.xml",
        statement(
            entry("5.00", mark="DBIT", ref="A", inner=details(transaction(text.format("Refund INV-1")))),
            entry(
                "6.00", mark="DBIT", ref="B", inner=details(transaction(text.format("Reisekostenerstattung")))
            ),
            entry("7.00", mark="DBIT", ref="C", inner=details(transaction("<Purp><Cd>REFU</Cd></Purp>"))),
        ),
    )
    assert paid("reference", "kind", "amount_minor", "payer") == [
        ("A", "refund", -500, "Client"),
        ("C", "refund", -700, None),
    ]


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "5000", 5000), ("BHD", "1.234", 1234), ("EUR", "1.2", 120)]
)
def test_minor_units_follow_the_currency(bring, paid, currency, amount, minor):
    bring("s.xml", statement(entry(amount, currency=currency)))
    assert paid("currency", "amount_minor") == [(currency, minor)]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entry("1.234"), "The amount 1.234 has more than the 2 decimals of EUR."),
        (entry("1.00", currency="XXL"), "Currency 'XXL' is not an ISO 4217 code"),
        (entry("1,00"), "Amount '1,00' is not a number"),
        (entry("1.00", mark="IN"), "CdtDbtInd 'IN' is neither CRDT nor DBIT."),
        (entry("1.00", status=""), "The entry has no status (Sts)."),
    ],
    ids=["decimals", "currency", "comma", "mark", "status"],
)
def test_a_bad_entry_is_quarantined_and_the_others_are_taken(bring, paid, reasons, bad, said):
    outcome = bring("s.xml", statement(bad, entry("2.00", ref="GOOD")))
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (1, 1)
    assert said in reasons()[0]
    assert paid("reference") == [("GOOD",)]


def test_balances_that_agree_say_nothing(bring, rows):
    bring(
        "s.xml",
        statement(
            entry("30.00"),
            entry("10.00", mark="DBIT", ref="B"),
            balances=balance("OPBD", "5.00", "DBIT") + balance("CLBD", "15.00"),
        ),
    )
    assert rows("findings") == []


def test_balances_that_do_not_agree_are_a_finding_and_the_file_is_taken_in(bring, rows):
    outcome = bring(
        "s.xml", statement(entry("30.00"), balances=balance("OPBD", "100.00") + balance("CLBD", "140.00"))
    )
    assert outcome.rows_accepted == 1
    (finding,) = rows("findings")
    assert (finding["stage"], finding["code"], finding["place"]) == (
        "landed",
        "statement_balance",
        "Statement S-7",
    )
    assert "difference is 10" in finding["message"]
    assert outcome.warnings == (finding["message"],)


def test_a_notification_is_read_like_a_statement(bring, paid):
    bring("n.xml", statement(entry("7.00"), namespace=N8))
    assert paid("reference", "amount_minor") == [("REF-1", 700)]


def test_a_sum_whose_transactions_come_in_a_notification_is_not_counted_twice(bring, paid):
    pointer = "<AddtlInfInd><MsgNmId>camt.054.001.08</MsgNmId><MsgId>N-1</MsgId></AddtlInfInd>"
    parts = [transaction(f'<Amt Ccy="EUR">{each}</Amt>', e2e=each) for each in ("10.00", "20.00")]
    outcome = bring("s.xml", statement(entry("30.00", inner=pointer)))
    assert outcome.skipped == {"a sum whose transactions come in a camt.054 file of their own": 1}
    bring("n.xml", statement(entry("30.00", inner=details(*parts)), namespace=N8))
    assert [amount for (amount,) in paid("amount_minor")] == [1000, 2000]


def test_several_accounts_in_one_file_keep_their_own_references(bring, paid):
    first, second = statement(entry("1.00")), statement(entry("2.00"), account="DE02120300000000202051")
    both = first.replace(
        "</Stmt>", "</Stmt>" + second[second.index("<Stmt>") : second.index("</BkToCstmrStmt>")]
    )
    bring("s.xml", both)
    assert sorted(paid("source", "amount_minor")) == [("DE02120300000000202051", 200), (IBAN, 100)]


def test_without_an_account_the_source_must_be_said(bring, paid):
    text = statement(entry("1.00"), account="")
    assert "--source ACCOUNT" in bring("s.xml", text).refused
    assert bring("s.xml", text, source="main").rows_accepted == 1
    assert paid("source") == [("main",)]
