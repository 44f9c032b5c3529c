"""A charge point that is connected: what it says of itself, and what it is told, whichever version it speaks."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sumika.clock import Clock
from sumika.links.ocpp._endpoint import Answers, Endpoint, Payload, PointRefusedError, PointSaidNoError
from sumika.links.ocpp._readings import power_w, readings
from sumika.links.ocpp.limits import CAP_ID, PROFILE_ID, Limit, RateUnit

_MOST_TEXT = 60
_MOST_ELSEWHERE = 32
_POWERS = ("import_w", "export_w")
_OF_THE_CAR = (*_POWERS, "charge")
"""Meter values that mean nothing any more when the transaction is over."""
_PAUSES = ("SuspendedEV", "SuspendedEVSE")
"""The transaction runs, and no power flows: the car is full or waits, or the point does."""


class ChargePoint(ABC):
    """One charge point.

    Attributes:
        name: It calls itself.
        maker: Who made it, and which model.
        status: In the standard's word; empty before it has said any.
        plugged: Whether a car is plugged in; None before it has said so.
        values: Meter values, in our units.
        metered_times: How often its meter spoke: what it said once is no newer because something else is told.
        transaction: The one that runs; empty: none, or one that is not known.
        recalled: Whether that is known from an earlier connection, and was not named on this one.
        none_runs: Whether the point has said that no transaction runs.
        capped: Whether a limit of ours holds for the whole point; None: one may, from an earlier connection.
        both_ways: Whether it says that it can take power out of a car.
        unit: What it counts limits in.
        endpoint: The wire.
        clock: Tells it the time.
    """

    version = ""
    profile_key = ""
    """What asks to clear a profile calls its number."""

    def __init__(self, name: str, endpoint: Endpoint, told: Callable[["ChargePoint"], None], clock: Clock) -> None:
        """Take a connection.

        Args:
            name: The last part of the path that it connected to.
            endpoint: The wire.
            told: Is called whenever something has changed.
            clock: Tells it the time.
        """
        self.name, self.maker, self.status, self.transaction = name, "", "", ""
        self.recalled = self.none_runs = False
        self.capped: bool | None = None
        self.plugged: bool | None = None
        self.values: dict[str, float] = {}
        self.metered_times = 0
        self.both_ways = False
        self.unit: RateUnit = "W"
        self.endpoint = endpoint
        self._told, self.clock = told, clock
        self._elsewhere: deque[str] = deque(maxlen=_MOST_ELSEWHERE)

    @property
    def power_w(self) -> float | None:
        """Power that the car takes; negative: gives."""
        return power_w(self.values)

    @property
    def runs_unknown(self) -> bool:
        """Whether a transaction may run that the point has not named."""
        return not self.transaction and not self.none_runs

    @abstractmethod
    def answers(self) -> Answers:
        """Return what answers its questions."""

    @abstractmethod
    async def greet(self) -> None:
        """Ask what it can, and how it is."""

    @abstractmethod
    async def limit(self, limit: Limit, *, whole: bool = False) -> None:
        """Set the profile that is ours: how much a car may take; `whole`: how much the whole point may give.

        Raises:
            PointRefusedError: if it refuses.
        """

    @abstractmethod
    async def start(self, tag: str) -> None:
        """Begin to charge the car that is plugged in.

        Raises:
            PointRefusedError: if it refuses.
        """

    @abstractmethod
    async def stop(self) -> None:
        """End the transaction that runs.

        Raises:
            PointRefusedError: if it refuses.
        """

    @abstractmethod
    async def ask_running(self) -> None:
        """Ask how it is, and which transaction runs; what it says comes by itself."""

    async def unlimit(self) -> None:
        """Take our limit away: it charges as it likes. That there is none is as good.

        Raises:
            PointRefusedError: if it refuses.
        """
        await self.ask("ClearChargingProfile", {self.profile_key: PROFILE_ID}, "Accepted", "Unknown")

    async def cap(self, limit: Limit) -> None:
        """Set how much the whole point may give, which stands above what a transaction may take.

        Raises:
            PointRefusedError: if it refuses.
        """
        self.capped = None  # it may hold even where no answer comes
        await self.limit(limit, whole=True)
        self.capped = True

    async def uncap(self) -> None:
        """Take the limit of the whole point away, where there may be one.

        Raises:
            PointRefusedError: if it refuses what it took before.
        """
        ours = {self.profile_key: CAP_ID}
        if self.capped:
            await self.ask("ClearChargingProfile", ours, "Accepted", "Unknown")
        elif self.capped is None:
            await self.tried("ClearChargingProfile", ours)
        self.capped = False

    def recall(self, transaction: str) -> None:
        """Take it that this transaction runs, as it did on an earlier connection; empty: it is not known which."""
        self.transaction, self.recalled, self.none_runs = transaction, bool(transaction), False

    def runs(self, transaction: str) -> None:
        """Take the point's word for which transaction runs."""
        self.transaction, self.recalled, self.none_runs = transaction, False, False

    def runs_elsewhere(self, transaction: str) -> None:
        """Take note that a transaction is another connector's: it is not ours to limit, to stop or to see end."""
        if transaction not in self._elsewhere:
            self._elsewhere.append(transaction)
        if transaction == self.transaction:
            self.recall("")

    def is_elsewhere(self, transaction: str) -> bool:
        """Return whether a transaction is known to be another connector's."""
        return transaction in self._elsewhere

    def ended(self) -> None:
        """Take note that no transaction runs: its power says nothing any more. A parked car holds what it held."""
        self.transaction, self.recalled, self.none_runs = "", False, True
        self.forget_car(gone=self.plugged is False)

    def take_status(self, status: str) -> None:
        """Take its status. A car that pauses takes no more what it took; what it takes then the meter says."""
        if status != self.status and status in _PAUSES:
            self.forget_car(gone=False)
        self.status = status

    def forget_car(self, *, gone: bool = True) -> None:
        """Forget what was measured of the car that charged. Its power is unknown, not 0: nobody has measured that.

        Args:
            gone: Whether it has left, too, and with it what it holds.
        """
        for name in _OF_THE_CAR if gone else _POWERS:
            self.values.pop(name, None)

    async def ask(self, action: str, payload: Payload, *good: str) -> Payload:
        """Ask, and return the answer if its status is one of the good ones.

        Raises:
            PointRefusedError: if it is another, or no answer came.
        """
        answer = await self.endpoint.ask(action, payload)
        status = str(answer.get("status", ""))[:_MOST_TEXT]
        if good and status not in good:
            raise PointSaidNoError(f"{action}: it answers {status}")
        return answer

    async def tried(self, action: str, payload: Payload) -> Payload:
        """Ask what not every point knows; an empty answer where it does not."""
        try:
            return await self.endpoint.ask(action, payload)
        except PointRefusedError:
            return {}

    def metered(self, meter_values: Iterable[Mapping[str, Any]], *, ended: bool = False) -> None:
        """Take meter values; `ended`: of a transaction that is over, so that its power is the past's."""
        told = readings(meter_values)
        self.metered_times += bool(told)
        self.values.update({name: value for name, value in told.items() if not (ended and name in _POWERS)})
        self.changed()

    def changed(self) -> None:
        """Tell that something has changed."""
        self._told(self)

    def booted(self, vendor: object, model: object) -> Payload:
        """Take who it is, and let it in."""
        self.maker = f"{vendor!s:.{_MOST_TEXT}} {model!s:.{_MOST_TEXT}}".strip()
        self.changed()
        return {"currentTime": utc(self.clock), "interval": 300, "status": "Accepted"}

    def heartbeat(self, payload: Payload) -> Payload:
        """Tell the time."""
        return {"currentTime": utc(self.clock)}


def utc(clock: Clock) -> str:
    """Return the time as ISO 8601."""
    moment = datetime.fromtimestamp(clock.now().wall_ns / 1e9, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def nothing(payload: Payload) -> Payload:
    """Answer with nothing: it was heard."""
    return {}
