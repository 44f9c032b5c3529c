"""The house's own computer in Home Assistant: mode, plan, savings, meter, health; and each radar's health."""

from collections.abc import Iterator
from typing import Any

from sumika.bridge.announcing import Announcing
from sumika.bridge.entity import Entity, HomeDevice
from sumika.bridge.known import Known
from sumika.bridge.measured import METER, sensor
from sumika.bridge.people_here import PeopleHere
from sumika.bridge.places import ECU, radar_subject
from sumika.schema import (
    AlarmCause,
    AlarmState,
    ControlLevel,
    MeterSample,
    Mode,
    ModeReport,
    NodeHealth,
    NodeState,
    NodeStatistics,
    PlanReport,
    SavedAnswer,
)
from sumika.schema.house import House, Radar
from sumika.schema.house_meters import HouseMeters
from sumika.units import NANOSECONDS_PER_SECOND

_DIAGNOSTIC = {"entity_category": "diagnostic"}
_NOISY = {**_DIAGNOSTIC, "enabled_by_default": False}
_LONGEST_STATE = 255
"""Letters of a state in Home Assistant."""

ALARM = "alarm"
"""The node that raises alarms."""

MOST_ALARMS = 10

ABOUT_PEOPLE = frozenset(
    {
        AlarmCause.SUSPECTED_FALL,
        AlarmCause.NOT_BACK_IN_BED,
        AlarmCause.LONG_IN_BATHROOM,
        AlarmCause.NO_MOVEMENT,
    }
)
"""Alarms that say something of somebody's body or day."""

_ILL = frozenset({NodeState.BACKING_OFF, NodeState.DEGRADED})


def currency_of(house: House) -> str:
    """Return the currency that a house counts in."""
    plan = house.tariff.plan if house.tariff is not None else ""
    return "EUR" if plan.endswith("_eu") else "JPY"


def ecu_device(about: Announcing) -> HomeDevice:
    """Return the house's computer as Home Assistant is told of it."""
    return HomeDevice(
        id=ECU,
        name=about.titled(about.house.name),
        model=about.say("bridge.model.ecu"),
        entities=(*_plan(about), *_alarms(about), *_meter(about), *_health(about)),
    )


def _plan(about: Announcing) -> Iterator[Entity]:
    yield about.entity(ECU, "people", "sensor", "bridge.people", state_class="measurement", icon="mdi:account-group")
    if not about.plans:
        return
    modes = [mode.value for mode in Mode]
    if about.obeys:
        command = {"command_topic": about.places.command(ECU, "mode"), "options": modes}
        yield about.entity(ECU, "mode", "select", "bridge.mode", icon="mdi:steering", **command)
    else:
        yield about.entity(
            ECU, "mode", "sensor", "bridge.mode", device_class="enum", options=modes, icon="mdi:steering"
        )
    attributes = about.attributes(ECU, "actions", "follows", "note")
    yield about.entity(ECU, "next", "sensor", "bridge.next", icon="mdi:calendar-clock", **attributes)
    money = {
        "device_class": "monetary",
        "unit_of_measurement": currency_of(about.house),
        "suggested_display_precision": 0,
    }
    spent = about.attributes(ECU, "saved_sigma", "spent", "energy_kwh")
    yield about.entity(ECU, "saved", "sensor", "bridge.saved", **money, **spent)
    yield about.entity(ECU, "ahead", "sensor", "bridge.ahead", **money)
    levels = [level.value for level in ControlLevel]
    yield about.entity(ECU, "level", "sensor", "bridge.level", device_class="enum", options=levels, **_DIAGNOSTIC)


def _alarms(about: Announcing) -> Iterator[Entity]:
    if about.house.alarms is None:
        return
    attributes = about.attributes(ECU, "alarms")
    yield about.entity(ECU, "alarm", "binary_sensor", "bridge.alarm", device_class="safety", **attributes)
    if about.places.settings.hands:
        for key, icon in (("acknowledge", "mdi:account-check"), ("all_well", "mdi:check-circle")):
            yield Entity(
                key=key,
                platform="button",
                name=about.say(f"bridge.{key}"),
                subject=ECU,
                config={"command_topic": about.places.command(ECU, key), "icon": icon},
            )


