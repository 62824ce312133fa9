"""Customers of another system: what a file tells wins, its gaps stay, the same again is nothing."""

import json

import pytest
from sqlalchemy import Engine, select

from fakturo.intake.history.import_customers import import_customers
from fakturo.intake.history.mapping import load_for_customers
from fakturo.ledger.issuing import customers as clients
from fakturo.ledger.landing.parties import remember
from fakturo.ledger.open import reading
from fakturo.ledger.tables import audit, customers, files, quarantine

HEAD = "customer_no,company,city,country,currency,payment_terms,vat_category,vat_rate\n"
BLUE = "C1,Blue Door Ltd,Leeds,United Kingdom,GBP,14,S,20\n"


@pytest.fixture
def bring(engine: Engine, settings, now, tmp_path):
    """Import rows; gives how they ended."""

    def bring(rows: str, *, name: str = "customers.csv", mapping: str = "generic", **options):
        path = tmp_path / name
        path.write_text(rows)
        used = load_for_customers(mapping)
        outcome = import_customers(engine, settings, path, mapping=used, now=now, **options)
        landed = outcome.landed
        assert landed.rows_in == landed.rows_accepted + landed.rows_duplicate + landed.rows_quarantined
        assert landed.rows_accepted == landed.new + landed.changed
        return outcome

    return bring


def rows_of(engine: Engine, table=customers):
    with reading(engine) as connection:
        return connection.execute(select(table).order_by(*table.primary_key)).all()


def reasons(engine: Engine) -> dict[int, list[str]]:
    return {row.line: json.loads(row.reasons) for row in rows_of(engine, quarantine)}


def test_name_address_terms_and_tax_are_kept(engine, bring):
    outcome = bring(HEAD + BLUE)

    assert outcome.in_words() == (
        "customers.csv: 1 in = 1 accepted + 0 duplicate + 0 quarantined; customers: 1 new, 0 changed"
    )
    [row] = rows_of(engine)
    assert (row.id, row.name, row.country, row.currency) == ("C1", "Blue Door Ltd", "GB", "GBP")
    assert (row.terms_days, row.tax_category, row.tax_rate) == (14, "S", "20")
    assert json.loads(row.content)["city"] == "Leeds"
    assert [(file.kind, file.rows_in) for file in rows_of(engine, files)] == [("customers", 1)]


def test_issuing_knows_the_terms_and_the_tax(engine, bring):
    bring(HEAD + BLUE)

    with reading(engine) as connection:
        known = clients.known(connection, ["C1"])["C1"]
    assert (known.client.terms_days, known.client.tax_category, known.client.tax_rate) == (14, "S", 20)


PAYING = "customer_no,payment_means,mandate_id,debited_iban,legal_id,endpoint,endpoint_scheme\n"
IBAN = "DE02 1203 0000 0000 2020 51"


def test_how_a_customer_pays_is_kept_and_issuing_knows_it(engine, bring):
    bring(PAYING + f"C1,Lastschrift,M-1,{IBAN},HRB 12,4012345000009,0088\n")
    bring(PAYING + "C1,,,,,,\n", name="empty.csv")
    with reading(engine) as connection:
        known = clients.known(connection, ["C1"])["C1"]
    client, party = known.client, known.party
    assert (client.payment_means, client.mandate_id, client.debited_iban) == (
        "direct_debit",
        "M-1",
        "DE02120300000000202051",
    )
    assert (party.legal_id, party.endpoint, party.endpoint_scheme) == ("HRB 12", "4012345000009", "0088")


def test_a_mandate_is_told_with_its_account(engine, bring):
    bring(
        PAYING
        + "C1,direct_debit,M-1,,,,\n"
        + "C2,direct_debit,M-2,DE03120300000000202051,,,\n"
        + "C3,PayPal,,,,,\n"
        + f"C4,,{'M' * 36},{IBAN},,,\n"
    )
    assert rows_of(engine) == []
    assert reasons(engine) == {
        2: ["mandate_id and debited_iban belong together; give both."],
        3: ["debited_iban DE03120300000000202051 must be an IBAN whose check digits are right."],
        4: ["payment_means 'PayPal' is not known; write transfer, direct_debit, card."],
        5: ["mandate_id is longer than 35 characters."],
    }


