"""Answers that were paid for, under the hash of their request: to ask the same again costs nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import ai_answers


def find_answers(engine: Engine, requests: Sequence[str]) -> dict[str, str]:
    """Answers that were paid for already, by the SHA-256 of their requests."""
    with reading(engine) as connection:
        columns = (ai_answers.c.request_sha256, ai_answers.c.answer)
        kept = select(*columns).where(ai_answers.c.request_sha256.in_(requests))
        return dict(connection.execute(kept).tuples().all())


def keep(connection: Connection, request_sha256: str, answer: str, now: datetime) -> None:
    """Keep an answer; the first one of a request stays."""
    row = {"request_sha256": request_sha256, "answer": answer, "created_at": now}
    insert_new(connection, ai_answers, [row])


def forget_answers(engine: Engine, before: datetime) -> int:
    """Delete kept answers older than `before`; returns how many."""
    with writing(engine) as connection:
        return connection.execute(delete(ai_answers).where(ai_answers.c.created_at < before)).rowcount
