"""The database itself refuses to change what was issued, and shows invoice lines as rows."""

from alembic import op

from fakturo.audit import GENESIS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIXED = (
    "id, number, series, seq, kind, order_id, draft_id, customer_id, currency, issue_date, due_date, "
    "tax_point_date, net_minor, tax_minor, total_minor, content, content_sha256, issued_at"
)
GUARDS = (
    ("invoices", f"UPDATE OF {FIXED}", "an issued invoice never changes; write a credit note"),
    ("invoices", "DELETE", "an issued invoice is never deleted; write a credit note"),
    ("audit", "UPDATE", "the audit log is append-only"),
    ("audit", "DELETE", "the audit log is append-only"),
)

LINES_SQLITE = """
CREATE VIEW invoice_lines AS
SELECT i.id AS invoice_id, line.value ->> 'no' AS no, line.value ->> 'code' AS code,
       line.value ->> 'name' AS name, line.value ->> 'quantity' AS quantity,
       line.value ->> 'unit_price' AS unit_price, line.value ->> 'net_minor' AS net_minor
FROM invoices i, json_each(i.content, '$.lines') line
"""
LINES_POSTGRESQL = """
CREATE VIEW invoice_lines AS
SELECT i.id AS invoice_id, (line ->> 'no')::int AS no, line ->> 'code' AS code,
       line ->> 'name' AS name, line ->> 'quantity' AS quantity,
       line ->> 'unit_price' AS unit_price, (line ->> 'net_minor')::bigint AS net_minor
FROM invoices i, jsonb_array_elements(i.content::jsonb -> 'lines') line
"""


def upgrade() -> None:
    """Create the triggers and the view in the dialect at hand."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$"
        )
    for table, change, refusal in GUARDS:
        name = f"{table}_no_{change.split()[0].lower()}"
        body = (
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            if sqlite
            else f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{refusal}')"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} {body}")
    op.execute(LINES_SQLITE if sqlite else LINES_POSTGRESQL)
    op.execute(f"INSERT INTO audit_head (id, seq, sha256) VALUES (1, 0, '{GENESIS}')")  # noqa: S608  a constant
