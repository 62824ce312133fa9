"""What dbt understood of the project is kept for exactly its files, and parsed again if unreadable."""

import shutil

import pytest

from flows import parse_transforms


@pytest.fixture
def kept(settings, monkeypatch):
    """Each home keeps its own, as without tests; gives the folder."""
    folder = settings.home / "parsed"
    monkeypatch.setattr(parse_transforms, "_folder", lambda _: folder / parse_transforms.fingerprint())
    return folder


def names(manifest):
    return {name for name, node in manifest.nodes.items() if node.resource_type == "model"}


def test_it_is_parsed_once_and_again_after_a_write_that_no_disk_survived(settings, kept, monkeypatch):
    first = names(parse_transforms.parsed(settings))
    assert "model.fakturo.fct_invoices" in first
    with monkeypatch.context() as patched:
        patched.setattr(parse_transforms, "parse", None)  # would fail
        assert names(parse_transforms.parsed(settings)) == first
    (file,) = kept.rglob("manifest.msgpack")
    file.write_bytes(file.read_bytes()[:1000])
    assert names(parse_transforms.parsed(settings)) == first
    assert file.stat().st_size > 1000


def test_a_changed_file_of_the_project_is_another_project(tmp_path, monkeypatch):
    copy = tmp_path / "transforms"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(parse_transforms.TRANSFORMS, copy, ignore=ignored)
    monkeypatch.setattr(parse_transforms, "TRANSFORMS", copy)
    before = parse_transforms.fingerprint()
    assert parse_transforms.fingerprint() == before
    model = copy / "models" / "marts" / "fct_invoices.sql"
    model.write_text(model.read_text() + "-- changed\n")
    assert parse_transforms.fingerprint() != before
