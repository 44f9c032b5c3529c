"""What residents say of devices and rooms: a hand on a device, a tap on how it feels, a wish for warmth that lasts."""

import math
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sumika.clock import Instant
from sumika.runtime.house_ear import is_simulated
from sumika.runtime.refusal import Refusal, refusal
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.safety import limits_of
from sumika.schema import (
    ComfortWish,
    Message,
    Mood,
    MoodAnswer,
    MoodRequest,
    Origin,
    ResidentWish,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    Vote,
    VoteAnswer,
    VoteRequest,
    WishDeviceAnswer,
    WishDeviceRequest,
)
from sumika.schema.house import House
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_MINUTE, seconds_to_ns

COMFORT_FILE = "comfort.json"
SAYS_AGAIN_NS = seconds_to_ns(60.0)
MOST_OFFSET_K, COLDEST_C, WARMEST_C, LONGEST_H = 5.0, 10.0, 32.0, 8760.0
LETTERS = 200


class KeptWish(msgspec.Struct, frozen=True, kw_only=True):
    """A wish as it lies on the disk, by the wall's clock.

    Attributes:
        room: Where.
        offset_k: By so much warmer.
        temperature_c: The air temperature that is wished instead.
        since_unix_s: When it was said.
        until_unix_s: Until when it holds; None: until it is taken back.
        resident: Who.
    """

    room: str
    offset_k: float = 0.0
    temperature_c: float | None = None
    since_unix_s: float
    until_unix_s: float | None = None
    resident: str = ""


