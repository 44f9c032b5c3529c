"""What a plan asks residents for in `suggest`: few things, each with a name that lasts, and none after a no that day.

A suggestion is about one device. It is the same suggestion for as long as the same thing would be done with the device
on the same day (heat, shut, a higher setpoint), however the numbers move from plan to plan: its name stays, and so does
a no to it. Small moves of a setpoint are not worth a question.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b

from sumika.schema import DEVICE_KINDS, Command, PlannedAction, Suggestion
from sumika.schema.house import House

MOST_AT_ONCE = 3
"""More questions than that are read by nobody."""

ASKED_FROM_SHARE = 0.05
"""Of a setting's range: less of a change is not asked for; 0.75 K of an air conditioner's."""

QUIET_AFTER_YES = timedelta(minutes=30)
"""So long after a yes nothing else is asked for of the same device."""

_NOT_ASKED = frozenset({"light"})
"""Who is asked whether a lamp may light has long switched it."""

_LETTERS = "bcdfghjkmnpqrstvwxz"
"""Without vowels, so that they are no words, and without what looks like a digit."""

_NAME_LETTERS = 4
NOT_ASKED_FOR = frozenset({"light"})
"""Kinds whose settings follow people from minute to minute: by the time of an answer the question is another one."""

_SWITCHES = frozenset({"mode", "on", "level", "valve", "bypass", "closed", "open"})
_HEATS, _COOLS = 1.0, 2.0
Told = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Holds:
    """Until when something holds.

    Attributes:
        local: On the house's own clock.
        monotonic_ns: On the machine's.
    """

    local: datetime
    monotonic_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmthDeclined:
    """A no that says something about how warm people like it.

    Attributes:
        room: Where.
        setpoint_c: What was suggested.
        sensation: How they would feel at that, -3 cold to +3 hot: a no to heating says that it would be too warm.
    """

    room: str
    setpoint_c: float
    sensation: float


class Suggesting:
    """Turns plans into suggestions, and remembers what residents answered."""

    def __init__(self, house: House, declined: Mapping[str, str] | None = None) -> None:
        """Know a house.

        Args:
            house: For kinds of devices.
            declined: What `declined` held before a restart.
        """
        self._devices = {device.id: device for device in house.devices}
        self._no: dict[str, str] = dict(declined or {})
        self._quiet_until_s: dict[str, float] = {}
        self._asked: dict[str, tuple[str, Suggestion]] = {}

    @property
    def declined(self) -> dict[str, str]:
        """Day of the newest no, as ISO 8601, by what it was said to."""
        return dict(self._no)

    def suggest(
        self, commands: Iterable[Command], told: Told, worth: Mapping[str, float], at: datetime, holds: Holds
    ) -> tuple[Suggestion, ...]:
        """Return what to ask for now, the weightiest first.

        Args:
            commands: What the plan would tell devices, with reasons.
            told: What devices say, by (device, name).
            worth: By device: what it would cost to do without, where that is known.
            at: Now, on the house's own clock.
            holds: Until when the plan does.
        """
        self._forget_before(at.date())
        by_device: dict[str, list[Command]] = {}
        kinds = {name: device.kind for name, device in self._devices.items()}
        for command in commands:
            if kinds.get(command.device) in _NOT_ASKED:
                continue
            if abs(told.get((command.device, command.action), float("inf")) - command.value) > 1e-6:
                by_device.setdefault(command.device, []).append(command)
        found: list[Suggestion] = []
        self._asked = {}
        for device, changes in by_device.items():
            about = self._about(device, changes, told)
            if about and about not in self._no and at.timestamp() >= self._quiet_until_s.get(device, 0.0):
                one = _suggestion(name_of(about, at.date(), self._asked), device, changes, worth.get(device), holds)
                self._asked[one.id] = (about, one)
                found.append(one)
        found.sort(key=lambda one: (one.saves is None, -(one.saves or 0.0)))
        return tuple(found[:MOST_AT_ONCE])

    def answered(self, suggestion_id: str, *, yes: bool, at: datetime) -> WarmthDeclined | None:
        """Take a resident's answer; return what a no says of warmth, None where it says nothing of it.

        Args:
            suggestion_id: What it answers; one that is not open any more changes nothing.
            yes: Whether it is to be done.
            at: Now, on the house's own clock.
        """
        if suggestion_id not in self._asked:
            return None
        about, suggestion = self._asked.pop(suggestion_id)
        if yes:
            self._quiet_until_s[suggestion.device] = at.timestamp() + QUIET_AFTER_YES.total_seconds()
            return None
        self._no[about] = at.date().isoformat()
        return self._of_warmth(suggestion)

    def _forget_before(self, day: date) -> None:
        self._no = {about: said for about, said in self._no.items() if said == day.isoformat()}

    def _about(self, device: str, changes: Sequence[Command], told: Told) -> str:
        """Return what would be done, in a word that stays while numbers move; empty: nothing worth a question."""
        known = self._devices.get(device)
        if known is None or known.kind in NOT_ASKED_FOR:
            return ""
        settings = DEVICE_KINDS[known.kind].settings if known.kind in DEVICE_KINDS else {}
        switched, moved = [], []
        for one in changes:
            setting, before = settings.get(one.action), told.get((device, one.action))
            if setting is None:
                continue
            change = one.value - before if before is not None else setting.high - setting.low
            if one.action in _SWITCHES and setting.step == 1.0:
                switched.append(f"{one.action}={one.value:g}")
            elif abs(change) >= ASKED_FROM_SHARE * (setting.high - setting.low):
                moved.append(f"{one.action}{'+' if change > 0.0 else '-'}")
        said = switched or moved
        return f"{device}:{','.join(sorted(said))}" if said else ""

    def _of_warmth(self, suggestion: Suggestion) -> WarmthDeclined | None:
        device = self._devices[suggestion.device]
        asked = {action.action: action.value for action in suggestion.actions}
        mode, setpoint = asked.get("mode"), asked.get("setpoint_c")
        if device.kind not in ("room_air_conditioner", "whole_house_air_conditioner") or setpoint is None:
            return None
        if mode == _HEATS:
            return WarmthDeclined(room=device.room, setpoint_c=setpoint, sensation=1.0)
        if mode == _COOLS:
            return WarmthDeclined(room=device.room, setpoint_c=setpoint, sensation=-1.0)
        return None


def _suggestion(name: str, device: str, changes: Sequence[Command], saves: float | None, holds: Holds) -> Suggestion:
    return Suggestion(
        id=name,
        device=device,
        actions=tuple(
            PlannedAction(device=device, action=one.action, value=one.value, why=one.why, why_ja=one.why_ja)
            for one in changes
        ),
        saves=saves,
        until=holds.local.isoformat(timespec="minutes"),
        until_ns=holds.monotonic_ns,
    )


def name_of(about: str, day: date, taken: Collection[str] = ()) -> str:
    """Return a name of a few letters for something that is suggested: the same for the same thing all day.

    Args:
        about: What it is.
        day: Of the suggestion.
        taken: Names that something else has now.
    """
    for salt in range(1000):
        digest = blake2b(f"{day.isoformat()} {about} {salt}".encode(), digest_size=8).digest()
        number, letters = int.from_bytes(digest, "big"), ""
        for _ in range(_NAME_LETTERS):
            number, place = divmod(number, len(_LETTERS))
            letters += _LETTERS[place]
        if letters not in taken:
            return letters
    raise AssertionError("a thousand names for a few suggestions are taken")
