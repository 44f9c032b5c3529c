"""What a radar cube costs on its way from one process to another, as in a running house, and that none is ever torn."""

import multiprocessing
import os
import resource
import struct
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import msgspec
import numpy as np

from sumika.bus import Publisher, RingReader, RingWriter, RuntimeFolder, Subscriber
from sumika.clock import Instant, WallClock
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import ChirpProfile, FrameKind, FrameNotice, Origin, RadarDescription, SumikaError
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

SHAPE = (128, 12, 256, 2)
CUBE_BYTES = int(np.prod(SHAPE)) * 2
"""128 chirps, 12 virtual antennas, 256 samples of I and Q as int16: 1.57 MB."""

FRAMES_PER_S = 80
QUICK_S, FULL_S = 4.0, 30.0
WARM_UP_FRAMES = 16
"""Twice around the ring: every page is mapped by then."""

TORN_FRAMES = 10_000
QUICK_TORN_BYTES = 2**18
RADAR, PRODUCER, CONSUMER, POSITIONS = "cube", "producer", "consumer", "positions"
_WORD = struct.Struct("<Q")
PATIENCE_S = 120.0

Body = Callable[[Path, int, int, Connection, Event], None]
"""What a process does: (runtime folder, frames, bytes of a frame, pipe for "ready" and the result, when to stop)."""


def _cpu_s() -> float:
    """Return the CPU time of this process and all its threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _notice() -> FrameNotice:
    chirp = ChirpProfile(
        start_frequency_hz=60e9,
        slope_hz_per_s=60e12,
        sample_rate_hz=5e6,
        samples_per_chirp=SHAPE[2],
        chirps_per_frame=SHAPE[0],
        chirp_interval_s=60e-6,
        complex_samples=True,
        full_scale=32767.0,
    )
    return FrameNotice(
        stamp=Instant(0, 0, "bench"),
        origin=Origin.SIMULATED,
        radar=RADAR,
        kind=FrameKind.ADC,
        index=0,
        shape=(SHAPE[0], SHAPE[1], SHAPE[2] * SHAPE[3]),
        dtype="int16",
        position=0,
        description=RadarDescription(
            model=RADAR, carrier_frequency_hz=61e9, frame_interval_s=1 / FRAMES_PER_S, chirp=chirp
        ),
    )


def _paced(folder: RuntimeFolder, frames: int, frame_bytes: int, tell: Callable[[int, int], object]) -> float:
    """Write cubes at the rate and tell (number, position) of each; return the CPU time, without that of warming up."""
    clock, cpu_s = WallClock(), 0.0
    cubes = np.random.default_rng(1).integers(-2000, 2000, (4, frame_bytes // 2), dtype=np.int16)
    with RingWriter(folder.ring(RADAR), slot_bytes=frame_bytes) as ring:
        tell(0, ring.write(cubes[0]))  # whoever has to be waited for has come by the time this returns
        start_ns = clock.now().monotonic_ns
        for number in range(1, WARM_UP_FRAMES + frames):
            if number == WARM_UP_FRAMES:
                cpu_s = _cpu_s()
            clock.sleep_until(start_ns + number * NANOSECONDS_PER_SECOND // FRAMES_PER_S)
            tell(number, ring.write(cubes[number % len(cubes)]))
        return _cpu_s() - cpu_s


def _taken(folder: RuntimeFolder, frames: int, positions: Iterator[int]) -> dict[str, float]:
    """Read the cube at every position; return the CPU and wall time, without that of warming up, and what was lost."""
    clock, taken, cpu_s, began_ns = WallClock(), 0, 0.0, 0
    reader: RingReader | None = None
    for position in positions:
        reader = reader or RingReader(folder.ring(RADAR))
        reader.read(position)
        taken += 1
        if taken == WARM_UP_FRAMES:
            cpu_s, began_ns = _cpu_s(), clock.now().monotonic_ns
        elif taken == WARM_UP_FRAMES + frames:
            break
    wall_s = (clock.now().monotonic_ns - began_ns) / NANOSECONDS_PER_SECOND
    cpu_s = _cpu_s() - cpu_s
    lost = WARM_UP_FRAMES + frames - taken
    if reader is not None:
        lost += reader.overruns
        reader.close()
    return {"cpu_s": cpu_s, "wall_s": wall_s, "lost": float(lost)}


def _produce(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    """Tell positions through a pipe, the cheapest there is."""
    pipe.send({})
    with (path / POSITIONS).open("wb", buffering=0) as positions:
        cpu_s = _paced(
            RuntimeFolder.open(path), frames, frame_bytes, lambda _, position: positions.write(_WORD.pack(position))
        )
    pipe.send({"cpu_s": cpu_s})


def _consume(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    os.mkfifo(path / POSITIONS, 0o600)
    pipe.send({})
    with (path / POSITIONS).open("rb", buffering=0) as positions:
        told = (_WORD.unpack(word)[0] for word in iter(lambda: positions.read(_WORD.size), b""))
        pipe.send(_taken(RuntimeFolder.open(path), frames, told))


def _publish(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    """Tell positions as a running house does: in a notice on the bus."""
    folder, clock, notice = RuntimeFolder.open(path), WallClock(), _notice()
    pipe.send({})
    with Publisher(folder, PRODUCER, incarnation=0, listeners=[CONSUMER]) as publisher:

        def tell(number: int, position: int) -> None:
            publisher.publish(msgspec.structs.replace(notice, stamp=clock.now(), index=number, position=position))

        pipe.send({"cpu_s": _paced(folder, frames, frame_bytes, tell)})


def _subscribe(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    folder, clock = RuntimeFolder.open(path), WallClock()
    with Subscriber(folder, [PRODUCER], ["frame"], clock, name=CONSUMER) as subscriber:
        pipe.send({})

        def positions() -> Iterator[int]:
            give_up_ns = clock.now().monotonic_ns + seconds_to_ns(PATIENCE_S)
            while clock.now().monotonic_ns < give_up_ns:
                for received in subscriber.receive(0.25):
                    if isinstance(received.message, FrameNotice):
                        yield received.message.position

        pipe.send(_taken(folder, frames, positions()))


def _lap(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    """Write frames as fast as it goes, every word of each its own position, until told to stop."""
    with RingWriter(RuntimeFolder.open(path).ring(RADAR), slot_bytes=frame_bytes) as ring:
        # The first position is learnt by writing a frame that says nothing.
        began = position = ring.write(b"")
        pipe.send({})
        while not stop.is_set():
            position += 1
            np.frombuffer(ring.claim(), dtype=np.uint64)[:] = position
            ring.commit(frame_bytes)
    pipe.send({"written": float(position - began)})


def _hammer(path: Path, frames: int, frame_bytes: int, pipe: Connection, stop: Event) -> None:
    """Read as fast as it goes, the newest frame and the one about to be overwritten; check every word of each."""
    pipe.send({})
    checked = torn = turns = 0
    clock = WallClock()
    give_up_ns = clock.now().monotonic_ns + seconds_to_ns(PATIENCE_S)
    with RingReader(RuntimeFolder.open(path).ring(RADAR)) as ring:
        while checked < frames and clock.now().monotonic_ns < give_up_ns:
            turns += 1
            # The slot behind the newest frame but seven is the next to be overwritten.
            position = (ring.latest_position or 0) - (turns % 2) * 7
            data = ring.read(position)
            if data is not None and data.nbytes:
                words = np.frombuffer(data, dtype=np.uint64)
                checked += 1
                torn += bool((words != position).any())
        pipe.send({"checked": float(checked), "torn": float(torn), "overruns": float(ring.overruns)})


def _run(first: Body, second: Body, frames: int, frame_bytes: int) -> tuple[dict[str, float], dict[str, float]]:
    """Run two processes side by side, the second from when the first is ready; return what each tells at its end.

    Raises:
        SumikaError: if one dies.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pipes, processes = [], []
    with RuntimeFolder.create("bench") as folder:
        for body in (first, second):
            here, there = context.Pipe()
            process = context.Process(target=body, args=(folder.path, frames, frame_bytes, there, stop), daemon=True)
            process.start()
            there.close()
            pipes.append(here)
            processes.append(process)
            _heard(here)
        told_second = _heard(pipes[1])
        stop.set()
        told_first = _heard(pipes[0])
        for process in processes:
            process.join()
            process.close()
    return told_first, told_second


