"""Mail an invoice or reminder to its customer, an alert to operators: one attempt over SMTP, within its time.

The server's yes to the whole message counts as delivered (RFC 5321, section 4.2.5). A customer's address or a
message that the server refuses for good (5xx) ends the event; what it refuses for now (4xx), or because of us
(sender, user, password), is tried again.
"""

import asyncio
import hashlib
import ssl
from datetime import datetime
from email.message import EmailMessage

import aiosmtplib
from sqlalchemy import Engine

from fakturo.delivery.dunning_letter import Attached, dunning_letter
from fakturo.delivery.letter import letter, mailbox, recipient
from fakturo.delivery.operator_letter import operator_letter
from fakturo.delivery.outcome import Outcome
from fakturo.errors import BadSetting, FakturoError, RenderError
from fakturo.invoice import Invoice
from fakturo.ledger.dunning.letters import read_letter
from fakturo.ledger.dunning.notices import DUNNED
from fakturo.ledger.issuing import documents
from fakturo.ledger.open import reading
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.privacy import mask
from fakturo.setting_groups.delivery import OPERATOR_EVENTS
from fakturo.settings import Settings

FIRST_PERMANENT = 500
"""SMTP answers from here on say "never" (RFC 5321, section 4.2.1)."""
SHOWN_LETTERS = 160
MOST_ATTACHED = 20
"""Documents in one reminder, the newest; mail servers refuse more than about 25 MB."""


class EmailSender:
    """The mail server of the settings, one connection a letter."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        """Prepare, without connecting.

        Raises:
            BadSetting: the password or the certificates cannot be read.
        """
        self._settings, self._engine, self._email = settings, engine, settings.email
        self._password = self._email.secret
        try:
            self._trust = ssl.create_default_context(cafile=self._email.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise BadSetting(
                f"FAKTURO_EMAIL_CA_FILE is {self._email.ca_file}, which cannot be read: {error}."
            ) from None

    async def send(self, claimed: Claimed, now: datetime) -> Outcome:  # noqa: ARG002  as webhooks are sent
        """Make one attempt; all of it ends within `timeout_s`."""
        try:
            message = await asyncio.to_thread(self._message, claimed)
        except FakturoError as error:
            return Outcome("failed", reason=str(error), is_ours=True)
        if message is None:
            return Outcome("skipped", reason=_unaddressed(claimed.event))
        return await self._try(message)

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def _try(self, message: EmailMessage) -> Outcome:
        try:
            async with asyncio.timeout(self._email.timeout_s):
                await self._post(message)
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            return Outcome("failed", reason=f"No answer within {self._email.timeout_s:g} s.")
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            return _no(refused.code, refused.message, is_final=refused.code >= FIRST_PERMANENT)
        except aiosmtplib.SMTPDataError as error:
            return _no(error.code, error.message, is_final=error.code >= FIRST_PERMANENT)
        except aiosmtplib.SMTPResponseException as error:
            return _no(error.code, error.message, is_final=False)
        except (aiosmtplib.SMTPException, OSError) as error:
            said = mask(" ".join(str(error).split())).text[:SHOWN_LETTERS]
            return Outcome("failed", reason=f"It cannot be reached: {said or type(error).__name__}.")
        else:
            return Outcome("delivered", 250)

    async def _post(self, message: EmailMessage) -> None:
        email = self._email
        await aiosmtplib.send(
            message,
            hostname=email.host,
            port=email.port,
            username=email.user or None,
            password=self._password if email.user else None,
            use_tls=email.tls == "tls",
            start_tls=email.tls == "starttls",
            tls_context=self._trust if email.tls != "none" else None,
            timeout=email.timeout_s,
        )

    def _message(self, claimed: Claimed) -> EmailMessage | None:
        if claimed.event == DUNNED:
            return self._reminder(claimed)
        if claimed.event in OPERATOR_EVENTS:
            return operator_letter(claimed, self._email, self._settings.seller.name)
        with reading(self._engine) as connection:
            invoice = Invoice.model_validate_json(find_invoice(connection, claimed.subject).content)
        to = recipient(invoice)
        if to is None:
            return None
        pdf = self._pdf(claimed.subject) if self._email.attach else None
        return letter(claimed, invoice, to, self._email, pdf)

    def _reminder(self, claimed: Claimed) -> EmailMessage | None:
        """A letter about overdue invoices, with the documents that there are."""
        with reading(self._engine) as connection:
            found = read_letter(connection, claimed.outbox_id)
        to = mailbox(found.to.email)
        if to is None:
            return None
        numbers = [each.number for each in found.lines] if self._email.attach else []
        there = [each for each in numbers if documents.find(self._engine, each) is not None]
        pdfs = [Attached(each, self._pdf(each)) for each in there[-MOST_ATTACHED:]]
        return dunning_letter(claimed, found, to, self._email, self._settings.seller, pdfs)

    def _pdf(self, number: str) -> bytes:
        made = documents.find(self._engine, number)
        file = self._settings.documents / made.path if made else None
        try:
            pdf = file.read_bytes() if file else b""
        except OSError as error:
            raise RenderError(f"The document of {number} cannot be read: {error.strerror}.") from None
        if made is None or hashlib.sha256(pdf).hexdigest() != made.sha256:
            raise RenderError(
                f"The document of {number} is not the one that was written; "
                f"`fakturo render --again {number}` compares them."
            )
        return pdf


def _unaddressed(event: str) -> str:
    if event in OPERATOR_EVENTS:
        return "email.operators names nobody any more."
    about = "customer" if event == DUNNED else "invoice"
    return f"The {about} has no e-mail address that a letter can be sent to."


def _no(code: int, said: str, *, is_final: bool) -> Outcome:
    """What the server said, without addresses."""
    quoted = mask(" ".join(said.split())).text[:SHOWN_LETTERS]
    return Outcome("refused" if is_final else "failed", code, f"The mail server answered {code}: {quoted}")
