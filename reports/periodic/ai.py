"""AI operations: what was asked of the model, what it answered, what it cost."""

from reports.charts import lines
from reports.periodic.asking import Asked
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "AI operations"
QUESTION = "Does the model answer, is what it says proved, and what does it cost?"


def sections(asked: Asked) -> list[Section]:
    """One."""
    (today,) = asked.rows("ai_today")
    days, prompts = asked.rows("ai_by_day"), asked.rows("ai_by_prompt")
    source = "ai_today"
    total = sum(row["ok_count"] for row in days)
    words = f"Requests to the model by day: {total} answered in 30 days."
    series = {"ok_count": "answered", "rate_limit_count": "rate limited", "failed_count": "failed"}
    cost = today["cost_amount"]
    return [
        Section(
            TITLE,
            remark="" if today["calls"] else "No model was asked in 30 days.",
            figures=[
                Figure("Requests, 30 days", today["calls"], "count", source),
                Figure("Answered", today["success_pct"], "percent", source),
                Figure("Drafts proved", today["proved_pct"], "percent", source),
                Figure("Cost", None if cost is None else f"{cost:.2f}", "text", source),
            ],
            pictures=[
                lines(days, x="date_day", series=series, unit="requests", words=words, source="ai_by_day")
            ]
            if days
            else [],
            sheets=[
                Sheet(
                    "By version of the prompt",
                    [
                        *(Column("Prompt"), Column("Drafts", "count"), Column("Proved", "percent")),
                        Column("Changed by a person", "percent"),
                    ],
                    [
                        [row[name] for name in ("prompt_version", "draft_count", "proved_pct", "changed_pct")]
                        for row in prompts
                    ],
                    "ai_by_prompt",
                    "No draft was made in 30 days.",
                )
            ],
        )
    ]
