"""Meters a stage from outside: wall, processor and accelerator time, energy; and keeps it through a kill."""

import resource
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from sumika.distil.ledger.prices import Prices, energy_kwh
from sumika.distil.records import Spent

POWERCAP = Path("/sys/class/powercap")
_INNERMOST: ContextVar["Meter | None"] = ContextVar("innermost_meter", default=None)


def cpu_time_s() -> float:
    """Return the processor time of this process and of its children, ended or alive, from the start of the process."""
    waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + waited_for.ru_utime + waited_for.ru_stime  # finer than the ticks of /proc
    for child in psutil.Process().children(recursive=True):
        try:
            total += sum(child.cpu_times()[:4])  # user, system, and both of its own children that it waited for
        except psutil.NoSuchProcess:  # it ended just now and counts among those waited for
            continue
    return total


class Rapl:
    """The processor's own energy counters (Linux powercap): whole packages, whoever computes on them.

    Attributes:
        counters: Folders of the packages that can be read; empty where the machine shows none.
    """

    def __init__(self, folder: Path = POWERCAP) -> None:
        self.counters = [path for path in sorted(folder.glob("intel-rapl:*")) if path.name.count(":") == 1]
        self._last: list[int] = []
        self._joules = 0.0
        try:
            self._last = [_number(path / "energy_uj") for path in self.counters]
            self._range = [_number(path / "max_energy_range_uj") for path in self.counters]
        except (OSError, ValueError):
            self.counters = []

    def joules(self) -> float:
        """Return the energy since this object was made; called more often than a counter wraps (minutes)."""
        for index, path in enumerate(self.counters):
            now = _number(path / "energy_uj")
            step = now - self._last[index]
            self._joules += (step if step >= 0 else step + self._range[index]) / 1e6
            self._last[index] = now
        return self._joules


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


class Meter:
    """Context manager around a stage.

    Meters nest: what an inner one counts the outer one leaves out, so the sum over all is what the process spent.
    Two meters side by side in threads of one process would each count the other's work; use one process per stage.

    Attributes:
        energy_source: "measured (RAPL)" or "stated watts".
    """

    def __init__(
        self,
        prices: Prices,
        *,
        gpu: str = "",
        gpus: int = 1,
        keep: Callable[[Spent], None] = lambda spent: None,
        interval_s: float = 5.0,
        powercap: Path = POWERCAP,
    ) -> None:
        """Prepare.

        Args:
            prices: For the stated watts.
            gpu: Kind of accelerator that is held from start to end ("h100", "h200"); "" for none.
            gpus: How many of them.
            keep: Called with what was spent so far, every `interval_s` from a thread; makes it durable.
            interval_s: Seconds between two calls of `keep`.
            powercap: Where the energy counters are.
        """
        self._values = prices.values()
        self._gpu, self._gpus = gpu, gpus if gpu else 0
        self._keep, self._interval_s, self._powercap = keep, interval_s, powercap
        self._added = Spent()
        self._inner = Spent()
        self._live: Meter | None = None
        self._outer: Meter | None = None
        self._frozen: Spent | None = None
        self._most_cpu_s = 0.0
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self.energy_source = "stated watts"

    def __enter__(self) -> Self:
        """Start."""
        self._rapl = Rapl(self._powercap)
        if self._rapl.counters and not self._gpu:  # the counters know nothing of an accelerator
            self.energy_source = "measured (RAPL)"
        self._outer = _INNERMOST.get()
        self._token: Token[Meter | None] = _INNERMOST.set(self)
        self._wall0_s, self._cpu0_s = time.monotonic(), cpu_time_s()
        if self._outer is not None:
            self._outer._live = self  # noqa: SLF001 - the same class
        self._thread = threading.Thread(target=self._keep_on, name="meter", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; the figures stand still from here on."""
        self._stop.set()
        self._thread.join()
        with self._lock:
            whole = self._whole()
            self._frozen = _minus(whole, self._inner) + self._added
        if self._outer is not None:
            self._outer._take(whole)  # noqa: SLF001 - the same class
        _INNERMOST.reset(self._token)

    def add(self, spent: Spent) -> None:
        """Add what only the stage itself can count: FLOPs, tokens, money paid to others."""
        with self._lock:
            self._added = self._added + spent

    def spent(self) -> Spent:
        """Return what this stage has used so far, without what is metered inside it."""
        with self._lock:
            if self._frozen is not None:
                return self._frozen
            inner = self._inner
            if self._live is not None:
                inner = inner + self._live._whole()  # noqa: SLF001 - the same class
            return _minus(self._whole(), inner) + self._added

    def _take(self, whole: Spent) -> None:
        with self._lock:
            self._inner = self._inner + whole
            self._live = None

    def _whole(self) -> Spent:
        """Return time and energy since the start, inner meters' included; nobody's added counts."""
        with self._lock:
            wall_s = time.monotonic() - self._wall0_s
            self._most_cpu_s = max(self._most_cpu_s, cpu_time_s() - self._cpu0_s)
            gpu_s = wall_s * self._gpus
            energy = energy_kwh(self._most_cpu_s, gpu_s, self._values, self._gpu)
            if self.energy_source != "stated watts":
                energy = self._rapl.joules() / 3.6e6
            return Spent(wall_s=wall_s, cpu_s=self._most_cpu_s, gpu_s=gpu_s, energy_kwh=energy)

    def _keep_on(self) -> None:
        while not self._stop.wait(self._interval_s):
            self._keep(self.spent())


def _minus(whole: Spent, inner: Spent) -> Spent:
    names = ("wall_s", "cpu_s", "gpu_s", "energy_kwh")
    return Spent(**{name: max(0.0, getattr(whole, name) - getattr(inner, name)) for name in names})
