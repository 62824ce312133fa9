"""Tables of banks: real layouts with made-up rows, and what a person is told where a table cannot be read."""

import csv
import json
import os
from datetime import date
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FAKTURO_TEST_DATA", "../shared/data"))
DATA = SHARED / "payments" / "ibm_accounts_receivable.csv"
SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";'
    '"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";'
    '"Auslagenersatz Ruecklastschrift";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";'
    '"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"\n'
)


def sparkasse(text, purpose, amount, *, original="", charge="", info="Umsatz gebucht", day="02.01.26"):
    cells = ["DE58218700180123456789", day, day, text, purpose, "", "", "NOTPROVIDED", "", original, charge]
    cells += ["Müller GmbH", "DE02120300000000202051", "BYLADEM1001", amount, "EUR", info]
    return ";".join(f'"{cell}"' for cell in cells) + "\n"


def test_a_german_savings_banks_export_is_recognised_and_read(bring, rows, paid):
    text = SPARKASSE + "".join(
        [
            sparkasse("GUTSCHR. UEBERWEISUNG", "Rechnung INV-2026-00042", "1.234,50"),
            sparkasse("RUECKLASTSCHRIFT", "RG 7", "-53,00", original="50,00", charge="3,00"),
            sparkasse("UEBERWEISUNG", "Miete Januar", "-700,00"),
            sparkasse("UEBERWEISUNG", "Erstattung RG 8", "-10,00"),
            sparkasse("GUTSCHR. UEBERWEISUNG", "RG 9", "5,00", info="Umsatz vorgemerkt"),
        ]
    )
    outcome = bring("umsaetze.CSV", text.encode("cp1252"))
    assert (outcome.rows_in, outcome.rows_accepted) == (3, 3)
    assert outcome.skipped == {
        "pending, not booked yet": 1,
        "a debit that is no refund (salary, rent, supplier)": 1,
    }
    assert sorted(paid("amount_minor", "fee_minor", "kind", "remittance")) == [
        (-5000, 300, "chargeback", "RG 7"),
        (-1000, 0, "refund", "Erstattung RG 8"),
        (123450, 0, "payment", "Rechnung INV-2026-00042"),
    ]
    row = rows("payments")[0]
    assert (row["source"], row["payer"]) == ("DE58218700180123456789", "Müller GmbH")
    assert row["payer_account"] == "DE02120300000000202051"
    assert row["value_date"].isoformat() == "2026-01-02"


def test_a_british_export_has_credit_and_debit_in_columns_of_their_own(bring, paid):
    text = (
        "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,"
        "Credit Amount,Balance\n"
        "05/03/2026,FPI,'11-22-33,12345678,BLUE DOOR LTD INV-2026-00042,,120.00,1120.00\n"
        "04/03/2026,DD,'11-22-33,12345678,COUNCIL TAX,80.00,,1000.00\n"
    )
    outcome = bring("lloyds.csv", text)
    assert paid("source", "value_date", "currency", "amount_minor") == [
        ("12345678", date(2026, 3, 5), "GBP", 12000)
    ]
    assert sum(outcome.skipped.values()) == 1


def test_an_american_export_is_read_month_first_under_the_account_that_is_given(bring, paid):
    text = (
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
        'CREDIT,03/05/2026,"ORIG CO NAME:BLUE DOOR INC",120.00,ACH_CREDIT,1120.00,,\n'
        "DEBIT,03/04/2026,RENT,-80.00,ACH_DEBIT,1000.00,,\n"
    )
    bring("chase.csv", text, source="checking 99")
    assert [(s, d.isoformat(), a) for s, d, a in paid("source", "value_date", "amount_minor")] == [
        ("CHECKING99", "2026-03-05", 12000)
    ]


def test_a_mapping_of_ones_own_reads_any_table(bring, paid, tmp_path):
    mapping = tmp_path / "house.yaml"
    mapping.write_text(
        "columns: {booked_on: [Tag], amount: [Summe], direction: [SH], remittance: [Zweck], "
        "reference: [Nr], invoice_refs: [Rechnung], reverses: [Zu], kind: [Art]}\n"
        "constants: {currency: EUR, account: Kasse}\n"
        'decimal: ","\n'
    )
    text = (
        "Tag;Nr;Summe;SH;Zweck;Rechnung;Zu;Art\n02.01.2026;N1;10,00;H;a;R1, R2;;\n"
        "03.01.2026;N2;4,00;S;b;;N1;refund\n"
    )
    bring("kasse.csv", text, mapping=str(mapping))
    assert paid("source", "reference", "kind", "amount_minor", "reverses") == [
        ("KASSE", "N1", "payment", 1000, None),
        ("KASSE", "N2", "refund", -400, "N1"),
    ]
    assert [json.loads(refs) for (refs,) in paid("invoice_refs")] == [["R1", "R2"], []]


