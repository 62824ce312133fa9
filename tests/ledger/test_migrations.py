"""The migrations make exactly the tables that the code speaks of, on both databases, and only once."""

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from fakturo.ledger import (
    alert_tables,
    delivery_tables,
    dunning_tables,
    einvoice_tables,
    payment_tables,
    prediction_tables,
    purchase_tables,
    tables,
)
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect


def test_migrated_schema_equals_the_tables(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        assert compare_metadata(context, payment_tables.payments.metadata) == []
        assert tables.orders.metadata is payment_tables.payments.metadata
        assert tables.orders.metadata is delivery_tables.deliveries.metadata
        assert tables.orders.metadata is dunning_tables.dunning_notices.metadata
        assert tables.orders.metadata is prediction_tables.predictions.metadata
        assert tables.orders.metadata is alert_tables.kpi_readings.metadata
        assert tables.orders.metadata is purchase_tables.purchase_documents.metadata
        assert tables.orders.metadata is einvoice_tables.accepted_shapes.metadata


def test_upgrading_again_changes_nothing(engine):
    upgrade(engine)
    upgrade(engine)


def test_many_processes_may_migrate_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    failures = []

    def start():
        engine = connect(url)
        try:
            upgrade(engine)
        except Exception as error:  # noqa: BLE001  collected and asserted below
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
