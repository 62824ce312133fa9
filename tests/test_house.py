"""The house keeps its floors: imports point down, heavy libraries have one door, files stay small."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("fakturo", "flows", "models", "expectations", "reports")
LONGEST = 300

FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]

ALLOWED = {
    "fakturo": {"fakturo"},
    "models": {"models", "fakturo"},
    "reports": {"reports", "fakturo"},
    "expectations": {"expectations", "fakturo"},
    "flows": {"flows", "models", "reports", "expectations", "fakturo"},
    "cli": {*ROOMS},
}
"""Which rooms a room may import; `cli` is fakturo/cli, the front door."""

FLOORS = (
    (
        "fakturo/errors.py",
        "fakturo/clock.py",
        "fakturo/worker.py",
        "fakturo/audit.py",
        "fakturo/privacy.py",
        "fakturo/duckdb_extensions.py",
        "fakturo/setting_groups/",
    ),
    ("fakturo/money.py", "fakturo/languages.py", "fakturo/prediction.py"),
    ("fakturo/order.py", "fakturo/payment.py"),
    ("fakturo/trade.py", "fakturo/finding.py", "fakturo/exchange_rates.py"),
    ("fakturo/seller.py",),
    ("fakturo/invoice.py", "fakturo/settings.py", "fakturo/server.py", "fakturo/pages.py"),
    ("fakturo/usual.py", "fakturo/deposit.py", "fakturo/arithmetic.py"),
    ("fakturo/check.py", "fakturo/policy.py", "fakturo/accounting_currency.py"),
    ("fakturo/exemptions.py",),
    ("fakturo/tax.py", "fakturo/taxation/"),
    ("fakturo/payment_means.py",),
    ("fakturo/issue.py",),
    ("fakturo/credit.py", "fakturo/deposit_share.py"),
    ("fakturo/einvoice/",),
    ("fakturo/history.py",),
    ("fakturo/receivables/", "fakturo/dunning/", "fakturo/alerting/"),
    ("fakturo/ledger/",),
    ("fakturo/intake/", "fakturo/ai/", "fakturo/warehouse/", "fakturo/delivery/"),
    ("fakturo/drain.py",),
    ("fakturo/foreground.py", "fakturo/closing_table.py", "fakturo/tracing.py"),
    ("fakturo/cli/",),
)
"""Inside the core, ground floor first; a file imports its own floor or lower ones."""

DOORS = {
    "httpx": ("fakturo/ai/provider/", "fakturo/delivery/webhook.py"),
    "mt940": ("fakturo/intake/bank/",),
    "aiosmtplib": ("fakturo/delivery/email.py",),
    "duckdb": ("fakturo/warehouse/", "fakturo/intake/"),
    "prompt_toolkit": ("fakturo/cli/sql/prompt.py",),
    "xlsxwriter": ("fakturo/cli/terminal/workbook.py",),
    "weasyprint": ("reports/press.py", "reports/shortcuts.py"),
    "saxonche": ("fakturo/einvoice/rules.py",),
    "facturx": ("fakturo/einvoice/writing/xml.py",),
    "lxml": ("fakturo/einvoice/", "fakturo/intake/"),
    "pypdf": ("fakturo/einvoice/verifying/envelope.py",),
    "pydyf": ("reports/finishing.py",),
    "PIL": ("reports/",),
    "segno": ("reports/codes/epc.py",),
    "qrbill": ("reports/codes/swiss.py",),
    "great_expectations": ("expectations/",),
    "fast_sugiyama": ("reports/dictionary/lineage.py",),
    "metricflow": ("fakturo/warehouse/metrics/",),
    "metricflow_semantics": ("fakturo/warehouse/metrics/",),
    "sqlglot": ("fakturo/warehouse/metrics/",),
    "dbt": ("flows/parse_transforms.py", "flows/run_transforms.py"),
    "prefect": ("flows/", "fakturo/cli/"),
    "pandas": ("expectations/", "models/"),
    "statsforecast": ("models/revenue/members.py",),
    "holidays": ("models/revenue/open_days.py",),
    "sklearn": ("models/",),
    "scipy": ("models/",),
    "skops": ("models/registry.py",),
    "evidently": ("models/drift.py",),
    "altair": ("reports/charts.py",),
    "vl_convert": ("reports/charts.py",),
    "uvicorn": ("fakturo/ai/simulator/",),
    "starlette": ("fakturo/ai/simulator/",),
    "alembic": ("fakturo/ledger/migrate.py", "fakturo/ledger/migrations/"),
}
"""Heavy library -> the only places that may import it."""

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "types", "schemas", "constants", "manager"}


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, lazily or not; `from a import b` gives both a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor(name: str) -> int | None:
    return next((level for level, places in enumerate(FLOORS) if name.startswith(places)), None)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_go_down(path):
    name = str(path.relative_to(ROOT))
    room = "cli" if name.startswith("fakturo/cli/") else path.relative_to(ROOT).parts[0]
    own = floor(name)
    for imported in imports(path):
        top = imported.split(".")[0]
        if top in ROOMS:
            assert top in ALLOWED[room], (
                f"{name} imports {imported}: {room} may import {sorted(ALLOWED[room])}"
            )
        target = imported.replace(".", "/")
        other = floor(target + ".py") if (ROOT / (target + ".py")).exists() else floor(target + "/")
        if own is not None and other is not None:
            assert other <= own, f"{name} (floor {own}) imports {imported} (floor {other})"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_heavy_libraries_have_one_door(path):
    name = str(path.relative_to(ROOT))
    for library in {imported.split(".")[0] for imported in imports(path)} & DOORS.keys():
        assert name.startswith(DOORS[library]), f"{library} enters only through {DOORS[library]}, not {name}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_are_small_and_named_for_what_they_are(path):
    lines = path.read_text().splitlines()
    assert len(lines) <= LONGEST, f"{path.name} has {len(lines)} lines; split it"
    assert path.stem not in DRAWERS
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path.name} does not say what it is for"


def test_every_file_of_the_core_stands_on_a_floor():
    homeless = [name for name in NAMES if name.startswith("fakturo/") and floor(name) is None]
    assert homeless == ["fakturo/__init__.py"]


def test_no_flow_shadows_a_module():
    """A path entrypoint puts flows/ first on sys.path: flows/dbt.py would break `import dbt`."""
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    taken = sys.stdlib_module_names | set(ROOMS) | DOORS.keys()
    assert not stems & taken
    assert all("_" in stem for stem in stems), "a flow file is verb_noun"


def test_the_issuing_flow_never_loads_great_expectations():
    for name in ("flows/issue_invoices.py", "flows/render_invoices.py", "flows/ingest_orders.py"):
        assert not {imported.split(".")[0] for imported in imports(ROOT / name)} & {
            "expectations",
            "evidently",
        }


def test_every_room_is_in_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(ROOMS) <= set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_lock_pins_with_hashes_and_names_no_index():
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--index" not in lock
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            assert "==" in line, line
    for pin in ("prefect==3.8.8", "sqlalchemy==2.0.", "duckdb==1.5.5", "dbt-core==1.11."):
        assert f"\n{pin}" in lock
