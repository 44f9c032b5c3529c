"""Tells the service manager (systemd) how we are, where there is one: sd_notify(3)."""

import os

import sdnotify


class ServiceManager:
    """READY=1 once the house runs, WATCHDOG=1 while it does, STOPPING=1 at its end. Silent without $NOTIFY_SOCKET."""

    def __init__(self) -> None:
        # Without an address the library would leave an open socket behind.
        self._notifier = sdnotify.SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.setblocking(False)  # one that does not read must not hold us up

    def notify(self, state: str) -> None:
        """Send a state; what cannot be sent is dropped."""
        if self._notifier is not None:
            self._notifier.notify(state)

    def close(self) -> None:
        """Close the socket."""
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.close()
        self._notifier = None
