"""What the page shows, live: the newest of everything, encoded once for all; no viewer waits for another."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from sumika.dashboard.roles import PERSONAL, SHOWN, Right, Role, Viewer
from sumika.schema import NO_PEOPLE, DeviceState, Message, Presence, Tracks, is_refusal

QUEUED = {"chest_motion": 100, "person_vitals": 200, "event": 200, "suspected_fall": 50}
"""Topics of which a slow viewer misses nothing for a while: 5 s of waveforms and beats at 20 a second, all events."""

HIGHEST_HZ = 20.0
EARLY = 0.85
"""Messages of radars come at 20 a second, not quite evenly: one that is a little early is not held for a whole turn."""

_OF_ENERGY = ("_w", "_wh", "_kwh")
"""Endings of names that say how much a device draws."""

_ENCODER = msgspec.msgpack.Encoder()

Hears = Callable[[str, str], bool]
"""(topic, room) -> whether somebody hears it."""

Place = tuple[str, str, int]
"""Topic, key, and the track where a message is about one of several: the posture of each person is news of its own."""

FORGOTTEN_AFTER_NS = 60_000_000_000
"""Nobody is on a track that was not heard of for so long."""


class Item:
    """A message as viewers get it.

    Attributes:
        topic: Of the table of topics.
        key: What it is about.
        room: Where; empty where it is about none.
        message: Decoded.
        place: What it is news of; a newer one of the same place takes its place.
    """

    __slots__ = ("_lesser", "_piece", "_raw", "key", "message", "place", "room", "topic")

    def __init__(self, topic: str, key: str, room: str, message: Message, raw: bytes | msgspec.Raw) -> None:
        """Take a message.

        Args:
            topic: Of the table of topics.
            key: What it is about.
            room: Where.
            message: Decoded.
            raw: Its MessagePack, as it came over the bus.
        """
        self.topic, self.key, self.room, self.message = topic, key, room, message
        self.place: Place = (topic, key, getattr(message, "track", 0))
        self._raw = raw
        self._piece: msgspec.Raw | None = None
        self._lesser: dict[bool, msgspec.Raw] = {}  # by whether it is a guest's

    def piece(self, viewer: Viewer) -> msgspec.Raw:
        """Return [topic, key, message] as MessagePack; made when the first one wants it."""
        shown = self.shown(viewer)
        if shown is not self.message:
            guest = viewer.role is Role.GUEST
            if guest not in self._lesser:
                self._lesser[guest] = self._encoded(shown)
            return self._lesser[guest]
        if self._piece is None:
            self._piece = self._encoded(msgspec.Raw(self._raw))
        return self._piece

    def _encoded(self, payload: object) -> msgspec.Raw:
        return msgspec.Raw(_ENCODER.encode((self.topic, self.key, payload)))

    def shown(self, viewer: Viewer) -> Message:
        """Return the message as somebody may see it: guests not where people are, nor others what draws how much."""
        message = self.message
        if viewer.role is Role.GUEST and isinstance(message, Tracks):
            return counted(message)
        if viewer.role is Role.GUEST and isinstance(message, Presence):
            return msgspec.structs.replace(message, range_m=None, range_sigma_m=None)
        if isinstance(message, DeviceState) and Right.PLAN not in viewer.rights:
            return without_watts(message)
        return message


def without_watts(state: DeviceState) -> DeviceState:
    """Return what a device says, without what it draws and has drawn."""
    values = {name: value for name, value in state.values.items() if not name.endswith(_OF_ENERGY)}
    return msgspec.structs.replace(state, power_w=None, values=values)


class TracksCounted(Message, frozen=True, kw_only=True):
    """How many people there are, and not where.

    Attributes:
        source: Of the tracks.
        count: People who are followed; animals and machines are none.
        reason: Why nobody can be followed, where that is so.
        blind: Rooms of which nobody knows whether anybody is there.
    """

    source: str
    count: int
    reason: str = ""
    blind: tuple[str, ...] = ()


def counted(tracks: Tracks) -> TracksCounted:
    """Return tracks as guests see them."""
    return TracksCounted(
        stamp=tracks.stamp,
        origin=tracks.origin,
        session=tracks.session,
        source=tracks.source,
        count=sum(track.kind not in NO_PEOPLE for track in tracks.tracks),
        reason=tracks.reason,
        blind=tracks.blind,
    )


class Watch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a viewer asks for.

    Attributes:
        watch: Topics, or "topic/key"; "*" for all that it may see.
        max_hz: Frames a second at most.
    """

    watch: tuple[str, ...] = ()
    max_hz: float = HIGHEST_HZ


