"""The page's real server over a played bus: for tests in a browser and for pictures, without a house that runs."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import uvicorn

from sumika.clock import WallClock
from sumika.config import DEMO_FILE, load_house
from sumika.dashboard import Accounts, Consents, Feed, HouseFile, Parts, Past, PrivacyDesk, Scanning, WhoSees, make_app
from sumika.evaluate.free_port import free_port
from sumika.history import History, Records
from sumika.runtime.page_access import Files
from sumika.schema import (
    RADAR_MODELS,
    REQUESTS,
    AcknowledgeAlarmRequest,
    AlarmAnswer,
    AlarmBeforeAnswer,
    AlarmCause,
    AlarmsAnswer,
    AlarmStage,
    AlarmState,
    ComfortWish,
    Message,
    ModeReport,
    Origin,
    PointCloud,
    PrivacyKept,
    RestartAnswer,
    SavedAnswer,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    SetModeAnswer,
    SetModeRequest,
    Standing,
    Suggestion,
    SuggestionsAnswer,
    SuggestionStanding,
    Tracks,
    Vote,
    VoteRequest,
    WhatIfAnswer,
    WhatIfRequest,
    WishDeviceAnswer,
    WishDeviceRequest,
)
from sumika.schema.topics import TOPIC_OF, key_of
from tests.browser.played_life import Life
from tests.survey_helpers import PlayedSurveys

PASSWORD = "correct horse battery"
QUICK_S, SLOW_S, GONE_S = 0.1, 1.0, 1.5
DAYS_KEPT = 3
COST_PER_K = 38.0


class PlayedHouse:
    """A server on a port of its own, in a thread of its own, that can be ended and begun again.

    Attributes:
        address: Where browsers find it.
        parts: What answers.
        asked: What was asked of nodes, in order.
        mode: That the played gate keeps.
        life: What comes over the bus.
        surveys: Looks at the house that the page begins.
    """

    def __init__(self, folder: Path, *, history: bool = True) -> None:
        """Describe the house in a folder; `begin` serves it."""
        self.life, self.mode = Life(), "drive"
        self.surveys = PlayedSurveys()
        self.alarm: AlarmState | None = None
        self.asked: list[tuple[str, msgspec.Struct]] = []
        self._clock = WallClock()
        self.answers: dict[str, Callable[..., msgspec.Struct]] = {
            "set_mode": self._set_mode,
            "wish_device": self._wish,
            "vote": self._vote,
            "set_comfort_wish": self._comfort,
            "what_if": self._what_if,
            "saved": self._saved,
            "suggestions": self._suggestions,
            "restart": self._restart,
            "alarms": self._alarms,
            "alarm_acknowledge": self._acknowledge,
            "alarm_before": self._before,
        }
        self.file = folder / "house.yaml"
        self.file.write_text(DEMO_FILE.read_text(encoding="utf-8"), encoding="utf-8")
        self.parts = self._parts(folder)
        if history:
            keep_days(folder / "history", self._clock)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._began_s = time.monotonic()

    def _parts(self, folder: Path) -> Parts:
        loaded = load_house(self.file, models=frozenset(RADAR_MODELS))
        sees = WhoSees(loaded.house)
        residents = tuple(one.id for one in loaded.house.residents)
        assert loaded.house.page is not None
        return Parts(
            house=loaded.house,
            settings=loaded.house.page,
            accounts=Accounts(folder / "page", Files, time.time),
            consents=Consents(folder / "page", Files, residents),
            privacy=PrivacyDesk(folder, Files, self._clock, PrivacyKept()),
            feed=Feed(sees.room_of),
            house_file=HouseFile(self.file, loaded.house, frozenset(RADAR_MODELS), folder),
            past=Past(folder / "history"),
            scanning=Scanning(
                lambda: [
                    {"connection": "home", "name": "lamp", "kind": "light", "address": "light.lamp"},
                    {"connection": "home", "name": "仏間の照明", "kind": "light", "address": "light.butsuma"},
                    {"connection": "home", "name": "浴室の換気扇", "kind": "exhaust_fan", "address": "013501"},
                ],
                time.time,
            ),
            ask=self._ask,
            clock=self._clock,
            version="0.1.0",
            tls=False,
            models=folder / "models",
            sees=sees,
            surveying=self.surveys.surveying,
        )

    def say(self, message: Message) -> None:
        """Let a message come over the bus."""
        self.parts.feed.take(TOPIC_OF[type(message)], key_of(message), message, msgspec.msgpack.encode(message))

    def _ask(self, name: str, question: msgspec.Struct) -> msgspec.Struct:
        self.asked.append((name, question))
        answer = self.answers.get(name)
        if answer is not None:
            return answer(question)
        taken: msgspec.Struct = msgspec.convert({"accepted": True}, REQUESTS[name].answer)
        return taken

    def _set_mode(self, question: SetModeRequest) -> SetModeAnswer:
        self.mode = question.mode
        self._say_mode()
        return SetModeAnswer(accepted=True, mode=self.mode)

    def _say_mode(self) -> None:
        self.say(ModeReport(stamp=self._clock.now(), origin=Origin.LIVE, source="gate", mode=self.mode))

    def _wish(self, question: WishDeviceRequest) -> WishDeviceAnswer:
        self.life.levels[question.device, question.action] = question.value
        return WishDeviceAnswer(accepted=True)

    def _vote(self, question: VoteRequest) -> msgspec.Struct:
        now = self._clock.now()
        self.say(Vote(stamp=now, origin=Origin.LIVE, room=question.room, sensation=question.sensation))
        answer: msgspec.Struct = REQUESTS["vote"].answer(accepted=True)
        return answer

    def _comfort(self, question: SetComfortWishRequest) -> SetComfortWishAnswer:
        offset_k, left_s = question.offset_k or 0.0, None if question.hours is None else question.hours * 3600.0
        wish = ComfortWish(
            stamp=self._clock.now(), origin=Origin.LIVE, room=question.room, offset_k=offset_k, left_s=left_s
        )
        self.say(wish)
        return SetComfortWishAnswer(accepted=True, room=question.room, offset_k=offset_k)

    def _what_if(self, question: WhatIfRequest) -> WhatIfAnswer:
        outlook = self.life.outlook(self._clock.now())
        usual = outlook.rooms[0].air_c
        return WhatIfAnswer(
            accepted=True,
            room=question.room,
            offset_k=question.offset_k,
            cost=COST_PER_K * question.offset_k,
            energy_kwh=1.2 * question.offset_k,
            currency="JPY",
            begins_unix_s=outlook.begins_unix_s,
            temperature_c=tuple(one + question.offset_k for one in usual),
            usual_c=usual,
        )

    def _saved(self, question: msgspec.Struct) -> SavedAnswer:
        return SavedAnswer(
            accepted=True, currency="JPY", saved=2140.0, sigma=600.0, spent=9200.0, energy_kwh=310.0, mode=self.mode
        )

    def _suggestions(self, question: msgspec.Struct) -> SuggestionsAnswer:
        if self.mode != "suggest":
            return SuggestionsAnswer(mode=self.mode)
        actions = self.life.plan(self._clock.now()).actions
        one = Suggestion(
            id="warm", device="living_aircon", actions=actions, saves=42.0, until="2026-01-20T18:30", until_ns=0
        )
        return SuggestionsAnswer(
            mode=self.mode, suggestions=(SuggestionStanding(suggestion=one, standing=Standing.OPEN),)
        )

    def fall(self) -> None:
        """Let somebody be suspected to have fallen: an alarm begins."""
        self.alarm = AlarmState(
            stamp=self._clock.now(),
            origin=Origin.SIMULATED,
            id="fall-1",
            cause=AlarmCause.SUSPECTED_FALL,
            subject="living",
            room="living",
            stage=AlarmStage.PROMPT,
            since_unix_s=time.time() - 40 * 86400.0,
            cancel_left_s=40.0,
            words="Suspected fall in the living room",
            words_ja="リビングで転倒の疑い",
            has_before=True,
        )
        self.say(self.alarm)

    def _alarms(self, question: msgspec.Struct) -> AlarmsAnswer:
        return AlarmsAnswer(alarms=(self.alarm,) if self.alarm else (), contacts=(("mika", "Mika", "email"),))

    def _acknowledge(self, question: AcknowledgeAlarmRequest) -> AlarmAnswer:
        assert self.alarm is not None
        self.alarm = msgspec.structs.replace(self.alarm, stage=AlarmStage.ACKNOWLEDGED, acknowledged_by=question.by)
        self.say(self.alarm)
        return AlarmAnswer(accepted=True, alarm=self.alarm)

    def _before(self, question: msgspec.Struct) -> AlarmBeforeAnswer:
        end = self._clock.now()
        moments = [end.later(-round(back_s * 1e9)) for back_s in (30.0, 20.0, 10.0)]
        told = [one for moment in moments for one in self.life.quick(moment, 0.0) if isinstance(one, Tracks)]
        seen = [one for one in self.life.quick(moments[0], 0.0) if isinstance(one, PointCloud)]
        now_s = end.wall_ns / 1e9
        return AlarmBeforeAnswer(
            accepted=True, from_unix_s=now_s - 30.0, to_unix_s=now_s, tracks=tuple(told), points=tuple(seen)
        )

    def _restart(self, question: msgspec.Struct) -> RestartAnswer:
        """Go away for a moment, and be there again by what stands in the file now."""
        threading.Thread(target=self._begin_again, name="begins again", daemon=True).start()
        return RestartAnswer(accepted=True)

    def _begin_again(self) -> None:
        threading.Event().wait(GONE_S)  # the answer gets out first
        self.end()
        threading.Event().wait(GONE_S)
        house = load_house(self.file, models=frozenset(RADAR_MODELS)).house
        house_file = HouseFile(self.file, house, frozenset(RADAR_MODELS), self.file.parent)
        self.parts = replace(self.parts, house=house, house_file=house_file)
        self.begin()

    def begin(self) -> None:
        """Serve."""
        config = uvicorn.Config(
            make_app(self.parts),
            host="127.0.0.1",
            port=self.port,
            ws="websockets-sansio",
            log_config=None,
            lifespan="off",
        )
        self._server = _Quiet(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="played house", daemon=True)
        self._thread.start()
        server = self._server
        _until(lambda: server.started)

    async def _serve(self) -> None:
        assert self._server is not None
        serving = asyncio.create_task(self._server.serve())
        slow_s = 0.0
        while not serving.done():
            seconds, now = time.monotonic() - self._began_s, self._clock.now()
            for message in self.life.quick(now, seconds):
                self.say(message)
            if seconds - slow_s >= SLOW_S:
                slow_s = seconds
                for message in self.life.slow(now, seconds):
                    self.say(message)
                self._say_mode()
                self.say(self.parts.privacy.now())
            await asyncio.wait({serving}, timeout=QUICK_S)  # the pace of life; ends early with the server
        await serving

    def end(self) -> None:
        """Stop serving, as when the node is killed."""
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(20.0)
        assert not self._thread.is_alive()


class _Quiet(uvicorn.Server):
    """A server that leaves the signals of the test's process alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Change nothing."""
        yield


