"""The live feed: the newest of everything, encoded once, by role; a slow viewer slows nobody and loses no breath."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

import sumika.dashboard.live as live
from sumika.clock import Instant
from sumika.dashboard import Feed, Right, Role, Viewer, WhoSees
from sumika.dashboard.feed import Watch, Watcher
from sumika.dashboard.live import QUESTIONS_AT_ONCE
from sumika.dashboard.roles import PERSONAL, RIGHTS, SHOWN, TOPICS_OF, viewer_of
from sumika.schema import (
    TOPICS,
    ChestMotion,
    DeviceState,
    Event,
    Message,
    Origin,
    Posture,
    PostureKind,
    Presence,
    Reason,
    Respiration,
    Severity,
    SuspectedFall,
    Tracks,
)
from sumika.schema.posture import FallStage
from sumika.schema.tracks import Track, TrackKind
from tests.page_helpers import NOW_S, Played, quick_passwords

LIVE = "ws://localhost/api/live"
STAMP = Instant(5_000_000_000, round(NOW_S * 1e9), "boot")


def presence(room: str = "bedroom", probability: float = 0.9) -> Presence:
    return Presence(
        stamp=STAMP, origin=Origin.SIMULATED, room=room, valid=True, reason=Reason.MEASURED, probability=probability
    )


def breath(room: str = "bedroom", rate_bpm: float = 14.0) -> Respiration:
    return Respiration(
        stamp=STAMP, origin=Origin.LIVE, room=room, valid=True, reason=Reason.MEASURED, rate_bpm=rate_bpm
    )


def chest(displacement_mm: float) -> ChestMotion:
    return ChestMotion(
        stamp=STAMP,
        origin=Origin.LIVE,
        room="bedroom",
        valid=True,
        reason=Reason.MEASURED,
        displacement_mm=displacement_mm,
    )


def tracks(*others: TrackKind) -> Tracks:
    """Return one person on a track, and others besides."""
    place: dict[str, Any] = {"room": "bedroom", "position_m": (1.0, 1.0, 1.0), "position_sigma_m": (0.1, 0.1, 0.1)}
    bodies = tuple(Track(id=4 + number, kind=kind, **place) for number, kind in enumerate(others))
    return Tracks(stamp=STAMP, origin=Origin.LIVE, source="house", tracks=(Track(id=3, **place), *bodies))


def fall(room: str = "bedroom") -> SuspectedFall:
    return SuspectedFall(
        stamp=STAMP,
        origin=Origin.LIVE,
        source="house",
        track=3,
        room=room,
        stage=FallStage.SUSPECTED,
        probability=0.9,
        sigma=0.05,
        reason=Reason.MEASURED,
        position_m=(1.0, 1.0, 0.2),
        drop_m=0.8,
        drop_speed_m_s=2.0,
        middle_m=0.2,
        still_s=5.0,
        since_s=6.0,
    )


def posture(room: str = "bedroom", track: int = 3, at_s: float = 0.0) -> Posture:
    return Posture(
        stamp=STAMP.later(round(at_s * 1e9)),
        origin=Origin.LIVE,
        source="house",
        track=track,
        room=room,
        posture=PostureKind.LYING,
        standing=0.0,
        sitting=0.0,
        lying=1.0,
        other=0.0,
        reason=Reason.MEASURED,
    )


def heard(watcher: Watcher) -> list[list[Any]]:
    found: list[list[Any]] = msgspec.msgpack.decode(watcher.frame(0.0))["messages"]
    return found


def told(message: Message) -> Any:
    """Return a message as who reads it gets it."""
    return msgspec.json.decode(msgspec.json.encode(message))


def everything(topic: str, room: str) -> bool:
    return True


def watching(feed: Feed, *patterns: str, viewer: Viewer | None = None) -> Watcher:
    watcher = Watcher(viewer or viewer_of("owner", Role.OWNER, ()), everything)
    watcher.watch(Watch(watch=patterns))
    feed.watchers.add(watcher)
    return watcher


def say(feed: Feed, topic: str, key: str, message: Any) -> None:
    feed.take(topic, key, message, msgspec.msgpack.encode(message))


@pytest.fixture
def feed() -> Feed:
    return Feed(lambda key: key)


def test_who_reads_slowly_gets_the_newest_of_each_and_all_of_a_breath(feed: Feed) -> None:
    watcher = watching(feed, "presence", "chest_motion")
    for step in range(5):
        say(feed, "presence", "bedroom", presence(probability=step / 10))
        say(feed, "presence", "living", presence("living", step / 10))
        say(feed, "chest_motion", "bedroom", chest(step))
    found = heard(watcher)
    assert [(topic, key, body["probability"]) for topic, key, body in found if topic == "presence"] == [
        ("presence", "bedroom", 0.4),
        ("presence", "living", 0.4),
    ]
    assert [body["displacement_mm"] for topic, _, body in found if topic == "chest_motion"] == [0, 1, 2, 3, 4]
    assert heard(watcher) == []


def test_who_does_not_read_at_all_loses_the_oldest_and_is_told_how_many(feed: Feed) -> None:
    watcher = watching(feed, "chest_motion")
    for step in range(250):
        say(feed, "chest_motion", "bedroom", chest(step))
    frame = msgspec.msgpack.decode(watcher.frame(0.0))
    assert [body["displacement_mm"] for _, _, body in frame["messages"]] == list(range(150, 250))
    assert frame["lost"] == 150


def test_a_message_is_encoded_once_for_all(feed: Feed) -> None:
    say(feed, "presence", "bedroom", presence())
    (item,) = feed.latest(everything)
    owner, carer = viewer_of("owner", Role.OWNER, ()), viewer_of("carer", Role.CARER, ())
    assert item.piece(owner) is item.piece(carer)


def test_what_is_sent_says_what_was_said(feed: Feed) -> None:
    watcher = watching(feed, "*")
    say(feed, "presence", "bedroom", presence())
    assert heard(watcher) == [["presence", "bedroom", told(presence())]]


def test_a_topic_or_one_of_its_keys_can_be_watched(feed: Feed) -> None:
    watcher = watching(feed, "presence/living", "event")
    say(feed, "presence", "bedroom", presence())
    say(feed, "presence", "living", presence("living"))
    assert [found[1] for found in heard(watcher)] == ["living"]
    watcher.watch(Watch(watch=("presence/bedroom",)))
    feed.show_latest(watcher)
    assert [found[1] for found in heard(watcher)] == ["bedroom"]


def test_everybodys_posture_is_seen_and_of_who_has_gone_no_more(feed: Feed) -> None:
    watcher = watching(feed, "posture")
    for track in (3, 4, 3):
        say(feed, "posture", "house", posture(track=track))
    assert [body["track"] for _, _, body in heard(watcher)] == [3, 4]
    say(feed, "posture", "house", posture(track=4, at_s=50.0))
    say(feed, "posture", "house", posture(track=5, at_s=61.0))
    assert [item.place[2] for item in feed.latest(everything)] == [4, 5]


@pytest.mark.parametrize("max_hz", [float("nan"), float("-inf"), 0.0])
def test_a_pace_that_is_none_is_the_slowest(feed: Feed, max_hz: float) -> None:
    watcher = Watcher(viewer_of("owner", Role.OWNER, ()), lambda topic, room: True)
    watcher.watch(Watch(watch=("presence",), max_hz=max_hz))
    assert watcher.period_s == pytest.approx(10.0)


def test_no_event_is_overtaken_by_another(feed: Feed) -> None:
    watcher = watching(feed, "event")
    for code in ("first", "second"):
        event = Event(stamp=STAMP, origin=Origin.LIVE, subject="log", code=code, severity=Severity.ALARM)
        say(feed, "event", "log", event)
    assert [body["code"] for _, _, body in heard(watcher)] == ["first", "second"]


def test_a_device_that_refuses_is_still_set_as_it_said(feed: Feed) -> None:
    watcher = watching(feed, "device_state")
    said = DeviceState(stamp=STAMP, origin=Origin.LIVE, device="aircon", values={"mode": 1.0}, power_w=400.0)
    refused = DeviceState(stamp=STAMP, origin=Origin.LIVE, device="aircon", values={}, why="no answer within 5 s")
    for message, shown in (
        (refused, refused),
        (said, said),
        (refused, msgspec.structs.replace(said, why=refused.why)),
        (said, said),
    ):
        say(feed, "device_state", "aircon", message)
        assert [body for _, _, body in heard(watcher)] == [told(shown)]


def test_guests_hear_how_many_and_not_where(feed: Feed) -> None:
    watcher = watching(feed, "tracks", viewer=viewer_of("guest", Role.GUEST, ()))
    say(feed, "tracks", "house", tracks(TrackKind.PET, TrackKind.ROBOT))
    ((_, _, body),) = heard(watcher)
    assert body["count"] == 1
    assert "tracks" not in body
    assert "position" not in str(body)
    blind = msgspec.structs.replace(tracks(), tracks=(), blind=("bedroom",), reason="no_signal")
    say(feed, "tracks", "house", blind)
    ((_, _, body),) = heard(watcher)
    assert (body["count"], body["blind"], body["reason"]) == (0, ["bedroom"], "no_signal")


def test_while_residents_want_that_nothing_personal_is_shown_or_remembered(feed: Feed) -> None:
    watcher = watching(feed, "*")
    say(feed, "respiration", "bedroom", breath())
    feed.hide(hidden=True)
    say(feed, "respiration", "bedroom", breath())
    say(feed, "presence", "bedroom", presence())
    assert [item.topic for item in feed.latest(everything)] == ["presence"]
    feed.hide(hidden=False)
    heard(watcher)
    say(feed, "respiration", "bedroom", breath())
    assert [topic for topic, _, _ in heard(watcher)] == ["respiration"]


def test_what_waited_for_a_slow_viewer_is_not_shown_once_guests_are_here(tmp_path: Path) -> None:
    played = Played(tmp_path)
    viewer = viewer_of("owner", Role.OWNER, ())
    watcher = Watcher(viewer, played.parts.hears_of(viewer))
    watcher.watch(Watch(watch=("*",)))
    played.parts.feed.watchers.add(watcher)
    played.say(breath())
    played.parts.feed.hide(hidden=True)
    assert heard(watcher) == []


def test_whole_frames_and_a_simulated_worlds_truth_never_leave(feed: Feed) -> None:
    assert {"frame", "raw_frame", "truth_body", "truth_breath", "truth_world", "reference"} & SHOWN == set()
    assert set(TOPICS) >= SHOWN


@pytest.mark.parametrize("role", Role)
def test_no_role_hears_what_the_owner_does_not(role: Role) -> None:
    assert TOPICS_OF[role] <= SHOWN
    assert RIGHTS[role] <= RIGHTS[Role.OWNER]
    assert role is Role.OWNER or Right.MANAGE not in RIGHTS[role]


def test_bodies_are_seen_by_those_they_belong_to(tmp_path: Path) -> None:
    played = Played(tmp_path)
    sees = WhoSees(played.parts.house)
    hanako = viewer_of("hanako", Role.RESIDENT, ("hanako",))
    carer, guest = viewer_of("carer", Role.CARER, ()), viewer_of("guest", Role.GUEST, ())
    for topic in PERSONAL & TOPICS_OF[Role.CARER] - {"suspected_fall"}:
        assert sees.hears(hanako, topic, "bedroom", ())
        assert not sees.hears(hanako, topic, "study", ())
        assert sees.hears(hanako, topic, "living", ())  # nobody's own: the household's
        assert not sees.hears(carer, topic, "bedroom", ())
        assert sees.hears(carer, topic, "bedroom", ("hanako",))
        assert not sees.hears(carer, topic, "living", ("hanako",))
        assert sees.hears(carer, topic, "living", ("hanako", "taro"))
        assert not sees.hears(guest, topic, "bedroom", ("hanako", "taro"))
    assert sees.hears(carer, "suspected_fall", "bedroom", ())
    assert not sees.hears(guest, "suspected_fall", "bedroom", ())
    assert sees.room_of("bedroom_radar") == "bedroom"


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)


def ask_for(socket: WebSocketTestSession, *patterns: str) -> None:
    socket.send_bytes(msgspec.msgpack.encode({"watch": list(patterns), "max_hz": 20}))


def first_frame(browser: TestClient, *patterns: str) -> dict[str, Any]:
    with browser.websocket_connect(LIVE) as socket:
        ask_for(socket, *patterns)
        frame: dict[str, Any] = msgspec.msgpack.decode(socket.receive_bytes())
        return frame


def test_a_page_gets_what_is_known_at_once(played: Played) -> None:
    owner = played.owner()
    played.say(presence())
    frame = first_frame(owner, "presence")
    assert frame["n"] == 1
    assert frame["messages"][0][:2] == ["presence", "bedroom"]
    assert played.parts.feed.watchers == set()


def test_each_viewer_hears_what_is_theirs(played: Played) -> None:
    taro, carer = played.user("taro", Role.RESIDENT, "taro"), played.user("carer", Role.CARER)
    for message in (presence(), breath("bedroom"), breath("study"), posture("study"), fall("study")):
        played.say(message)
    topics = {(topic, body.get("room")) for topic, _, body in first_frame(taro, "*")["messages"]}
    assert topics == {
        ("presence", "bedroom"),
        ("respiration", "study"),
        ("posture", "study"),
        ("suspected_fall", "study"),
    }
    topics = {(topic, body.get("room")) for topic, _, body in first_frame(carer, "*")["messages"]}
    assert topics == {("presence", "bedroom"), ("suspected_fall", "study")}


def test_state_says_the_same_as_the_feed(played: Played) -> None:
    taro = played.user("taro", Role.RESIDENT, "taro")
    played.say(breath("bedroom"))
    played.say(tracks())
    assert taro.get("/api/state").json()["messages"] == [["tracks", "house", told(tracks())]]
    guest = played.user("guest", Role.GUEST)
    ((_, _, body),) = guest.get("/api/state").json()["messages"]
    assert body["count"] == 1
    assert "tracks" not in body


def test_a_viewer_hears_that_the_house_is_there_though_nothing_happens(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STILL_LET_IN_EVERY_S", 0.001)
    monkeypatch.setattr(live, "ALIVE_EVERY_S", 0.002)
    with played.owner().websocket_connect(LIVE) as socket:
        ask_for(socket, "presence")
        frames = [msgspec.msgpack.decode(socket.receive_bytes()) for _ in range(3)]
    assert [(frame["n"], frame["messages"]) for frame in frames] == [(1, []), (2, []), (3, [])]


def closed(browser: TestClient, *questions: bytes | str) -> int:
    with browser.websocket_connect(LIVE) as socket:
        for question in questions:
            socket.send_bytes(question) if isinstance(question, bytes) else socket.send_text(question)
        return code_of(socket)


def code_of(socket: WebSocketTestSession) -> int:
    """Return the code with which a connection ends."""
    while True:
        message = socket.receive()
        if message["type"] == "websocket.close":
            return int(message["code"])


def test_a_stranger_is_told_to_log_in(played: Played) -> None:
    assert closed(played.stranger()) == 4401


def test_nonsense_and_floods_end_the_connection_with_a_reason(played: Played) -> None:
    owner = played.owner()
    watch = msgspec.msgpack.encode({"watch": ["presence"]})
    assert closed(owner, b"\xc1 no MessagePack") == 4400
    assert closed(owner, "text") == 4400
    assert closed(owner, b"\x91" * 5000) == 4400
    assert closed(owner, msgspec.msgpack.encode({"watch": ["x" * 40_000]})) == 4400
    assert closed(owner, msgspec.msgpack.encode({"watch": ["presence"], "evil": 1})) == 4400
    assert closed(owner, *([watch] * (QUESTIONS_AT_ONCE + 1))) == 4429


def test_who_is_logged_out_meanwhile_is_let_go(played: Played) -> None:
    owner = played.owner()
    other = played.owner()
    with owner.websocket_connect(LIVE) as socket:
        ask_for(socket, "presence")
        for session in other.get("/api/sessions").json()["sessions"]:
            other.delete(f"/api/sessions/{session['id']}")
        assert code_of(socket) == 4401


def test_who_is_no_longer_the_same_resident_is_let_go(played: Played) -> None:
    owner, taro = played.owner(), played.user("taro", Role.RESIDENT, "taro")
    with taro.websocket_connect(LIVE) as socket:
        ask_for(socket, "presence")
        assert owner.patch("/api/users/taro", json={"residents": []}).status_code == 200
        assert code_of(socket) == 4401


def test_a_token_that_is_taken_away_has_no_double(played: Played) -> None:
    owner = played.owner()
    (first, secret), _ = (played.parts.accounts.add_token("machine", Role.OWNER) for _ in range(2))
    machine = played.stranger()
    machine.headers["Authorization"] = f"Bearer {secret}"
    with machine.websocket_connect(LIVE) as socket:
        ask_for(socket, "presence")
        assert owner.delete(f"/api/tokens/{first.id}").status_code == 200
        assert code_of(socket) == 4401


def test_another_sites_page_gets_no_connection(played: Played) -> None:
    owner = played.owner()
    with pytest.raises(WebSocketDisconnect), owner.websocket_connect(LIVE, headers={"Origin": "http://evil"}):
        pass
