"""The `fakturo` command itself: which verbs there are, and how errors reach a person."""

import sys

import typer

from fakturo.cli import (
    alerts,
    audit,
    build,
    config,
    credit,
    deposit,
    docs,
    einvoice,
    export,
    init,
    invoices,
    issue,
    outbox,
    purchases,
    quarantine,
    render,
    report,
    simulate,
    status,
    trace,
)
from fakturo.cli.dunning import commands as dunning
from fakturo.cli.imports import commands as imports
from fakturo.cli.imports import ingest
from fakturo.cli.orders import commands as orders
from fakturo.cli.payments import commands as payments
from fakturo.cli.predictions import anomalies, predict
from fakturo.cli.review import commands as review
from fakturo.cli.sql import command as sql
from fakturo.cli.sql import metric
from fakturo.cli.up import command as up
from fakturo.cli.up import demo
from fakturo.cli.verify import command as verify
from fakturo.errors import FakturoError

app = typer.Typer(
    name="fakturo",
    help="Orders in, proved invoices out, a warehouse to ask.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("config")(config.config)
app.command("ingest")(ingest.ingest)
app.command("issue")(issue.issue)
app.command("credit")(credit.credit)
app.command("deposit")(deposit.deposit)
app.command("einvoice")(einvoice.einvoice)
app.command("render")(render.render)
app.command("build")(build.build)
app.command("docs")(docs.docs)
app.command("sql")(sql.sql)
app.command("metric")(metric.metric)
app.command("predict")(predict.predict)
app.command("report")(report.report)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("simulate-ai")(simulate.simulate_ai)
app.command("status")(status.status)
app.command("alerts")(alerts.alerts)
app.command("trace")(trace.trace)
app.command("export")(export.export)
app.command("verify")(verify.verify)
app.add_typer(orders.app, name="orders")
app.add_typer(outbox.app, name="outbox")
app.add_typer(purchases.app, name="purchases")
app.add_typer(review.app, name="review")
app.add_typer(invoices.app, name="invoices")
app.add_typer(payments.app, name="payments")
app.add_typer(imports.app, name="import")
app.add_typer(dunning.app, name="dunning")
app.add_typer(anomalies.app, name="anomalies")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command; what Fakturo refuses is one sentence on stderr and exit code 1."""
    try:
        app()
    except FakturoError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:  # `fakturo export … | head`
        sys.stderr.close()
        raise SystemExit(0) from None
