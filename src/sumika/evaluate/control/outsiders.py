"""A controller that is no part of the package, behind the same evaluation: named by a file or module, and watched.

    sumika evaluate control --controller mine=my_controller.py:make --controller "PI + demand"

`make(house)` returns an object with `observe(measurements)` and `commands(forecast)`, as `arena.Controller` has them.
What it raises, that it hangs, and that it says what is no command, are told with its name; the evaluation then ends,
for a score with holes in it would be none.
"""

import importlib
import importlib.util
import math
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Protocol

from sumika.ecu import Forecast, Measurements
from sumika.evaluate.control.arena import Arena, Controller
from sumika.evaluate.control.contenders import Contender, enter
from sumika.evaluate.control.weeks import Week
from sumika.schema import DEVICE_KINDS, Command, SumikaError, UsageError
from sumika.schema.house import House

LIMIT_S = 60.0
"""So long one answer may take: in a house a plan that comes a minute late is followed by the next one in no time."""

_SPEC = re.compile(r"(?:(?P<name>[^=:]+)=)?(?P<place>.+):(?P<made_by>[A-Za-z_][A-Za-z0-9_.]*)")
_HINT = "Write it as name=file.py:function or name=module:function"
_LONGEST_NAME = 11


def is_outside(name: str) -> bool:
    """Return whether a controller's name names a file or module."""
    return ":" in name


def enter_outsider(spec: str) -> str:
    """Enter a controller of somebody else's; return the name that it competes under.

    Args:
        spec: `name=file.py:function` or `name=module:function`; without a name it is called as the function is.

    Raises:
        UsageError: if there is no such file, module or function, or a controller of that name.
        SumikaError: if it cannot be imported.
    """
    told = _SPEC.fullmatch(spec)
    if told is None:
        raise UsageError(f"{spec!r} names no function", where="--controller", remedy=_HINT)
    makes = _function(_module(told["place"], spec), told["made_by"], spec)
    name = (told["name"] or told["made_by"].rpartition(".")[2])[:_LONGEST_NAME]

    def make(arena: Arena, week: Week) -> Controller:
        return Watched(makes, arena.house, spec)

    enter(Contender(name=name, make=make))
    return name


class Watched:
    """Somebody else's controller, of which everything is looked at that it says."""

    def __init__(self, makes: Callable[[House], Any], house: House, spec: str, limit_s: float | None = None) -> None:
        """Make it.

        Args:
            makes: Makes it for a house.
            house: As its owner describes it.
            spec: What it was named by, for messages.
            limit_s: So long one answer may take; None: `LIMIT_S`.

        Raises:
            SumikaError: if it cannot be made, or is no controller.
        """
        self._spec, self._limit_s = spec, LIMIT_S if limit_s is None else limit_s
        self._settings = {one.id: DEVICE_KINDS[one.kind].settings for one in house.devices if one.kind in DEVICE_KINDS}
        with self._watched("make"):
            made = makes(house)
        for name in ("observe", "commands"):
            if not callable(getattr(made, name, None)):
                raise self._wrong(
                    f"it returns {type(made).__name__}, which has no {name}()",
                    "Return an object with observe(measurements) and commands(forecast)",
                )
        self._made: _Theirs = made

    def observe(self, measurements: Measurements) -> None:
        """Let it take in what the house says.

        Args:
            measurements: Of these five minutes.

        Raises:
            SumikaError: if it raises anything or takes too long.
        """
        with self._watched("observe"):
            self._made.observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what it says that devices are told.

        Args:
            forecast: Of the two days to come.

        Raises:
            SumikaError: if it raises anything, takes too long, or says what is no command for this house.
        """
        with self._watched("commands"):
            said = self._made.commands(forecast)
        if not isinstance(said, Sequence) or isinstance(said, str | bytes):
            raise self._wrong(f"commands() returned {_short(said)}", "Return a tuple of sumika.schema.Command")
        return tuple(self._sound(one) for one in said)

    def _sound(self, command: object) -> Command:
        if not isinstance(command, Command):
            raise self._wrong(f"commands() returned {_short(command)} among commands", "Return sumika.schema.Command")
        settings = self._settings.get(command.device)
        if settings is None:
            raise self._wrong(
                f"it commands a device {command.device!r}", f"There are: {', '.join(self._settings) or 'none'}"
            )
        if command.action not in settings:
            raise self._wrong(
                f"it sets {command.action!r} of {command.device}", f"There are: {', '.join(settings) or 'none'}"
            )
        value: object = command.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(
                f"it sets {command.action} of {command.device} to {_short(value)}", "Give a finite number"
            )
        return command

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        try:
            with _alarm(self._limit_s):
                yield
        except _TooLongError as error:
            raise self._wrong(
                f"{what}() took more than {self._limit_s:g} s{_place_of(error, self._spec)}", "Let it answer sooner"
            ) from error
        except SumikaError:
            raise
        except (Exception, SystemExit) as error:
            raise self._wrong(
                f"{what}() raised {type(error).__name__}: {error}{_place_of(error, self._spec)}", "Mend it there"
            ) from error

    def _wrong(self, problem: str, remedy: str) -> SumikaError:
        return SumikaError(problem, where=f"controller {self._spec}", remedy=remedy)


class _Theirs(Protocol):
    """What somebody else's controller is taken for, before anything that it says was looked at."""

    def observe(self, measurements: Measurements) -> object: ...

    def commands(self, forecast: Forecast) -> object: ...


