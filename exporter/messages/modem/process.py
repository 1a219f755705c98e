"""The process that holds the modem: requests come in, answers go out, as lines of JSON.

One rule: nothing of the practice comes in here: no store, no key, no file, and no number, text or
PIN in its arguments. libgammu blocks and reads what strangers send, so whoever started this process
may end it at any moment, and it ends by itself when nobody is there any more.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress

from exporter.messages.modem.device import Failed
from exporter.messages.modem.holder import Answer, Holder, Request

ALONE_SECONDS = 180
"""For one request, and between two; longer than any whole try may take."""


def main() -> None:
    """Answer requests until one is to close."""
    _leave_no_core()
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not stand between our answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    lock, ended = threading.Lock(), threading.Event()
    requests: queue.Queue[Request] = queue.Queue()

    def say(answer: Answer) -> None:
        with lock, suppress(OSError):
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()

    def take() -> None:
        try:
            for line in sys.stdin.buffer:
                requests.put(json.loads(line))
        finally:
            # Whoever asked is gone, in the middle of a line perhaps; libgammu may be in the middle
            # of a wait of its own.
            if not ended.is_set():
                os._exit(1)

    threading.Thread(target=take, daemon=True).start()
    try:
        holder = Holder(say, ended)
    except ImportError:
        say({"failed": "no_library"})
        return
    while not ended.is_set():
        _limit()
        asked = requests.get()
        _limit()
        try:
            answer = getattr(holder, asked["do"])(asked)
        except Failed as problem:
            answer = {"failed": problem.kind}
        say(answer)


def _leave_no_core() -> None:
    """Have no image of this process written, should libgammu crash: it holds numbers and texts."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit() -> None:
    """Have the system end this process if nothing goes on, even where libgammu stops all of it.

    Whoever started it may be stopped and not gone, and would hold the modem for everybody.
    """
    if sys.platform != "win32":
        signal.alarm(ALONE_SECONDS)


if __name__ == "__main__":
    main()
