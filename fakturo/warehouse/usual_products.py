"""What products usually cost and how many are taken: medians and extremes of their last lines."""

from typing import Any

from fakturo.policy import PRODUCT_KNOWN
from fakturo.warehouse.reading import Connection

LAST_LINES = 50
"""As fakturo.usual.UsualProduct says."""
_QUERY = """
with last as (
    select product_id, currency, cast(unit_price as double) / cast(price_base as double) as price,
        cast(quantity as double) as quantity
    from fct_invoice_lines
    where kind = 'invoice' and unit_price > 0 and quantity > 0 and price_base > 0
        and length(product_id) <= 200 and product_id <> 'deposit:all'
    qualify row_number() over (
        partition by product_id, currency order by issue_date desc, invoice_id desc
    ) <= $last
)
select product_id, currency, count(*) as line_count, median(price) as price, min(price) as low_price,
    max(price) as top_price, median(quantity) as quantity
from last group by product_id, currency having count(*) >= $known
order by product_id, currency
"""


def usual_products(connection: Connection) -> list[dict[str, Any]]:
    """One row a product and currency that enough is known of."""
    answer = connection.execute(_QUERY, {"last": LAST_LINES, "known": PRODUCT_KNOWN})
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
