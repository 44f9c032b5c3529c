"""Wild households for the safety gate: everybody asks for anything at any time, and everything lies.

Time has three faces here. True time never stops; the gate's monotonic clock begins anew with each boot; the wall clock
is set back now and then. The checker keeps true time, the gate sees the other two.
"""

import math
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import cast

from sumika.clock import Instant
from sumika.evaluate.control.gate_checker import SECOND, GateChecker
from sumika.evaluate.control.gate_numbers import HANDS_OFF, RANGES
from sumika.safety import Gate
from sumika.schema import AirSample, Command, DeviceState, Heartbeat, Message, Origin, Presence, Reason, WeatherSample
from sumika.schema.house import Control, Device, House, Room

ROOMS = ("living", "bedroom")
ASKERS = ("plan", "plan", "plan", "policy", "rules", "rules", "resident", "resident", "operator")
STRANGERS = ("limit", "", "Plan", "admin", "gate", "plan as resident")
KINDS = 6
"""So many kinds of device are in each house, in both rooms."""

BURSTS = 0.1
"""Share of sequences in which one device is flooded, so that windows of time fill up."""

_LONG_S = (0.01, 0.5, 5.0, 30.0, 120.0, 400.0, 4000.0)
_SHORT_S = (0.01, 0.5, 5.0, 30.0)
WILD = (
    math.nan,
    math.inf,
    -math.inf,
    -0.0,
    1e308,
    -1e308,
    5e-324,
    10**400,
    True,
    "21",
    None,
    1e9,
    -1.0,
    0.5,
    72.0,
    294.0,
)


def wild_house(random: Random) -> House:
    """Return a house with devices of some kinds, a lock and a stove, and limits of its owner's."""
    devices = [
        Device(id=f"{kind}_{room}", room=room, kind=kind, limits=_limits(random, kind), connection=_connection(random))
        for kind in random.sample(sorted(RANGES), KINDS)
        for room in ROOMS
    ]
    devices += [
        Device(id=kind, room="living", kind=kind, limits={"on": (0.0, 1.0)})
        for kind in random.sample(sorted(HANDS_OFF), 2)
    ]
    devices.append(Device(id="front_door_lock", room="living", kind="appliance"))
    return House(
        demo=random.random() < 0.2,
        rooms=tuple(Room(id=room, floor_m=((0, 0), (4, 0), (4, 3))) for room in ROOMS),
        devices=tuple(devices),
        control=Control(
            mode=random.choices(("drive", "suggest", "shadow"), (8, 1, 1))[0],
            resident_holds_min=random.choice((0.0, 1.0, 30.0, 120.0)),
        ),
    )


def _connection(random: Random) -> str:
    return random.choice(("", "real"))


def _limits(random: Random, kind: str) -> dict[str, tuple[float, float]]:
    """Return the owner's limits: sensible, senseless, or wider than any device is."""
    limits: dict[str, tuple[float, float]] = {}
    for setting, (low, high) in RANGES[kind].items():
        if random.random() < 0.15:
            first, second = random.uniform(low - 5, high + 5), random.uniform(low - 5, high + 5)
            limits[setting] = (first, second) if random.random() < 0.2 else (min(first, second), max(first, second))
    return limits


