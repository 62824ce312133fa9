"""Old refusals of a file that is read again: they make way for what the new reading says."""

from sqlalchemy import Connection, select, update

from fakturo.ledger.tables import files, quarantine


def step_back(connection: Connection, file_id: int) -> None:
    """Mark the open quarantined rows of a file, and of the retries of its rows, as replaced."""
    readings = select(files.c.id).where((files.c.id == file_id) | (files.c.retry_of == file_id))
    still_open = quarantine.c.file_id.in_(readings) & (quarantine.c.status == "open")
    connection.execute(update(quarantine).where(still_open).values(status="replaced"))