class WordDesk:
    """Takes residents' words where they make sense; it knows no bus and no clock.

    Attributes:
        problem: Why the newest wish cannot be kept; empty while it can.
    """

    def __init__(self, house: House, folder: Path) -> None:
        """Know a house, and what was wished before a restart.

        Args:
            house: As described.
            folder: Where wishes are kept.
        """
        self._path, self._language = folder / COMFORT_FILE, house.language
        self._origin = Origin.SIMULATED if house.demo or is_simulated(house) else Origin.LIVE
        self._rooms = frozenset(room.id for room in house.rooms)
        self._residents = frozenset(resident.id for resident in house.residents)
        self._limits = {device.id: limits_of(device) for device in house.devices}
        self._said_ns: int | None = None
        self.problem = ""
        try:
            kept = read_small(self._path, dict[str, KeptWish], {})
        except DamagedFileError as error:
            kept, self.problem = {}, str(error)
        self._wishes = {room: wish for room, wish in kept.items() if room in self._rooms}

    def wish(self, question: WishDeviceRequest, now: Instant) -> tuple[WishDeviceAnswer, tuple[Message, ...]]:
        """Return what to answer to a hand on a device, and the wish for the gate.

        Args:
            question: What is to be set.
            now: The present moment.
        """
        limits = self._limits.get(question.device)
        if limits is None:
            return WishDeviceAnswer(**self._no("device", name=question.device, known=self._limits)), ()
        if question.action not in limits.settings:
            return WishDeviceAnswer(**self._no("setting", name=question.action, known=limits.settings)), ()
        if not math.isfinite(question.value):
            return WishDeviceAnswer(**self._no("number", name=question.action)), ()
        wish = ResidentWish(
            stamp=now,
            origin=self._origin,
            device=question.device,
            action=question.action,
            value=question.value,
            resident=question.resident[:LETTERS],
            why=question.why[:LETTERS],
        )
        return WishDeviceAnswer(accepted=True, language=self._language), (wish,)

    def vote(self, question: VoteRequest, now: Instant) -> tuple[VoteAnswer, tuple[Message, ...]]:
        """Return what to answer to a tap on how it feels, and the vote for all.

        Args:
            question: How it feels.
            now: The present moment.
        """
        if question.room not in self._rooms:
            return VoteAnswer(**self._no("room", name=question.room, known=self._rooms)), ()
        if not -3.0 <= question.sensation <= 3.0:
            return VoteAnswer(**self._no("sensation")), ()
        vote = Vote(
            stamp=now,
            origin=self._origin,
            room=question.room,
            sensation=question.sensation,
            resident=question.resident[:LETTERS],
        )
        return VoteAnswer(accepted=True, language=self._language), (vote,)

    def mood(self, question: MoodRequest, now: Instant) -> tuple[MoodAnswer, tuple[Message, ...]]:
        """Return what to answer to a tap on how one is, and the mood for history.

        Args:
            question: How one is; only of a resident whom the house knows.
            now: The present moment.
        """
        if question.resident not in self._residents:
            return MoodAnswer(**self._no("resident")), ()
        if not -2.0 <= question.pleasant <= 2.0:
            return MoodAnswer(**self._no("mood")), ()
        mood = Mood(stamp=now, origin=self._origin, resident=question.resident, pleasant=question.pleasant)
        return MoodAnswer(accepted=True, language=self._language), (mood,)

    def comfort(
        self, question: SetComfortWishRequest, now: Instant
    ) -> tuple[SetComfortWishAnswer, tuple[Message, ...]]:
        """Return what to answer to a wish for warmth, and the wish for all.

        Args:
            question: The wish; without an offset and a temperature an earlier one is taken back.
            now: The present moment.
        """
        problem = self._comfort_problem(question)
        if problem:
            return SetComfortWishAnswer(**self._no(problem, name=question.room, known=self._rooms)), ()
        now_s = now.wall_ns / NANOSECONDS_PER_SECOND
        wish = KeptWish(
            room=question.room,
            offset_k=question.offset_k or 0.0,
            temperature_c=question.temperature_c,
            since_unix_s=now_s,
            until_unix_s=None if question.hours is None else now_s + 60.0 * SECONDS_PER_MINUTE * question.hours,
            resident=question.resident[:LETTERS],
        )
        if wish.offset_k == 0.0 and wish.temperature_c is None:
            self._wishes.pop(question.room, None)
        else:
            self._wishes[question.room] = wish
        self.problem = write_small(self._path, self._wishes)
        answer = SetComfortWishAnswer(
            accepted=True,
            language=self._language,
            room=question.room,
            offset_k=wish.offset_k,
            temperature_c=wish.temperature_c,
        )
        return answer, (self._said(wish, now),)

    def again(self, now: Instant) -> tuple[Message, ...]:
        """Return all wishes that hold, when it is time to say them again; those that have run out are taken back.

        Args:
            now: The present moment.
        """
        now_s = now.wall_ns / NANOSECONDS_PER_SECOND
        over = [one for one in self._wishes.values() if one.until_unix_s is not None and one.until_unix_s <= now_s]
        for wish in over:
            del self._wishes[wish.room]
        if over:
            self.problem = write_small(self._path, self._wishes)
        ended = tuple(ComfortWish(stamp=now, origin=self._origin, room=one.room) for one in over)
        if self._said_ns is not None and now.monotonic_ns - self._said_ns < SAYS_AGAIN_NS:
            return ended
        self._said_ns = now.monotonic_ns
        return (*ended, *(self._said(wish, now) for wish in self._wishes.values()))

    def _said(self, wish: KeptWish, now: Instant) -> ComfortWish:
        now_s = now.wall_ns / NANOSECONDS_PER_SECOND
        return ComfortWish(
            stamp=now,
            origin=self._origin,
            room=wish.room,
            offset_k=wish.offset_k,
            temperature_c=wish.temperature_c,
            age_s=max(0.0, now_s - wish.since_unix_s),
            left_s=None if wish.until_unix_s is None else max(0.0, wish.until_unix_s - now_s),
            resident=wish.resident,
        )

    def _comfort_problem(self, question: SetComfortWishRequest) -> str:
        if question.room not in self._rooms:
            return "room"
        if question.offset_k is not None and not abs(question.offset_k) <= MOST_OFFSET_K:
            return "offset"
        if question.temperature_c is not None and not COLDEST_C <= question.temperature_c <= WARMEST_C:
            return "temperature"
        return "hours" if question.hours is not None and not 0.0 < question.hours <= LONGEST_H else ""

    def _no(self, why: str, name: str = "", known: Iterable[str] = ()) -> Refusal:
        known = ", ".join(sorted(known)) or "-"
        return refusal(f"word.refused.{why}", self._language, name=name[:64], known=known)
