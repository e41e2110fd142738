"""``python -m smfg`` and the console script ``smfg``: the program, see ``smfg --help``."""

from __future__ import annotations

import signal
import sys

from ._native import run_program


def main() -> int:
    """Runs the program on the arguments of the process and returns its exit status."""
    # The program listens for Ctrl-C itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_program(["smfg", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
