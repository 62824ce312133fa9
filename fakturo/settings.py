"""Environment, `.env` and `fakturo.toml` -> one frozen `Settings`, in that order of strength.

`FAKTURO_AI_RPM=600` sets `ai.rpm`: the first underscore after the prefix splits group from name. In
`fakturo.toml` the same stands as `rpm = 600` under `[ai]`. Nothing else in Fakturo reads the environment.
"""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from fakturo.errors import BadSetting
from fakturo.seller import Seller
from fakturo.setting_groups.ai import Ai
from fakturo.setting_groups.alerts import Alerts
from fakturo.setting_groups.anomalies import Anomalies
from fakturo.setting_groups.delivery import Email, Webhook
from fakturo.setting_groups.dunning import Dunning
from fakturo.setting_groups.receivables import Receivables
from fakturo.setting_groups.render import Render
from fakturo.setting_groups.sql import Sql


class Group(BaseModel):
    """A group of settings: frozen, unknown names refused, defaults checked too."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Ledger(Group):
    """Where the facts are kept."""

    url: str = ""
    """Empty: `sqlite:///<home>/ledger.sqlite`. Else `postgresql://user:password@host/database`."""
    busy_timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """Longest bulk landing measured: 5 s for 750,000 lines."""
    lease_s: Annotated[float, Field(gt=0)] = 120.0


class Intake(Group):
    """Limits at the door, so that one hostile file leaves the rest running."""

    max_file_mb: Annotated[int, Field(gt=0)] = 4096
    max_line_mb: Annotated[int, Field(gt=0)] = 8
    max_document_mb: Annotated[int, Field(gt=0)] = 32
    """Of one XML, e-mail or text."""
    max_unpacked_mb: Annotated[int, Field(gt=0)] = 2048
    """What an XLSX may unpack to."""
    stable_s: Annotated[float, Field(ge=0)] = 2.0
    """A file in the inbox is taken once it has not changed for so long."""
    memory_mb: Annotated[int, Field(ge=64)] = 600
    """What DuckDB may hold while reading."""


class Warehouse(Group):
    """The published DuckDB file."""

    keep: Annotated[int, Field(ge=1)] = 5
    """How many earlier publishes stay readable."""
    names: bool = False
    """Whether customer names are published; off, `dim_customers` holds only account numbers."""
    memory_mb: Annotated[int, Field(ge=64)] = 2000


class Up(Group):
    """`fakturo up`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 4200
    pages_port: Annotated[int, Field(ge=1, le=65535)] = 4201
    """Of reports and other pages; where it is taken, another one, which is said."""


class Settings(BaseSettings):
    """Everything that can be set. See `fakturo config` for the effective values."""

    model_config = SettingsConfigDict(
        env_prefix="FAKTURO_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=".env",
        toml_file="fakturo.toml",
        frozen=True,
        extra="ignore",
        validate_default=True,
    )

    home: Path = Path("data")
    """Folder of ledger, inbox, archive, documents and warehouse."""
    seller: Seller = Seller()
    ledger: Ledger = Ledger()
    ai: Ai = Ai()
    intake: Intake = Intake()
    receivables: Receivables = Receivables()
    dunning: Dunning = Dunning()
    alerts: Alerts = Alerts()
    anomalies: Anomalies = Anomalies()
    warehouse: Warehouse = Warehouse()
    sql: Sql = Sql()
    render: Render = Render()
    webhooks: tuple[Webhook, ...] = ()
    email: Email = Email()
    up: Up = Up()

    @field_validator("webhooks")
    @classmethod
    def _names_differ(cls, value: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
        if len({each.name for each in value}) < len(value):
            raise ValueError("another name for each webhook")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before `.env` before `fakturo.toml`."""
        toml = TomlConfigSettingsSource(settings_cls, Path(os.environ.get("FAKTURO_CONFIG", "fakturo.toml")))
        return init_settings, env_settings, dotenv_settings, file_secret_settings, toml

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger."""
        url = self.ledger.url or f"sqlite:///{self.home.resolve() / 'ledger.sqlite'}"
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def inbox(self) -> Path:
        """Folder whose files are taken in."""
        return self.home / "inbox"

    @property
    def archive(self) -> Path:
        """Verbatim copies of what was taken in, by SHA-256."""
        return self.home / "archive"

    @property
    def documents(self) -> Path:
        """Rendered invoices, by number."""
        return self.home / "documents"

    @property
    def templates(self) -> Path:
        """Templates of one's own for documents: `invoice.html.j2`, `invoice.css`."""
        return self.home / "templates"

    @property
    def warehouse_file(self) -> Path:
        """The published DuckDB file; readers open it read-only."""
        return self.home / "warehouse.duckdb"


def load(**overrides: Any) -> Settings:
    """Read and check all settings.

    Raises:
        BadSetting: one sentence for each wrong value: the setting, the value, what is allowed.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise BadSetting("\n".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:  # TOML that does not parse, JSON in a group's variable
        raise BadSetting(f"fakturo.toml or the environment cannot be read: {error}.") from None


@cache
def current() -> Settings:
    """Settings of this process, read once."""
    return load()


_SECRETS = ("key", "secret", "password")


def _sentence(problem: Any) -> str:
    path = [str(part) for part in problem["loc"]]
    variable = "FAKTURO_" + "_".join(path).upper()
    where = f"{variable} ({path[-1]} under [{path[0]}] in fakturo.toml)" if len(path) > 1 else variable
    if path[0] == "webhooks" and len(path) > 1:  # an entry of a list has no variable of its own
        place = f"entry {int(path[1]) + 1} of [[webhooks]] in fakturo.toml, or of FAKTURO_WEBHOOKS"
        where = f"{path[2]} in {place}" if len(path) > 2 else place  # noqa: PLR2004  group, entry, name
    elif len(path) > 2 and path[2].isidentifier():  # noqa: PLR2004  a group in a group: its variable is JSON
        variable = "_".join(("FAKTURO", *path[:2])).upper()
        where = f"{variable} ({path[2]} under [{path[0]}.{path[1]}] in fakturo.toml)"
    if problem["type"] == "extra_forbidden":
        return f"{where} is not a setting; `fakturo config` lists all that are."
    allowed = problem["msg"].removeprefix("Value error, ").rstrip(".")
    if isinstance(problem["input"], BaseModel | dict | list | tuple):  # a whole group: it may hold a key
        return f"{where}: {allowed}."
    is_secret = any(word in path[-1] for word in _SECRETS) or (
        path[-1] == "url" and "@" in str(problem["input"])
    )
    shown = "(secret)" if is_secret else repr(problem["input"])
    return f"{where} is {shown}, which is not allowed: {allowed[0].lower()}{allowed[1:]}."