class Watcher:
    """One viewer's share: what waits to be sent. It belongs to the event loop; nothing here ever waits for the viewer.

    Attributes:
        viewer: Who.
        ready: Set while something waits.
        lost: Queued messages that found no room, and values that were overtaken by newer ones do not count.
        frames: How many were made.
    """

    def __init__(self, viewer: Viewer, hears: Hears) -> None:
        """Begin to watch nothing.

        Args:
            viewer: Who.
            hears: What they may hear.
        """
        self.viewer, self.hears = viewer, hears
        self.ready = asyncio.Event()
        self.lost = self.frames = 0
        self.period_s = 1.0 / HIGHEST_HZ
        self._patterns: frozenset[str] = frozenset()
        self._wanted: dict[tuple[str, str], bool] = {}
        self._newest: dict[Place, Item] = {}
        self._queued: dict[Place, deque[Item]] = {}

    def wants(self, topic: str, key: str) -> bool:
        """Return whether a topic and key are watched."""
        known = self._wanted.get((topic, key))
        if known is None:
            patterns = self._patterns
            known = "*" in patterns or topic in patterns or f"{topic}/{key}" in patterns
            self._wanted[topic, key] = known
        return known

    @property
    def topics(self) -> frozenset[str]:
        """Topics that are watched, whatever their key."""
        return frozenset(pattern.partition("/")[0] for pattern in self._patterns)

    def watch(self, asked: Watch) -> None:
        """Watch something else from now on."""
        self._patterns = frozenset(asked.watch)
        self._wanted.clear()
        # In this order, no number at all is taken for the fewest: max(nan, 0.1) would be no number either.
        self.period_s = 1.0 / min(max(0.1, asked.max_hz), HIGHEST_HZ)
        self._newest = {place: item for place, item in self._newest.items() if self.wants(*place[:2])}
        self._queued = {place: items for place, items in self._queued.items() if self.wants(*place[:2])}

    def offer(self, item: Item) -> None:
        """Take something in, if it is watched and may be seen."""
        if not self.wants(item.topic, item.key) or not self.hears(item.topic, item.room):
            return
        room = QUEUED.get(item.topic)
        if room is None:
            self._newest[item.place] = item
        else:
            queue = self._queued.setdefault(item.place, deque(maxlen=room))
            self.lost += len(queue) == room
            queue.append(item)
        self.ready.set()

    def frame(self, wall_ms: float) -> bytes:
        """Return everything that waits as one frame; then nothing waits.

        Args:
            wall_ms: Present time of the wall, for whoever measures how long it takes.
        """
        items = [item for queue in self._queued.values() for item in queue]
        items += self._newest.values()
        self._newest, self._queued = {}, {}
        self.ready.clear()
        self.frames += 1
        pieces = [item.piece(self.viewer) for item in items if self.hears(item.topic, item.room)]
        return _ENCODER.encode({"n": self.frames, "wall_ms": wall_ms, "lost": self.lost, "messages": pieces})


class Feed:
    """The newest of everything that the page shows, and who watches.

    Attributes:
        hidden: Nothing personal is shown now, to nobody.
        watchers: Who watches.
        taken: Messages that came.
    """

    def __init__(self, room_of: Callable[[str], str]) -> None:
        """Begin with nothing.

        Args:
            room_of: Key of the bus -> the room that it is about.
        """
        self._room_of = room_of
        self._latest: dict[Place, Item] = {}
        self.hidden = False
        self.watchers: set[Watcher] = set()
        self.taken = 0

    def take(self, topic: str, key: str, message: Message, raw: bytes | msgspec.Raw) -> None:
        """Take a message from the bus and offer it to everybody; never waits.

        Args:
            topic: Of the table of topics.
            key: What it is about.
            message: Decoded.
            raw: Its MessagePack.
        """
        if topic not in SHOWN or (self.hidden and topic in PERSONAL):
            return
        self.taken += 1
        if is_refusal(message):
            message = self._with_values(message, self._latest.get((topic, key, 0)))
            raw = _ENCODER.encode(message)
        room = getattr(message, "room", "") or self._room_of(key)
        item = Item(topic, key, room, message, raw)
        if item.place[2] and item.place not in self._latest:
            self._forget_tracks(item)
        self._latest[item.place] = item
        for watcher in self.watchers:
            watcher.offer(item)

    @staticmethod
    def _with_values(refusal: DeviceState, before: Item | None) -> DeviceState:
        """Return what a device said before, which still holds, with why it did not take a write."""
        if before is None or not isinstance(before.message, DeviceState):
            return refusal
        return msgspec.structs.replace(before.message, why=refusal.why)

    def _forget_tracks(self, item: Item) -> None:
        """Forget the tracks of a topic and key that nothing was heard of for long."""
        since_ns = item.message.stamp.monotonic_ns - FORGOTTEN_AFTER_NS
        for place, old in list(self._latest.items()):
            if place[:2] == item.place[:2] and old.message.stamp.monotonic_ns < since_ns:
                del self._latest[place]

    def hide(self, *, hidden: bool) -> None:
        """Show nothing personal from now on, and forget what was; or show it again."""
        self.hidden = hidden
        if hidden:
            self._latest = {place: item for place, item in self._latest.items() if place[0] not in PERSONAL}

    def latest(self, hears: Hears) -> list[Item]:
        """Return the newest of all that somebody may see."""
        return [item for item in list(self._latest.values()) if hears(item.topic, item.room)]

    def newest(self, topic: str) -> list[Message]:
        """Return the newest messages of a topic, one for each key."""
        return [item.message for place, item in list(self._latest.items()) if place[0] == topic]

    def show_latest(self, watcher: Watcher) -> None:
        """Offer a viewer what is known already."""
        for item in self._latest.values():
            watcher.offer(item)

    def watched(self) -> frozenset[str]:
        """Return the topics that anybody watches."""
        found: Iterable[frozenset[str]] = (watcher.topics for watcher in self.watchers)
        return frozenset().union(*found)
