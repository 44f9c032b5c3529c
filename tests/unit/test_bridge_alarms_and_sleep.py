"""Alarms and sleep in Home Assistant: told while known and somebody's business, and taken care of by a press."""

from sumika.bridge import TurnedAway
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AlarmCause,
    AlarmStage,
    AlarmState,
    CancelAlarmRequest,
    NodeHealth,
    NodeState,
    Reason,
    Sleep,
    SleepKind,
)
from tests.bridge_helpers import played_house
from tests.bus_helpers import STAMP
from tests.unit.test_bridge_discovery import ROOT, bridge_of
from tests.unit.test_bridge_states import LIVE, Watched


def slept(kind: SleepKind | None) -> Sleep:
    return Sleep(**LIVE, room="bedroom", valid=kind is not None, reason=Reason.MEASURED, kind=kind)


def test_sleep_is_told_while_it_is_known_and_somebodys_business() -> None:
    watched = Watched()
    watched.hears(slept(SleepKind.ASLEEP))
    assert watched.after()["room_bedroom"]["sleep"] == "asleep"
    watched.bridge.hidden = True
    assert watched.after()["room_bedroom"]["sleep"] is None
    watched.bridge.hidden = False
    watched.hears(slept(None))
    assert watched.after()["room_bedroom"]["sleep"] is None
    watched.hears(slept(SleepKind.AWAKE))
    assert watched.after(90.0)["room_bedroom"]["sleep"] is None


def alarmed(name: str, cause: AlarmCause, stage: AlarmStage = AlarmStage.PROMPT) -> AlarmState:
    return AlarmState(**LIVE, id=name, cause=cause, stage=stage, since_unix_s=1.0, words=f"{name} is open")


def test_alarms_are_told_while_they_are_open_and_unknown_where_nobody_watches() -> None:
    watched = Watched()
    assert watched.after()["ecu"]["alarm"] is None
    watched.hears(NodeHealth(**LIVE, node="alarm", state=NodeState.RUNNING))
    assert watched.after(1.0)["ecu"]["alarm"] == "OFF"
    watched.hears(alarmed("b", AlarmCause.SUSPECTED_FALL), alarmed("a", AlarmCause.RADAR_BLIND))
    state = watched.after()["ecu"]
    assert state["alarm"] == "ON"
    assert [(one["id"], one["words"]) for one in state["alarms"]] == [("a", "a is open"), ("b", "b is open")]
    watched.bridge.hidden = True
    assert [one["id"] for one in watched.after()["ecu"]["alarms"]] == ["a"]
    watched.hears(
        alarmed("a", AlarmCause.RADAR_BLIND, AlarmStage.OVER), NodeHealth(**LIVE, node="alarm", state=NodeState.RUNNING)
    )
    assert watched.after()["ecu"]["alarm"] == "OFF"
    # An alarm is said again every few seconds: one that is not any more went with who said it.
    watched.bridge.hidden = False
    assert watched.after(30.0)["ecu"]["alarm"] is None


def test_a_press_takes_care_of_every_open_alarm_and_of_none_that_is_not_told() -> None:
    bridge = bridge_of(played_house())
    now_ns = STAMP.monotonic_ns
    for one in (alarmed("a", AlarmCause.SUSPECTED_FALL), alarmed("b", AlarmCause.RADAR_BLIND)):
        bridge.hear(one, now_ns)

    def asked(what: str, payload: bytes = b"PRESS") -> list[object]:
        found = bridge.read(f"{ROOT}/ecu/{what}/set", payload, STAMP, retained=False)
        assert isinstance(found, tuple)
        return [one.question for one in found]

    by = "by hand in Home Assistant"
    assert asked("acknowledge") == [AcknowledgeAlarmRequest(alarm=name, by=by) for name in "ab"]
    assert asked("all_well") == [CancelAlarmRequest(alarm=name, by=by) for name in "ab"]
    bridge.hidden = True
    assert asked("acknowledge") == [AcknowledgeAlarmRequest(alarm="b", by=by)]
    bridge.hear(alarmed("b", AlarmCause.RADAR_BLIND, AlarmStage.OVER), now_ns)
    assert asked("acknowledge") == []
    assert isinstance(bridge.read(f"{ROOT}/ecu/all_well/set", b"yes", STAMP, retained=False), TurnedAway)
