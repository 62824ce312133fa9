"""CSV as people save it: every dialect, and every broken row by its line in the file."""

import json

import pytest

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


def lines_of(row):
    return json.loads(row["content"])["lines"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "pipe"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_reads_any_delimiter_encoding_and_line_end(take, rows, delimiter, encoding, newline):
    if encoding == "utf-16" and newline == "\r":
        pytest.skip("no program writes UTF-16 with lone CR")
    text = (HEADER + GOOD.replace("Lantern", "Laterne für Gärten")).replace(",", delimiter)

    outcome = take("orders.csv", text.replace("\n", newline).encode(encoding))

    assert outcome.refused is None
    assert lines_of(rows("orders")[0])[0]["name"] == "Laterne für Gärten"


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_ends(take, rows):
    take(
        "o.csv",
        HEADER + 'A1,C7,2026-02-27,L1,"Lantern, 7"" high\nand wide",6,2.55,GBP\n' + GOOD.replace("A1", "A2"),
    )

    first, second = rows("orders")
    assert lines_of(first)[0]["name"] == 'Lantern, 7" high and wide'
    assert second["first_line"] == 4  # the quoted cell took two physical lines


def test_an_inch_mark_inside_a_cell_is_a_letter(take, rows):
    take("o.csv", HEADER + 'A1,C7,2026-02-27,L1,RECORD FRAME 7" SINGLE,6,2.55,GBP\n')

    assert lines_of(rows("orders")[0])[0]["name"] == 'RECORD FRAME 7" SINGLE'


def test_broken_rows_are_quarantined_with_their_line_in_the_file(take, reasons):
    text = (
        HEADER
        + GOOD  # line 2
        + "\n"  # an empty line is no row
        + "A2,C7,2026-02-27,L1,Lantern,6,2.55\n"  # line 4: seven cells
        + "A3,C7,2026-02-27,L1,Lantern,6,2.55,GBP,surplus\n"  # line 5: nine
        + 'A4,C7,2026-02-27,L1,"Lan"tern,6,2.55,GBP\n'  # line 6: text after the closing quote
        + 'A5,C7,2026-02-27,L1,"Lantern,6,2.55,GBP\n'  # line 7: never closed
        + "A6,C7,2026-02-27,L1,Lan\x00tern,6,2.55,GBP\n"  # line 8
    )

    outcome = take("o.csv", text)

    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined) == (6, 1, 5)
    found = reasons()
    assert sorted(found) == [4, 5, 6, 7, 8]
    assert found[4] == ["The row has 7 cells where the header has 8."]
    assert found[5] == ["The row has 9 cells where the header has 8."]
    assert found[6][0].startswith("The quotes are broken")
    assert found[7] == ["A quote is opened and never closed."]
    assert found[8] == ["The line holds control characters or NUL bytes."]


def test_surplus_empty_cells_are_no_fault(take):
    assert take("o.csv", HEADER.replace("\n", ",,\n") + GOOD.replace("\n", ",,,,\n")).rows_quarantined == 0


def test_a_line_in_another_encoding_is_quarantined_not_guessed(take, reasons, rows):
    good = "".join(GOOD.replace("A1", f"B{n}").replace("Lantern", "Kerzenständer") for n in range(3))
    odd = GOOD.replace("Lantern", "Kerzenständer").encode("cp1252")

    outcome = take("o.csv", (HEADER + good).encode() + odd)

    assert (outcome.orders_new, outcome.rows_quarantined) == (3, 1)
    assert reasons()[5][0].startswith("The line is not UTF-8 at byte ")


def test_utf_8_in_a_windows_file_is_quarantined_not_garbled(take, reasons):
    good = "".join(
        GOOD.replace("A1", f"B{n}").replace("Lantern", "Kerzenständer für Gärten") for n in range(5)
    )
    odd = GOOD.replace("Lantern", "Kerzenständer").encode()

    outcome = take("o.csv", (HEADER + good).encode("cp1252") + odd)

    assert (outcome.orders_new, outcome.rows_quarantined) == (5, 1)
    assert "mixed encodings" in reasons()[7][0]


def test_the_raw_row_is_kept_with_its_column_names(take, rows):
    take("o.csv", HEADER + "A1,,2026-02-27,L1,Lantern,6,2.55,GBP\n")

    (refused,) = rows("quarantine")
    assert refused["external_id"] == "A1"
    assert json.loads(refused["raw"])["unit_price"] == "2.55"


def test_missing_columns_refuse_the_file_in_one_sentence(take):
    outcome = take("o.csv", "order_id,thing,much\nA1,Lantern,6\n")

    assert "needed customer_id (customer_id, customer_no" in outcome.refused
    assert "found order_id, thing, much" in outcome.refused
    assert "--mapping" in outcome.refused


def test_a_column_that_occurs_twice_refuses_the_file(take):
    outcome = take("o.csv", HEADER.replace("sku", "quantity") + GOOD)

    assert outcome.refused == "Column 'quantity' occurs 2 times; keep one of them."
