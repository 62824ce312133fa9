"""The data dictionary: everything is on its pages, every link leads somewhere, no other host is asked."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from flows.write_docs import write_docs
from reports.dictionary.guards import Guard, column_guards
from reports.dictionary.lineage import Box, picture
from reports.dictionary.units import unit

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)


class Links(HTMLParser):
    """Anchors that a page has, and where it leads."""

    def __init__(self, page: Path):
        super().__init__()
        self.anchors, self.targets, self.loaded = set(), set(), []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given["id"]} if "id" in given else set()
        if tag == "a":
            self.targets.add(given["href"])
        if given.get("src") or tag in {"link", "iframe", "object", "embed", "base"}:
            self.loaded.append((tag, given))


@pytest.fixture(scope="module")
def pages(paid, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    write_docs(paid, folder, now=NOW, with_dbt=True)
    return folder


def test_every_mart_and_column_stands_on_the_first_page(pages):
    text = (pages / "index.html").read_text()
    for file in (ROOT / "transforms/models/marts").glob("[!_]*.yml"):
        (mart,) = yaml.safe_load(file.read_text())["models"]
        section = text.split(f'<section id="{mart["name"]}"')[1].split("</section>")[0]
        for column in mart["columns"]:
            assert f'<span class="name">{column["name"]}</span>' in section


def test_every_saved_question_is_shown_with_its_sql(pages):
    text = (pages / "index.html").read_text()
    for file in (ROOT / "docs/queries").glob("*.sql"):
        assert f'<section id="{file.stem}">' in text
    assert "where unallocated_amount &lt;&gt; 0" in text


def test_every_link_leads_to_an_anchor_that_is_there(pages):
    known = {name: Links(pages / name) for name in ("index.html", "layers.html", "lineage.html")}
    for name, page in known.items():
        for target in page.targets:
            file, _, anchor = target.partition("#")
            assert (pages / (file or name)).is_file(), target
            if anchor:
                assert anchor in known[file or name].anchors, f"{name} links to {target}"


def test_the_pages_load_nothing(pages):
    for name in ("index.html", "layers.html", "lineage.html"):
        text = (pages / name).read_text()
        assert Links(pages / name).loaded == []
        assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", text)
        hosts = set(re.findall(r"https?://([\w.-]+)", text))
        assert hosts <= {"www.w3.org"}  # the name of SVG


def test_the_page_of_dbt_may_ask_no_host(pages):
    policy = re.search(r'<head><meta http-equiv="Content-Security-Policy" content="([^"]+)"', _dbt(pages))
    assert policy
    assert policy[1] == "default-src data: blob: 'unsafe-inline' 'unsafe-eval'"
    assert '"send_anonymous_usage_stats": false' in _dbt(pages)
    assert "model.fakturo.fct_invoices" in _dbt(pages)


def _dbt(pages):
    return (pages / "dbt.html").read_text()


def test_a_question_reads_the_tables_that_its_exposure_names(manifest):
    asked = {each["name"]: each for each in manifest["exposures"].values() if each["type"] == "analysis"}
    files = {file.stem: file for file in (ROOT / "docs/queries").glob("*.sql")}
    assert asked.keys() == files.keys()
    for name, exposure in asked.items():
        read = set(re.findall(r"\b(?:from|join)\s+((?:fct|dim|kpi|publish)_\w+)", files[name].read_text()))
        named = {node.rsplit(".", 1)[-1] for node in exposure["depends_on"]["nodes"]}
        assert named == read, name


def test_tests_become_words():
    test = _test(
        "constraints",
        primary_key="id",
        unique=["a"],
        not_null=["a", "b"],
        accepted_values={"a": ["x", "y"]},
        foreign_keys={"b": ["ref('dim_dates')", "date_day"], "c_id": "ref('dim_cs')"},
    )
    never_null = Guard("never_null", "never null")
    assert column_guards([test, _test("other", columns=["a"])]) == {
        "id": [Guard("unique", "unique"), never_null],
        "a": [Guard("unique", "unique"), never_null, Guard("one_of", "one of x, y")],
        "b": [never_null, Guard("found_in", "found in dim_dates.date_day", target="dim_dates")],
        "c_id": [Guard("found_in", "found in dim_cs.c_id", target="dim_cs")],
    }


def _test(name, **given):
    return {"resource_type": "test", "name": name, "test_metadata": {"name": name, "kwargs": given}}


@pytest.mark.parametrize(
    ("name", "description", "expected"),
    [
        ("net_amount", "Without tax.", "money, in major units of its currency"),
        ("net_amount", "In main_currency.", ""),
        ("ai_cost_amount", "Sum over the requests.", "in the currency of the price list"),
        ("duration_ms", "How long it took.", "milliseconds"),
        ("kind", "Which kind.", ""),
    ],
)
def test_a_unit_is_said_where_the_description_does_not(name, description, expected):
    assert unit(name, description, {}) == expected


def test_a_picture_runs_from_left_to_right_and_no_box_covers_another():
    edges = {("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")}
    boxes = {name: Box(name, name * 5, "marts", f"#{name}") for name in "abcd"}
    rectangle = r'<rect x="([\d.]+)" y="([\d.]+)" width="(\d+)".*?>(\w)\w*</text>'
    drawn = re.findall(rectangle, picture(boxes, edges))
    left = {name: float(x) for x, _, _, name in drawn}
    assert left.keys() == set("abcd")
    assert all(left[start] < left[end] for start, end in edges)
    places = [(float(x), float(y), float(x) + float(width), float(y) + 26) for x, y, width, _ in drawn]
    for place in places:
        others = [other for other in places if other != place]
        assert len(others) == 3
        assert all(
            place[2] <= other[0] or other[2] <= place[0] or place[3] <= other[1] or other[3] <= place[1]
            for other in others
        )
