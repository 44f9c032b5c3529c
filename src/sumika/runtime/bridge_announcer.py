"""When Home Assistant is told what there is: after a start of either, and when something is new, then once more."""

from collections.abc import Awaitable, Callable, Iterable

from sumika.bridge import Announced, HouseBridge, Kept, Outgoing, Retained
from sumika.runtime.bridge_folder import BridgeFolder
from sumika.units import seconds_to_ns

FORGETS_S = 3.0
"""Home Assistant has this long to let go of an entity, before its state goes or it is told of it in the other way."""

SETTLES_S = 2.0
"""What sensors are heard to measure for the first time is announced together."""

ONCE_MORE_S = 20.0
"""What is new is told once more after so long. While Home Assistant loads a platform for the first time it may fail on
an entity of another one (2025.4: `KeyError: 'payload_available'`, its schemas are compiled while they are in use), and
would not hear of it before its next start. What it has already it passes over."""

Send = Callable[[Outgoing], Awaitable[bool]]
"""Publishes a message; false: the broker is gone, and nothing more is sent before `all_anew`."""


class BridgeAnnouncer:
    """Tells Home Assistant what there is, step by step, and remembers on the disk what the broker may hold."""

    def __init__(self, bridge: HouseBridge, folder: BridgeFolder) -> None:
        """Have nothing announced yet.

        Args:
            bridge: Says what there is.
            folder: Remembers it.
        """
        self._bridge, self._folder = bridge, folder
        self._due_ns: int | None = 0
        self._once_more_ns: int | None = None
        self._published: dict[str, str] = {}
        self._anew, self._is_news = True, False
        self._later: tuple[Retained, ...] = ()
        self._later_ns = 0
        self._final: Announced | None = None

    def all_anew(self, at_ns: int) -> None:
        """Say from some moment on what there is and how everything is, whatever was said before.

        Args:
            at_ns: Monotonic time.
        """
        self._due_ns, self._anew = at_ns, True
        self._published.clear()

    def something_new(self, now_ns: int) -> None:
        """Say soon what there is, where that is not about to be said anyway.

        Args:
            now_ns: Monotonic time.
        """
        if self._due_ns is None:
            self._due_ns = now_ns + seconds_to_ns(SETTLES_S)

    async def turn(self, send: Send, now_ns: int) -> bool:
        """Do what is due; return whether the broker was there for it.

        Args:
            send: Publishes.
            now_ns: Monotonic time.
        """
        if self._once_more_ns is not None and now_ns >= self._once_more_ns:
            self._once_more_ns, self._due_ns = None, now_ns
            self._published.clear()
        if self._due_ns is not None and now_ns >= self._due_ns:
            self._due_ns = None
            if not await self._announce(send, now_ns):
                return False
        if self._final is not None and now_ns >= self._later_ns:
            return await self._forget(send, self._final)
        return True

    async def _announce(self, send: Send, now_ns: int) -> bool:
        """Say what there is and take back what is not any more; remember it before and after."""
        before = self._folder.kept.announced
        announcement = self._bridge.announcement(before)
        announced = announcement.announced
        self._is_news |= any(before.configs.get(topic) != parts for topic, parts in announced.configs.items())
        self._folder.keep(Kept(seen=dict(self._bridge.seen), announced=before.with_all_of(announced)))
        letting_go = [one for one in announcement.letting_go if self._published.get(one.topic) not in (one.payload, "")]
        if letting_go:
            self._due_ns = now_ns + seconds_to_ns(FORGETS_S)
            return await self._publish(send, letting_go)
        if not await self._publish(send, announcement.messages):
            return False
        self._later, self._final = announcement.later, announced
        self._later_ns = now_ns + seconds_to_ns(FORGETS_S)
        if self._is_news:
            self._is_news, self._once_more_ns = False, now_ns + seconds_to_ns(ONCE_MORE_S)
        if self._anew:
            self._anew = False
            self._bridge.again()
        return True

    async def _publish(self, send: Send, messages: Iterable[Retained]) -> bool:
        """Publish what was not published since Home Assistant or the broker began anew."""
        for message in messages:
            if self._published.get(message.topic) == message.payload:
                continue
            if not await send(Outgoing(message.topic, message.payload, retain=True)):
                return False
            self._published[message.topic] = message.payload
        return True

    async def _forget(self, send: Send, final: Announced) -> bool:
        """Take back the states of what went, and remember that nothing of it is left."""
        for message in self._later:
            if not await send(Outgoing(message.topic, message.payload, retain=True)):
                return False
        self._folder.keep(Kept(seen=dict(self._bridge.seen), announced=final))
        self._later, self._final = (), None
        return True
