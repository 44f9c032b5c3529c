"""A controller from outside of the package: named by a file, watched, and told what is wrong with it."""

import copy
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sumika.config import demo_house
from sumika.ecu import Forecast, Measurements, readings
from sumika.ecu.to_devices import commands_of
from sumika.evaluate.control import outsiders
from sumika.evaluate.control.contenders import CONTENDERS
from sumika.evaluate.control.outsiders import Watched, enter_outsider, is_outside
from sumika.schema import Asker, Command, SumikaError, UsageError
from tests.unit.test_ecu_foreign import AT, FORECAST

HOUSE = demo_house({}).house
UNIT = next(one.id for one in HOUSE.devices if one.kind == "room_air_conditioner")
MEASURED: Measurements = readings(AT)


class Somebody:
    """Somebody's controller: it says what it was made with."""

    def __init__(self, says: Callable[[], object], observes: Callable[[], object] = lambda: None) -> None:
        self._says, self._observes = says, observes

    def observe(self, measurements: Measurements) -> None:
        """Do whatever it does."""
        self._observes()

    def commands(self, forecast: Forecast) -> object:
        """Say whatever it says."""
        return self._says()


def watched(says: Callable[[], object], observes: Callable[[], object] = lambda: None) -> Watched:
    return Watched(lambda house: Somebody(says, observes), HOUSE, "theirs.py:make")


def order(device: str, setting: str, value: float) -> tuple[Command, ...]:
    return commands_of([(device, setting, value)], AT, Asker.OPERATOR)


def divided() -> float:
    return 1.0 / float(len(""))


def endless() -> None:
    while True:
        pass


def leaves() -> None:
    raise SystemExit(3)


@pytest.fixture
def _nobody_stays_entered() -> Iterator[None]:
    before = dict(CONTENDERS)
    yield
    CONTENDERS.clear()
    CONTENDERS.update(before)


def test_what_it_says_is_passed_on() -> None:
    one = watched(lambda: list(order(UNIT, "setpoint_c", 21.5)))
    one.observe(MEASURED)
    assert one.commands(FORECAST) == order(UNIT, "setpoint_c", 21.5)
    assert watched(tuple).commands(FORECAST) == ()


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (lambda: None, "returned None. Return a tuple"),
        (lambda: "off", "returned 'off'"),
        (lambda: [21.0], "returned 21.0 among commands"),
        (lambda: order("oven", "on", 1.0), "commands a device 'oven'. There are: "),
        (lambda: order(UNIT, "warmth", 1.0), f"sets 'warmth' of {UNIT}. There are: mode"),
        (lambda: order(UNIT, "setpoint_c", float("nan")), f"sets setpoint_c of {UNIT} to nan"),
        (divided, "commands.. raised ZeroDivisionError: float division by zero .*test_control_outsiders.py, line"),
        (leaves, "commands.. raised SystemExit: 3"),
    ],
)
def test_rubbish_and_errors_are_said_so_with_its_name(says: Callable[[], object], problem: str) -> None:
    with pytest.raises(SumikaError, match=f"controller theirs.py:make: .*{problem}"):
        watched(says).commands(FORECAST)


def test_what_it_raises_while_it_looks_on_is_told_too() -> None:
    with pytest.raises(SumikaError, match=r"observe.. raised ZeroDivisionError"):
        watched(tuple, divided).observe(MEASURED)


def test_who_hangs_is_interrupted_and_other_alarms_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outsiders, "LIMIT_S", 0.05)
    handler, (left_s, again_s) = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    with pytest.raises(SumikaError, match=r"commands.. took more than 0.05 s .*line \d+"):
        watched(endless).commands(FORECAST)
    assert signal.getsignal(signal.SIGALRM) is handler
    after_s, after_again_s = signal.getitimer(signal.ITIMER_REAL)
    assert (after_s > 0.0, after_again_s) == (left_s > 0.0, again_s)
    assert after_s <= left_s


@pytest.mark.parametrize(
    ("makes", "problem"),
    [
        (lambda house: house.name, "returns str, which has no observe"),
        (lambda house: divided(), "make.. raised ZeroDivisionError"),
    ],
)
def test_what_is_no_controller_is_said_so(makes: Callable[..., object], problem: str) -> None:
    with pytest.raises(SumikaError, match=problem):
        Watched(makes, HOUSE, "theirs.py:make")


@pytest.mark.usefixtures("_nobody_stays_entered")
def test_a_file_or_a_module_is_entered_under_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "somebodys_own.py").write_text("class Kind:\n    def make(house): return house\n", encoding="utf-8")
    assert enter_outsider(f"mine={tmp_path}/somebodys_own.py:Kind.make") == "mine"
    assert enter_outsider(f"{tmp_path}/somebodys_own.py:Kind") == "Kind"
    monkeypatch.chdir(tmp_path)
    assert enter_outsider("as a module too long=somebodys_own:Kind.make") == "as a module"
    assert {"mine", "Kind", "as a module"} <= set(CONTENDERS)
    assert is_outside("a:b")
    assert not is_outside("PI + demand")


@pytest.mark.parametrize(
    ("text", "spec", "problem"),
    [
        ("", "absent.py:make", "there is no file"),
        ("", "{file}:make", "has no function 'make'"),
        ("def made(house): ...", "{file}:make", "It has: made"),
        ("make = 3", "{file}:make", "has no function 'make'"),
        ("def make(house:", "{file}:make", "cannot be imported: SyntaxError"),
        ("import nothing_of_that_name", "{file}:make", "there is no module 'nothing_of_that_name'"),
        ("1 / 0", "{file}:make", "cannot be imported: ZeroDivisionError.*line 1"),
        ("", "no.module.of.that.name:make", "there is no module 'no'"),
        ("", "{file}:", "names no function"),
        ("def make(house): ...", "thermostat={file}:make", "there is a controller 'thermostat' already"),
    ],
)
def test_what_cannot_be_entered_is_said_so(tmp_path: Path, text: str, spec: str, problem: str) -> None:
    file = tmp_path / "somebodys.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SumikaError, match=problem):
        enter_outsider(spec.format(file=file))


def test_an_error_is_the_same_in_another_process() -> None:
    for error in (UsageError("it is so", where="there", remedy="Mend it"), SumikaError("it is so")):
        again = copy.copy(error)  # goes the same way as between processes
        assert again is not error
        assert (type(again), str(again), again.where, again.exit_code) == (
            type(error),
            str(error),
            error.where,
            error.exit_code,
        )
