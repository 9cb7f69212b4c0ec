"""`python -m lrcli` and the console script: what concerns the process; the rest is `lrcli.cli.app`."""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(130)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # while modules are imported nothing is to be put away, and a KeyboardInterrupt in the middle of an import may be
    # printed by whoever catches it
    signal.signal(signal.SIGINT, _leave)


def main() -> NoReturn:
    """Run the command line of this process, and end the process with its exit code."""
    # a short command makes many objects and little garbage: looking for it less often is a tenth of its time
    gc.set_threshold(100_000)
    try:
        if hasattr(signal, "SIGPIPE"):
            # `lrcli ... | head` ends silently; Python's own choice ends with 1, which here is "different"
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        from lrcli.cli.app import run  # while Ctrl-C just ends the process
        from lrcli.cli.environment import Environment

        if signal.getsignal(signal.SIGINT) is _leave:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        status = int(run(sys.argv[1:], Environment.of_process()))
    except KeyboardInterrupt:
        status = 130
    # Everything is written and closed. Freeing each object before the end is another tenth of a short command, and
    # where stdout has failed the interpreter would try it once more, and say so in words of its own.
    os._exit(status)


if __name__ == "__main__":
    main()
