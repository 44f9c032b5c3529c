"""One resident: what they do, where they are, how they move, breathe and how their heart beats, at any time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House
from sumika.world.exchange import Breaths, Doing, Drop, Posture, Stretch
from sumika.world.residents.activities import ACTIVITIES, MET_W_M2
from sumika.world.residents.chance import chance
from sumika.world.residents.encounters import Other
from sumika.world.residents.hours import HOUR_S, LEAD_S, Hour, Load, body_of, make_hour
from sumika.world.residents.movement import DROPS_S, Mover
from sumika.world.residents.path import MINUTE_S, Move
from sumika.world.residents.places import Places, Point, Spot
from sumika.world.residents.routes import Routes
from sumika.world.residents.routine import life_of
from sumika.world.residents.sleep import EPOCH_S, Night, night_among
from sumika.world.residents.span import Span
from sumika.world.residents.timeline import PlannedEvent, Timeline
from sumika.world.residents.wardrobe import Wardrobe

Array = NDArray[np.float64]

_FEVER_STRESS = 0.9
"""A fever moves heart and breath about as much as being very upset."""
_SHIFTS_PER_H = {Posture.SITTING: 10.0, Posture.LYING: 6.0, Posture.STANDING: 0.0}
"""How often somebody awake shifts their weight, by posture (typical)."""
_LYING_STILL = ("sleeping", "napping")
_FALLS = ("fall", "slow_collapse")
_NIGHT_S = 14.0 * 3600.0
_REACH_M = 0.35

RESTLESS_MM = {Posture.STANDING: 2.0, Posture.SITTING: 0.9, Posture.LYING: 0.5}
_ASLEEP_MM = 0.25


class Resident:
    """One resident."""

    def __init__(
        self,
        house: House,
        number: int,
        seed: int,
        start: datetime,
        places: Places,
        routes: Routes,
        before_me: Sequence["Resident"],
    ) -> None:
        """Take a resident.

        Args:
            house: The house.
            number: Of the resident in it.
            seed: Of everything random.
            start: When the world begins, with a time zone.
            places: Of the house.
            routes: Through it.
            before_me: Those for whom the resident makes way.
        """
        self.name = house.residents[number].id
        self.life = life_of(house.residents[number])
        self.timeline: Timeline = Timeline(house, number, seed, start, [other.timeline for other in before_me])
        self._seed, self._start, self._routes, self._places = seed, start, routes, places
        others = [Other(other.moves) for other in before_me]
        self._mover = Mover(number, places, routes, self.life, self.name, seed, others)
        self._body = body_of(self.life, seed, self.name)
        self._wardrobe = Wardrobe(house, start)
        self._hour = lru_cache(maxsize=4)(self._made_hour)
        self._moves = lru_cache(maxsize=64)(self._made_moves)
        self._night = lru_cache(maxsize=32)(self._made_night)
        self._rooms = lru_cache(maxsize=256)(self._found_room)

    def befall(self, event: PlannedEvent) -> None:
        """Let something befall the resident."""
        self.timeline.add(event)
        self.forget()

    def forget(self) -> None:
        """Work everything out anew: what befalls one makes others wait."""
        for kept in (self._hour, self._moves, self._night, self._rooms):
            kept.cache_clear()

    def doing(self, at_s: float) -> Doing:
        """Return what is done at a moment."""
        return self._doing(self.timeline.at(at_s), at_s)

    def room(self, at_s: float) -> str:
        """Return the room at a moment; empty when out. Who is on the way is where they go."""
        return self.room_of(self.timeline.at(at_s))

    def room_of(self, span: Span) -> str:
        """Return the room in which a span is spent; empty when out."""
        return self._rooms(span)

    def moves(self, begin_s: float, end_s: float) -> list[Move]:
        """Return how the resident moves between two moments."""
        return [
            move.cut(begin_s, end_s)
            for span in self.timeline.spans(begin_s, end_s)
            for move in self._moves(span)
            if move.touches(begin_s, end_s)
        ]

    def stretch(self, begin_s: float, seconds: float) -> Stretch:
        """Return everything a radar can see of the resident in a stretch of time."""
        end_s = begin_s + seconds
        spans, moves = self.timeline.spans(begin_s, end_s), self.moves(begin_s, end_s)
        first = moves[0]
        breaths, beats = self._vital(begin_s, end_s)
        doing = tuple(one for span in spans for one in self._doings(span, begin_s, end_s))
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
            doing=doing,
            restless_mm=self._restless_mm(first, doing[0]),
            bursts_s=self._bursts(spans, moves, begin_s, end_s),
            drops=tuple(drop for span in spans for drop in self._drops(span) if begin_s <= drop.at_s < end_s),
        )

    def _doing(self, span: Span, at_s: float) -> Doing:
        activity = ACTIVITIES[span.activity]
        begin_s, stage, fallen = span.begin_s, "", False
        if span.activity in _LYING_STILL:
            night, lay_s = self._night(span)
            stage = night.stage(at_s - lay_s)
        elif activity.lying:
            stage = "awake"
        elif span.event in _FALLS:
            falls_s = next((move.begin_s for move in self._moves(span) if move.fallen), math.inf)
            fallen = falls_s <= at_s
            begin_s = falls_s if fallen else begin_s
        return Doing(
            start_s=begin_s,
            activity=span.activity,
            room=self.room_of(span),
            sleep_stage=stage,
            metabolic_w_m2=MET_W_M2 * activity.met,
            clothing_clo=activity.clothing_clo * self._wardrobe.share(begin_s),
            stress=max(span.stress, _FEVER_STRESS if span.ill else 0.0),
            fallen=fallen,
        )

    def _doings(self, span: Span, begin_s: float, end_s: float) -> Iterator[Doing]:
        """Yield what is done in a time: from one stage of sleep to the next, before and after a fall."""
        low_s, high_s = max(span.begin_s, begin_s), min(span.end_s, end_s)
        last = self._doing(span, low_s)
        yield last
        changes: list[float] = []
        if span.activity in _LYING_STILL:
            lay_s = self._night(span)[1]
            first = math.floor((low_s - lay_s) / EPOCH_S) + 1
            changes = [lay_s + EPOCH_S * epoch for epoch in range(first, math.ceil((high_s - lay_s) / EPOCH_S))]
        elif span.event in _FALLS:
            changes = [move.begin_s for move in self._moves(span) if move.fallen and low_s < move.begin_s < high_s][:1]
        for moment_s in changes:
            doing = self._doing(span, moment_s + 1e-6)
            if doing.sleep_stage != last.sleep_stage or doing.fallen != last.fallen:
                last = replace(doing, start_s=moment_s)
                yield last

    def _found_room(self, span: Span) -> str:
        if span.event and not span.room:
            before = self.timeline.before(self.timeline.whole(span))
            return self.room_of(before)
        return "" if ACTIVITIES[span.activity].away else span.room or self._mover.spot_of(span).room

    def _made_moves(self, span: Span) -> tuple[Move, ...]:
        whole = self.timeline.whole(span)
        if whole != span:
            return tuple(
                move.cut(span.begin_s, span.end_s)
                for move in self._moves(whole)
                if move.touches(span.begin_s, span.end_s)
            )
        before = self.timeline.before(span)
        start, was_away = self._ended(before)
        return self._mover.moves(span, start, was_away=was_away)

    def _ended(self, before: Span) -> tuple[Spot, bool]:
        """Return where and how a span leaves the body, and whether that is out of the house."""
        if self._mover.settled(before):
            return self._mover.spot_of(before), ACTIVITIES[before.activity].away
        last = self._moves(before)[-1]
        room = self._routes.room_at(last.end_m, self.room_of(before) or self._routes.entrance_room)
        return last.ends(room), last.away

    def _made_night(self, span: Span) -> tuple[Night, float]:
        """Return the sleep that a span is a part of, and when it began: who gets up at night sleeps on afterwards."""
        spans = self.timeline.spans(span.begin_s - _NIGHT_S, span.end_s + _NIGHT_S)
        times = [(one.begin_s, one.end_s, one.activity == span.activity) for one in spans]
        return night_among(times, spans.index(span), self._seed, self.name, self.life.age_years)

    def _made_hour(self, hour: int) -> Hour:
        return make_hour(self._body, self._load(hour * HOUR_S - LEAD_S), self._seed, self.name, hour)

    def _load(self, begin_s: float) -> Load:
        """Return what an hour and some time before ask of the body, second by second."""
        count = round(HOUR_S) + LEAD_S
        met, stress, speaks = np.ones(count), np.zeros(count), np.zeros(count)
        asleep, upright, lying = np.full(count, -1, np.int8), np.zeros(count, bool), np.zeros(count, bool)
        for span in self.timeline.spans(begin_s, begin_s + count):
            low = max(0, math.floor(span.begin_s - begin_s))
            high = min(count, math.ceil(span.end_s - begin_s))
            activity = ACTIVITIES[span.activity]
            met[low:high], speaks[low:high] = activity.met, activity.speaks
            stress[low:high] = max(span.stress, _FEVER_STRESS if span.ill else 0.0, 1.0 if span.event else 0.0)
            upright[low:high], lying[low:high] = activity.met >= 1.5, activity.lying or span.event in _FALLS
            if span.activity in _LYING_STILL:
                night, lay_s = self._night(span)
                epochs = ((np.arange(low, high) + begin_s - lay_s) / EPOCH_S).astype(int)
                asleep[low:high] = night.stages[np.clip(epochs, 0, len(night.stages) - 1)]
        return Load(met, asleep, stress, speaks, upright, lying)

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

    def _bursts(self, spans: Sequence[Span], moves: Sequence[Move], begin_s: float, end_s: float) -> Array:
        """Return (burst, 2): turning over of sleepers, shifting of who is awake."""
        found = list(self._turns(spans, begin_s, end_s))
        for minute in range(math.floor(begin_s / MINUTE_S), math.ceil(end_s / MINUTE_S)):
            random = chance(self._seed, "shifts", self.name, minute)
            at_s = MINUTE_S * (minute + float(random.uniform(0.0, 0.95)))
            seconds, drawn = float(random.uniform(0.8, 2.5)), float(random.uniform())
            move = next((one for one in moves if one.begin_s <= at_s < one.end_s), None)
            if move is None or any(one.begin_s <= at_s < one.end_s for one in spans if one.activity in _LYING_STILL):
                continue
            if drawn < _SHIFTS_PER_H[move.posture] * MINUTE_S / 3600.0:
                found.append((at_s, seconds))
        return np.array(sorted(found), np.float64).reshape(-1, 2)

    def _turns(self, spans: Sequence[Span], begin_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        for span in spans:
            if span.activity in _LYING_STILL:
                night, lay_s = self._night(span)
                turns = night.turns_s
                low, high = max(begin_s, span.begin_s) - lay_s, min(end_s, span.end_s) - lay_s
                for since_s, seconds in turns[(turns[:, 0] >= low) & (turns[:, 0] < high)]:
                    yield float(lay_s + since_s), float(seconds)

    def _drops(self, span: Span) -> Iterator[Drop]:
        """Yield what slips out of the resident's hand."""
        if span.event != "drop":
            return
        moves = self._moves(self.timeline.whole(span))
        picks = next((number for number, move in enumerate(moves) if move.leg.posture is Posture.SITTING), 0)
        stands = next((move for move in reversed(moves[:picks]) if move.leg.seconds > DROPS_S), None)
        if stands is not None and not stands.away:
            ahead: Point = (
                stands.place_m[0] + _REACH_M * math.cos(stands.heading_rad),
                stands.place_m[1] + _REACH_M * math.sin(stands.heading_rad),
            )
            room = self._routes.room_at(stands.place_m, self.room_of(span))
            height_m = 0.55 * self.life.height_m
            yield Drop(at_s=stands.begin_s + DROPS_S, place_m=self._places.inside(room, ahead), from_m=height_m)
