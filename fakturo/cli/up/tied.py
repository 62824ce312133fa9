"""`python -m fakturo.cli.up.tied PROGRAM ARG…`: run a program that is killed when its parent dies.

It gives way to others by the niceness in FAKTURO_NICENESS; all that it starts does so too.

Linux only (`PR_SET_PDEATHSIG`, which survives exec); elsewhere the program just runs. Not done with Popen's
`preexec_fn`, which is unsafe beside threads. Imports nothing of Fakturo, so that it costs 20 ms.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tie(parent: int | None = None) -> None:
    """Let this process be killed when its parent dies.

    Args:
        parent: its process id, where the caller knows it; a parent that is already gone ends us at once.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            raise SystemExit("The parent process died first.")


def main() -> None:
    """Tie this process, let it give way, then become the program that the arguments name."""
    parent = os.environ.pop("FAKTURO_TIED_TO", None)
    tie(int(parent) if parent else None)
    os.nice(int(os.environ.pop("FAKTURO_NICENESS", "0")))
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main()
