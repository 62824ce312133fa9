"""Write the data dictionary from the dbt project as it is parsed anyway: `fakturo docs`, and each publish."""

from datetime import datetime
from pathlib import Path

from fakturo import pages
from fakturo.errors import FakturoError
from fakturo.settings import Settings
from flows.parse_transforms import described, static_docs

DBT_PAGE = "dbt.html"


def docs_folder(settings: Settings) -> Path:
    """Where the pages stand unless told otherwise."""
    return pages.folder(settings) / "dictionary"


def write_docs(settings: Settings, folder: Path, *, now: datetime, with_dbt: bool) -> list[Path]:
    """Write all pages.

    Args:
        now: aware; stands on the pages.
        with_dbt: also dbt's own page, which costs a second; one that lies there stays linked.

    Returns:
        Paths, index.html first.

    Raises:
        WarehouseError: dbt cannot read the project, or the folder cannot be written.
    """
    from reports.dictionary.pages import write

    if with_dbt:
        folder.mkdir(parents=True, exist_ok=True)
        static_docs(settings, folder / DBT_PAGE)
    link = DBT_PAGE if (folder / DBT_PAGE).exists() else ""
    written = write(folder, described(settings), made_at=now, dbt_page=link)
    return [*written, folder / DBT_PAGE] if with_dbt else written


def link_docs(settings: Settings, *, now: datetime) -> None:
    """Write the pages after a publish and link them from the flow run; what fails here fails no publish."""
    from prefect.artifacts import create_link_artifact
    from prefect.logging import get_run_logger

    try:
        first, *_ = write_docs(settings, docs_folder(settings), now=now, with_dbt=False)
    except (FakturoError, OSError) as error:
        get_run_logger().warning("The data dictionary was not written: %s", error)
        return
    create_link_artifact(pages.link(settings, first), "Data dictionary", key="data-dictionary")
