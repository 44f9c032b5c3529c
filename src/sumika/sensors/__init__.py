"""From wire and file to typed frames.

A driver is handed a clock and hands back frames stamped by the sensor; it never touches the bus. A recording never
waits, a live source for `POLL_S` at most; modules that keep their samples to themselves are a `MessageSource`::

    source = open_source(radar, house_file, clock, os.environ)
    while (frame := source.next_frame()) is not None:
        clock.sleep_until(frame.notice.stamp.monotonic_ns)
        ...
    source.close()

`MODELS` lists the radar models that `house.yaml` may name.
"""

from sumika.sensors._open import open_frames, open_source
from sumika.sensors._paths import recordings_folder, resolve_path
from sumika.sensors.base import (
    POLL_S,
    Answer,
    CountsRefused,
    FrameSource,
    MessageSource,
    RecordedSource,
    Recording,
    Source,
    Stretch,
)
from sumika.sensors.radar import (
    MODELS,
    ModelInfo,
    SimulatedHouse,
    builtin_chirps,
    open_recording,
    require_live,
    require_settings,
)

__all__ = [
    "MODELS",
    "POLL_S",
    "Answer",
    "CountsRefused",
    "FrameSource",
    "MessageSource",
    "ModelInfo",
    "RecordedSource",
    "Recording",
    "SimulatedHouse",
    "Source",
    "Stretch",
    "builtin_chirps",
    "open_frames",
    "open_recording",
    "open_source",
    "recordings_folder",
    "require_live",
    "require_settings",
    "resolve_path",
]
