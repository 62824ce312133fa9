"""docs/questions.md is true: its tables and columns exist, its queries give the answers that are printed."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from fakturo.warehouse.reading import open_published

DOCS = Path(__file__).parents[2] / "docs"
_, *PARTS = re.split(r"^## \d+\. ", (DOCS / "questions.md").read_text(), flags=re.MULTILINE)
QUESTIONS = {part.splitlines()[0]: part for part in PARTS}


def test_there_are_ten_questions_each_with_another_query():
    links = re.findall(r"\(queries/(\w+)\.sql\)", "".join(QUESTIONS.values()))
    assert len(QUESTIONS) == len(links) == len(set(links)) == 10


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_tables_and_columns_of_a_question_are_in_the_dictionary(question, manifest):
    words = set(re.findall(r"`([a-z_]+)`", QUESTIONS[question]))
    marts = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    tables = words & marts.keys()
    assert re.match(r".*\n\nRead `(\w+)`", QUESTIONS[question])[1] in tables
    assert len(words - tables) >= 1
    assert words - tables <= {column for table in tables for column in marts[table]["columns"]}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_saved_query_gives_the_printed_answer(question, paid):
    (name,) = re.findall(r"\(queries/(\w+)\.sql\)", QUESTIONS[question])
    (block,) = re.findall(r"```csv\n(.*?)```", QUESTIONS[question], re.DOTALL)
    expected = list(csv.DictReader(block.splitlines()))
    with open_published(paid) as connection:
        answer = connection.execute((DOCS / f"queries/{name}.sql").read_text())
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, map(_printed, row), strict=True)) for row in answer.fetchall()]
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected


def _printed(value):
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal | float) else str(value)
