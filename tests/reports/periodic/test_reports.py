"""Reports say what the warehouse says, in each currency for itself, offline, and prove each figure."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pypdf
import pytest
from sqlalchemy import select

from fakturo.errors import NotFound
from fakturo.intake.history import mapping
from fakturo.intake.history.import_invoices import import_invoices
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.predictions.keeping import Origin, keep_run
from fakturo.ledger.tables import outbox
from fakturo.prediction import ModelRun, Prediction
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from flows.write_reports import write_all
from reports import charts
from reports.periodic.record import Figure
from reports.periodic.writing import NAMES, change, gather, page, said, write

NOW = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
OLD = """invoice_no,customer_id,invoice_date,due_date,sku,quantity,price,currency
R-1,C-1,2026-04-20,2026-05-04,A7,1,1000,EUR
R-2,C-2,2026-05-05,2026-06-04,A7,1,250.50,EUR
R-3,C-3,2026-05-06,2026-06-05,A7,1,5000,JPY
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Three invoices in two currencies; 60 EUR of cash predicted for next week."""
    folder = tmp_path_factory.mktemp("reports")
    settings = load(home=folder / "home", _env_file=None)
    engine = open_ledger(settings)
    (folder / "old.csv").write_text(OLD)
    import_invoices(engine, settings, folder / "old.csv", mapping=mapping.load("generic"), now=NOW)
    cash = Prediction("cash", "total", "all", 60.0, "EUR", date(2026, 5, 11), 40.0, 80.0, 20.0, 100.0)
    run = ModelRun(
        "payments", "test.1", date(2026, 5, 9), "ok", "2 open invoices.", scores={"brier": 0.125},
        baseline="the customer's rate", predictions=(cash,),
    )  # fmt: skip
    keep_run(engine, run, Origin("p1", NOW))
    build(settings, now=NOW)
    return settings


def made(home, name):
    with open_published(home) as connection:
        return gather(connection, name)


def test_each_currency_stands_for_itself(home):
    report = made(home, "receivables")
    first = {
        section.currency: section.figures[0].value
        for section in report.sections
        if section.title == report.title
    }
    assert first == {"EUR": Decimal("1250.5"), "JPY": Decimal(5000)}
    text = page(report, "Lantern Ltd", for_paper=True)
    assert "1,250.50" in text
    assert "5,000</p>" in text  # yen have no minor unit


def test_a_prediction_stands_with_its_score_and_baseline(home):
    text = page(made(home, "receivables"), "Lantern Ltd", for_paper=True)
    assert "2 open invoices. Known up to 2026-05-09." in text
    assert "brier 0.125; the baseline: the customer&#39;s rate." in text


def test_each_model_has_a_card_filled_by_its_run(home):
    report = made(home, "models")
    cards = {section.title: section for section in report.sections}
    assert list(cards) == ["Revenue", "Churn", "Payments", "Anomalies"]
    card, scores = cards["Payments"].sheets
    facts = dict(card.rows)
    assert facts["What it said"] == "2 open invoices."
    assert facts["Baseline"] == "the customer's rate"
    assert "A new customer" in facts["Limits"]
    assert scores.rows == [["brier", 0.125]]
    assert "It was not run yet" in cards["Churn"].remark


@pytest.mark.parametrize("name", ["revenue", "customers", "anomalies"])
def test_without_a_prediction_it_says_so(home, name):
    assert "Nothing was predicted yet" in page(made(home, name), "Lantern Ltd", for_paper=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_no_network_and_every_figure_has_its_query(home, name):
    text = page(made(home, name), "Lantern Ltd", for_paper=False)
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?https?:", text)
    asked = set(re.findall(r'class="how" href="#q-(\w+)"', text))
    assert asked <= set(re.findall(r'<article id="q-(\w+)">', text))
    assert asked or name == "anomalies"  # nothing was predicted of these
    assert f"publish {NOW:%Y%m%dT%H%M%S}" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_read_without_eyes(home, name):
    text = page(made(home, name), "Lantern Ltd", for_paper=True)
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert "<th>" not in text
    assert len(re.findall(r'role="img" aria-label="[^"]{20,}"', text)) == text.count('class="chart"')


def test_files_are_whole_pages_and_tagged_pdfs(home, tmp_path):
    files = write(made(home, "receivables"), tmp_path, "Lantern Ltd")
    assert [file.name for file in files] == ["receivables.html", "receivables.pdf"]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    pdf = pypdf.PdfReader(files[1])
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert "1,250.50" in pdf.pages[0].extract_text()
    assert pdf.metadata.title == "Receivables and cash"


def test_an_empty_warehouse_has_reports_too(tmp_path):
    settings = load(home=tmp_path / "home", _env_file=None)
    open_ledger(settings)
    build(settings, now=NOW)
    for name in NAMES:
        assert "How each figure comes about" in page(made(settings, name), "Lantern Ltd", for_paper=True)


def test_all_are_written_and_told_once_a_publish_and_period(home):
    files = write_all(home, "week", now=NOW)
    write_all(home, "week", now=NOW + timedelta(minutes=1))
    write_all(home, "month", now=NOW)
    assert len(files) == 14
    assert files[0].parent == home.home / "reports/periodic/week/2026-05-10"
    with reading(open_ledger(home)) as connection:
        told = connection.execute(
            select(outbox.c.payload).where(outbox.c.event == "reports.written")
        ).scalars()
        periods = [json.loads(each)["period"] for each in told]
    assert periods == ["week", "month"]


def test_an_unknown_report_is_refused(home):
    with pytest.raises(NotFound, match="There is no report 'profit'; there are receivables"):
        made(home, "profit")


@pytest.mark.parametrize(
    ("value", "kind", "currency", "told"),
    [
        (Decimal("1234.5"), "money", "EUR", "1,234.50"),
        (Decimal(1234), "money", "JPY", "1,234"),
        (Decimal("1.2345"), "money", "BHD", "1.235"),
        (0.125, "share", None, "13 %"),
        (12.25, "percent", None, "12.3 %"),
        (date(2026, 5, 1), "day", None, "1 May 2026"),
        (None, "money", "EUR", "–"),  # noqa: RUF001  an en dash
    ],
)
def test_values_are_written_as_people_read_them(value, kind, currency, told):
    assert said(value, kind, currency) == told


@pytest.mark.parametrize(
    ("value", "before", "is_more_better", "told"),
    [
        (110, 100, True, ("▲ 10 % on then", "good")),
        (110, 100, False, ("▲ 10 % on then", "bad")),
        (90, 100, None, ("▼ 10 % on then", "even")),
        (100, 100, True, ("as then", "even")),
        (5, 0, True, ("", "even")),
        (5, None, True, ("", "even")),
    ],
)
def test_a_change_is_told_by_sign_and_words(value, before, is_more_better, told):
    figure = Figure("Open", value, "count", "query", before, "then", is_more_better)
    assert change(figure) == told


def test_a_chart_is_a_vector_with_its_words():
    rows = [{"what": "a", "value": Decimal("1.5")}, {"what": "<b>", "value": 2}]
    found = charts.bars(rows, x="what", y="value", unit="EUR", words="Two bars.", source="query")
    assert found.svg.startswith("<svg")
    assert json.loads(found.specification)["mark"]["type"] == "bar"
    assert found.words == "Two bars."


def test_every_chart_has_words_for_who_cannot_see_it(home, tmp_path):
    """Figure elements of the PDF's structure, each with /Alt (PDF/UA-1, 7.3)."""
    report = made(home, "revenue")
    _, file = write(report, tmp_path, "Ann & Co")
    figures = []

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for each in element:
                walk(each)
        elif isinstance(element, dict):
            if element.get("/S") == "/Figure":
                figures.append(element.get("/Alt"))
            if "/K" in element:
                walk(element["/K"])

    walk(pypdf.PdfReader(file).trailer["/Root"]["/StructTreeRoot"]["/K"])
    charted = [picture.words for section in report.sections for picture in section.pictures]
    assert len(charted) > 0
    assert figures == charted
