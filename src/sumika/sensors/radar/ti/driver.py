"""Opens DCA1000 captures of TI radars."""

from pathlib import Path

import numpy as np

from sumika.schema import FrameKind
from sumika.sensors._files import SampleFile, probe, require_file, require_sane_size
from sumika.sensors.base import Recording, Stretch
from sumika.sensors.radar.ti.chirp_file import builtin_chirps, read_chirp
from sumika.sensors.radar.ti.fit import require_fit
from sumika.sensors.radar.ti.values import MODELS
from sumika.sensors.radar.ti.wire import decode_frame

__all__ = ["MODELS", "builtin_chirps", "open_recording"]


def open_recording(path: Path, model: str, chirp: str) -> Recording:
    """Open a DCA1000 capture, two lanes, raw mode.

    Args:
        path: The .bin file.
        model: One of `MODELS`.
        chirp: Path of the chirp description (.yaml, .cfg), or "builtin:<name>".

    Raises:
        SumikaError: if it is no such capture, is damaged, or the chirp description does not fit it.
    """
    size = require_file(path, "a DCA1000 capture")
    description = read_chirp(chirp)
    require_sane_size(size // description.frame_bytes, description.frame_bytes, str(path))
    frames = require_fit(path, size, description, chirp)
    file = SampleFile(path, offset=0, frame_bytes=description.frame_bytes)
    stretch = Stretch(
        name=path.stem,
        description=description.radar_description(model),
        kind=FrameKind.ADC,
        shape=description.shape,
        dtype=np.dtype("<c8" if description.complex_samples else "<i2"),
        frames=frames,
        read=lambda frame: decode_frame(file.read(frame), description),
    )
    recording = Recording(stretches=(stretch,), release=file.close)
    probe(recording, str(path))
    return recording