def _meter(about: Announcing) -> Iterator[Entity]:
    seen = {name for names in about.seen.values() for name in names}
    for one in METER:
        if one.field in seen:
            yield about.entity(ECU, one.key, one.platform, one.text, **one.config)


def _health(about: Announcing) -> Iterator[Entity]:
    faults = about.attributes(ECU, "faults")
    yield about.entity(
        ECU, "problem", "binary_sensor", "bridge.problem", device_class="problem", **_DIAGNOSTIC, **faults
    )
    yield about.entity(ECU, "load", "sensor", "bridge.load", **sensor("%", 0), **_NOISY)
    yield about.entity(ECU, "memory", "sensor", "bridge.memory", **sensor("MB", 0, "data_size"), **_NOISY)
    update: dict[str, Any] = {"value_template": "{{ value_json.versions | tojson }}", **_DIAGNOSTIC}
    if about.places.settings.hands:
        restart = about.places.command(ECU, "restart")
        update |= {"command_topic": restart, "payload_install": "PRESS"}
        yield Entity(
            key="restart",
            platform="button",
            name=about.say("bridge.restart"),
            subject=ECU,
            config={"command_topic": restart, "device_class": "restart", "entity_category": "config"},
        )
    yield about.entity(ECU, "versions", "update", "bridge.update", **update)


def radar_device(radar: Radar, about: Announcing) -> HomeDevice:
    """Return a radar as Home Assistant is told of it.

    Args:
        radar: Which.
        about: What decides.
    """
    subject = radar_subject(radar.id)
    room = next((one.name or one.id for one in about.house.rooms if one.id == radar.room), "")
    sees = about.entity(
        subject,
        "works",
        "binary_sensor",
        "bridge.sees",
        device_class="connectivity",
        **_DIAGNOSTIC,
        **about.attributes(subject, "fault"),
    )
    frames = about.entity(subject, "frames", "sensor", "bridge.frames", **sensor("Hz", 1, "frequency"), **_NOISY)
    return HomeDevice(
        id=subject,
        name=about.titled(about.say("bridge.radar", name=radar.id.replace("_", " "))),
        model=about.say("bridge.model.radar", model=radar.model),
        area=room,
        entities=(sees, frames),
    )


