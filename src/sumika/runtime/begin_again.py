"""The process becomes a new one of the same command, with the version that is installed now."""

import contextlib
import os
import resource
import sys
import time

CHILDREN_END_WITHIN_S = 3.0
_STANDARD = 3
_MOST_DESCRIPTORS = 65_536
_LOOKS_EVERY_S = 0.02


def begin_again() -> None:
    """Run the command anew in our own place: a terminal, or a container, sees nothing end.

    systemd was told already that we stop, and would end the new process too: it is left to start us again itself
    (`Restart=always`), as our unit has it.

    The helpers of multiprocessing end when their pipes to us close. They are seen off before: whom a process leaves
    behind when it becomes another one stays a zombie for as long as that lives.
    """
    if os.environ.get("NOTIFY_SOCKET"):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.closerange(_STANDARD, most if 0 < most < _MOST_DESCRIPTORS else _MOST_DESCRIPTORS)
    _see_off_children()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _see_off_children() -> None:
    end_s = time.monotonic() + CHILDREN_END_WITHIN_S
    with contextlib.suppress(ChildProcessError):  # nobody is left
        while time.monotonic() < end_s:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                time.sleep(_LOOKS_EVERY_S)
