"""Data quality: what came in, what was set aside and why, and the key figures that are watched."""

from reports.periodic.asking import Asked
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Data quality"
QUESTION = "What came in, what was set aside, and why?"


def sections(asked: Asked) -> list[Section]:
    """Intake, then the key figures as they were read last."""
    (today,) = asked.rows("intake_today")
    source = "intake_today"
    reasons = asked.rows("reasons_found")
    first = Section(
        TITLE,
        figures=[
            Figure("Rows in, 30 days", today["rows_in"], "count", source),
            Figure("Accepted", today["rows_accepted"], "count", source),
            Figure("Duplicate", today["rows_duplicate"], "count", source),
            Figure("Quarantined", today["rows_quarantined"], "count", source),
            Figure("Still in quarantine", today["open_count"], "count", source),
        ],
        sheets=[
            Sheet(
                "Why, 30 days",
                [
                    Column("Reason"),
                    Column("Found at"),
                    Column("How often", "count"),
                    Column("Still open", "count"),
                ],
                [[row[name] for name in ("code", "stage", "finding_count", "open_count")] for row in reasons],
                "reasons_found",
                "Nothing was set aside or doubted.",
            )
        ],
    )
    if not asked.has("fct_kpi_readings"):
        return [first]
    kpis = asked.rows("kpis_now")
    return [
        first,
        Section(
            "Key figures that are watched",
            sheets=[
                Sheet(
                    "As read last",
                    [Column("Key figure"), Column("Currency"), Column("State"), Column("In words")],
                    [
                        [
                            row["kpi"].replace("_", " "),
                            row["currency"],
                            row["state"].replace("_", " "),
                            row["sentence"],
                        ]
                        for row in kpis
                    ],
                    "kpis_now",
                    "None was read yet: `fakturo alerts --tell` does.",
                )
            ],
        ),
    ]
