"""The `webhooks` and `email` of the settings: who is told of what, and how."""

from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from fakturo.errors import BadSetting

EMAIL = "email"
"""Name of the one receiver that is no webhook."""
SHORTEST_SECRET = 16
"""Letters; what HMAC-SHA256 is worth ends with what can be guessed."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]
OperatorEvent = Literal[
    "kpi.warning",
    "kpi.critical",
    "kpi.cleared",
    "warehouse.held_back",
    "warehouse.published_again",
    "reports.written",
]
OPERATOR_EVENTS: tuple[OperatorEvent, ...] = get_args(OperatorEvent)
"""What is for those who run the house, not for its customers."""


class Webhook(BaseModel):
    """One address that is told of events, by POST."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")]
    """Under which the ledger keeps what it got; another name is another receiver."""
    url: str
    secret: SecretStr = SecretStr("")
    """Signs every body. Several, separated by spaces, all sign: for the days of a change."""
    secret_file: Path | None = None
    """Read where `secret` is empty; several, one a line."""
    events: tuple[Annotated[str, Field(pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+))$")], ...] = ("*",)
    """`*` all, `invoice.*` all of a kind, `invoice.issued` one."""
    concurrency: Annotated[int, Field(ge=1, le=32)] = 4
    """How many events are under way to it at once, each of another subject."""
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 15.0
    """Of one attempt, from the first packet to the end of the answer."""

    @field_validator("name")
    @classmethod
    def _name_is_free(cls, value: str) -> str:
        if value == EMAIL:
            raise ValueError(f"any other name: {EMAIL} is what e-mail is kept under")
        return value

    @field_validator("url")
    @classmethod
    def _url_leads_somewhere(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port or an IPv6 address that is none
            known = False
        if not known or parts.username or parts.fragment or not value.isascii() or " " in value:
            raise ValueError("an address such as https://example.com/hooks, without user, password or #")
        return value

    @model_validator(mode="after")
    def _is_signed(self) -> Self:
        if not self.secret.get_secret_value().strip() and self.secret_file is None:
            raise ValueError("a secret or a secret_file; what is not signed can be made up by anybody")
        if any(len(each) < SHORTEST_SECRET for each in self.secret.get_secret_value().split()):
            raise ValueError(f"secrets of at least {SHORTEST_SECRET} letters")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets, from wherever they are kept, newest first.

        Raises:
            BadSetting: the file cannot be read, is empty, or holds one that is too short.
        """
        text = self.secret.get_secret_value()
        if not text.strip() and self.secret_file is not None:
            text = _kept_in(self.secret_file, f"secret_file of webhook {self.name}")
        found = tuple(text.split())
        if not found or any(len(each) < SHORTEST_SECRET for each in found):
            raise BadSetting(
                f"secret_file of webhook {self.name} is {self.secret_file}, which holds none or one that is "
                f"too short; write at least {SHORTEST_SECRET} letters, one secret a line."
            )
        return found


class Email(BaseModel):
    """The mail server that carries invoices to customers. No `host`: none are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    user: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    """Read where `password` is empty."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` on port 587, `tls` from the first byte on port 465."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's: of a mail server of your own."""
    sender: Annotated[str, Field(pattern=r"^([^@\s<>]+@[^@\s<>]+)?$")] = ""
    """Address that the letters come from; its name is the seller's."""
    attach: bool = True
    """Whether the PDF goes along; the letter waits until it is made."""
    link: str = ""
    """Address that the letter names, e.g. `https://portal.example.com/invoices/{number}`."""
    events: tuple[Literal["invoice.issued", "customer.dunned"], ...] = ("invoice.issued", "customer.dunned")
    """Which events make a letter to a customer."""
    operators: tuple[Address, ...] = ()
    """Who is told by e-mail of what concerns the house; all in one letter."""
    operator_events: tuple[OperatorEvent, ...] = OPERATOR_EVENTS
    """Which events make a letter to them."""
    timeout_s: Annotated[float, Field(gt=0, le=100)] = 60.0
    """Of one letter, from the first packet to the server's yes."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All events that make a letter."""
        return (*self.events, *(self.operator_events if self.operators else ()))

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if not self.host:
            return self
        if not self.sender:
            raise ValueError("a sender, the address that the letters come from")
        if not (self.attach or self.link):
            raise ValueError("attach = true, or a link: else the letter holds no invoice")
        if self.link and not (self.link.startswith(("http://", "https://")) and "{number}" in self.link):
            raise ValueError("a link such as https://portal.example.com/invoices/{number}")
        if self.user and self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError(
                "tls = starttls or tls where there is a user: the password would travel in clear"
            )
        return self

    @property
    def secret(self) -> str:
        """The password, from wherever it is kept.

        Raises:
            BadSetting: the file cannot be read.
        """
        if self.password.get_secret_value() or self.password_file is None:
            return self.password.get_secret_value()
        return _kept_in(self.password_file, "FAKTURO_EMAIL_PASSWORD_FILE")


def _kept_in(file: Path, setting: str) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{setting} is {file}, which cannot be read: {error}.") from None
