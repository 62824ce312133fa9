"""Files that mean harm or are broken: refused with one sentence, nothing of them landed."""

import pytest

from fakturo.intake.bank.statement_format import recognise
from tests.intake.bank.made_camt import V8, details, entry, statement, transaction

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<Document xmlns="{V8}"><BkToCstmrStmt>&c;</BkToCstmrStmt></Document>'
)
OUTSIDE = (
    '<?xml version="1.0"?>'
    + "<!-- padding -->" * 500
    + '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    f'<Document xmlns="{V8}"><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>'
)
GOOD = statement(entry("5.00", inner=details(transaction("<RmtInf><Ustrd>text</Ustrd></RmtInf>"))))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "The XML has a document type"),
        (OUTSIDE, "The XML has a document type"),
        (GOOD[: GOOD.index("</Stmt>")], "If it was cut off, fetch it from the bank again"),
        (GOOD.replace("camt.053", "pain.001"), "This XML is 'pain.001.001.08'; payments are"),
        (GOOD.replace("camt.053", "camt.052"), "This XML is 'camt.052.001.08'"),
        ("<html><body>Please log in</body></html>", "This XML is 'html'"),
        (GOOD[: GOOD.index("<Ntry>")] + "<a>" * 400, "The XML is broken"),
        (GOOD.replace("text", "M\xfcller").encode("latin-1"), "The XML is broken"),
        (b"", "The file is empty."),
        (b"%PDF-1.7 ...", "This is a PDF"),
        (b"PK\x03\x04whatever", "This is a ZIP archive; unpack it"),
        (b"\x00\x01\x02\x03" * 50, "This is no text and no table"),
    ],
    ids=[
        "entity bomb", "outside entity", "cut off", "pain.001", "camt.052", "login page", "deep",
        "wrong encoding",
        "empty", "pdf", "zip", "binary",
    ],
)  # fmt: skip
def test_a_hostile_or_broken_file_is_refused_in_one_sentence(bring, rows, content, said):
    outcome = bring("file.xml", content)
    assert said in outcome.refused
    assert "\n" not in outcome.refused
    assert rows("payments") == rows("files") == rows("quarantine") == []


def test_a_broken_line_of_a_table_is_quarantined_and_the_others_are_taken(bring, paid, reasons):
    text = "date,amount,currency,text\n2026-01-02,1.00,EUR,Büro\n".encode() * 1
    bad = "2026-01-03,2.00,EUR,Büro\n".encode("latin-1")
    more = "2026-01-04,3.00,EUR,Größe\n2026-01-05,4.00,EUR,Maß\n".encode()
    outcome = bring("bank.csv", text + bad + more)
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (3, 1)
    assert "mixed or wrong encoding" in reasons()[0]
    assert paid("amount_minor") == [(100,), (300,), (400,)]


def test_nul_bytes_and_lone_surrogates_do_not_reach_the_database(bring, paid, reasons):
    event = (
        '{"type": "charge.succeeded", "data": {"object": {"id": "ch_1", "amount": 5, "currency": "eur", '
        '"created": 1767312000, "description": "%s"}}}'
    )
    bring("e.jsonl", event % "a\\u0000b" + "\n" + event.replace("ch_1", "ch_2") % "a\\ud800b")
    assert paid("remittance") == [("a␀b",)]
    assert len(reasons()) == 1


def test_a_name_of_the_data_is_never_opened_as_a_file(bring, tmp_path):
    """The MT940 library opens a text that is an existing path; ours never gives it one."""
    (tmp_path / "secret").write_text(":20:X\n")
    outcome = bring("path.sta", f":20:{tmp_path / 'secret'}\n:25:A\n:60F:C260101EUR0,\n:62F:C260101EUR0,\n")
    assert (outcome.refused, outcome.rows_in) == (None, 0)


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\xef\xbb\xbf<?xml?>", "camt"),
        (b"{1:F01BANKDEFFXXXX}{2:O940}{4:\r\n:20:X", "mt940"),
        (b"\r\n:20:X\r\n:25:Y", "mt940"),
        (b' [{"id": 1}]', "json"),
        (b"a;b\n1;2", "csv"),
        ("a,b\n1,2".encode("utf-16"), "csv"),
        (b"PAR1", "parquet"),
    ],
)
def test_a_format_is_known_by_its_first_bytes(head, form):
    assert recognise(head) == form
