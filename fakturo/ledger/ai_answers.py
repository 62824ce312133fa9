"""Answers that were paid for, under the hash of their request: to ask the same again costs nothing."""

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import ai_answers


def find_answer(engine: Engine, request_sha256: str) -> str | None:
    """Answer that was paid for already, or None."""
    with reading(engine) as connection:
        kept = select(ai_answers.c.answer).where(ai_answers.c.request_sha256 == request_sha256)
        return connection.execute(kept).scalar()


def keep(connection: Connection, request_sha256: str, answer: str, now: datetime) -> None:
    """Keep an answer; the first one of a request stays."""
    row = {"request_sha256": request_sha256, "answer": answer, "created_at": now}
    insert_new(connection, ai_answers, [row])


def forget_answers(engine: Engine, before: datetime) -> int:
    """Delete kept answers older than `before`; returns how many."""
    with writing(engine) as connection:
        return connection.execute(delete(ai_answers).where(ai_answers.c.created_at < before)).rowcount