class WildHousehold:
    """A house in which anything happens, its gate, and the checker of both.

    Attributes:
        decided: How many commands the gate has said something to.
        written: How many writes it let through.
        wrong: What the checker found, and how often.
    """

    def __init__(self, seed: int) -> None:
        """Make one.

        Args:
            seed: Of all that happens.
        """
        self._random = Random(seed)
        self.house = wild_house(self._random)
        self._at = 10**6 * SECOND
        self._booted, self._wall = 0, 10**18
        self._boot = 0
        self.decided = self.written = 0
        self.wrong: Counter[str] = Counter()
        self._checker = GateChecker(self.house)
        self._gate = Gate.of(self.house, self._now())
        self._settings = [(device, list(RANGES.get(device.kind, {"on": (0, 1)}))) for device in self.house.devices]
        self._favourites = self._random.sample([each for each in self._settings if each[0].kind in RANGES], 6)
        self._focus: tuple[Device, list[str]] | None = None
        self._values: dict[tuple[str, str], float] = {}
        self._begin()

    def _now(self, ago: int = 0) -> Instant:
        return Instant(self._at - self._booted - ago, self._at + self._wall - ago, f"boot{self._boot}")

    def _begin(self) -> None:
        if self._random.random() < 0.95:
            self._checker.tested = not self._gate.self_test()

    def sequence(self) -> None:
        """Let seconds to hours pass: one to eight commands, or a burst of them to one device, and reports between."""
        burst = self._random.random() < BURSTS
        self._focus = self._random.choice(self._favourites) if burst else None
        for _ in range(self._random.randint(8, 40) if burst else self._random.randint(1, 8)):
            self._wait(self._random.choice(_SHORT_S if burst else _LONG_S))
            for _ in range(self._random.randint(0, 1 if burst else 3)):
                self._random.choices(self._HAPPENINGS, self._WEIGHTS)[0](self)
            self._command()
            if self._random.random() < 0.3:
                self._turn()

    def _wait(self, longest_s: float) -> None:
        self._at += round(self._random.random() * longest_s * SECOND)

    def _device(self) -> tuple[Device, list[str]]:
        if self._focus is not None:
            return self._focus
        return self._random.choice(self._favourites if self._random.random() < 0.9 else self._settings)

    def _command(self) -> None:
        random = self._random
        device, settings = self._device()
        setting = random.choice(settings) if settings and random.random() < 0.97 else random.choice(("on", "unit", ""))
        age = round(random.choice((0.0, 0.01, 1.0, 4.9, 6.0, 800.0, 1000.0, -0.9, -1.5, -1e5)) * SECOND)
        age = age if random.random() < 0.2 else 0
        stamp = self._now(age)
        command = Command(
            stamp=stamp,
            origin=random.choices((Origin.LIVE, Origin.SIMULATED, Origin.RECORDED), (8, 1, 1))[0],
            device=device.id if random.random() < 0.97 else random.choice(("nobody", "", "x" * 300)),
            action=setting,
            value=self._value(device, setting),
            asked_by=random.choice(ASKERS) if random.random() < 0.97 else random.choice(STRANGERS),
            expires_ns=0 if random.random() < 0.6 else max(1, stamp.monotonic_ns + round(random.uniform(0, 2e12))),
        )
        if random.random() < 0.8:
            self._beat(command.asked_by)
        verdict, write = self._gate.decide(command, self._now().monotonic_ns)
        self.decided += 1
        self.written += write is not None
        self._note(self._checker.judge(verdict, write, command, self._at, age))
        if write is not None and random.random() < 0.6:
            self._values[write.device, write.action] = write.value

    def _value(self, device: Device, setting: str) -> float:
        random = self._random
        low, high = RANGES.get(device.kind, {}).get(setting, (0.0, 1.0))
        kind = random.random()
        if kind < 0.08:
            return cast("float", random.choice(WILD))  # some of them are not even that
        if kind < 0.3:
            return random.choice((low, high, math.nextafter(low, -math.inf), math.nextafter(high, math.inf)))
        if kind < 0.6:
            return float(random.randint(math.floor(low), math.ceil(high)))
        return random.uniform(low - 0.2 * (high - low), high + 0.2 * (high - low))

    def _note(self, wrong: list[str]) -> None:
        self.wrong.update(wrong)

    def _turn(self) -> None:
        for verdict, write in self._gate.turn(self._now().monotonic_ns):
            self.written += write is not None
            self._note(self._checker.judge(verdict, write, None, self._at, 0))

    def _tell(self, message: Message, promised_until: int = 0) -> None:
        self._checker.hear(message, self._at, promised_until)
        for verdict, write in self._gate.observe(message, self._now().monotonic_ns):
            self._note(self._checker.judge(verdict, write, None, self._at, 0))

    def _beat(self, asker: str | None = None) -> None:
        holds_ns = round(self._random.choice((-1.0, 0.0, 60.0, 900.0, 1e6)) * SECOND)
        until = self._at + holds_ns
        beat = Heartbeat(
            stamp=self._now(),
            origin=Origin.LIVE,
            asker=asker or self._random.choice(ASKERS),
            holds_until_ns=until - self._booted,
        )
        self._tell(beat, until)

    def _air(self) -> None:
        random = self._random
        air = AirSample(
            stamp=self._now(),
            origin=Origin.LIVE,
            sensor=random.choice(("a", "b")),
            room=random.choice(ROOMS),
            temperature_c=random.choice((None, 20.0, 4.0, 6.0, 9.0, 33.0, 0.0, math.nan, 1000.0)),
            smoke=random.choices((None, False, True), (20, 5, 1))[0],
            co_ppm=random.choices((None, 0.0, 20.0, 30.0, 400.0, math.nan), (20, 5, 1, 1, 1, 1))[0],
            window_open=random.choices((None, 0.0, 1.0, 0.5, math.nan), (10, 5, 3, 1, 1))[0],
        )
        self._tell(air)

    def _presence(self) -> None:
        probability = self._random.choice((0.0, 0.02, 0.09, 0.1, 0.5, 1.0, None, math.nan))
        self._tell(
            Presence(
                stamp=self._now(),
                origin=Origin.LIVE,
                room=self._random.choice(ROOMS),
                valid=self._random.random() < 0.8,
                reason=Reason.NO_SIGNAL,
                probability=probability,
            )
        )

    def _weather(self) -> None:
        rain, wind = self._random.choice((0.0, 5.0, None)), self._random.choice((0.0, 15.0, None))
        self._tell(WeatherSample(stamp=self._now(), origin=Origin.LIVE, source="sky", rain_mm_h=rain, wind_m_s=wind))

    def _report(self) -> None:
        """Let a device say what it is set to: the truth, or a lie, or that of somebody's hand."""
        random = self._random
        device, settings = self._device()
        values = {name: self._values.get((device.id, name), 0.0) for name in settings}
        if random.random() < 0.3 and settings:
            values[random.choice(settings)] = self._lie(device)
        values |= {name: random.choice((20.0, 54.0, 80.0, 99.0)) for name in ("water_c", "supply_c", "tank_c")}
        available = random.random() < 0.95
        self._tell(
            DeviceState(stamp=self._now(), origin=Origin.LIVE, device=device.id, values=values, available=available)
        )

    def _lie(self, device: Device) -> float:
        value: object = self._value(device, "")  # which may be no number at all
        return value if isinstance(value, float) else 1000.0

    def _restart(self) -> None:
        """Let the gate die and begin anew; sometimes with the whole machine, and with a clock that was set back."""
        random = self._random
        timers = self._gate.timers()
        self._at += round(random.random() * 30 * SECOND)
        if random.random() < 0.5:
            self._booted, self._boot = self._at - round(random.random() * 20 * SECOND), self._boot + 1
            self._wall -= round(random.choice((0.0, 0.0, 60.0, 1e6)) * SECOND)
        self._gate = Gate.of(self.house, self._now(), timers)
        self._checker.restart(self._at)
        self._begin()

    _HAPPENINGS: tuple[Callable[["WildHousehold"], None], ...] = (
        _air,
        _presence,
        _weather,
        _report,
        _beat,
        _turn,
        _restart,
    )
    _WEIGHTS = (8, 4, 2, 10, 10, 4, 0.3)
