"""A gate on the bench: time moves only when told to, and whatever it hears is said here."""

from typing import Any, Literal

from sumika.clock import Instant
from sumika.safety import Gate, Ruled, Timer
from sumika.schema import (
    AirSample,
    Command,
    DeviceState,
    GateRule,
    Heartbeat,
    Origin,
    Presence,
    Reason,
    ResidentWish,
    WeatherSample,
)
from sumika.schema.house import Control, Device, House, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.units import seconds_to_ns

ModeName = Literal["off", "shadow", "suggest", "drive"]
START = Instant(seconds_to_ns(5000), 1_790_000_000_000_000_000, "first boot")
ROOMS = ("living", "bedroom")


def device(name: str, kind: str, room: str = "living", **more: Any) -> Device:
    """Return a device of `house.yaml`."""
    return Device(id=name, room=room, kind=kind, **more)


HEATER = device("heater", "room_air_conditioner")
FAN = device("fan", "exhaust_fan")


STOVE = Furniture(kind=FurnitureKind.KITCHEN, room="living", at_m=(1.0, 1.0))


def house_of(
    *devices: Device,
    mode: ModeName = "drive",
    holds_min: float = 120.0,
    demo: bool = False,
    furniture: tuple[Furniture, ...] = (),
) -> House:
    """Return a house of two rooms with these devices."""
    return House(
        demo=demo,
        rooms=tuple(Room(id=room, floor_m=((0, 0), (4, 0), (4, 3))) for room in ROOMS),
        devices=devices or (HEATER, FAN),
        furniture=furniture,
        control=Control(mode=mode, resident_holds_min=holds_min),
    )


class Bench:
    """A gate, and everything round it.

    Attributes:
        now: The present moment.
        gate: On the bench.
    """

    def __init__(
        self,
        *devices: Device,
        mode: ModeName = "drive",
        holds_min: float = 120.0,
        demo: bool = False,
        plan: bool = True,
        furniture: tuple[Furniture, ...] = (),
    ) -> None:
        """Set a gate up that has passed its self-test; `plan`: that has heard of a plan that holds."""
        self.house = house_of(*devices, mode=mode, holds_min=holds_min, demo=demo, furniture=furniture)
        self.now = START
        self.gate = Gate.of(self.house, START)
        assert self.gate.self_test() == ()
        if plan:
            self.beat("plan", 900.0)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now = self.now.later(seconds_to_ns(seconds))

    def beat(self, asker: str, holds_s: float = 0.0) -> tuple[Ruled, ...]:
        """Let a controller beat."""
        until_ns = self.now.monotonic_ns + seconds_to_ns(holds_s)
        return self.gate.observe(
            Heartbeat(stamp=self.now, origin=Origin.LIVE, asker=asker, holds_until_ns=until_ns), self.now.monotonic_ns
        )

    def command(self, name: str, action: str, value: Any, asker: str = "plan", **more: Any) -> Command:
        """Return a command of now."""
        fields: dict[str, Any] = {"stamp": self.now, "origin": Origin.LIVE, **more}
        return Command(device=name, action=action, value=value, asked_by=asker, **fields)

    def ask(self, name: str, action: str, value: Any, asker: str = "plan", **more: Any) -> Ruled:
        """Ask the gate; a controller beats before it does so."""
        if asker in ("policy", "rules"):
            self.beat(asker)
        elif asker == "plan":
            self.beat("plan", 900.0)
        return self.gate.decide(self.command(name, action, value, asker, **more), self.now.monotonic_ns)

    def written(self, name: str, action: str, value: Any, asker: str = "plan", **more: Any) -> float | None:
        """Ask, and return what goes to the device."""
        verdict, write = self.ask(name, action, value, asker, **more)
        assert verdict.written == (None if write is None else write.value)
        return verdict.written

    def rule(self, name: str, action: str, value: Any, asker: str = "plan", **more: Any) -> GateRule:
        """Ask, and return the rule that had a say."""
        return self.ask(name, action, value, asker, **more).verdict.rule

    def says(
        self, name: str, available: bool = True, origin: Origin = Origin.LIVE, **values: float
    ) -> tuple[Ruled, ...]:
        """Let a device report."""
        state = DeviceState(stamp=self.now, origin=origin, device=name, values=values, available=available)
        return self.gate.observe(state, self.now.monotonic_ns)

    def air(self, room: str = "living", sensor: str = "", **values: Any) -> None:
        """Let a sensor report."""
        air = AirSample(stamp=self.now, origin=Origin.LIVE, sensor=sensor or room, room=room, **values)
        assert self.gate.observe(air, self.now.monotonic_ns) == ()

    def presence(self, room: str, probability: float | None, *, valid: bool = True) -> None:
        """Let a room say whether somebody is in it."""
        said = Presence(
            stamp=self.now,
            origin=Origin.LIVE,
            room=room,
            valid=valid,
            reason=Reason.NO_SIGNAL,
            probability=probability,
        )
        assert self.gate.observe(said, self.now.monotonic_ns) == ()

    def weather(self, **values: Any) -> None:
        """Let the weather be told."""
        said = WeatherSample(stamp=self.now, origin=Origin.LIVE, source="sky", **values)
        assert self.gate.observe(said, self.now.monotonic_ns) == ()

    def wish(
        self, name: str, action: str, value: float, *, at_device: bool = False, why: str = ""
    ) -> tuple[Ruled, ...]:
        """Let a resident wish for something."""
        wish = ResidentWish(
            stamp=self.now,
            origin=Origin.LIVE,
            device=name,
            action=action,
            value=value,
            resident="aoi",
            at_device=at_device,
            why=why,
        )
        return self.gate.observe(wish, self.now.monotonic_ns)

    def turn(self) -> dict[tuple[str, str], tuple[float, str]]:
        """Let the gate do what is its own; return values and reasons by device and setting."""
        ruled = self.gate.turn(self.now.monotonic_ns)
        assert all(verdict.asked_by == "limit" for verdict, _ in ruled)
        return {
            (write.device, write.action): (write.value, verdict.rule) for verdict, write in ruled if write is not None
        }

    def conditions(self) -> set[tuple[str, str]]:
        """Return what people should know of now."""
        return {(each.subject, each.code) for each in self.gate.conditions(self.now.monotonic_ns)}

    def held(self) -> dict[str, int]:
        """Return until when each device is held."""
        return self.gate.holds(self.now.monotonic_ns)

    def restart(self, seconds: float = 0.0, *, reboot: bool = False, wall_s: float | None = None) -> tuple[Timer, ...]:
        """Let the gate die and begin anew.

        Args:
            seconds: How long that takes.
            reboot: Whether the whole machine does.
            wall_s: How far the wall clock says time has passed; as much as it did, if None.
        """
        timers = self.gate.timers()
        passed_s = seconds if wall_s is None else wall_s
        wall_ns = self.now.wall_ns + seconds_to_ns(passed_s)
        if reboot:
            self.now = Instant(seconds_to_ns(1.0), wall_ns, self.now.boot_id + "+")
        else:
            self.now = Instant(self.now.monotonic_ns + seconds_to_ns(seconds), wall_ns, self.now.boot_id)
        self.gate = Gate.of(self.house, self.now, timers)
        assert self.gate.self_test() == ()
        return timers


def holding(bench: Bench, seconds: float = 800.0) -> None:
    """Let time pass under a plan, so that nothing fails safe."""
    bench.beat("plan", 900.0)
    bench.later(seconds)
    bench.beat("plan", 900.0)
