"""Runs a scenario with everything that it says: down to the radars' samples, or with the error model in their place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sumika.clock import Instant, SimulatedClock
from sumika.config import LoadedHouse
from sumika.log import LogWriter, RunInfo
from sumika.runtime.offline import OfflineHouse
from sumika.runtime.table import nodes_of
from sumika.runtime.world_loop import WORLD
from sumika.schema import Envelope, Frame, Message, TrueBody
from sumika.schema.house import WorldSource
from sumika.sensors.radar.simulated.hung import HungRadar
from sumika.units import NANOSECONDS_PER_SECOND
from sumika.world.course import Recorder
from sumika.world.exchange import Stretch
from sumika.world.perception_level import PerceptionLevel, fitted_model
from sumika.world.scenarios import ScenarioResult, ScenarioRun, findings_of
from sumika.world.simulation import World, WorldStep
from sumika.world.start import settings_of
from sumika.world.telling import Telling

SESSION = "world#1"
PERCEPTION_LEVEL = "perception_level"
"""Who says what perception would say, in a log."""


class SceneRadar:
    """One radar of a scenario, frame by frame on the scenario's clock."""

    def __init__(self, hung: HungRadar) -> None:
        """Take a radar that hangs in the scenario's house."""
        self._hung, self._index = hung, 0

    def hear(self, stretches: tuple[Stretch, ...], doors: Mapping[str, float]) -> None:
        """Take what everybody does next, and how far doors stand open."""
        self._hung.view.add(stretches)
        self._hung.view.open_doors(doors)

    def frames_until(self, until_s: float) -> Iterator[Frame]:
        """Yield the frames up to a moment."""
        while self._hung.time_s(self._index) < until_s:
            self._index += 1
            yield self._hung.frame(self._index - 1, SESSION)


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

    world: World
    offline: OfflineHouse
    radars: tuple[SceneRadar, ...]
    perceives: PerceptionLevel | None

    def hear(self, stretches: tuple[Stretch, ...]) -> None:
        if not self.radars or not stretches:
            return
        at_s = stretches[0].start_s
        doing = {name: self.world.household.doing(name, at_s) for name in self.world.residents}
        doors = self.world.doors.open_shares(doing)
        for radar in self.radars:
            radar.hear(stretches, doors)

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
        run.world,
        OfflineHouse(nodes_of(house) if with_radar else (), house, emit),
        tuple(SceneRadar(HungRadar(house, radar, began)) for radar in looking),
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
