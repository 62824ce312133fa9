"""The dbt project as dbt understands it, kept until one of its files changes. A door to dbt.

A parse costs a quarter of a small build. dbt's own partial parse does not help here: it starts anew
whenever the path of the warehouse changes, which each build does. What is kept is used whole or not at
all, for exactly the files and versions that its name is the hash of.
"""

import hashlib
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fakturo.errors import WarehouseError
from fakturo.settings import Settings

TRANSFORMS = Path(__file__).parent.parent / "transforms"
FOLDERS = ("models", "macros", "seeds", "snapshots", "tests")
READERS = ("dbt-core", "dbt-duckdb", "dbt-semantic-interfaces")
"""Packages whose versions decide what a parse comes to."""
ALONE = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src data: blob: 'unsafe-inline' 'unsafe-eval'\">"
)
"""In dbt's page, whose script could otherwise load a tracker."""


def parsed(settings: Settings) -> Any:
    """Give dbt's manifest, a fresh object each time: a build writes into it.

    Raises:
        WarehouseError: dbt cannot parse the project; its reason.
    """
    kept = _folder(settings) / "manifest.msgpack"
    with suppress(Exception):  # absent, or of a write that no disk survived: parse again
        return _unpacked(kept.read_bytes())
    manifest = parse()
    if kept.parent == _folder(settings):  # no file changed meanwhile
        _keep(kept, _packed(manifest))
    return manifest


def described(settings: Settings) -> dict[str, Any]:
    """What dbt writes as manifest.json: models, columns, tests, metrics and how they hang together."""
    tree: dict[str, Any] = _writable(parsed(settings)).to_dict(omit_none=False)
    return tree


def semantic_manifest(settings: Settings) -> str:
    """The semantic layer as MetricFlow reads it: JSON. Loads dbt only after the project changed."""
    kept = _folder(settings) / "semantic_manifest.json"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    from dbt.contracts.graph.semantic_manifest import SemanticManifest

    text = str(SemanticManifest(parsed(settings))._get_pydantic_semantic_manifest().json())  # noqa: SLF001
    _keep(kept, text.encode())
    return text


def parse() -> Any:
    """Parse the project anew.

    Raises:
        WarehouseError: dbt's reason why not.
    """
    with tempfile.TemporaryDirectory(prefix="fakturo-parse-") as folder:
        return _invoke(Path(folder), "parse", "--no-write-json", "--no-partial-parse")


def static_docs(settings: Settings, file: Path) -> None:
    """Write the page of `dbt docs generate --static`.

    Raises:
        WarehouseError: dbt's reason why not.
    """
    manifest = parsed(settings)
    with tempfile.TemporaryDirectory(prefix="fakturo-docs-") as folder:
        _writable(manifest).write(str(Path(folder) / "manifest.json"))
        # without a catalog: contracts type the marts, and the published file is opened by nobody
        how = ("--static", "--empty-catalog", "--no-compile")
        _invoke(Path(folder), "docs", "generate", *how, manifest=manifest)
        unfinished = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        page = (Path(folder) / "static_index.html").read_text(encoding="utf-8")
        unfinished.write_text(page.replace("<head>", f"<head>{ALONE}", 1), encoding="utf-8")
        unfinished.replace(file)


def _writable(manifest: Any) -> Any:
    from argparse import Namespace

    from dbt.flags import set_from_args

    set_from_args(Namespace(SEND_ANONYMOUS_USAGE_STATS=False), None)  # it asks for that one flag
    return manifest.writable_manifest()


def _invoke(folder: Path, *command: str, manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    project = str(TRANSFORMS)
    os.environ |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    outcome = dbtRunner(manifest=manifest).invoke(
        [
            *(*command, "--project-dir", project, "--profiles-dir", project),
            *("--target-path", str(folder), "--log-path", str(folder)),
            *("--log-level", "none", "--log-level-file", "none", "--no-print", "--quiet"),
        ]
    )
    if not outcome.success:
        raise WarehouseError(f"dbt could not read {project}: {outcome.exception}.")
    return outcome.result


def fingerprint() -> str:
    """SHA-256 over every file of the project and the versions that read it."""
    files = [TRANSFORMS / "dbt_project.yml", TRANSFORMS / "profiles.yml"]
    for folder in FOLDERS:
        files += sorted(path for path in (TRANSFORMS / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(f"{TRANSFORMS} {[version(name) for name in READERS]}".encode())
    for path in files:
        content = hashlib.sha256(path.read_bytes()).digest()
        digest.update(str(path.relative_to(TRANSFORMS)).encode() + b"\0" + content)
    return digest.hexdigest()


def _folder(settings: Settings) -> Path:
    return settings.home / "parsed" / fingerprint()


def _keep(path: Path, content: bytes) -> None:
    """Whole or not at all; what was kept of other files goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    for other in path.parent.parent.iterdir():
        if other != path.parent:
            shutil.rmtree(other, ignore_errors=True)


def _packed(manifest: Any) -> bytes:
    from dbt.parser.manifest import extended_mashumaro_encoder

    return bytes(manifest.to_msgpack(extended_mashumaro_encoder))


def _unpacked(content: bytes) -> Any:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
