"""What the planner's process holds: belief, forecasts, planner and policy, fed from what was heard on the bus.

What they need is imported when a process begins to think: it takes seconds and memory that no other node should pay.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sumika.clock import Instant
from sumika.runtime.house_ear import HouseEar, is_simulated
from sumika.runtime.small_file import write_whole
from sumika.schema import ComfortWish, Command, Event, Origin, PlanOutlook, Severity, SumikaError
from sumika.schema.house import House, Tariff
from sumika.units import seconds_to_ns

if TYPE_CHECKING:
    from sumika.belief.forecast import Foreteller, HouseForecast
    from sumika.belief.prices_ahead import KnownTariff
    from sumika.ecu import Ecu
    from sumika.ecu.modes import Decision
    from sumika.ecu.policy_controller import PolicyController
    from sumika.ecu.what_if import WhatIf

LEARNED = "learned.msgpack"
"""What was learned so far, in the planner's own folder of the house's data."""


SET_BACK_S = 60.0
"""A clock that stands behind by less merely ran a little fast: what was said last counts until it has caught up."""

WAITS_S = 7200.0
"""So long a clock that stands before what was learned is waited for; then that clock was the wrong one."""


class Nudged(NamedTuple):
    """What is done in a room because of strain.

    Attributes:
        room: Which.
        why: In words, in English.
        why_ja: In Japanese.
        until: When it ends by itself.
    """

    room: str
    why: str
    why_ja: str
    until: datetime


class Thinking:
    """Belief, forecasts, planner and policy of one house.

    Attributes:
        foreteller: Is given every forecast of the weather.
    """

    foreteller: "Foreteller"

    def __init__(self, house: House) -> None:
        """Begin to think about a house."""
        from sumika.belief.forecast import Foreteller
        from sumika.belief.prices_ahead import PriceBook
        from sumika.ecu.modes import Deciding

        self._tariff = tariff = known_tariff(house)
        self.ecu = _new_ecu(house, tariff)
        self.foreteller = Foreteller(self.ecu.belief.sun, PriceBook(tariff))
        self._deciding = Deciding(self.ecu)
        self._policy = _policy_of(house, tariff.currency, self)
        self._at: datetime | None = None
        self._events: tuple[tuple[str, str], ...] = ()
        self._waiting: bytes | None = None
        self._waits_ns: int | None = None
        self._language = house.language or "en"
        self._lamps = frozenset(device.id for device in house.devices if device.kind in ("light", "blind"))

    def recall(self, folder: Path, at: datetime) -> bool:
        """Take what was learned before a restart; return whether there was anything that fits.

        Args:
            folder: Where it lies.
            at: On the house's own clock.
        """
        from sumika.ecu.memory import LARGEST_BYTES, Recalled, recalled

        try:
            with (folder / LEARNED).open("rb") as file:
                data = file.read(LARGEST_BYTES)
        except OSError:
            return False
        found = recalled(self.ecu, data, at.timestamp())
        if found is Recalled.AHEAD and not (self.ecu.house.demo or is_simulated(self.ecu.house)):
            # A computer without a clock of its own does not know the time until it has a net.
            self._waiting = data
        elif found in (Recalled.ANOTHER_HOUSE, Recalled.DAMAGED):
            _set_aside(folder / LEARNED)
            self._events += (("learned_set_aside", found.value),)
        return found is Recalled.TAKEN

    def remember(self, folder: Path) -> str:
        """Put what was learned on the disk, whole or not at all; return why it cannot be, empty where it could.

        Args:
            folder: Where it is to lie.
        """
        from sumika.ecu.memory import remember

        if self._waiting is not None:
            return ""  # what is on the disk is worth more, and its time comes
        return write_whole(folder / LEARNED, remember(self.ecu))

    def observe(self, ear: HouseEar, at: datetime, now_ns: int) -> None:
        """Tell the belief what is so.

        Args:
            ear: What was heard.
            at: On the house's own clock.
            now_ns: Present monotonic time.
        """
        from sumika.ecu import Measurements
        from sumika.ecu.first_guess import guess_first

        self._take_up(at, now_ns)
        if self._at is not None and at.timestamp() <= self._at.timestamp():
            if not self._was_set_back(at):
                return
            self._begin_anew(at)
        self._at = at
        air = ear.fresh_air(now_ns)
        votes = tuple(ear.votes)
        ear.votes.clear()
        loaded = tuple(ear.loaded)
        ear.loaded.clear()
        meter = ear.fresh_meter(now_ns)
        if meter is not None:
            self.foreteller.prices.see(at, meter.price_per_kwh, meter.carbon_g_kwh)
        measurements = Measurements(
            at=at,
            air=air,
            devices=ear.fresh_devices(now_ns),
            weather=ear.fresh_weather(now_ns),
            meter=meter,
            presence=ear.occupied(now_ns),
            activities=ear.activities(now_ns),
            votes=votes,
            loaded=loaded,
            written=ear.take_written(),
        )
        (self._policy or self.ecu).observe(measurements)
        guess_first(self.ecu.belief, air)

    def look(self, ear: HouseEar, at: datetime, now_ns: int) -> tuple[Command, ...]:
        """Return what lamps are to be told now: people do not wait for a plan.

        Args:
            ear: What was heard.
            at: On the house's own clock.
            now_ns: Present monotonic time.
        """
        from sumika.ecu import Measurements

        if self._at is None or self._was_set_back(at):
            return ()
        at = max(at, self._at, key=datetime.timestamp)
        second, does = at.timestamp(), ear.activities(now_ns)
        for room, (heart, breath) in ear.strain.rates().items():
            # Asleep everything is slower: who lies awake there would always seem strained.
            if does.get(room) != "sleep" and not self.ecu.nudging.is_night(at):
                self.ecu.resting.see(room, second, heart, breath)
        return self.ecu.look(
            Measurements(
                at=at,
                arousal=self.ecu.resting.arousal(second),
                touched=ear.strain.touched(),
                devices=tuple(state for device, state in ear.devices.items() if device in self._lamps),
                presence=ear.occupied(now_ns),
                activities=does,
            )
        )

    def _was_set_back(self, at: datetime) -> bool:
        """Return whether the clock was really set back, and does not merely stand a little behind what was said."""
        return self._at is not None and self._at.timestamp() - at.timestamp() > SET_BACK_S

    def _begin_anew(self, at: datetime) -> None:
        """Go on by another time with all that was learned: whatever waits for a time of before would wait for ever."""
        from sumika.ecu.memory import remember

        self._go_on(remember(self.ecu), at, moved=True)
        self._events += (("clock_set_back", ""),)

    def _take_up(self, at: datetime, now_ns: int) -> None:
        """Take what was learned until a time that had yet to come, once it has come, or does not come."""
        if self._waiting is None:
            return
        self._waits_ns = now_ns if self._waits_ns is None else self._waits_ns
        waited = now_ns - self._waits_ns >= seconds_to_ns(WAITS_S)
        if self._go_on(self._waiting, at, moved=waited):
            self._waiting = None

    def _go_on(self, learned: bytes, at: datetime, *, moved: bool) -> bool:
        """Go on with what was learned, where it fits, in place of all that waits for some time; return whether."""
        from sumika.ecu.memory import recall
        from sumika.ecu.modes import Deciding

        before, ecu = self.ecu, _new_ecu(self.ecu.house, self._tariff)
        if not recall(ecu, learned, at.timestamp(), moved=moved) and not moved:
            return False
        self.ecu = ecu
        self.ecu.light.drives, self.ecu.wishes = before.light.drives, before.wishes
        self._deciding = Deciding(self.ecu)
        self._policy = _policy_of(before.house, self._tariff.currency, self)
        return True

    def nudges(self, at: datetime) -> tuple["Nudged", ...]:
        """Return what is done now because of strain, room by room.

        Args:
            at: On the house's own clock.
        """
        from sumika.ecu.nudges import told

        names = {room.id: room.name or room.id for room in self.ecu.house.rooms}
        return tuple(
            Nudged(room, told(names[room], nudge, "en"), told(names[room], nudge, "ja"), nudge.until)
            for room, nudge in self.ecu.nudging.now(at).items()
            if nudge.until is not None
        )

    def news(self, stamp: Instant, origin: Origin) -> tuple[Event, ...]:
        """Return what was found since this was asked last, and what is over, as events.

        Args:
            stamp: Now.
            origin: The worst of what it rests on.
        """
        zone = None if self._at is None else self._at.tzinfo
        language = self._language
        own, self._events = self._events, ()
        events = tuple(
            Event(stamp=stamp, origin=origin, subject="plan", code=code, severity=Severity.INFO, detail=detail)
            for code, detail in own
        )
        return events + tuple(
            Event(
                stamp=stamp,
                origin=origin,
                subject=finding.suspicion.subject,
                code=finding.suspicion.fault,
                severity=Severity.INFO if finding.recovered else Severity.WARNING,
                recovered=finding.recovered,
                detail="" if finding.recovered else finding.words(language, zone),
                part=finding.suspicion.detail,
            )
            for finding in self.ecu.watch.news()
        )

    def decide(self, told: Mapping[tuple[str, str], float], at: datetime) -> "Decision":
        """Return what is to be done.

        Args:
            told: What devices said last.
            at: On the house's own clock.

        Raises:
            SumikaError: if no plan could be made.
        """
        return self._deciding.decide(self._foretold(at), told)

    def outlook(self, decision: "Decision", at: datetime, planner: str, stamp: Instant, origin: Origin) -> PlanOutlook:
        """Return the newest plan for people to see.

        Args:
            decision: What came of it.
            at: On the house's own clock.
            planner: The node.
            stamp: Now.
            origin: The worst of what it was made from.
        """
        from sumika.ecu.plan_outlook import outlook_of

        return outlook_of(self.ecu, self._foretold(at), decision, planner, stamp, origin)

    def what_if(self, room: str, offset_k: float, hours: float, at: datetime) -> "WhatIf":
        """Return what a warmer or cooler room would cost.

        Args:
            room: Which.
            offset_k: By so much warmer.
            hours: From now on.
            at: On the house's own clock.

        Raises:
            SumikaError: if no plan could be made.
        """
        from sumika.ecu.what_if import what_if

        return what_if(self.ecu, self._foretold(at), room, offset_k, hours)

    def wish(self, wish: ComfortWish, at: datetime) -> bool:
        """Hear what a resident wishes of a room; return whether that is news.

        Args:
            wish: It.
            at: On the house's own clock.
        """
        if wish.room not in self.ecu.belief.outline.index:
            return False
        before = self.ecu.wishes.rooms.get(wish.room)
        self.ecu.wishes = self.ecu.wishes.heard(wish, at)
        after = self.ecu.wishes.rooms.get(wish.room)
        if before is None or after is None:
            return before is not after
        return (before.offset_k, before.temperature_c) != (after.offset_k, after.temperature_c)

    def drive(self, drives: bool) -> None:
        """Say whether what is decided reaches devices.

        Args:
            drives: Whether it does.
        """
        self.ecu.light.drives = drives

    def _foretold(self, at: datetime) -> "HouseForecast":
        return self.foreteller.now(at, self.ecu.belief.record.rows())

    def policy_commands(self, at: datetime) -> tuple[Command, ...]:
        """Return what the distilled policy would do; nothing where there is none or it cannot say.

        Args:
            at: On the house's own clock.
        """
        if self._policy is None:
            return ()
        try:
            return self._policy.commands(self._foretold(at))
        except (SumikaError, ArithmeticError, ValueError):
            return ()


def known_tariff(house: House) -> "KnownTariff":
    """Return what is known of a house's prices beforehand.

    Args:
        house: Its tariff is one of those that are known by name.

    Raises:
        SumikaError: if there is no such tariff.
    """
    from sumika.belief.prices_ahead import KnownTariff
    from sumika.world.energy.tariffs import plan_of

    said = house.tariff or Tariff()
    plan = plan_of(said.plan)
    return KnownTariff(
        currency=plan.currency,
        hours=plan.hours,
        flat=plan.blocks[0][1] if plan.blocks and plan.market_mean <= 0.0 else None,
        feed_in=plan.feed_in if said.feed_in_per_kwh is None else said.feed_in_per_kwh,
        gas_per_kwh=plan.gas_per_kwh,
        usual=plan.adds + plan.market_mean,
    )


def _set_aside(path: Path) -> None:
    """Keep a file that cannot be used under another name: the next one is written in its place."""
    with suppress(OSError):
        path.replace(path.with_name(f"{path.name}.aside"))


def _new_ecu(house: House, tariff: "KnownTariff") -> "Ecu":
    """Return belief and planner that know nothing yet."""
    from sumika.ecu import Ecu

    # Every plan that is asked for is a new one: when to ask is the planner's process's business.
    return Ecu(
        house,
        currency=tariff.currency,
        plans_every_s=0.0,
        guarded=False,
        gas_per_kwh=tariff.gas_per_kwh or None,
    )


def _policy_of(house: House, currency: str, thinking: Thinking) -> "PolicyController | None":
    """Return the distilled policy on the same belief; None where none that is good enough is shipped."""
    from sumika.ecu.policy_controller import PolicyController
    from sumika.plan.policy import load_policy

    try:
        policy = load_policy()
        if not policy.card.is_kept:
            return None
        return PolicyController(house, currency=currency, policy=policy, ecu=thinking.ecu)
    except SumikaError:
        return None
