"""What a plan does without: devices that do nothing, those that do as they like, rooms whose windows stand open.

Nothing is taken out of a plan's form: what cannot be done is a control that cannot move. A device that is suspected is
tried again after some hours, and later and later if that shows nothing new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sumika.belief.suspicion import Fault, Suspicion
from sumika.plan.situation import Control, Store

Array = NDArray[np.float64]

FIRST_RETRY_S, LAST_RETRY_S = 6 * 3600.0, 48 * 3600.0
"""A device that had no effect is planned with again after so long, and after twice as long each time, at most."""

TRIAL_S = 2 * 3600.0
"""So long it is given to show an effect."""

SOMEBODY = 0.3
"""From so many expected people on a room has somebody in it."""

WARMS = frozenset({"heat_kw", "cool_kw", "dry_kw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """What a plan does without.

    Attributes:
        idle: Devices from which nothing is expected.
        wilful: Devices that go on as they do now, whatever they are told.
        unspoken: Devices that are told nothing.
        shut_h: By room: so long nothing heats or cools there.
        gives_w: (node,) by device: what wilful ones bring into the house now.
        leaks_m3_s: (room,) air that comes in by what stands open.
    """

    idle: frozenset[str] = frozenset()
    wilful: frozenset[str] = frozenset()
    unspoken: frozenset[str] = frozenset()
    shut_h: Mapping[str, float] = field(default_factory=dict)
    gives_w: Mapping[str, Array] = field(default_factory=dict)
    leaks_m3_s: Array | None = None


def with_people_warm(restraint: Restraint, here: Mapping[str, float]) -> Restraint:
    """Return what is done without, but no room shut while somebody is in it.

    That a window stands open is a guess, and who is there can shut it: they are not left in the cold for a guess.

    Args:
        restraint: What is done without.
        here: By room: how many people are expected there now.
    """
    shut = {room: hours for room, hours in restraint.shut_h.items() if here.get(room, 0.0) < SOMEBODY}
    return replace(restraint, shut_h=shut)


def restrained(
    controls: Sequence[Control], restraint: Restraint, room_of: Mapping[str, str], begins_h: Array
) -> list[Control]:
    """Return the controls as far as they can be moved.

    Args:
        controls: All of them.
        restraint: What is done without.
        room_of: Room by device.
        begins_h: (step,) when each step begins, hours from now.
    """
    still = restraint.idle | restraint.wilful
    return [
        replace(one, high=one.low.copy())
        if one.device in still
        else _shut(one, restraint.shut_h.get(room_of.get(one.device, ""), 0.0), begins_h)
        for one in controls
    ]


def _shut(control: Control, shut_h: float, begins_h: Array) -> Control:
    if shut_h <= 0.0 or control.name not in WARMS:
        return control
    return replace(control, high=np.where(begins_h < shut_h, control.low, control.high))


def stores_left(stores: Sequence[Store], restraint: Restraint) -> list[Store]:
    """Return the stores as far as they can be used.

    Args:
        stores: All of them.
        restraint: What is done without.
    """
    still = restraint.idle | restraint.wilful
    return [
        replace(one, charge_kw=np.zeros_like(one.charge_kw), discharge_kw=np.zeros_like(one.discharge_kw))
        if one.device in still
        else one
        for one in stores
    ]


class Retries:
    """When a device that is done without is planned with again."""

    def __init__(self) -> None:
        """Suspect nobody."""
        self._again_s: dict[Suspicion, float] = {}
        self._waits_s: dict[Suspicion, float] = {}

    def out(self, suspicions: Sequence[Suspicion], now_s: float) -> frozenset[str]:
        """Return the devices that are done without now.

        Args:
            suspicions: Of devices, that hold.
            now_s: Unix time.
        """
        for gone in set(self._again_s) - set(suspicions):
            del self._again_s[gone], self._waits_s[gone]
        found = set()
        for one in suspicions:
            again_s = self._again_s.setdefault(one, now_s + FIRST_RETRY_S)
            wait_s = self._waits_s.setdefault(one, FIRST_RETRY_S)
            if now_s < again_s or one.fault is Fault.UNREACHABLE:
                found.add(one.subject)
            elif now_s >= again_s + TRIAL_S:
                # It had its chance.
                self._waits_s[one] = min(2.0 * wait_s, LAST_RETRY_S)
                self._again_s[one] = now_s + self._waits_s[one]
                found.add(one.subject)
        return frozenset(found)