class EcuStates:
    """Says how the house's computer and its radars are.

    Attributes:
        meters: What the house's meters said.
        saved: What was answered last on what was saved.
        versions: The version that runs, and the one that the next start would run.
    """

    def __init__(self, house: House, known: Known, people: PeopleHere, *, language: str) -> None:
        """Read from there.

        Args:
            house: As described.
            known: What was heard.
            people: Who is where.
            language: Of reasons.
        """
        self._house, self._known, self._people, self._language = house, known, people, language
        self._currency = currency_of(house)
        self._frames: dict[str, tuple[int, int, float | None]] = {}
        self.meters = HouseMeters(house)
        self.saved: SavedAnswer | None = None
        self.versions: tuple[str, str] | None = None

    def ecu(self, mode: str, nothing: str, *, hidden: bool) -> dict[str, Any]:
        """Return how the house's computer is.

        Args:
            mode: Just answered; empty: as it was heard.
            nothing: What the next action is called where there is none.
            hidden: Whether people's bodies are nobody's business now.
        """
        heard = next(self._known.every(ModeReport), None)
        return {
            "people": self._people.everybody(),
            "mode": mode or (heard.mode if heard is not None else None),
            **self._alarmed(hidden=hidden),
            **self._planned(nothing),
            **self._saved(),
            **self._metered(),
            **self._healthy(),
            "versions": self._versions(),
        }

    def open_alarms(self, *, hidden: bool) -> tuple[AlarmState, ...]:
        """Return the alarms that somebody has to look after, the oldest first.

        Args:
            hidden: Whether those about people are left out.
        """
        told = (one for one in self._known.every(AlarmState) if one.is_open)
        seen = (one for one in told if not (hidden and one.cause in ABOUT_PEOPLE))
        return tuple(sorted(seen, key=lambda one: (one.since_unix_s, one.id)))

    def _alarmed(self, *, hidden: bool) -> dict[str, Any]:
        """Return whether there is an alarm; None where who would raise it does not run."""
        found = self.open_alarms(hidden=hidden)
        health = self._known.fresh(NodeHealth, ALARM)
        watched = health is not None and health.state is NodeState.RUNNING
        japanese = self._language == "ja"
        return {
            "alarm": "ON" if found else "OFF" if watched else None,
            "alarms": [
                {
                    "id": one.id,
                    "cause": one.cause.value,
                    "room": one.room,
                    "stage": one.stage.value,
                    "test": one.test,
                    "words": one.words_ja if japanese else one.words,
                }
                for one in found[:MOST_ALARMS]
            ],
        }

    def _planned(self, nothing: str) -> dict[str, Any]:
        plan = next(self._known.every(PlanReport), None)
        if plan is None:
            return dict.fromkeys(("next", "actions", "follows", "note", "ahead", "level"))
        japanese = self._language == "ja"
        reasons = [action.why_ja if japanese else action.why for action in plan.actions]
        saving = None
        if plan.plan_cost is not None and plan.simple_cost is not None and plan.currency == self._currency:
            saving = round(plan.simple_cost - plan.plan_cost)
        return {
            "next": (reasons[0] if reasons else nothing)[:_LONGEST_STATE],
            "actions": [
                {"device": one.device, "action": one.action, "value": round(one.value, 2), "why": why}
                for one, why in zip(plan.actions[:5], reasons, strict=False)
            ],
            "follows": plan.follows,
            "note": (plan.note_ja if japanese else plan.note)[:_LONGEST_STATE],
            "ahead": saving,
            "level": plan.level.value,
        }

    def _saved(self) -> dict[str, Any]:
        saved = self.saved
        if saved is None or saved.saved is None or saved.currency != self._currency:
            return dict.fromkeys(("saved", "saved_sigma", "spent", "energy_kwh"))
        return {
            "saved": round(saved.saved),
            "saved_sigma": _rounded(saved.sigma),
            "spent": _rounded(saved.spent),
            "energy_kwh": _rounded(saved.energy_kwh),
        }

    def _metered(self) -> dict[str, Any]:
        told = self.meters.together(lambda sample: self._known.fresh(MeterSample, sample.meter) is not None)
        values = ((one, getattr(told, one.field, None)) for one in METER)
        return {one.key: None if value is None else one.shown(value) for one, value in values}

    def _healthy(self) -> dict[str, Any]:
        nodes = list(self._known.every(NodeHealth))
        if not nodes:
            return dict.fromkeys(("problem", "faults", "load", "memory"))
        ill = {one.node: (one.fault or one.state.value)[:_LONGEST_STATE] for one in nodes if one.state in _ILL}
        load = sum(one.core_share or 0.0 for one in nodes)
        return {
            "problem": "ON" if ill else "OFF",
            "faults": ill,
            "load": round(100.0 * load / 5.0) * 5,
            "memory": round(sum(one.memory_mb or 0.0 for one in nodes) / 10.0) * 10,
        }

    def _versions(self) -> dict[str, str] | None:
        if self.versions is None:
            return None
        runs, installed = self.versions
        return {"installed_version": runs, "latest_version": installed}

    def radar(self, radar: Radar) -> dict[str, Any]:
        """Return how a radar is.

        Args:
            radar: Which.
        """
        health = self._known.fresh(NodeHealth, f"sensor.{radar.id}")
        rate_hz = self._rate_hz(radar)
        works = None
        if health is not None:
            works = "ON" if health.state is NodeState.RUNNING and rate_hz != 0.0 else "OFF"
        return {"works": works, "fault": health.fault if health is not None else "", "frames": rate_hz}

    def _rate_hz(self, radar: Radar) -> float | None:
        """Return how many frames come of a radar, from two counts of what its process published."""
        counted = self._known.fresh(NodeStatistics, f"sensor.{radar.id}")
        if counted is None:
            self._frames.pop(radar.id, None)
            return None
        now = (counted.stamp.monotonic_ns, counted.published)
        before = self._frames.get(radar.id, (*now, None))
        seconds = (now[0] - before[0]) / NANOSECONDS_PER_SECOND
        if seconds <= 0:
            self._frames[radar.id] = before
            return before[2]
        rate_hz = float(round(max(0, now[1] - before[1]) / seconds))
        self._frames[radar.id] = (*now, rate_hz)
        return rate_hz


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
