"""What the README shows is true: each `$` line of its console blocks runs and prints what stands under it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakturo.settings import load
from flows import parse_transforms

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = [
    ROOT / "README.md",
    *(
        ROOT / f"docs/{name}.md"
        for name in (
            "ai",
            "alerts",
            "delivery",
            "dictionary",
            "dunning",
            "history",
            "intake",
            "operations",
            "payments",
            "predictions",
            "reports",
            "sql",
            "verify",
            "warehouse",
        )
    ),
]


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """(command, lines that must appear in what it prints) of all console blocks of a page."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line:
                found[-1][1].append(line)
    return found


@pytest.fixture
def kept_parse(tmp_path):
    """What dbt understood of the project, as every home has it after its first build."""
    parse_transforms.parsed(load(home=tmp_path / "data", _env_file=None))
    name = parse_transforms.fingerprint()
    shutil.copytree(parse_transforms._folder(None), tmp_path / "data" / "parsed" / name)


@pytest.mark.parametrize("page", SHOWN, ids=[page.name for page in SHOWN])
def test_a_page_does_what_it_shows(page, tmp_path, request):
    if page.name != "README.md":  # which shows the first steps of all
        request.getfixturevalue("kept_parse")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": "200"}
    shown = steps(page)
    assert len(shown) >= 5
    for command, expected in shown:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for line in expected:
            assert line in done.stdout, f"{command} printed\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_is_in_the_readme_or_docs():
    from fakturo.cli.main import app

    names = {command.name for command in app.registered_commands if not command.hidden}
    names |= {group.name for group in app.registered_groups}
    text = "\n".join(page.read_text() for page in PAGES)
    missing = {name for name in names if f"fakturo {name}" not in text}
    assert not missing
