"""One resident: what they do, where they are, how they move, breathe and how their heart beats, at any time."""

import math
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House
from sumika.world.exchange import Breaths, Doing, Posture, Stretch
from sumika.world.residents.activities import ACTIVITIES, MET_W_M2
from sumika.world.residents.chance import chance
from sumika.world.residents.hours import HOUR_S, Hour, Load, body_of, make_hour
from sumika.world.residents.movement import Move, Mover
from sumika.world.residents.places import Places
from sumika.world.residents.routes import Routes
from sumika.world.residents.routine import life_of
from sumika.world.residents.sleep import EPOCH_S, Night
from sumika.world.residents.timeline import PlannedEvent, Span, Timeline, night_of

Array = NDArray[np.float64]

_FEVER_STRESS = 0.9
"""A fever moves heart and breath about as much as being very upset."""
_SHIFTS_PER_H = {Posture.SITTING: 10.0, Posture.LYING: 6.0, Posture.STANDING: 0.0}
"""How often somebody awake shifts their weight, by posture (typical)."""
_LYING_STILL = ("sleeping", "napping")
_SUMMER = range(6, 10)

RESTLESS_MM = {Posture.STANDING: 2.0, Posture.SITTING: 0.9, Posture.LYING: 0.5}
_ASLEEP_MM = 0.25


