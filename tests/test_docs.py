"""What the README shows is true: each `$` line of its console blocks runs and prints what stands under it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Commands up to a build -> the folder they left and what they said: pages that begin alike share it."""
    return tmp_path_factory.mktemp("built"), {}


def run(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", SHOWN, ids=[page.name for page in SHOWN])
def test_a_page_does_what_it_shows(page, tmp_path, built, keep_parse):
    shown = steps(page)
    assert len(shown) >= 5
    commands, (folders, known) = [command for command, _ in shown], built
    home, said = tmp_path / "home", []
    build = commands.index("fakturo build") + 1 if "fakturo build" in commands else 0
    first = tuple(commands[:build])
    if first in known:
        kept, said = known[first]
        shutil.copytree(kept, home)
    else:
        home.mkdir()
        if page.name != "README.md":  # which shows the first steps of all
            keep_parse(home / "data")
    for number in range(len(said), len(commands)):
        said = [*said, run(commands[number], home)]
        if number + 1 == build:
            known[first] = folders / page.stem, said
            shutil.copytree(home, folders / page.stem)
    for (command, expected), printed in zip(shown, said, strict=True):
        for line in expected:
            assert line in printed, f"{command} printed\n{printed}"


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
