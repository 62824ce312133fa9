"""A peer in a process of its own: `python -m bench.ai.peer_child TASK RESULT`."""

import asyncio
import logging
import sys
from pathlib import Path

from bench.ai.peers import PEERS, Target
from bench.ai.prompt import messages
from bench.ai.work import Meter, Result, Task, read_task, write


async def run(task: Task) -> Result:
    """Ask for all texts with so many workers."""
    ask = PEERS[task.client](Target(task.origin, task.is_azure, task.timeout_s))
    waiting = list(reversed(task.texts.items()))
    result = Result()
    meter = Meter()

    async def worker() -> None:
        while waiting:
            number, text = waiting.pop()
            try:
                said = await ask(messages(text))
            except Exception as error:  # noqa: BLE001  # whatever a client gives up with
                result.failed[number] = f"{type(error).__name__}: {error}"[:300]
            else:
                result.answers[number] = said.model_dump(mode="json")

    await asyncio.gather(*(worker() for _ in range(task.workers)))
    meter.read(result)
    return result


def main() -> None:
    """Read, work, write."""
    logging.disable(logging.CRITICAL)
    write(Path(sys.argv[2]), asyncio.run(run(read_task(Path(sys.argv[1])))))


if __name__ == "__main__":
    main()
