"""`fakturo anomalies …`: what the last look found, and what a person says of it."""

import json
from typing import Annotated

import typer

from fakturo.ledger.predictions.verdicts import Verdict

app = typer.Typer(help="What is unlike the usual: see it, confirm or dismiss it.", no_args_is_help=True)

COLUMNS = ("rank", "kind", "document", "score", "verdict", "why")
SHORT = ("document", "score", "why")
Document = Annotated[
    str, typer.Argument(help="As `fakturo anomalies list` names it: an invoice's number, an order's id")
]
Because = Annotated[str | None, typer.Option("--because", help="Why; kept with your name")]


@app.command("list")
def list_anomalies(
    limit: Annotated[int, typer.Option(min=1)] = 50,
    every: Annotated[bool, typer.Option("--all", help="Also those that were judged")] = False,
) -> None:
    """What the newest look found, the most suspicious first, with the reasons."""
    from fakturo.cli.terminal.screen import console, listed
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.predictions.verdicts import found_last
    from fakturo.settings import current

    found = [each for each in found_last(open_ledger(current())) if every or each.verdict is None]
    rows = [
        (
            *(place, each.subject_kind, each.name, f"{each.score:.2f}", each.verdict or ""),
            " ".join(json.loads(each.reasons)),
        )
        for place, each in enumerate(found[:limit], start=1)
    ]
    listed(f"Anomalies ({len(found)})", COLUMNS, rows, right=("rank", "score"), short=SHORT)
    if not found:
        console.print("None is left to look at. `fakturo predict anomalies` looks at the last publish.")


@app.command()
def confirm(document: Document, because: Because = None) -> None:
    """Say that it is wrong indeed; the next look learns from it."""
    _judge(document, "confirmed", because)


@app.command()
def dismiss(document: Document, because: Because = None) -> None:
    """Say that it is as it should be; the next look learns from it."""
    _judge(document, "dismissed", because)


def _judge(document: str, verdict: Verdict, because: str | None) -> None:
    import getpass

    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.errors import NotFound
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.predictions.verdicts import found_last, judge
    from fakturo.policy import KIND_WORDS
    from fakturo.settings import current

    engine = open_ledger(current())
    one = next((each for each in found_last(engine) if document in {each.name, each.subject_id}), None)
    if one is None:
        raise NotFound(
            f"The last look found nothing about {document!r}; "
            "`fakturo anomalies list --all` shows what it found."
        )
    subject = (one.subject_kind, one.subject_id)
    first = (json.loads(one.reasons) or [""])[0]
    kind = next((kind for kind, words in KIND_WORDS.items() if f", {words}:" in first), None)
    new = judge(engine, subject, verdict, now=utc_now(), actor=getpass.getuser(), reason=because, kind=kind)
    console.print(f"{one.name}: {verdict}." if new else f"{one.name} was {verdict} before; nothing changed.")
