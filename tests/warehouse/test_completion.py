"""What Tab offers in the SQL shell; | is the cursor."""

import pytest

from fakturo.cli.sql.completion import Suggestion, Vocabulary, is_complete, suggest

KNOWN = Vocabulary(
    {
        "fct_invoices": ("invoice_id", "customer_id", "total_amount"),
        "fct_orders": ("order_id", "customer_id"),
        "dim_dates": ("date_day", "select_day"),
        "staging.stg_ledger__orders": ("order_id", "lane"),
    },
    ("select", "from", "sum", "sumkahan", "total"),
    {".tables": "", ".describe": "table", ".run": "query", ".timing": "switch", ".format": "format"},
    {"aging": ("as_of", "most"), "revenue": ()},
)


def offered(text):
    before, _, after = text.partition("|")
    return [each.text for each in suggest(before, after, KNOWN)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("select * from f|", ["fct_invoices", "fct_orders"]),
        ("select * from FCT_o|", ["fct_orders"]),
        ("select * from inv|", ["fct_invoices"]),
        ("select * from fct_orders join |", ["fct_invoices", "fct_orders", "dim_dates", "staging"]),
        ("from fct_orders as o, d|", ["dim_dates"]),
        ("describe fct_o|", ["fct_orders"]),
        ("from staging.|", ["stg_ledger__orders"]),
        ("from staging.stg|", ["stg_ledger__orders"]),
        ("select l| from staging.stg_ledger__orders", ["lane"]),
        ("select tot| from fct_invoices", ["total_amount", "total"]),
        ("select o.| from fct_orders o", ["order_id", "customer_id"]),
        ("select x.c| from fct_invoices as x join fct_orders o on true", ["customer_id"]),
        ("select fct_orders.| from fct_orders", ["order_id", "customer_id"]),
        ('select "x".tot| from fct_invoices "x"', ["total_amount"]),
        ("select lane from fct_orders; select dat|", ["date_day"]),
        ("select dat|; select 1 from fct_orders", ["date_day"]),
        ("select lan| from fct_orders", []),
        ("sum|", ["sum", "sumkahan"]),
        ("select 'it''s f|", []),
        ("select 1 -- from f|", []),
        ("select /* from f|", []),
        ("select 'done' from fct_o|", ["fct_orders"]),
        ("select /* c */ tot| from fct_invoices", ["total_amount", "total"]),
        ("select customer_id from fct_orders where order_|", ["order_id"]),
        ("select a, ord| from fct_orders", ["order_id"]),
    ],
)
def test_what_may_come_next_is_offered(text, first):
    assert offered(text)[: len(first) or None] == first


def test_columns_of_the_tables_that_are_named_come_before_words():
    assert offered("select | from fct_orders o")[:4] == ["order_id", "customer_id", "fct_orders", "o"]


@pytest.mark.parametrize(
    ("text", "all_of_them"),
    [
        (".t|", [".tables", ".timing "]),
        (".describe fct_o|", ["fct_orders"]),
        (".describe staging.|", ["staging.stg_ledger__orders"]),
        (".run |", ["aging", "revenue"]),
        (".run aging |", ["as_of=", "most="]),
        (".run aging as_of=1 m|", ["most="]),
        (".timing o|", ["on", "off"]),
        (".format c|", ["csv"]),
        (".tables |", []),
    ],
)
def test_commands_and_what_they_take_are_offered(text, all_of_them):
    assert offered(text) == all_of_them


def test_a_suggestion_says_what_it_replaces_and_what_it_is():
    assert suggest("from fct_o", "", KNOWN) == [Suggestion("fct_orders", -5, "table")]


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("", True),
        (".tables", True),
        ("select 1;", True),
        ("select 1; -- the end", True),
        ("select 1", False),
        ("select ';", False),
        ("select ';'", False),
        ("select 1 -- ;", False),
        ("select 1; select 2", False),
        ("select $$;$$;", True),
    ],
)
def test_enter_runs_what_is_complete(text, complete):
    assert is_complete(text) is complete
