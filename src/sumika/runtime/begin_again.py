"""The process becomes a new one of the same command, with the version that is installed now."""

import contextlib
import os
import sys
import time

BEGAN_AGAIN = "SUMIKA_BEGAN_AGAIN"
"""Tells the new process that it may find children of the old one."""

CHILDREN_END_WITHIN_S = 3.0
_LOOKS_EVERY_S = 0.02


def begin_again() -> None:
    """Run the command anew in our own place: a terminal, or a container, sees nothing end.

    systemd was told already that we stop, and would end the new process too: it is left to start us again itself
    (`Restart=always`), as our unit has it.
    """
    if os.environ.get("NOTIFY_SOCKET"):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    environ = {**os.environ, BEGAN_AGAIN: "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environ)


def see_off_the_old() -> bool:
    """Take leave of the children of the process that this one was before; call it before there are children of ours.

    The helpers of multiprocessing end when their pipes to the old process close, which is when this one begins. Nobody
    else would ever wait for them, and they would stay as zombies.

    Returns:
        Whether this process was another before.
    """
    if not os.environ.pop(BEGAN_AGAIN, ""):
        return False
    end_s = time.monotonic() + CHILDREN_END_WITHIN_S
    with contextlib.suppress(ChildProcessError):  # nobody is left
        while time.monotonic() < end_s:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                time.sleep(_LOOKS_EVERY_S)
    return True
