"""Any interleaving of one house's life, found and shrunk by hypothesis, against the independent checker."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sumika.evaluate.control.gate_checker import GateChecker
from sumika.safety import Ruled
from sumika.schema import AirSample, Command, DeviceState, Heartbeat, Message, Origin
from tests.examples import examples
from tests.safety.bench import Bench, device

DEVICES = (
    device("heater", "room_air_conditioner", limits={"setpoint_c": (17.0, 28.0)}),
    device("floor", "floor_heating"),
    device("fan", "exhaust_fan"),
    device("opener", "window_opener"),
    device("boiler", "boiler"),
    device("door", "lock", limits={"on": (0.0, 1.0)}),
)
SETTINGS = (
    ("heater", "mode"),
    ("heater", "setpoint_c"),
    ("floor", "on"),
    ("floor", "supply_temp_c"),
    ("fan", "level"),
    ("opener", "open"),
    ("boiler", "on"),
    ("door", "on"),
    ("nobody", "on"),
)
VALUES = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 16.0, 22.0, 28.0, 31.0, 50.0, -0.0]), st.floats(allow_nan=True, allow_infinity=True)
)
ASKERS = st.sampled_from(["plan", "policy", "rules", "resident", "operator", "limit", "x"])


class GateAgainstChecker(RuleBasedStateMachine):
    """The checker sees all that the gate sees, and judges all that it lets through."""

    @initialize(holds_min=st.sampled_from([0.0, 1.0, 120.0]))
    def begin(self, holds_min: float) -> None:
        self.bench = Bench(*DEVICES, holds_min=holds_min, plan=False)
        self.checker = GateChecker(self.bench.house)
        self.checker.tested = True

    @property
    def at(self) -> int:
        return self.bench.now.monotonic_ns

    def judge(self, ruled: tuple[Ruled, ...], command: Command | None = None) -> None:
        for verdict, write in ruled:
            assert self.checker.judge(verdict, write, command, self.at, 0) == []

    def tell(self, message: Message, promised_until: int = 0) -> None:
        self.checker.hear(message, self.at, promised_until)
        self.judge(self.bench.gate.observe(message, self.at))

    @rule(seconds=st.sampled_from([0.1, 1.0, 9.0, 20.0, 61.0, 179.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.bench.later(seconds)

    @rule(asker=ASKERS, holds_s=st.sampled_from([-1.0, 30.0, 900.0]))
    def beat(self, asker: str, holds_s: float) -> None:
        until = self.at + round(holds_s * 1e9)
        beat = Heartbeat(stamp=self.bench.now, origin=Origin.LIVE, asker=asker, holds_until_ns=until)
        self.tell(beat, until)

    @rule(place=st.sampled_from(SETTINGS), value=VALUES, asker=ASKERS)
    def ask(self, place: tuple[str, str], value: float, asker: str) -> None:
        command = self.bench.command(*place, value, asker)
        self.judge((self.bench.gate.decide(command, self.at),), command)

    @rule(place=st.sampled_from(SETTINGS), value=VALUES)
    def report(self, place: tuple[str, str], value: float) -> None:
        self.tell(DeviceState(stamp=self.bench.now, origin=Origin.LIVE, device=place[0], values={place[1]: value}))

    @rule(
        temperature_c=st.sampled_from([None, 2.0, 20.0, 35.0]),
        smoke=st.sampled_from([None, None, False, True]),
        window_open=st.sampled_from([None, 0.0, 1.0]),
    )
    def air(self, temperature_c: float | None, smoke: bool | None, window_open: float | None) -> None:
        self.tell(
            AirSample(
                stamp=self.bench.now,
                origin=Origin.LIVE,
                sensor="a",
                room="living",
                temperature_c=temperature_c,
                smoke=smoke,
                window_open=window_open,
            )
        )

    @rule()
    def turn(self) -> None:
        self.judge(self.bench.gate.turn(self.at))

    @rule()
    def restart(self) -> None:
        self.bench.restart()
        self.checker.restart(self.at)
        self.checker.tested = True


TestGateAgainstChecker = GateAgainstChecker.TestCase
TestGateAgainstChecker.settings = settings(max_examples=examples(40), stateful_step_count=30, deadline=None)
