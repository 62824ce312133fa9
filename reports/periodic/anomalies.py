"""Anomalies: what is unlike the usual, and what persons said of it."""

from reports.periodic.asking import Asked
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Anomalies"
QUESTION = "Which documents are unlike the usual, and why?"
SHOWN = 40


def sections(asked: Asked) -> list[Section]:
    """One."""
    remark, is_told = asked.model("anomalies")
    if not is_told:
        return [Section(TITLE, remark=remark)]
    rows = asked.rows("anomalies_found")
    source = "anomalies_found"
    open_rows = [row for row in rows if row["verdict"] is None]
    return [
        Section(
            TITLE,
            remark=remark,
            figures=[
                Figure("Found", len(rows), "count", source),
                Figure("Not judged yet", len(open_rows), "count", source),
                Figure("Confirmed", sum(row["verdict"] == "confirmed" for row in rows), "count", source),
                Figure("Dismissed", sum(row["verdict"] == "dismissed" for row in rows), "count", source),
            ],
            sheets=[
                Sheet(
                    f"To look at, the first {SHOWN}",
                    [
                        *(Column("", "count"), Column("Kind"), Column("Document"), Column("Customer")),
                        *(Column("Score", "share"), Column("Why")),
                    ],
                    [
                        [
                            row[name]
                            for name in (
                                "rank",
                                "subject_kind",
                                "document_name",
                                "customer_id",
                                "score",
                                "why",
                            )
                        ]
                        for row in open_rows[:SHOWN]
                    ],
                    source,
                    "All of them were judged.",
                )
            ],
        )
    ]
