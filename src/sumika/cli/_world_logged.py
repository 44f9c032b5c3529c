"""Runs a scenario with everything that it says: down to the radars' samples, or with the error model in their place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sumika.clock import Instant, SimulatedClock
from sumika.config import LoadedHouse
from sumika.log import LogWriter, RunInfo
from sumika.runtime.offline import OfflineHouse
from sumika.runtime.table import nodes_of
from sumika.runtime.world_loop import WORLD
from sumika.schema import AdcFrame, Envelope, FrameKind, FrameNotice, Message, Origin, RangeFrame, TrueBody
from sumika.schema.house import House, Radar, WorldSource
from sumika.sensors.base import frame_of
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns
from sumika.world.course import Recorder
from sumika.world.exchange import Stretch
from sumika.world.perception_level import PerceptionLevel, fitted_model
from sumika.world.radar_scene.living import LivingView, living_waveform
from sumika.world.scenarios import ScenarioResult, ScenarioRun, findings_of
from sumika.world.simulation import WorldStep
from sumika.world.start import settings_of
from sumika.world.telling import Telling

SESSION = "world#1"
PERCEPTION_LEVEL = "perception_level"
"""Who says what perception would say, in a log."""


class SceneRadar:
    """One radar of a scenario, frame by frame on the scenario's clock."""

    def __init__(self, house: House, radar: Radar, began: Instant) -> None:
        """Hang it up.

        Args:
            house: The scenario's.
            radar: One of it.
            began: When the world began.
        """
        self._radar, self._began = radar, began
        self._view = LivingView.of(house, radar, living_waveform(radar.model), settings_of(house).seed)
        self._interval_s = self._view.description.frame_interval_s
        self._offset_s = self._interval_s * house.radars.index(radar) / len(house.radars)
        self._dtype = np.dtype(self._view.dtype).newbyteorder("<").str
        self._index = 0

    def hear(self, stretches: tuple[Stretch, ...]) -> None:
        """Take what everybody does next."""
        self._view.add(stretches)

    def frames_until(self, until_s: float) -> Iterator[AdcFrame | RangeFrame]:
        """Yield the frames up to a moment."""
        while (time_s := self._offset_s + self._index * self._interval_s) < until_s:
            notice = FrameNotice(
                stamp=self._began.later(seconds_to_ns(time_s)),
                origin=Origin.SIMULATED,
                session=SESSION,
                radar=self._radar.id,
                kind=FrameKind.ADC if self._view.description.chirp is not None else FrameKind.RANGE,
                index=self._index,
                shape=self._view.shape,
                dtype=self._dtype,
                position=0,
                description=self._view.description,
            )
            self._index += 1
            yield frame_of(notice, self._view.frame(time_s))


class _Log:
    """Keeps every message where a log is wanted."""

    def __init__(self, folder: Path | None, loaded: LoadedHouse, clock: SimulatedClock) -> None:
        self._writer: LogWriter | None = None
        if folder is not None:
            info = RunInfo(run_id=folder.name, config_text=loaded.text)
            self._writer = LogWriter(folder, info, clock, durable=False)

    def take(self, envelope: Envelope, message: Message) -> None:
        if self._writer is not None:
            self._writer.write(envelope, message)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


@dataclass(frozen=True, slots=True)
class _Stage:
    """What stands behind the world in a logged run: perception behind radars, or the error model in its place."""

    offline: OfflineHouse
    radars: tuple[SceneRadar, ...]
    perceives: PerceptionLevel | None

    def hear(self, stretches: tuple[Stretch, ...]) -> None:
        for radar in self.radars:
            radar.hear(stretches)

    def take(self, messages: Sequence[Message]) -> None:
        """Publish what the world says, and once a second what is perceived of it without samples."""
        for message in messages:
            self.offline.take(message, WORLD)
        if self.perceives is None:
            return
        bodies: dict[Instant, list[TrueBody]] = {}
        for message in messages:
            if isinstance(message, TrueBody) and message.stamp.monotonic_ns % NANOSECONDS_PER_SECOND == 0:
                bodies.setdefault(message.stamp, []).append(message)
        for stamp, here in bodies.items():
            for told in self.perceives.step(stamp, 1.0, here):
                self.offline.take(told, PERCEPTION_LEVEL)

    def frames_until(self, until_s: float) -> None:
        self.offline.run([radar.frames_until(until_s) for radar in self.radars])


def run_logged(
    run: ScenarioRun,
    loaded: LoadedHouse,
    watch: Callable[[WorldStep], None],
    log: Path | None,
    *,
    with_radar: bool,
    hear: Callable[[Message], None] = lambda message: None,
) -> ScenarioResult:
    """Run a scenario with everything that it says, and perception behind it.

    Args:
        run: Set up.
        loaded: Its house.
        watch: Is shown every step.
        log: Folder of a log to be written, which `sumika replay` and Foxglove read; None for none.
        with_radar: Whether every radar that looks into the house gives samples, and perception works on them; else the
            error model says what perception would: presence, position, posture, never a rate.
        hear: Is told every message.
    """
    began, clock = Instant(0, round(run.world.start.timestamp() * 1e9), "simulated"), SimulatedClock()
    book = _Log(log, loaded, clock)

    def emit(envelope: Envelope, message: Message) -> None:
        book.take(envelope, message)
        hear(message)

    house = loaded.house
    looking = [radar for radar in house.radars if isinstance(radar.source, WorldSource)] if with_radar else []
    stage = _Stage(
        OfflineHouse(nodes_of(house) if with_radar else (), house, emit),
        tuple(SceneRadar(house, radar, began) for radar in looking),
        None if with_radar else PerceptionLevel(house, fitted_model(), settings_of(house).seed),
    )
    telling = Telling(run.world, began, scenario=run.scenario.title, hear=stage.hear)
    recorder = Recorder(run.world.start, run.world.rooms, run.world.residents)
    try:
        for step in run.steps():
            stage.take((*telling.of_bodies(step.at_s), *telling.of_step(step)))
            stage.frames_until(step.at_s)
            recorder.take(step)
            watch(step)
    finally:
        book.close()
    course = recorder.course()
    return ScenarioResult(course=course, findings=findings_of(run.scenario, course))