def test_a_client_that_orders_named_is_completed_and_keeps_what_the_file_leaves_open(engine, bring, now):
    with engine.begin() as connection:
        remember(connection, ['{"id":"C1","name":"Blue","street":"12 Mill Road"}'], now)

    assert bring(HEAD + BLUE).landed.changed == 1

    [row] = rows_of(engine)
    party = json.loads(row.content)
    assert (party["name"], party["street"], party["city"]) == ("Blue Door Ltd", "12 Mill Road", "Leeds")


def test_an_empty_cell_takes_nothing_away(engine, bring):
    bring(HEAD + BLUE)
    before = rows_of(engine)

    assert bring(HEAD + "C1,,,,,,,\n", name="empty.csv").landed.rows_duplicate == 1
    assert rows_of(engine) == before


def test_tax_is_told_as_a_whole(engine, bring):
    bring(HEAD + BLUE)
    bring(HEAD + "C1,,,,,,AE,\n", name="reverse.csv")

    [row] = rows_of(engine)
    assert (row.terms_days, row.tax_category, row.tax_rate) == (14, "AE", None)


def test_the_same_file_again_changes_nothing(engine, bring):
    bring(HEAD + BLUE + "C2,x,,,,soon,,\n")
    before = [rows_of(engine, table) for table in (customers, files, quarantine, audit)]

    again = bring(HEAD + BLUE + "C2,x,,,,soon,,\n", name="again.csv")

    assert (again.landed.rows_in, again.landed.rows_duplicate) == (2, 2)
    assert [rows_of(engine, table) for table in (customers, files, quarantine, audit)] == before


def test_a_dry_run_writes_nothing(engine, bring):
    assert bring(HEAD + BLUE, dry_run=True).landed.new == 1
    assert rows_of(engine) == rows_of(engine, files) == []


def test_a_row_twice_is_a_duplicate_and_with_other_data_waits_for_a_person(engine, bring):
    outcome = bring(HEAD + BLUE + BLUE + BLUE.replace("Leeds", "York"))

    assert (outcome.landed.new, outcome.landed.rows_duplicate, outcome.landed.rows_quarantined) == (1, 1, 1)
    assert reasons(engine) == {
        4: ["Customer C1 stands in line 2 already, with other data; keep one."],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Blue,,,,,,", "customer_id is missing."),
        (f"{'9' * 121},Blue,,,,,,", "customer_id is longer than 120 characters."),
        ("C1,Blue,,,,14.5,,", "terms_days 14.5 must be whole days from 0 to 365."),
        ("C1,Blue,,,,366,,", "terms_days 366 must be whole days from 0 to 365."),
        ("C1,Blue,,,XXX,,,", "currency 'XXX' is not an ISO 4217 code; write three letters such as EUR."),
        ("C1,Blue,,,,,,0", "0 % without a tax category says too little; say Z (zero-rated), E (exempt),"),
        ("C1,Blue,,,,,E,7", "Tax category E has rate 7 %; it must be 0, or the category S."),
    ],
    ids=["no id", "long id", "half a day", "terms of a year", "no money", "0 %", "tax of the exempt"],
)
def test_what_cannot_be_a_customer_is_quarantined(engine, bring, row, reason):
    outcome = bring(HEAD + row + "\n")

    assert outcome.landed.rows_quarantined == 1
    assert reasons(engine)[2][0].startswith(reason)
    assert rows_of(engine) == []


def test_a_country_that_is_none_keeps_its_words(engine, bring):
    bring(HEAD + "C1,Blue,,Channel Islands,,,,\n")

    assert json.loads(rows_of(engine)[0].content)["country_name"] == "Channel Islands"


def test_what_is_no_table_or_names_no_customer_is_refused(bring):
    assert "no table of customers but txt" in (bring("Dear Sirs,", name="letter.txt").refused or "")
    assert "needed customer_id (customer_id, customer_no," in (bring("a,b\n1,2\n").refused or "")
