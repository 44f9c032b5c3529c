"""What residents say of machines that wait: taken where there is such a machine that the house may start.

It is kept and said again every minute until the machine has run or it is taken back: a planner may begin anew.
"""

from pathlib import Path

import msgspec

from sumika.clock import Instant
from sumika.runtime.house_ear import is_simulated
from sumika.runtime.refusal import refusal
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.safety import limits_of
from sumika.schema import DeviceState, LoadMachineAnswer, LoadMachineRequest, MachineLoaded, Message, Origin
from sumika.schema.house import House
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds, seconds_to_ns

LOADED_FILE = "loaded.json"
SAYS_AGAIN_NS = seconds_to_ns(60.0)
FORGOTTEN_AFTER_S = 2 * 86_400.0
"""Who loaded a machine two days ago that never ran has long switched it on by hand, or emptied it."""


class KeptLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that was said to be loaded, as it lies on the disk, by the wall's clock.

    Attributes:
        device: Its id.
        done_by_h: By which hour of the day it is to be done.
        since_unix_s: When it was said.
        resident: Who said it.
    """

    device: str
    done_by_h: float | None = None
    since_unix_s: float
    resident: str = ""


class MachineDesk:
    """Takes a resident's word that a machine is loaded; it knows no bus and no clock.

    Attributes:
        problem: Why the newest word cannot be kept; empty while it can.
    """

    def __init__(self, house: House, folder: Path) -> None:
        """Know a house's machines, and which were loaded before a restart.

        Args:
            house: As described.
            folder: Where words are kept.
        """
        self._path = folder / LOADED_FILE
        self._language = house.language
        self._origin = Origin.SIMULATED if house.demo or is_simulated(house) else Origin.LIVE
        machines = [device for device in house.devices if device.kind == "appliance"]
        self._started = frozenset(one.id for one in machines if limits_of(one).unattended)
        self._never = frozenset(one.id for one in machines) - self._started
        self._said_ns: int | None = None
        self._said: dict[str, Instant] = {}  # those of this run
        self.problem = ""
        try:
            kept = read_small(self._path, dict[str, KeptLoad], {})
        except DamagedFileError as error:
            kept, self.problem = {}, str(error)
        self._loaded = {device: one for device, one in kept.items() if device in self._started}

    def load(self, question: LoadMachineRequest, now: Instant) -> tuple[LoadMachineAnswer, tuple[MachineLoaded, ...]]:
        """Return what to answer, and what to tell the planner.

        Args:
            question: What a resident said.
            now: The present moment.
        """
        problem = self._problem(question)
        if problem:
            no = refusal(f"machine.refused.{problem}", self._language, device=question.device[:64], known=self._known())
            return LoadMachineAnswer(**no), ()
        load = KeptLoad(
            device=question.device,
            done_by_h=question.done_by_h,
            since_unix_s=now.wall_ns / NANOSECONDS_PER_SECOND,
            resident=question.resident,
        )
        self._said[load.device] = now
        if question.waiting:
            self._keep({**self._loaded, load.device: load})
        else:
            self._drop(load.device)
        told = self._told(load, now, waiting=question.waiting)
        return LoadMachineAnswer(accepted=True, language=self._language), (told,)

    def hear(self, message: Message) -> None:
        """Hear that a machine runs: its load is no longer one that waits.

        Args:
            message: Any.
        """
        if isinstance(message, DeviceState) and message.available and message.values.get("on", 0.0) >= 0.5:
            self._drop(message.device)

    def again(self, now: Instant) -> tuple[Message, ...]:
        """Return which machines are loaded, when it is time to say so again.

        Args:
            now: The present moment.
        """
        if self._said_ns is not None and now.monotonic_ns - self._said_ns < SAYS_AGAIN_NS:
            return ()
        self._said_ns = now.monotonic_ns
        told = tuple(self._told(load, now, waiting=True) for load in self._loaded.values())
        for one in told:
            if one.age_s > FORGOTTEN_AFTER_S:
                self._drop(one.device)
        # Whoever has heard of a load must hear that it is none any more.
        return tuple(msgspec.structs.replace(one, waiting=one.device in self._loaded) for one in told)

    def _told(self, load: KeptLoad, now: Instant, *, waiting: bool) -> MachineLoaded:
        return MachineLoaded(
            stamp=now,
            origin=self._origin,
            device=load.device,
            waiting=waiting,
            done_by_h=load.done_by_h,
            resident=load.resident,
            age_s=self._age_s(load, now),
        )

    def _age_s(self, load: KeptLoad, now: Instant) -> float:
        """Return how old a word is: by the monotonic clock where it was said in this run, which no net sets right."""
        said = self._said.get(load.device)
        if said is not None and said.boot_id == now.boot_id:
            return ns_to_seconds(now.monotonic_ns - said.monotonic_ns)
        return max(0.0, now.wall_ns / NANOSECONDS_PER_SECOND - load.since_unix_s)

    def _drop(self, device: str) -> None:
        if device in self._loaded:
            self._keep({name: one for name, one in self._loaded.items() if name != device})

    def _keep(self, loaded: dict[str, KeptLoad]) -> None:
        self._loaded = loaded
        self.problem = write_small(self._path, loaded)

    def _problem(self, question: LoadMachineRequest) -> str:
        if question.device in self._never:
            return "never"
        if question.device not in self._started:
            return "unknown"
        by_h = question.done_by_h
        return "hour" if by_h is not None and not 0.0 <= by_h <= 24.0 else ""

    def _known(self) -> str:
        return ", ".join(sorted(self._started)) or "-"
