"""Runs a program tied to its parent: `python tether.py PARENT_PID PROGRAM ARGUMENT...`.

A file of its own, run by a bare interpreter between fork and the program, because nothing may run
in a fork of a threaded parent. The kernel kills the program when the thread that started it ends:
no orphans, even when the daemon dies of SIGKILL. (The event loop's thread starts children, and it
lives as long as the daemon.) The program is also the first that the out-of-memory killer takes.
"""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
OOM_SCORE = "500"
NOT_FOUND = 127


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and become the program."""
    parent, program = int(arguments[0]), arguments[1:]
    with contextlib.suppress(OSError, AttributeError):  # not Linux: EOF on the link remains
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel knew of the tie
        sys.exit(0)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - pathlib doubles the start-up time
        score.write(OOM_SCORE)
    try:
        os.execvp(program[0], program)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"cannot run {program[0]}: {error.strerror}\n")
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main(sys.argv[1:])
