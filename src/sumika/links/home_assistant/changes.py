"""Which entities changed since somebody last looked."""

import asyncio


class Changes:
    """Names in the order in which they first changed, each once however often it changed: only the latest state counts.

    Attributes:
        ended: Whether nothing comes any more.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.ended = False
        self._names: dict[str, None] = {}
        self._wake = asyncio.Event()

    def put(self, name: str) -> None:
        """Note a change."""
        self._names[name] = None
        self._wake.set()

    def end(self) -> None:
        """Wake whoever waits: nothing comes any more."""
        self.ended = True
        self._wake.set()

    async def take(self, seconds: float) -> tuple[str, ...]:
        """Return what changed; empty where nothing did in time, and at the end.

        Args:
            seconds: How long to wait.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return ()
        names = tuple(self._names)
        self._names.clear()
        if not self.ended:
            self._wake.clear()
        return names
