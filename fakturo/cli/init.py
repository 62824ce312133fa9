"""`fakturo init`: make the home, the ledger and a settings file to fill in. Safe to run again."""

from pathlib import Path

import typer

TEMPLATE = """\
# Settings of Fakturo. Each can also be set by the environment: rpm under [ai] is FAKTURO_AI_RPM.
# `fakturo config` shows all of them with their effective values.

[seller]
# name = "Blue Door Ltd"
# street = "12 Mill Road"
# city = "Leeds"
# postcode = "LS1 4AP"
# country = "GB"
# vat_id = "GB123456789"
# iban = "GB33BUKB20201555555555"
# logo = "logo.svg"
# language = "en"          # en, de, fr, es, it, nl
# currency = "GBP"         # of an order that names none
# tax_rate = 20            # percent, where neither order nor client says
# series = "INV"           # INV-2026-000001
# terms_days = 30
# timezone = "Europe/London"

[render]
# design = "classic"       # classic, modern, plain
# accent = "#0b4f5c"

[ai]
# base_url = "http://127.0.0.1:11434/v1"   # any OpenAI-compatible provider
# model = "gpt-4o-mini"
# rpm = 600                # else learned from the provider's headers
"""


def init() -> None:
    """Create folders, ledger and `fakturo.toml`; what is there already stays as it is."""
    from fakturo.cli.terminal.screen import console
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    for folder in (settings.inbox, settings.archive, settings.documents):
        folder.mkdir(parents=True, exist_ok=True)
    open_ledger(settings)
    file = Path("fakturo.toml")
    if not file.exists():
        file.write_text(TEMPLATE)
    console.print(
        f"Ledger ready. Drop orders into {settings.inbox}, then `fakturo issue`; or start all: `fakturo up`."
    )
    if settings.seller.is_sample:
        typer.secho(
            f"Invoices are marked SPECIMEN until you set your own name and address in {file} ([seller]).",
            fg=typer.colors.YELLOW,
        )
