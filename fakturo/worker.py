"""Who works: a name for this process that no other process, before or after, shares."""

import os
import socket
import threading
import time
from functools import cache

LEAVING = threading.Event()
"""Set when this process was told to end: whoever works finishes a small step and gives back the rest."""


@cache
def name() -> str:
    """`host:pid:start`; the start keeps a reused pid apart."""
    return f"{host()}{os.getpid()}:{time.time_ns() // 1_000_000}"


def host() -> str:
    """Prefix of all workers of this machine."""
    return f"{socket.gethostname()}:"
