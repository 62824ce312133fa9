"""Sign what is sent, and tell whether a signature holds. Pure: the clock is an argument.

`Fakturo-Signature: t=1767225600,v1=5257a8…`: t is the moment of sending in Unix seconds, v1 the HMAC-SHA256,
hex, over "t.body". While a secret is changed there is one v1 for each. A body older than 300 s is refused:
who has recorded it cannot send it again later.
Source: RFC 2104 (HMAC); the scheme is Stripe's, "Verify webhook signatures manually".
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

HEADER = "Fakturo-Signature"
TOLERANCE_S = 300
_UNIX = re.compile(r"\d{1,12}", re.ASCII)


def signature(body: bytes, secrets: Sequence[str], at: datetime) -> str:
    """Value of the header for a body that is sent at `at`, with one v1 a secret."""
    moment = int(at.timestamp())
    return ",".join((f"t={moment}", *(f"v1={_digest(body, each, str(moment))}" for each in secrets)))


def holds(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the v1 was made with one of the secrets, at most 300 s ago or ahead."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    if len(moments) != 1 or not _UNIX.fullmatch(moments[0]):
        return False
    if abs(now.timestamp() - int(moments[0])) > TOLERANCE_S:
        return False
    given = [value for name, _, value in parts if name == "v1"]
    wanted = [_digest(body, each, moments[0]) for each in secrets]
    # every pair is compared: how long it takes says nothing about which was nearly right
    same = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted]
    return any(same)


def _digest(body: bytes, secret: str, moment: str) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
