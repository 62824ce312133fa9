"""`fakturo predict`: run the models on the published warehouse, in the foreground."""

from typing import Annotated

import typer

MODELS = ("revenue", "churn", "payments", "anomalies")


def predict(
    models: Annotated[
        list[str] | None, typer.Argument(help=f"Which of {', '.join(MODELS)}; all unless named.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Although a publish of today was predicted before.")] = False,
) -> None:
    """Forecast revenue, churn and payments, find anomalies; each backtested in the same run."""
    from fakturo.cli.terminal.screen import console, progress
    from fakturo.clock import utc_now
    from fakturo.errors import NotFound
    from fakturo.settings import current
    from flows import find_anomalies, forecast_revenue, predict_churn, predict_payments
    from flows.keep_predictions import Kept, keep_predictions

    makes = {
        "revenue": forecast_revenue.make,
        "churn": predict_churn.make,
        "payments": predict_payments.make,
        "anomalies": find_anomalies.make,
    }
    wanted = models or list(MODELS)
    if unknown := [name for name in wanted if name not in makes]:
        raise NotFound(f"There is no model {unknown[0]!r}; there are {', '.join(MODELS)}.")
    found: list[tuple[str, Kept]] = []
    with progress("Predicting") as advance:
        for done, name in enumerate(wanted):
            advance(done, len(wanted))
            kept = keep_predictions(current(), name, makes[name], now=utc_now(), again=again)  # type: ignore[arg-type]
            found.append((name, kept))
        advance(len(wanted), len(wanted))
    for name, kept in found:
        run = kept.run
        said = (
            run.message if run else f"Publish {kept.publish_id} was predicted before; --again predicts anew."
        )
        console.print(f"[bold]{name}[/bold]: {said}")
        if run and run.scores:
            scores = ", ".join(f"{score} {value:.3g}" for score, value in run.scores.items())
            console.print(f"  {scores} (baseline: {run.baseline})", style="dim")
        for sentence in kept.remarks:
            console.print(sentence, style="yellow")
    console.print('Published with the next build: fakturo build; fakturo sql "select * from fct_predictions"')
