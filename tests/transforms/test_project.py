"""The dbt project as it is written: everything described, typed and keyed, codes as where they come from."""

import csv
import re
from pathlib import Path

import yaml
from iso4217 import Currency

from fakturo.errors import AiError
from fakturo.warehouse.published import PUBLISHED

TRANSFORMS = Path(__file__).parents[2] / "transforms"


def test_every_model_and_column_is_described_in_the_project():
    for model in (TRANSFORMS / "models").rglob("*.sql"):
        (described,) = yaml.safe_load(model.with_suffix(".yml").read_text())["models"]
        assert described["name"] == model.stem
        assert described["description"].startswith("One row"), model.stem
        assert all(column["description"] for column in described["columns"]), model.stem


def test_every_published_table_of_the_ledger_is_staged():
    staged = "".join(model.read_text() for model in (TRANSFORMS / "models/staging").glob("*.sql"))
    sources = set(re.findall(r"source\('ledger', '(\w+)'\)", staged))
    assert set(PUBLISHED) <= sources


def test_every_mart_has_a_tested_key_and_typed_columns():
    for mart in (TRANSFORMS / "models/marts").glob("[!_]*.yml"):
        model = yaml.safe_load(mart.read_text())["models"][0]
        assert all(column["data_type"] for column in model["columns"])
        ((name, test),) = model["data_tests"][0].items()
        assert (name, test["name"]) == ("constraints", f"{mart.stem}_constraints")
        given = test["arguments"]
        assert given["primary_key"] == model["columns"][0]["name"]
        guarded = {*given.get("not_null", ()), *given.get("unique", ()), *given.get("foreign_keys", ())}
        assert guarded | {*given.get("accepted_values", ())} <= {each["name"] for each in model["columns"]}


def test_the_seed_of_currencies_is_iso_4217():
    with (TRANSFORMS / "seeds/currencies.csv").open(newline="") as file:
        rows = {
            row["currency_code"]: (int(row["exponent"]), row["major_per_minor"])
            for row in csv.DictReader(file)
        }
    factors = {0: "1", 2: "0.01", 3: "0.001", 4: "0.0001"}
    assert rows == {
        each.code: (each.exponent, factors[each.exponent]) for each in Currency if each.exponent is not None
    }


def test_every_way_a_call_can_end_is_known_to_the_mart():
    model = yaml.safe_load((TRANSFORMS / "models/marts/fct_ai_calls.yml").read_text())["models"][0]
    accepted = model["data_tests"][0]["constraints"]["arguments"]["accepted_values"]["outcome"]
    classes = {kind.outcome for kind in (AiError, *AiError.__subclasses__())}
    assert set(accepted) == {"ok", "sent"} | classes


def test_a_build_that_spills_goes_on():
    """dbt-duckdb repeats `settings` for each model; DuckDB refuses a temp_directory once it was used."""
    profile = yaml.safe_load((TRANSFORMS / "profiles.yml").read_text())["fakturo"]["outputs"]["build"]
    assert "temp_directory" in profile["config_options"]
    assert "settings" not in profile


def test_every_mart_has_an_expectation_of_its_rows_and_the_test_counts_it():
    with (TRANSFORMS / "seeds/row_count_rules.csv").open(newline="") as file:
        rules = list(csv.DictReader(file))
    test = (TRANSFORMS / "tests/row_counts_follow_rules.sql").read_text()
    marts = {mart.stem for mart in (TRANSFORMS / "models/marts").glob("*.sql")}
    counted = set(re.findall(r"'((?:fct|dim|kpi|publish)_\w+)'", test))
    named = {rule["table_name"] for rule in rules}
    assert counted == marts
    assert named == marts - {
        "kpi_daily"
    }  # it is what others are held against, and tests/kpis_add_up holds it
    assert {rule["expected"] for rule in rules} == {"equal", "at_least", "at_most"}


def test_every_fact_and_key_figure_is_reconciled_with_what_it_is_made_of(manifest):
    tests = [
        set(node["depends_on"]["nodes"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and not node.get("test_metadata")
        and node["name"] != "row_counts_follow_rules"
    ]
    counted_alone = {"fct_findings", "fct_intake"}  # rows alone; of a file, its own columns add up
    for mart in (TRANSFORMS / "models/marts").glob("*.sql"):
        if mart.stem.startswith(("fct_", "kpi_")) and mart.stem not in counted_alone:
            own = f"model.fakturo.{mart.stem}"
            assert any(own in nodes and len(nodes) > 1 for nodes in tests), mart.stem
