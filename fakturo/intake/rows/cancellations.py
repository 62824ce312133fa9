"""Which order a cancellation takes back, where that can be known."""

from collections.abc import Callable, Iterable
from pathlib import Path

from fakturo.intake.workbench import Bench, literal

EarlierOrders = Callable[[list[str]], Iterable[str]]
"""Customers' ids -> content (JSON) of their orders and cancellations that the ledger holds already."""


def link(bench: Bench, folder: Path, earlier_orders: EarlierOrders) -> None:
    """Fill `links(external_id, original)` for the cancellations of `good`; it is there and empty before.

    The original is an order of the same customer in the same currency that came before (an earlier day, or
    the same day and further up in the file) and covers every line: the same code at the same price in at
    least that quantity. It is known only when exactly one order does, in this file and the ledger together;
    where several do, a person chooses, and where none does, it is not here. Neither is one whose goods
    earlier cancellations have taken back already.

    Args:
        folder: a workplace for the ledger's orders.
    """
    rows = bench.execute("SELECT DISTINCT customer_id FROM good WHERE kind = 'cancellation'").fetchall()
    _read_earlier(bench, folder / "earlier.jsonl", earlier_orders([row[0] for row in rows]))
    named = {row[0] for row in bench.execute("DESCRIBE heads").fetchall()} & {"cancels"}
    _gather_goods(bench, "cancels" if named else "NULL::VARCHAR")
    bench.execute("""
        INSERT INTO links
        WITH taken_back AS (
            SELECT *, count(*) OVER (PARTITION BY external_id) AS lines
            FROM goods WHERE kind = 'cancellation' AND first_line > 0
        ),
        covering AS (
            SELECT taken_back.external_id, asked.external_id AS original
            FROM taken_back JOIN goods AS asked USING (customer_id, currency, code, price)
            WHERE asked.kind = 'order' AND asked.quantity >= taken_back.quantity
                AND (asked.ordered_on, asked.first_line) < (taken_back.ordered_on, taken_back.first_line)
            GROUP BY taken_back.external_id, asked.external_id, taken_back.lines
            HAVING count(DISTINCT (code, price)) = taken_back.lines
        )
        SELECT external_id, min(original) FROM covering
        GROUP BY external_id HAVING count(DISTINCT original) = 1
    """)
    bench.execute("""
        DELETE FROM links WHERE external_id IN (
            WITH claims AS (
                SELECT goods.*, coalesce(cancels, links.original) AS original
                FROM goods LEFT JOIN links USING (external_id) WHERE kind = 'cancellation'
            ),
            summed AS (
                SELECT external_id, original, customer_id, currency, code, price, sum(quantity) OVER (
                    PARTITION BY original, customer_id, currency, code, price
                    ORDER BY first_line > 0, ordered_on, first_line
                ) AS so_far
                FROM claims WHERE original IS NOT NULL
            )
            SELECT summed.external_id
            FROM summed JOIN goods AS asked ON asked.kind = 'order' AND asked.external_id = summed.original
                AND (asked.customer_id, asked.currency, asked.code, asked.price)
                = (summed.customer_id, summed.currency, summed.code, summed.price)
            WHERE so_far > asked.quantity
        )
    """)


def _gather_goods(bench: Bench, named: str) -> None:
    """Make `goods`: what each order and cancellation is about, one row per article and price.

    Args:
        named: SQL of the order that a head itself names as cancelled.
    """
    bench.execute(f"""
        CREATE TABLE goods AS
        WITH undone AS (
            SELECT DISTINCT customer_id, code FROM good WHERE kind = 'cancellation'
        ),
        placed AS (
            SELECT external_id, kind, customer_id, currency, code, unit_price::DECIMAL(24, 10) AS price,
                abs(quantity::DECIMAL(24, 10)) AS quantity, ordered_on, first_line, named AS cancels
            FROM good JOIN (SELECT external_id, first_line, {named} AS named FROM heads) USING (external_id)
            WHERE kind = 'cancellation' OR (customer_id, code) IN (SELECT (customer_id, code) FROM undone)
            UNION ALL
            SELECT external_id, kind, customer_id, currency, code, unit_price::DECIMAL(24, 10),
                quantity::DECIMAL(24, 10), ordered_on, 0, cancels
            FROM earlier WHERE external_id NOT IN (SELECT external_id FROM heads)
        )
        SELECT external_id, kind, customer_id, currency, code, price, cancels, sum(quantity) AS quantity,
            min(ordered_on) AS ordered_on, min(first_line) AS first_line
        FROM placed GROUP BY ALL
    """)  # noqa: S608  one of two texts of ours


def _read_earlier(bench: Bench, file: Path, contents: Iterable[str]) -> None:
    """Make `earlier`: one row per line of the orders that the ledger holds."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{content}\n" for content in contents)
    bench.execute(f"""
        CREATE TABLE earlier AS
        SELECT external_id, coalesce(kind, 'order') AS kind, cancels, customer.id AS customer_id, currency,
            ordered_on, unnest(lines, recursive := true)
        FROM read_json({literal(str(file))}, format = 'newline_delimited', columns = {{
            external_id: 'VARCHAR', kind: 'VARCHAR', cancels: 'VARCHAR', customer: 'STRUCT(id VARCHAR)',
            currency: 'VARCHAR', ordered_on: 'DATE',
            lines: 'STRUCT(code VARCHAR, quantity VARCHAR, unit_price VARCHAR)[]'
        }})
    """)  # noqa: S608
