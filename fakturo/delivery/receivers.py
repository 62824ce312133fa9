"""Who is told, by the settings: each receiver with the sender that reaches it."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from fakturo.delivery.outcome import Outcome
from fakturo.errors import NotFound
from fakturo.ledger.outbox.deliveries import Claimed, Receiver
from fakturo.setting_groups.delivery import EMAIL
from fakturo.settings import Settings

LETTERS_AT_ONCE = 2
"""Connections to the mail server; providers refuse many."""


class Sender(Protocol):
    """What reaches one receiver."""

    async def send(self, claimed: Claimed, now: datetime) -> Outcome:
        """Make one attempt; raises nothing that the receiver could cause."""

    async def aclose(self) -> None:
        """Close what is open."""


def receivers_of(settings: Settings) -> list[Receiver]:
    """Webhooks in their order, then e-mail if there is a mail server."""
    found = [Receiver(each.name, each.events, each.concurrency) for each in settings.webhooks]
    email = settings.email
    if email.host and email.wanted:
        found.append(Receiver(EMAIL, email.wanted, LETTERS_AT_ONCE, needs_document=email.attach))
    return found


def find_receiver(settings: Settings, name: str) -> Receiver:
    """The receiver of that name.

    Raises:
        NotFound: the settings know none.
    """
    known = receivers_of(settings)
    for each in known:
        if each.name == name:
            return each
    there = ", ".join(each.name for each in known) or "none"
    raise NotFound(f"No receiver {name}; there are: {there}. Add [[webhooks]] or [email] to fakturo.toml.")


def open_senders(settings: Settings, engine: Engine) -> dict[str, Sender]:
    """A sender for each receiver, by name; call within the event loop that will use them.

    Raises:
        BadSetting: a secret cannot be read.
    """
    from fakturo.delivery.webhook import WebhookSender  # httpx costs .4 s: only who sends pays it

    senders: dict[str, Sender] = {each.name: WebhookSender(each) for each in settings.webhooks}
    if any(each.name == EMAIL for each in receivers_of(settings)):
        from fakturo.delivery.email import EmailSender

        senders[EMAIL] = EmailSender(settings, engine)
    return senders
