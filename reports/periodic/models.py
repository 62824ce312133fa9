"""Model cards: what each model answers, from what, beside which baseline, its worth and its limits."""

import json

from reports.periodic.asking import Asked, Row
from reports.periodic.record import Column, Figure, Section, Sheet

TITLE = "Model cards"
QUESTION = "What does each model answer, from what data, and how good was it in its own backtest?"
CARDS = {
    "revenue": (
        "How much revenue comes, day by day?",
        "A peak that was never seen, a first Christmas above all, is in nobody's past.",
    ),
    "churn": (
        "How likely does a customer send no order within 90 days?",
        "Customers with one invoice are not scored. In the first 15 months the season is not known.",
    ),
    "payments": (
        "Which open invoices are paid late, when is each paid, and what comes in?",
        "A new customer is told by the average of all. Nothing is known of disputes or of the economy.",
    ),
    "anomalies": (
        "Which documents are unlike the usual?",
        "Learned from injected slips of eight kinds: a reason to look, no verdict, and no search for fraud.",
    ),
}
"""Model -> (question, limits)."""


def sections(asked: Asked) -> list[Section]:
    """One a model."""
    runs = {row["model"]: row for row in asked.rows("model_cards")} if asked.has("fct_model_runs") else {}
    return [_card(name, runs.get(name)) for name in CARDS]


def _card(name: str, run: Row | None) -> Section:
    question, limits = CARDS[name]
    if run is None:
        return Section(name.capitalize(), remark=f"{question} It was not run yet: `fakturo predict {name}`.")
    source = "model_cards"
    scores = json.loads(run["scores"])
    window = f"{run['window_first_date']} to {run['as_of_date']}" if run["window_first_date"] else "none"
    kept = run["artifact_sha256"] or "not kept: it is fitted in seconds from the publish"
    facts = [
        ["Question", question],
        ["What it said", run["message"]],
        ["Data", window],
        ["Publish that it read", run["publish_id"]],
        ["Version and method", run["version"]],
        ["Baseline", run["baseline"] or "none"],
        ["Features, SHA-256", run["features_sha256"] or "none"],
        ["Stored model, SHA-256", kept],
        ["Limits", limits],
    ]
    return Section(
        name.capitalize(),
        figures=[
            Figure("Fitted on", run["trained_rows"], "count", source),
            Figure("Predictions", run["prediction_count"], "count", source),
            Figure(
                "Confidence", run["confidence"] if run["state"] == "ok" else "too little data", "text", source
            ),
        ],
        sheets=[
            Sheet("Card", [Column("What"), Column("Says")], facts, source, ""),
            Sheet(
                "Backtest of this run",
                [Column("Score"), Column("Value", "score")],
                [[score.replace("_", " "), value] for score, value in scores.items()],
                source,
                "None: too little is known to go back and try.",
            ),
        ],
    )
