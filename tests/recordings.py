"""The real recordings as lists of frames, and the same with time bent, for whoever must not be fooled by them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant, SimulatedClock
from sumika.schema import AdcFrame, Frame
from sumika.sensors import FrameSource, RecordedSource, open_recording
from sumika.sensors.base import frame_of
from sumika.units import seconds_to_ns

START = Instant(1_000_000_000, 1_700_000_000_000_000_000, "test")

WHERE = {
    "iwr6843": ("iwr6843_vital_adc/demo.bin", "iwr6843", "builtin:iwr6843_vital"),
    "bgt60": ("bgt60tr13c_breathing", "bgt60tr13c", ""),
    "a121": ("acconeer_a121/breathing-sitting.h5", "a121", ""),
    "a111": ("acconeer_a121/a111_sleep_breathing.h5", "a111", ""),
    "a121_presence": ("acconeer_a121/presence-default.h5", "a121", ""),
    "a121_far": ("acconeer_a121/presence-long_range.h5", "a121", ""),
    "a121_smart": ("acconeer_a121/smart_presence.h5", "a121", ""),
    "a121_hand": ("acconeer_a121/hand-motion-default.h5", "a121", ""),
    "sense2gol": ("sense2gol_cw_ecg/rec1.npz", "sense2gol", ""),
}
"""Name -> (path below SUMIKA_DATA, model, chirp description)."""


def recorded_source(data: Path, name: str, *, loop: bool = False) -> FrameSource:
    """Return the source that plays a recording of `WHERE`, from `START` on."""
    path, model, chirp = WHERE[name]
    return RecordedSource(name, open_recording(data / path, model, chirp), SimulatedClock(START), loop=loop)


def recorded_frames(data: Path, name: str) -> list[Frame]:
    """Return every frame of a recording of `WHERE`."""
    source = recorded_source(data, name)
    frames = take(source, 100_000)
    source.close()
    return frames


def take(source: FrameSource, count: int) -> list[Frame]:
    """Return the next `count` frames, fewer if the source ends before."""
    frames: list[Frame] = []
    while len(frames) < count and (frame := source.next_frame()) is not None:
        frames.append(frame)
    return frames


def stretched(frames: Sequence[Frame], factor: float) -> list[Frame]:
    """Return the same samples taken `factor` times as slowly; every rate in them is as many times lower."""
    bent = []
    for frame in frames:
        interval_s = frame.notice.description.frame_interval_s * factor
        notice = msgspec.structs.replace(
            frame.notice,
            stamp=frames[0].notice.stamp.later(seconds_to_ns(frame.notice.index * interval_s)),
            description=msgspec.structs.replace(frame.notice.description, frame_interval_s=interval_s),
        )
        bent.append(frame_of(notice, samples_of(frame)))
    return bent


def shuffled(frames: Sequence[Frame], seed: int) -> list[Frame]:
    """Return the same samples in random order under the stamps as they were; there is no rate in them any more."""
    order = np.random.default_rng(seed).permutation(len(frames))
    return [frame_of(frame.notice, samples_of(frames[i])) for frame, i in zip(frames, order, strict=True)]


def samples_of(frame: Frame) -> NDArray[Any]:
    """Return the numbers of a frame of either kind."""
    return frame.samples if isinstance(frame, AdcFrame) else frame.iq