class Resident:
    """One resident."""

    def __init__(self, house: House, number: int, seed: int, start: datetime, places: Places, routes: Routes) -> None:
        """Take a resident.

        Args:
            house: The house.
            number: Of the resident in it.
            seed: Of everything random.
            start: When the world begins, with a time zone.
            places: Of the house.
            routes: Through it.
        """
        self.name = house.residents[number].id
        self.life = life_of(house.residents[number])
        self.timeline = Timeline(house, number, seed, start)
        self._seed, self._start = seed, start
        self._mover = Mover(house, places, routes, self.life, self.name, seed)
        self._body = body_of(self.life, seed, self.name)
        self._summer = start.month in _SUMMER
        self._hour = lru_cache(maxsize=4)(self._made_hour)
        self._moves = lru_cache(maxsize=32)(self._made_moves)

    def befall(self, event: PlannedEvent) -> None:
        """Let something befall the resident."""
        self.timeline.add(event)
        self._hour.cache_clear()
        self._moves.cache_clear()

    def doing(self, at_s: float) -> Doing:
        """Return what is done at a moment."""
        return self._doing(self.timeline.at(at_s), at_s)

    def room(self, at_s: float) -> str:
        """Return the room at a moment; empty when out. Who is on the way is where they go."""
        span = self.timeline.at(at_s)
        return "" if ACTIVITIES[span.activity].away else self.room_of(span)

    def room_of(self, span: Span) -> str:
        """Return the room in which a span is spent."""
        if span.event and not span.room:
            return self._mover.spot_of(self.timeline.before(span)).room
        return self._mover.spot_of(span).room

    def stretch(self, begin_s: float, seconds: float) -> Stretch:
        """Return everything a radar can see of the resident in a stretch of time."""
        end_s = begin_s + seconds
        spans = self.timeline.spans(begin_s, end_s)
        moves = [
            move.cut(begin_s, end_s)
            for span in spans
            for move in self._moves(span)
            if move.end_s > begin_s + 1e-9 and move.begin_s < end_s - 1e-9
        ]
        first = moves[0]
        breaths, beats = self._vital(begin_s, end_s)
        doing = [self._doing(span, max(span.begin_s, begin_s)) for span in spans]
        return Stretch(
            body=self.name,
            kind="person",
            start_s=begin_s,
            seconds=seconds,
            present=not first.away,
            start_m=first.place_m,
            posture=first.posture,
            heading_rad=first.heading_rad,
            base_m=first.base_m,
            legs=tuple(move.leg for move in moves),
            away=tuple(move.away for move in moves),
            breaths=breaths,
            beat_s=beats,
            doing=tuple(doing),
            restless_mm=self._restless_mm(first, doing[0]),
            bursts_s=self._bursts(spans, first.posture, begin_s, end_s),
        )

    def _doing(self, span: Span, at_s: float) -> Doing:
        activity = ACTIVITIES[span.activity]
        stage = ""
        if span.activity in _LYING_STILL:
            stage = self._night(span).stage(at_s - span.begin_s)
        elif activity.lying:
            stage = "awake"
        clothing = activity.clothing_clo * (0.55 if self._summer else 1.0)
        return Doing(
            start_s=span.begin_s,
            activity=span.activity,
            room="" if activity.away else self.room_of(span),
            sleep_stage=stage,
            metabolic_w_m2=MET_W_M2 * activity.met,
            clothing_clo=clothing,
            stress=max(span.stress, _FEVER_STRESS if span.ill else 0.0),
            fallen=span.event in ("fall", "slow_collapse"),
        )

    def _night(self, span: Span) -> Night:
        return night_of(self._seed, self.name, span.begin_s, span.seconds, self.life.age_years)

    def _made_moves(self, span: Span) -> tuple[Move, ...]:
        return self._mover.moves(span, self.timeline.before(span))

    def _made_hour(self, hour: int) -> Hour:
        return make_hour(self._body, self._load(hour * HOUR_S), self._seed, self.name, hour)

    def _load(self, begin_s: float) -> Load:
        """Return what an hour asks of the body, second by second."""
        count = round(HOUR_S)
        met, stress, speaks = np.ones(count), np.zeros(count), np.zeros(count)
        asleep, upright = np.full(count, -1, np.int8), np.zeros(count, bool)
        for span in self.timeline.spans(begin_s, begin_s + HOUR_S):
            low = max(0, math.floor(span.begin_s - begin_s))
            high = min(count, math.ceil(span.end_s - begin_s))
            activity = ACTIVITIES[span.activity]
            met[low:high], speaks[low:high] = activity.met, activity.speaks
            stress[low:high] = max(span.stress, _FEVER_STRESS if span.ill else 0.0, 1.0 if span.event else 0.0)
            upright[low:high] = activity.met >= 1.5
            if span.activity in _LYING_STILL:
                night = self._night(span)
                epochs = ((np.arange(low, high) + begin_s - span.begin_s) / EPOCH_S).astype(int)
                asleep[low:high] = night.stages[np.clip(epochs, 0, len(night.stages) - 1)]
        return Load(met, asleep, stress, speaks, upright)

    def _vital(self, begin_s: float, end_s: float) -> tuple[Breaths, Array]:
        hours = range(math.floor(begin_s / HOUR_S), math.floor((end_s - 1e-9) / HOUR_S) + 1)
        made = [self._hour(hour) for hour in hours]
        starts = np.concatenate([one.breaths.start_s for one in made])
        # The breath that is under way when the stretch begins is part of it.
        first = max(0, int(np.searchsorted(starts, begin_s, side="right")) - 1)
        last = int(np.searchsorted(starts, end_s, side="left"))
        chosen = slice(first, max(last, first + 1))
        breaths = Breaths(
            start_s=starts[chosen],
            inhale_s=np.concatenate([one.breaths.inhale_s for one in made])[chosen],
            exhale_s=np.concatenate([one.breaths.exhale_s for one in made])[chosen],
            depth_m=np.concatenate([one.breaths.depth_m for one in made])[chosen],
        )
        beats = np.concatenate([one.beat_s for one in made])
        return breaths, beats[(beats >= begin_s) & (beats < end_s)]

    def _restless_mm(self, move: Move, doing: Doing) -> float:
        if doing.sleep_stage not in ("", "awake"):
            return _ASLEEP_MM
        return RESTLESS_MM[move.posture] * (1.0 + 0.8 * doing.stress) * (1.3 if self.life.age_years > 70 else 1.0)

    def _bursts(self, spans: list[Span], posture: Posture, begin_s: float, end_s: float) -> Array:
        """Return (burst, 2): turning over of sleepers, shifting of who is awake."""
        found = list(self._turns(spans, begin_s, end_s))
        awake = not any(span.activity in _LYING_STILL for span in spans)
        random = chance(self._seed, "shifts", self.name, round(begin_s))
        count = int(random.poisson(_SHIFTS_PER_H[posture] * (end_s - begin_s) / 3600.0)) if awake else 0
        found += [(float(random.uniform(begin_s, end_s - 3.0)), float(random.uniform(0.8, 2.5))) for _ in range(count)]
        return np.array(sorted(found), np.float64).reshape(-1, 2)

    def _turns(self, spans: list[Span], begin_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        for span in spans:
            if span.activity in _LYING_STILL:
                for since_s, seconds in self._night(span).turns_s:
                    if begin_s <= span.begin_s + since_s < end_s:
                        yield float(span.begin_s + since_s), float(seconds)
