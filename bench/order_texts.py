"""Order texts and UBL orders against their truth: how many are issued right, wait, or are wrong.

    .venv/bin/python bench/order_texts.py [FOLDER] [--scenario NAME] [--seed N]

FOLDER holds order_texts/order_emails.jsonl, one {"id", "text", "truth"} a line, and
einvoice/peppol-orders/*.xml.
Free text goes to the bundled simulator, over HTTP, with the faults of the scenario.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from fakturo.ai.simulator.server import start_simulator

DATA = Path(os.environ.get("FAKTURO_BENCH_DATA", "../shared/data"))
FAKTURO = str(Path(sys.executable).parent / "fakturo")


def fakturo(home: Path, *words: str, **given: str) -> str:
    """Run the command in a home of its own; gives what it printed."""
    environment = os.environ | {"FAKTURO_HOME": str(home), "NO_COLOR": "1"} | given
    done = subprocess.run([FAKTURO, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(done.stderr)
    return done.stdout


def as_issued(home: Path) -> dict[str, Any]:
    """What became of each order: its invoice by the name of its file, or why it waits."""
    orders = [json.loads(line) for line in fakturo(home, "export", "orders").splitlines()]
    invoices = {
        each["order_id"]: each for each in map(json.loads, fakturo(home, "export", "invoices").splitlines())
    }
    return {order["raw"].strip(): (order, invoices.get(order["id"])) for order in orders if order["raw"]}


def meaning(customer: str, currency: str, po_number: str | None, lines: list[tuple[str, Any, Any]]) -> Any:
    """What must agree, in a form that compares."""
    return (
        customer,
        currency,
        po_number,
        [(code, Decimal(str(n)), Decimal(str(price))) for code, n, price in lines],
    )


def judge(truth: dict[str, Any], found: tuple[dict[str, Any], dict[str, Any] | None]) -> str:
    """'right', 'review' or 'wrong'."""
    order, invoice = found
    if invoice is None:
        return "review" if order["status"] == "needs_review" else order["status"]
    content = invoice["content"]
    asked = [(line["sku"], line["qty"], line["unit_price"]) for line in truth["lines"]]
    billed = [(line["code"], line["quantity"], line["unit_price"]) for line in content["lines"]]
    same = meaning(truth["customer_id"], truth["currency"], truth["po_number"], asked) == meaning(
        content["buyer"]["id"], content["currency"], content.get("po_number"), billed
    )
    net = Decimal(str(truth["total"])) * 100
    return "right" if same and net == content["net_minor"] else "wrong"


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--scenario", default="malformed")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    texts = [json.loads(line) for line in (arguments.folder / "order_texts/order_emails.jsonl").open()]
    ubl = sorted((arguments.folder / "einvoice/peppol-orders").glob("*.xml"))
    with (
        tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name,
        start_simulator(arguments.scenario, arguments.seed) as simulator,
    ):
        home, inbox = Path(name) / "home", Path(name) / "texts"
        inbox.mkdir()
        for each in texts:
            (inbox / f"{each['id']}.txt").write_text(each["text"])
        print(fakturo(home, "ingest", str(inbox), *map(str, ubl)).splitlines()[-1])
        print(fakturo(home, "issue", FAKTURO_AI_BASE_URL=simulator.base_url, FAKTURO_AI_MODEL="simulator"))
        found = as_issued(home)
        outcomes: Counter[tuple[int, str]] = Counter()
        for each in texts:
            outcome = judge(each["truth"], found[each["text"].strip()])
            outcomes[each["template"], outcome] += 1
            if outcome == "wrong":
                print("WRONG", each["id"])
        for (layout, outcome), count in sorted(outcomes.items()):
            print(f"layout {layout}: {count} {outcome}")
        print(
            "in all:", dict(sum((Counter({outcome: n}) for (_, outcome), n in outcomes.items()), Counter()))
        )
        for line in fakturo(home, "export", "orders").splitlines():
            order = json.loads(line)
            if order["source"] not in {"email", "text"}:
                print(order["external_id"], order["status"], order["status_reason"] or "")


if __name__ == "__main__":
    main()