def test_a_fee_may_or_may_not_be_taken_off_the_amounts_already(bring, paid, tmp_path):
    text = "date,amount,fee,currency,reference\n2026-01-02,97.00,3.00,EUR,{}\n"
    bring("booked.csv", text.format("A"))
    mapping = tmp_path / "gross.yaml"
    mapping.write_text(
        "columns: {booked_on: [date], amount: [amount], fee: [fee], currency: [currency],"
        " reference: [reference]}\namounts: gross\n"
    )
    bring("gross.csv", text.format("B"), mapping=str(mapping), source="generic")
    assert paid("reference", "amount_minor", "fee_minor") == [("A", 10000, 300), ("B", 9700, 300)]


def test_unknown_columns_are_one_clear_sentence(bring, paid):
    outcome = bring("x.csv", "foo,bar\n1,2\n")
    assert outcome.refused == (
        "Columns are missing for payment mapping 'generic': needed value_date or booked_on (value_date, "
        "valuta, value, booked_on, booking_date, posting_date); amount or credit or debit (amount, betrag, "
        "payment_amount, credit, credit_amount, paid_in, debit, debit_amount, paid_out); currency (currency, "
        "currency_code, waehrung, a constant); found foo, bar. "
        "Say what the columns are with --mapping FILE.yaml."
    )
    assert paid() == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-01-02,abc,EUR,x", "amount 'abc' is not a number."),
        ("2026-13-02,1.00,EUR,x", "booked_on '2026-13-02' is not a date; write 2026-12-31."),
        (",1.00,EUR,x", "booked_on is missing."),
        ("2026-01-02,,EUR,x", "The amount is missing."),
        ("2026-01-02,1.00,,x", "currency is missing."),
        ("2026-01-02,1.005,EUR,x", "The amount 1.005 has more than the 2 decimals of EUR."),
        ("2026-01-02,1.00,EUR", "The row has 3 cells where the header has 4."),
    ],
)
def test_a_bad_row_is_quarantined_with_its_reason(bring, rows, reasons, row, said):
    outcome = bring("x.csv", f"date,amount,currency,text\n2026-01-02,7.25,EUR,good\n{row}\n")
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (1, 1)
    assert reasons() == [said]
    assert rows("quarantine")[0]["line"] == 3


def test_a_mapping_for_a_file_that_needs_none_is_refused(bring):
    assert "--mapping is for tables" in bring("e.json", "[]", mapping="generic").refused


def test_xlsx_and_parquet_are_tables_too(bring, paid, tmp_path):
    import duckdb
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["date", "amount", "currency", "text"])
    book.active.append(["2026-01-02", 12.5, "EUR", "from a sheet"])
    book.save(tmp_path / "made.xlsx")
    bring("s.xlsx", (tmp_path / "made.xlsx").read_bytes())
    duckdb.sql(
        "SELECT DATE '2026-01-03' AS date, 1.25::DECIMAL(9,2) AS amount, 'EUR' AS currency"
    ).write_parquet(str(tmp_path / "made.parquet"))
    bring("s.parquet", (tmp_path / "made.parquet").read_bytes())
    assert paid("amount_minor") == [(1250,), (125,)]


@pytest.mark.skipif(not DATA.exists(), reason="the IBM receivables file is not here")
def test_every_settled_invoice_of_ibms_file_is_one_payment(bring, rows):
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    settled = [row for row in found if row["SettledDate"]]
    outcome = bring("ibm.csv", DATA.read_bytes(), mapping="ibm_receivables")
    assert outcome.rows_accepted == len(settled)
    assert sum(outcome.skipped.values()) == len(found) - len(settled)
    landed = {row["reference"]: row for row in rows("payments")}
    for row in settled:
        month, day, year = row["SettledDate"].split("/")
        payment = landed[row["invoiceNumber"]]
        assert payment["value_date"].isoformat() == f"{year}-{int(month):02}-{int(day):02}"
        whole, _, cents = row["InvoiceAmount"].partition(".")
        assert payment["amount_minor"] == int(whole) * 100 + int(cents.ljust(2, "0"))
        assert payment["customer_id"] == row["customerID"]
        assert json.loads(payment["invoice_refs"]) == [row["invoiceNumber"]]
