"""What the page asks of the house, what it is told of the past, and whose word counts."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from sumika.clock import Instant, SimulatedClock
from sumika.dashboard import RefusedError, Role, all_operations
from sumika.dashboard.export import ExportQuery
from sumika.dashboard.operations import Call
from sumika.dashboard.roles import viewer_of
from sumika.history import History, Records
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AirSample,
    AlarmBeforeRequest,
    AlarmsRequest,
    CancelAlarmRequest,
    DeleteLogsRequest,
    DeviceState,
    Event,
    ForgetAnswer,
    ForgetRequest,
    ModeReport,
    MoodRequest,
    NodeHealth,
    NodeState,
    Origin,
    Ruling,
    SavedAnswer,
    SetComfortWishRequest,
    SetModeAnswer,
    SetModeRequest,
    Severity,
    TrackKind,
    TryAlarmRequest,
    Verdict,
    VoteRequest,
    WishDeviceRequest,
)
from sumika.schema.control import GateRule
from tests.page_helpers import NOW_S, PASSWORD, Played, quick_passwords
from tests.unit.test_page_feed import STAMP, breath, posture, presence, tracks

pytestmark = pytest.mark.slow


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)


def test_wishes_go_out_in_the_name_of_who_made_them(played: Played) -> None:
    hanako = played.user("h.", Role.RESIDENT, "hanako")
    assert hanako.post("/api/vote", json={"room": "living", "sensation": -1.5}).status_code == 200
    assert hanako.post("/api/mood", json={"pleasant": 1}).status_code == 200
    assert hanako.post("/api/wish", json={"device": "fan", "action": "level", "value": 0.5}).status_code == 200
    assert hanako.post("/api/comfort", json={"room": "living", "offset_k": 1, "hours": 2}).status_code == 200
    assert hanako.post("/api/mode", json={"mode": "drive"}).json()["mode"] == "drive"
    assert [question for _, question in played.bus.asked] == [
        VoteRequest(room="living", sensation=-1.5, resident="hanako"),
        MoodRequest(pleasant=1.0, resident="hanako"),
        WishDeviceRequest(device="fan", action="level", value=0.5, resident="hanako"),
        SetComfortWishRequest(room="living", offset_k=1.0, hours=2.0, resident="hanako"),
        SetModeRequest(mode="drive", resident="hanako"),
    ]


def test_a_refusal_of_the_house_is_told_as_one(played: Played) -> None:
    played.bus.answers["set_mode"] = SetModeAnswer(accepted=False, problem="no such mode", problem_ja="ありません")
    answer = played.owner().post("/api/mode", json={"mode": "fly"})
    assert answer.status_code == 422
    assert answer.json()["problem"] == "no such mode"
    assert answer.json()["problem_ja"] == "ありません"


def test_a_node_that_does_not_answer_is_named(played: Played) -> None:
    owner = played.owner()
    played.bus.silent = True
    answer = owner.post("/api/vote", json={"room": "living", "sensation": 1})
    assert answer.status_code == 503
    assert "wishes" in answer.json()["problem"]
    assert answer.headers["retry-after"]
    assert owner.get("/api/today").json()["saved"] is None
    asked = len(played.bus.asked)
    owner.get("/api/today")
    assert len(played.bus.asked) == asked
    played.bus.silent = False
    played.later(31.0)
    assert owner.get("/api/today").json()["saved"]["accepted"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/vote", {"room": "living", "sensation": 4}),
        ("/api/mood", {"pleasant": 3}),
        ("/api/comfort", {"room": "living", "offset_k": 50}),
        ("/api/what-if", {"room": "living", "offset_k": 1, "hours": -1}),
        ("/api/wish", {"device": "", "action": "level", "value": 1}),
        ("/api/guest", {"until": -1}),
        ("/api/mode", {}),
        ("/api/mode", []),
    ],
)
def test_what_cannot_be_is_not_passed_on(played: Played, path: str, body: object) -> None:
    assert played.owner().post(path, json=body).status_code == 400
    assert played.bus.asked == []


def test_the_card_says_how_it_stands(played: Played) -> None:
    owner = played.owner()
    played.bus.answers["saved"] = SavedAnswer(accepted=True, currency="JPY", saved=2140.0, sigma=600.0)
    for co2_ppm, room in ((600.0, "living"), (1200.0, "bedroom")):
        played.say(
            AirSample(
                stamp=STAMP, origin=Origin.SIMULATED, sensor=f"{room}_air", room=room, co2_ppm=co2_ppm, temperature_c=20
            )
        )
    for message in (
        presence(),
        tracks(TrackKind.PET, TrackKind.ROBOT),
        posture(),
        ModeReport(stamp=STAMP, origin=Origin.LIVE, source="gate", mode="drive"),
    ):
        played.say(message)
    card = owner.get("/api/today").json()
    assert card["saved"]["saved"] == 2140.0
    assert (card["air"], card["air_room"], card["co2_ppm"]) == ("stale", "bedroom", 1200.0)
    assert (card["people"], card["lying"], card["mode"], card["simulated"]) == (1, 1, "drive", True)
    assert card["rooms_with_people"] == ["bedroom"]
    guest = played.user("guest", Role.GUEST).get("/api/today").json()
    assert guest["saved"] is None
    assert guest["lying"] is None
    assert guest["alarms"] == []


def test_what_is_not_known_is_not_said_to_be_good(played: Played) -> None:
    card = played.owner().get("/api/today").json()
    assert card["air"] == "unknown"
    assert card["people"] is None
    for bodies, people in ((tracks().tracks, 1), ((), None)):  # who is seen is there; others may be in a blind room
        played.say(msgspec.structs.replace(tracks(), tracks=bodies, blind=("living",)))
        assert played.owner().get("/api/today").json()["people"] == people
    assert card["temperature_c"] is None


def _lived(folder: Path) -> None:
    """Write an hour of a house."""
    clock = SimulatedClock(Instant(1, round(NOW_S * 1e9), "boot"))
    with History(folder, clock, {"bedroom": ("hanako",), "study": ("taro",), "living": ()}) as history:
        for second in range(3600):
            at_ns = round((NOW_S - 3600 + second) * 1e9)
            history.add("bedroom", "respiration.rate_bpm", at_ns, 14.0 + second % 3, Origin.LIVE)
            history.add("living", "presence.probability", at_ns, 0.5, Origin.LIVE)
        history.flush()
    with Records(folder, clock) as records:
        alarm = Event(stamp=STAMP, origin=Origin.LIVE, subject="gate", code="node_degraded", severity=Severity.ALARM)
        records.record_event(alarm)
        verdict = Verdict(
            stamp=STAMP,
            origin=Origin.LIVE,
            device="fan",
            action="level",
            asked=1.0,
            written=None,
            asked_by="plan",
            ruling=Ruling.VETOED,
            rule=GateRule.NOT_YET,
        )
        records.record((verdict,))


def test_the_past_is_plotted_for_those_who_may_see_it(played: Played) -> None:
    _lived(played.folder / "history")
    owner, taro = played.owner(), played.user("taro", Role.RESIDENT, "taro")
    asked: dict[str, str | float] = {
        "subject": "bedroom",
        "signal": "respiration.rate_bpm",
        "from": NOW_S - 4000,
        "to": NOW_S,
        "points": 100,
    }
    plot = owner.get("/api/history", params=asked).json()
    assert 20 <= len(plot["t"]) <= 100
    assert len({len(plot[name]) for name in ("t", "mean", "min", "max")}) == 1
    assert min(plot["min"]) == pytest.approx(14.0)
    assert max(plot["max"]) == pytest.approx(16.0)
    assert (plot["unit"], plot["origin"]) == ("1/min", "live")
    assert taro.get("/api/history", params=asked).status_code == 403
    assert [one["subject"] for one in taro.get("/api/signals").json()["signals"]] == ["living"]
    assert {one["subject"] for one in owner.get("/api/signals").json()["signals"]} == {"bedroom", "living"}
    backwards = owner.get("/api/history", params={**asked, "to": NOW_S - 5000})
    assert backwards.status_code == 400
    assert owner.get("/api/history", params={**asked, "nonsense": 1}).status_code == 400


def test_records_are_told_newest_first_and_alarms_stay_until_they_end(played: Played) -> None:
    _lived(played.folder / "history")
    owner = played.owner()
    assert [one["code"] for one in owner.get("/api/events").json()["events"]] == ["node_degraded"]
    assert owner.get("/api/events", params={"severity": "info"}).json()["events"] == []
    assert owner.get("/api/events", params={"severity": "loud"}).status_code == 400
    assert [one["device"] for one in owner.get("/api/verdicts").json()["verdicts"]] == ["fan"]
    assert [one["code"] for one in owner.get("/api/today").json()["alarms"]] == ["node_degraded"]


def test_everything_of_ones_own_can_be_taken_along(played: Played) -> None:
    _lived(played.folder / "history")
    hanako = played.user("hanako", Role.RESIDENT, "hanako")
    with zipfile.ZipFile(io.BytesIO(hanako.get("/api/export").content)) as archive:
        names = archive.namelist()
        assert "bedroom/respiration.rate_bpm.live.csv" in names
        rows = archive.read("bedroom/respiration.rate_bpm.live.csv").decode().splitlines()
    assert rows[0] == "unix_s,mean_1/min,min_1/min,max_1/min"
    assert 60 <= len(rows) - 1 <= 61  # minute by minute
    taro = played.user("taro", Role.RESIDENT, "taro")
    with zipfile.ZipFile(io.BytesIO(taro.get("/api/export").content)) as archive:
        assert not any(name.startswith("bedroom/respiration") for name in archive.namelist())
        assert archive.testzip() is None
    for days in (0, 401, "x"):
        assert hanako.get("/api/export", params={"days": days}).status_code == 400
    assert hanako.get("/api/export", params={"days": 1}).status_code == 200


def test_one_takes_everything_along_at_a_time_and_one_that_is_not_read_makes_room(played: Played) -> None:
    _lived(played.folder / "history")
    rows = {row.path: row for row in all_operations(played.parts)}
    call = Call(
        viewer=viewer_of("owner", Role.OWNER, (), session="x"),
        address="",
        request=Request({"type": "http"}),
        query=ExportQuery(days=30),
    )

    def begun() -> AsyncIterator[bytes]:
        answer = rows["/api/export"].handler(call)
        assert isinstance(answer, StreamingResponse)
        pieces = aiter(answer.body_iterator)
        return cast("AsyncIterator[bytes]", pieces)

    async def take() -> None:
        first = begun()
        beginning = await anext(first)
        with pytest.raises(RefusedError, match="just now") as busy:
            begun()
        assert (busy.value.status, busy.value.wait_s) == (429, 30.0)
        played.later(59.0)
        assert beginning + await anext(first)
        played.later(59.0)
        with pytest.raises(RefusedError):
            begun()
        played.later(2.0)
        second = begun()
        await anext(second)
        with pytest.raises(ConnectionAbortedError):
            await anext(first)
        assert [piece async for piece in second][-1]
        assert [piece async for piece in begun()][-1]

    asyncio.run(take())


def test_residents_consent_for_themselves_and_take_it_back(played: Played) -> None:
    hanako, carer = played.user("hanako", Role.RESIDENT, "hanako"), played.user("carer", Role.CARER)
    played.say(breath())
    assert carer.get("/api/state").json()["messages"] == []
    agreed = hanako.post("/api/consent", json={"resident": "hanako", "carers": ["carer"]})
    assert agreed.json()["changed_by"] == "hanako"
    assert [found[0] for found in carer.get("/api/state").json()["messages"]] == ["respiration"]
    assert hanako.post("/api/consent", json={"resident": "taro", "carers": ["carer"]}).status_code == 403
    assert hanako.post("/api/consent", json={"resident": "hanako", "carers": ["owner"]}).status_code == 422
    hanako.post("/api/consent", json={"resident": "hanako"})
    assert carer.get("/api/state").json()["messages"] == []
    assert [one["resident"] for one in hanako.get("/api/consent").json()["consents"]] == ["hanako"]


def test_what_was_agreed_with_a_carer_ends_with_their_account(played: Played) -> None:
    hanako, owner = played.user("hanako", Role.RESIDENT, "hanako"), played.owner()
    agreed = {"resident": "hanako", "carers": ["nurse"], "wellbeing": True}

    def new_nurse() -> None:
        assert (
            owner.post("/api/users", json={"name": "nurse", "password": PASSWORD, "role": "carer"}).status_code == 200
        )

    def carers() -> list[str]:
        (consent,) = hanako.get("/api/consent").json()["consents"]
        assert consent["wellbeing"]
        return list(consent["carers"])

    new_nurse()
    hanako.post("/api/consent", json=agreed)
    assert carers() == ["nurse"]
    # A machine that is called the same is not who was meant.
    assert not played.parts.hears_of(viewer_of("nurse", Role.CARER, (), token="x"))("respiration", "bedroom")
    assert played.parts.hears_of(viewer_of("nurse", Role.CARER, (), session="x"))("respiration", "bedroom")
    owner.delete("/api/users/nurse")
    assert carers() == []
    new_nurse()
    assert not played.parts.hears_of(viewer_of("nurse", Role.CARER, (), session="x"))("respiration", "bedroom")
    hanako.post("/api/consent", json=agreed)
    owner.patch("/api/users/nurse", json={"role": "guest"})
    owner.patch("/api/users/nurse", json={"role": "carer"})
    assert carers() == []
    hanako.post("/api/consent", json=agreed)
    played.parts.accounts.remove("nurse")  # by whatever other way
    new_nurse()
    assert carers() == []


def test_a_resident_is_forgotten_when_they_say_so(played: Played) -> None:
    hanako = played.user("hanako", Role.RESIDENT, "hanako")
    played.bus.answers["forget"] = ForgetAnswer(accepted=True, keys=1)
    assert hanako.post("/api/residents/taro/forget").status_code == 403
    assert hanako.post("/api/residents/hanako/forget").json()["keys"] == 1
    assert played.bus.asked == [("forget", ForgetRequest(resident="hanako"))]
    assert played.owner().post("/api/residents/nobody/forget").status_code == 404


def test_the_log_which_holds_everybody_is_deleted_when_a_resident_says_so(played: Played) -> None:
    hanako, carer = played.user("hanako", Role.RESIDENT, "hanako"), played.user("carer", Role.CARER)
    assert hanako.post("/api/logs/delete", json={"from": 1000.0, "to": 2000.0}).status_code == 200
    assert hanako.post("/api/logs/delete", json={}).status_code == 200
    assert hanako.post("/api/logs/delete", json={"from": 2000.0, "to": 1000.0}).status_code == 400
    assert carer.post("/api/logs/delete", json={}).status_code == 403
    assert [question for _, question in played.bus.asked] == [
        DeleteLogsRequest(from_unix_s=1000.0, to_unix_s=2000.0),
        DeleteLogsRequest(),
    ]


def test_sensing_rests_as_long_as_was_asked(played: Played) -> None:
    owner = played.owner()
    told = owner.post("/api/sensing", json={"paused_until": NOW_S + 60}).json()
    assert told["paused"]
    assert told["paused_until"] == pytest.approx(NOW_S + 60)
    assert played.parts.privacy.now().hides_bodies
    played.later(61.0)
    assert not owner.get("/api/sensing").json()["paused"]
    assert owner.post("/api/guest", json={"until": NOW_S + 3600}).json()["guests"]
    assert not owner.post("/api/guest", json={"until": None}).json()["guests"]


def test_figures_for_machines_hold_nothing_of_a_body(played: Played) -> None:
    for message in (presence(), breath()):
        played.say(message)
    played.say(NodeHealth(stamp=STAMP, origin=Origin.LIVE, node="gate", state=NodeState.RUNNING, restarts=2))
    for role in (Role.CARER, Role.RESIDENT):
        text = played.machine(role).get("/metrics").text
        assert 'sumika_node_running{node="gate"} 1.0' in text
        assert 'sumika_node_restarts_total{node="gate"} 2.0' in text
        assert "respiration" not in text
    assert 'sumika_presence_probability{room="bedroom"} 0.9' in text


def test_who_is_at_home_and_draws_what_is_the_households(played: Played) -> None:
    played.say(msgspec.structs.replace(presence(), range_m=1.5))
    played.say(
        DeviceState(
            stamp=STAMP,
            origin=Origin.LIVE,
            device="kettle",
            values={"power": 1.0, "drawn_w": 1200.0, "energy_kwh": 3.0},
            power_w=1200.0,
        )
    )
    drawn = 'sumika_device_power_watts{device="kettle"} 1200.0'
    assert drawn in played.machine(Role.RESIDENT).get("/metrics").text
    figures = played.machine(Role.CARER).get("/metrics").text
    assert "watts" not in figures
    assert "presence" not in figures
    for role in (Role.CARER, Role.GUEST):
        told = {found[0]: found[2] for found in played.machine(role).get("/api/state").json()["messages"]}
        assert told["device_state"]["values"] == {"power": 1.0}
        assert told["device_state"].get("power_w") is None
        assert (told["presence"].get("range_m") is None) is (role is Role.GUEST)


def test_guests_see_nothing_of_the_past_but_the_weather(played: Played) -> None:
    _lived(played.folder / "history")
    guest, carer, owner = played.user("guest", Role.GUEST), played.user("carer", Role.CARER), played.owner()
    query: dict[str, str | float] = {"from": NOW_S - 3600, "to": NOW_S + 10, "points": 10}
    signals = {(one["subject"], one["signal"]) for one in owner.get("/api/signals").json()["signals"]}
    assert ("living", "presence.probability") in signals
    assert guest.get("/api/signals").json()["signals"] == []
    for signal in ("presence.probability", "air.co2_ppm", "device_state.power_w"):
        answer = guest.get("/api/history", params={**query, "subject": "bedroom", "signal": signal})
        assert answer.status_code == 403
        assert "household" in answer.json()["problem"]
    assert (
        guest.get("/api/history", params={**query, "subject": "sky", "signal": "weather.wind_m_s"}).status_code == 200
    )
    watts: dict[str, str | float] = {**query, "subject": "kettle", "signal": "device_state.power_w"}
    assert carer.get("/api/history", params=watts).status_code == 403
    assert carer.get("/api/history", params={**watts, "signal": "presence.probability"}).status_code == 200
    assert owner.get("/api/history", params=watts).status_code == 200


def test_alarms_are_taken_care_of_by_name(played: Played) -> None:
    carer, guest = played.user("carer", Role.CARER), played.user("guest", Role.GUEST)
    assert carer.get("/api/alarms").json()["alarms"] == []
    assert carer.post("/api/alarms/a1/acknowledge").status_code == 200
    assert carer.post("/api/alarms/a1/cancel").status_code == 200
    assert carer.post("/api/alarms/test", json={"cause": "suspected_fall", "room": "bedroom"}).status_code == 200
    assert carer.get("/api/alarms/a1/before").status_code == 200
    assert [question for _, question in played.bus.asked] == [
        AlarmsRequest(),
        AcknowledgeAlarmRequest(alarm="a1", by="carer"),
        CancelAlarmRequest(alarm="a1", by="carer"),
        TryAlarmRequest(cause="suspected_fall", room="bedroom", by="carer"),
        AlarmBeforeRequest(alarm="a1"),
    ]
    assert guest.get("/api/alarms").status_code == 403
    assert guest.post("/api/alarms/a1/acknowledge").status_code == 403


def test_a_scan_runs_beside_and_says_what_it_found(tmp_path: Path) -> None:
    found = [{"connection": "home", "id": "lamp"}]
    owner = Played(tmp_path, scan=lambda: found).owner()
    assert owner.get("/api/scan").json()["finished_unix_s"] is None
    owner.post("/api/scan")
    for _ in range(1000):
        state = owner.get("/api/scan").json()
        if not state["running"]:
            break
    assert state["found"] == found


def test_students_are_shown_with_card_and_bill(played: Played) -> None:
    folder = played.folder / "models" / "fall"
    folder.mkdir(parents=True)
    (folder / "card.md").write_text("# Falls", encoding="utf-8")
    (folder / "bill.json").write_text('{"yen": 12}', encoding="utf-8")
    (folder / "student.onnx").write_bytes(b"x" * 1000)
    (model,) = played.owner().get("/api/models").json()["models"]
    assert (model["name"], model["card"], model["bill"]) == ("fall", "# Falls", {"yen": 12})
    assert model["bytes"] > 1000