class _TooLongError(BaseException):
    """Raised in whoever takes too long. No `Exception`, or whoever catches all of those would catch it too."""


@contextmanager
def _alarm(limit_s: float) -> Iterator[None]:
    """Interrupt what is within after some time; only the main thread can be interrupted so.

    An alarm that somebody else has set goes on afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    left_s, again_s = signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        rest_s, _ = signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        if left_s > 0.0:
            signal.setitimer(signal.ITIMER_REAL, max(left_s - (limit_s - rest_s), 1e-3), again_s)


def _module(place: str, spec: str) -> ModuleType:
    """Return a module by its name or its file."""
    try:
        if not place.endswith(".py"):
            return _imported(place)
        path = Path(place)
        found = importlib.util.spec_from_file_location(path.stem, path)
        if not path.is_file() or found is None or found.loader is None:
            raise UsageError(f"there is no file {place}", where="--controller", remedy=_HINT)
        module = importlib.util.module_from_spec(found)
        sys.modules.setdefault(path.stem, module)
        found.loader.exec_module(module)
    except SumikaError:
        raise
    except ModuleNotFoundError as error:
        raise UsageError(f"there is no module {error.name!r}", where=f"controller {spec}", remedy=_HINT) from error
    except (Exception, SystemExit) as error:
        raise SumikaError(
            f"it cannot be imported: {type(error).__name__}: {error}{_place_of(error, spec)}",
            where=f"controller {spec}",
            remedy="Mend it there",
        ) from error
    return module


def _imported(name: str) -> ModuleType:
    """Return a module by its name; it may lie in the folder that one stands in."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(here)


def _function(module: ModuleType, name: str, spec: str) -> Callable[[House], Any]:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        there = ", ".join(one for one, what in vars(module).items() if callable(what) and not one.startswith("_"))
        raise UsageError(
            f"it has no function {name!r}", where=f"controller {spec}", remedy=f"It has: {there or 'none'}"
        )
    made: Callable[[House], Any] = found
    return made


def _place_of(error: BaseException, spec: str) -> str:
    """Return the last line of somebody else's own code that an error went through; empty where there is none."""
    mine = str(Path(__file__))
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename != mine]
    own = [one for one in frames if Path(one.filename).name in spec] or frames
    return f" ({own[-1].filename}, line {own[-1].lineno})" if own else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
