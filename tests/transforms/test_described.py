"""All that dbt knows is described, and a description says more than the name."""

import re

EMPTY = {"the", "a", "an", "of", "its", "it", "this", "is", "column", "table", "value", "id"}


def _words(text):
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())} - EMPTY


def _unsaid(name, description):
    """Whether a description is missing or only the name in other order."""
    return not _words(description or "") - _words(name.replace("_", " "))


def test_every_model_source_seed_snapshot_metric_and_exposure_is_described(manifest):
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] != "test"]
    kinds = ("sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests")
    every = [*nodes, *(each for kind in kinds for each in manifest[kind].values())]
    assert len(every) > 100
    assert [each["unique_id"] for each in every if _unsaid(each["name"], each["description"])] == []


def test_every_column_is_described_beyond_its_name(manifest):
    columns = [
        (f"{node['name']}.{column['name']}", column["name"], column["description"])
        for node in manifest["nodes"].values()
        for column in node["columns"].values()
    ]
    assert len(columns) > 600
    assert [place for place, name, description in columns if _unsaid(name, description)] == []


def test_every_measure_and_dimension_is_described(manifest):
    for model in manifest["semantic_models"].values():
        for each in (*model["measures"], *model["dimensions"]):
            assert not _unsaid(each["name"], each["description"]), f"{model['name']}.{each['name']}"


def test_every_check_of_its_own_is_described(manifest):
    own = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    singular = [node for node in own if not node.get("test_metadata")]
    assert len(singular) >= 20
    assert [node["name"] for node in singular if _unsaid(node["name"], node["description"])] == []
