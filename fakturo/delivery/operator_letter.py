"""The e-mail that tells operators what concerns the house: a KPI that got worse, a build held back. Pure.

In English, as the commands that it names are.
"""

import json
from email.message import EmailMessage

from fakturo.delivery.letter import enveloped, mailbox, plain_words
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.privacy import mask
from fakturo.setting_groups.delivery import Email


def operator_letter(claimed: Claimed, email: Email, seller: str) -> EmailMessage | None:
    """The whole message, one to all operators; None: there are none."""
    to = [address for address in (mailbox(each) for each in email.operators) if address]
    if not to:
        return None
    kind = claimed.event.partition(".")[0]
    template = plain_words().get_template(f"operator_{kind}.en.txt.j2")
    whole = template.render(
        event=claimed.event,
        told=json.loads(claimed.payload),
        at=f"{claimed.happened_at:%Y-%m-%d %H:%M} UTC",
        seller=seller,
    )
    subject, _, text = mask(whole.lstrip()).text.partition("\n")
    message = enveloped(claimed, subject, seller, email.sender, None, to[0])
    message.replace_header("To", to)
    message.set_content(text.lstrip())
    return message