def _heard(pipe: Connection) -> dict[str, float]:
    try:
        heard: dict[str, float] = pipe.recv()
    except EOFError as error:
        raise SumikaError("a process of the bench died", where="spine.ring", remedy="Run it again.") from error
    return heard


def copy_floor_ms() -> float:
    """Return the CPU time of the two copies alone, in one process: what no ring can go below."""
    source, target = np.ones(CUBE_BYTES, np.uint8), np.ones(CUBE_BYTES, np.uint8)
    rounds, began_s = 300, _cpu_s()
    for _ in range(rounds):
        target[:] = source
        source[:] = target
    return 1e3 * (_cpu_s() - began_s) / rounds


def _share(consumer: dict[str, float], producer: dict[str, float]) -> float:
    return (consumer["cpu_s"] + producer["cpu_s"]) / consumer["wall_s"]


def core_share(seconds: float) -> Figure:
    """Return what producer and consumer use of one core, from the cube in one's memory to the cube in the other's.

    The value holds both copies, both processes' waking up and a pipe that tells the position. What the same costs with
    notices on the bus, which every other reader and the log can hear too, stands beside it.
    """
    frames = round(seconds * FRAMES_PER_S)
    consumer, producer = _run(_consume, _produce, frames, CUBE_BYTES)
    on_the_bus = _run(_subscribe, _publish, frames, CUBE_BYTES)
    return Figure(
        value=_share(consumer, producer),
        unit="cores",
        evidence=Evidence.MEASURED,
        detail={
            "frames": frames,
            "frame_bytes": CUBE_BYTES,
            "frames_per_s": frames / consumer["wall_s"],
            "frames_lost": consumer["lost"],
            "producer_ms_per_frame": 1e3 * producer["cpu_s"] / frames,
            "consumer_ms_per_frame": 1e3 * consumer["cpu_s"] / frames,
            "two_copies_alone_ms": copy_floor_ms(),
            "with_notices_on_the_bus": _share(*on_the_bus),
            "frames_lost_on_the_bus": on_the_bus[0]["lost"],
        },
    )


def torn(frames: int, frame_bytes: int) -> Figure:
    """Return how many frames were torn while a writer at full speed laps a reader at full speed."""
    lapping, hammering = _run(_lap, _hammer, frames, frame_bytes)
    if hammering["checked"] < frames:
        raise SumikaError(f"only {hammering['checked']:.0f} of {frames} frames could be read", where="spine.ring")
    return Figure(
        value=hammering["torn"],
        unit="frames",
        evidence=Evidence.MEASURED,
        detail={
            "frames_checked": hammering["checked"],
            "frame_bytes": frame_bytes,
            "frames_written": lapping["written"],
            "overruns_refused": hammering["overruns"],
        },
    )


def measure(full: bool) -> dict[str, Figure]:
    """Return `ring_core_share` and `ring_torn`; the quick call checks smaller frames for tears."""
    return {
        "ring_core_share": core_share(FULL_S if full else QUICK_S),
        "ring_torn": torn(TORN_FRAMES, CUBE_BYTES if full else QUICK_TORN_BYTES),
    }