def _until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    ends_s = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends_s, "it takes too long"
        threading.Event().wait(0.02)


def keep_days(folder: Path, clock: WallClock) -> None:
    """Write some days of history, and records, as a house that has run for a while has them."""
    now_ns = clock.now().wall_ns
    count = DAYS_KEPT * 24 * 60
    stamps = now_ns - np.arange(count, 0, -1, dtype=np.int64) * 60_000_000_000
    hours = stamps / 3.6e12
    rng = np.random.default_rng(3)
    with History(folder, clock, {"living": ("aoi", "ren"), "bedroom": ("aoi", "ren")}) as history:
        for subject, signal, values in (
            (
                "living_air",
                "air.temperature_c",
                21.0 + np.sin(hours / 24 * 2 * np.pi) + 0.1 * rng.standard_normal(count),
            ),
            (
                "living_air",
                "air.co2_ppm",
                700.0 + 150.0 * np.sin(hours / 12 * 2 * np.pi) + 20.0 * rng.standard_normal(count),
            ),
            ("bedroom", "respiration.rate_bpm", 14.5 + rng.standard_normal(count)),
        ):
            history.add_many(subject, signal, stamps, values, Origin.SIMULATED, "played")
        history.flush()
    with Records(folder, clock) as records:
        records.record_event(Life().event(clock.now(), "node_died", "weather"))
