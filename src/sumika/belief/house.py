"""What the house believes of itself: temperatures, air, and its own behaviour, from noisy, delayed and missing sensors.

Every quarter of an hour the filter goes one step; every night the parameters are learned anew from the last weeks. What
the house was described to be is the beginning, and never more than that.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM, AirModel, co2_of
from sumika.belief.airflow import AirFlow
from sumika.belief.learning import Learned, learn
from sumika.belief.outline import Outline, outline_of
from sumika.belief.quarter import Quarter, quarter_of
from sumika.belief.record import ROW_S, Record, Rows
from sumika.belief.sunlight import Sun
from sumika.belief.thermal import Driven, ThermalModel
from sumika.schema.building import Building
from sumika.schema.house import House

Array = NDArray[np.float64]

LEARNS_FROM_DAYS = 14
LEAST_ROWS = 96
"""Before a day is over there is nothing to learn from that a prior does not say better."""

FREE_RUN_ROWS = 96
_FIRST_SPREAD_K = 2.0
LEARNS_LATE, MOST_K, MOST_PPM = 0.25, 0.8, 60.0
"""Share of what is not explained that one quarter teaches, and the most of it that is believed."""

_SETTLE_ROWS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsBelieved:
    """How rooms are believed to be; all (room,).

    Attributes:
        air_c: Of the air.
        air_sigma_k: Its standard deviation.
        radiant_c: Of what surrounds people.
        co2_ppm: Carbon dioxide.
        co2_sigma_ppm: Its standard deviation.
    """

    air_c: Array
    air_sigma_k: Array
    radiant_c: Array
    co2_ppm: Array
    co2_sigma_ppm: Array


class HouseBelief:
    """The belief about one house.

    Attributes:
        record: Ordinary life so far.
        theta: Thermal parameters in use.
        air_theta: Of the air.
        theta_spread: What is still not known of the thermal ones.
        air_spread: The same of the air's.
        learned_days: From how many days they were learned; 0: they are as described.
        unexplained_k: (room,) by how much the air ends each quarter warmer than the model has it, as of late.
        unexplained_ppm: (room,) the same of carbon dioxide.
        opened_m3_s: (room,) air through what was found to stand open; the filter goes on with it.
        unknown_w: (room,) heat of something unknown that was found.
        hangs: (room,) place of the room in which the sensors really hang that are described to hang in this one.
        quarter: The quarter of an hour that was closed last, foreseen and measured; None before the first.
    """

    def __init__(self, house: House) -> None:
        """Believe what the description says."""
        building = house.building if house.building is not None else Building()
        self.house = house
        self.outline: Outline = outline_of(house)
        self.flow = AirFlow(house, self.outline)
        self.sun = Sun(building.site)
        self.thermal = ThermalModel(house, self.outline, self.flow, self.sun)
        self.air = AirModel(house, self.flow)
        self.record = Record(house)
        self.theta, self.air_theta = self.thermal.prior(), self.air.prior()
        self.theta_spread = np.array([one.spread for one in self.thermal.parameters])
        self.air_spread = np.array([one.spread for one in self.air.parameters])
        self.learned_days = 0.0
        self.state: Array | None = None
        self.spread = np.eye(self.thermal.nodes) * _FIRST_SPREAD_K**2
        self.ppm = np.full(self.air.rooms, OUTDOOR_PPM + 200.0)
        self.ppm_spread = np.eye(self.air.rooms) * 200.0**2
        self.surprises: Array = np.zeros((0, self.thermal.rooms))
        self.unexplained_k = np.zeros(self.thermal.rooms)
        self.unexplained_ppm = np.zeros(self.air.rooms)
        self.quarter: Quarter | None = None
        self.opened_m3_s, self.unknown_w = np.zeros(self.thermal.rooms), np.zeros(self.thermal.rooms)
        self.hangs = np.arange(self.thermal.rooms)
        self._streaks = np.zeros((2, self.thermal.rooms), np.int64)

    def turn(self, unix_s: float) -> bool:
        """Close the quarter under way if its time is over, and go on with the filter; return whether it was.

        Args:
            unix_s: Now.
        """
        closed = self.record.turn(unix_s)
        if not closed:
            return False
        self._filter(self.record.rows().last(closed))
        return True

    def _filter(self, rows: Rows) -> None:
        driven = self._with_what_was_found(self.thermal.driven(rows))
        if self.state is None:
            self.state = self.first_state(driven)
            if self.state is None:
                return
        states, surprises, self.spread = self.thermal.filter(
            self.theta, driven, self.state, self.spread, streak=self._streaks[0]
        )
        self.surprises = np.concatenate([self.surprises, surprises])[-LEAST_ROWS * 2 :]
        ppm, _, self.ppm_spread = self._filter_air(driven, rows)
        last = part(driven, len(driven) - 1, len(driven))
        ends = self.record.rows().last(2)
        self.quarter = quarter_of(
            self.thermal, self.air, (self.theta, self.air_theta), ends, last, (states[-2], ppm[-2])
        )
        self.unexplained_k = _later(self.unexplained_k, self.quarter.error_k, MOST_K)
        # That a guess was wrong is no sign of an open window.
        known_k = np.where(last.guessed_rooms()[0], np.nan, self.quarter.error_k)
        self.quarter = replace(self.quarter, error_k=known_k)
        self.unexplained_ppm = _later(self.unexplained_ppm, self.quarter.error_ppm, MOST_PPM)
        self.state = states[-1]
        self.ppm = ppm[-1]

    def _filter_air(self, driven: Driven, rows: Rows) -> tuple[Array, Array, Array]:
        return self.air.filter(self.air_theta, driven, co2_of(rows), self.ppm, self.ppm_spread, streak=self._streaks[1])

    def _with_what_was_found(self, driven: Driven) -> Driven:
        return replace(
            driven,
            opened_m3_s=np.broadcast_to(self.opened_m3_s, driven.opened_m3_s.shape),
            unknown_w=np.broadcast_to(self.unknown_w, driven.unknown_w.shape),
        )

    def first_state(self, driven: Driven) -> Array | None:
        """Return what the first readings say of every node; None before the first."""
        early = driven.measured_c[: 2 * _SETTLE_ROWS]
        seen = np.isfinite(early)
        if not seen.any():
            return None
        means = np.where(seen, early, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        rooms = np.where(seen.any(axis=0), means, float(early[seen].mean()))
        return np.concatenate([rooms, rooms, rooms])

    def exchange(self, first: int, second: int, count: int) -> None:
        """Take the sensors of two rooms to hang in each other's, now and before, and learn anew from the description.

        Args:
            first: Place of one room.
            second: Of the other.
            count: How many of the newest rows were recorded so.
        """
        self.record.exchange(first, second, count)
        self.hangs[[first, second]] = self.hangs[[second, first]]
        self.theta, self.air_theta = self.thermal.prior(), self.air.prior()
        self.learned_days = 0.0
        self.learn()

    def rooms_now(self) -> RoomsBelieved | None:
        """Return how rooms are believed to be; None before the first reading."""
        if self.state is None:
            return None
        rooms = self.thermal.rooms
        return RoomsBelieved(
            air_c=self.state[:rooms].copy(),
            air_sigma_k=np.sqrt(np.maximum(np.diag(self.spread)[:rooms], 1e-6)),
            radiant_c=self.state[rooms : 2 * rooms].copy(),
            co2_ppm=self.ppm.copy(),
            co2_sigma_ppm=np.sqrt(np.maximum(np.diag(self.ppm_spread), 1.0)),
        )

    def learn(self, *, rounds: int = 8) -> Learned | None:
        """Learn from the last weeks; return what came of the heat, None where there is too little to learn from.

        Args:
            rounds: At most so many steps towards the optimum; a night's learning begins where the last one ended.
        """
        rows = self.record.rows().last(LEARNS_FROM_DAYS * 96)
        if len(rows) < LEAST_ROWS or self.state is None:
            return None
        driven = self.thermal.driven(rows)
        # Where they begin in a silence, what was told begins after it.
        told = np.isfinite(driven.measured_c).any(axis=1)
        begin = int(np.argmax(told))
        if not told.any() or len(rows) - begin < LEAST_ROWS:
            return None
        driven, rows = part(driven, begin, len(rows)), rows.part(begin, len(rows))
        first = self.first_state(driven)
        if first is None:
            return None
        learned = self._learn_heat(driven, first, rounds)
        if learned is not None:
            self.theta, self.theta_spread = learned.theta, learned.spread
            self.learned_days = len(rows) / 96.0
        if np.isfinite(co2_of(rows)).sum() > LEAST_ROWS // 2:
            breathed = self.air.learn(driven, co2_of(rows), self.air_theta, rounds=rounds)
            self.air_theta, self.air_spread = breathed.theta, breathed.spread
        # The state was filtered with other parameters: go through the last days once more.
        again = part(driven, max(0, len(rows) - 3 * 96), len(rows))
        start = self.first_state(again)
        if start is not None:
            states, _, self.spread = self.thermal.filter(
                self.theta, again, start, np.eye(self.thermal.nodes) * _FIRST_SPREAD_K**2
            )
            self.state = states[-1]
        return learned

    def _learn_heat(self, driven: Driven, first: Array, rounds: int) -> Learned | None:
        wide = np.eye(self.thermal.nodes) * _FIRST_SPREAD_K**2
        guessed = driven.guessed_rooms()
        measured = np.where(guessed, np.nan, driven.measured_c)
        if guessed.any() and np.isfinite(measured).sum() < LEAST_ROWS:
            return None
        # A free run through guessed heat would blame the house for the guess: it begins anew after each such row.
        anew = np.asarray(guessed.any(axis=1))
        anew[1:] |= anew[:-1].copy()
        anew[::FREE_RUN_ROWS] = True

        def errors(theta: Array) -> Array:
            states, _, _ = self.thermal.filter(theta, driven, first, wide)
            restarts = {int(row): states[row] for row in np.flatnonzero(anew)}
            said = self.thermal.simulate(theta, driven, first, restarts)[1:, : self.thermal.rooms]
            return np.asarray((said - measured)[_SETTLE_ROWS:].ravel())

        spread = np.array([one.spread for one in self.thermal.parameters])
        # Who starts from the description may be in a wrong valley: the first night takes as long as it needs.
        return learn(errors, self.theta, self.thermal.prior(), spread, rounds=rounds if self.learned_days else 14)

    @property
    def now_s(self) -> float | None:
        """Unix time up to which everything is filtered."""
        rows = self.record.rows()
        return float(rows.unix_s[-1] + ROW_S) if len(rows) else None


def _later(before: Array, error: Array, most: float) -> Array:
    """Return what is not explained of late, with one more quarter of an hour; what was not measured fades."""
    error = np.where(np.isfinite(error), np.clip(error, -most, most), 0.0)
    return np.asarray(before + LEARNS_LATE * (error - before))


def part(driven: Driven, begin: int, end: int) -> Driven:
    """Return some rows of what drives a house."""
    cut = slice(begin, end)
    return replace(
        driven,
        outdoor_c=driven.outdoor_c[cut],
        by_itself_m3_s=driven.by_itself_m3_s[cut],
        which=driven.which[cut],
        sun_w=driven.sun_w[cut],
        people=driven.people[cut],
        rest_w=driven.rest_w[cut],
        given=tuple((device, air[cut], mass[cut], shares) for device, air, mass, shares in driven.given),
        guessed=driven.guessed[cut],
        measured_c=driven.measured_c[cut],
        opened_m3_s=driven.opened_m3_s[cut],
        unknown_w=driven.unknown_w[cut],
    )
