"""Opens recordings of Infineon radars."""

from pathlib import Path

import numpy as np

from sumika.schema import FrameKind
from sumika.sensors._files import probe, require_folder
from sumika.sensors.base import Recording, Stretch
from sumika.sensors.radar.infineon.values import MODELS, avian_description, sense2gol_description
from sumika.sensors.radar.infineon.wire import AvianFile, read_avian_shape, read_cw_iq

__all__ = ["MODELS", "open_recording"]


def open_recording(path: Path, model: str, chirp: str) -> Recording:
    """Open a recording: an Avian folder, or the .npz of a Sense2GoL.

    Args:
        path: Folder or file.
        model: One of `MODELS`.
        chirp: Not used; these recordings carry their settings.

    Raises:
        SumikaError: if it is not such a recording, or is damaged.
    """
    del chirp
    return _open_sense2gol(path) if model == "sense2gol" else _open_avian(path, model)


def _open_avian(path: Path, model: str) -> Recording:
    require_folder(path, "an Avian recording")
    shape = read_avian_shape(path)
    file = AvianFile(path / "radar.npy", shape)
    stretch = Stretch(
        name=path.name,
        description=avian_description(model, shape),
        kind=FrameKind.ADC,
        shape=(shape.chirps, len(shape.receivers), shape.samples),
        dtype=np.dtype("<u2"),
        frames=file.frames,
        read=file.read,
    )
    recording = Recording(stretches=(stretch,), release=file.close)
    probe(recording, str(path / "radar.npy"))
    return recording


def _open_sense2gol(path: Path) -> Recording:
    iq = read_cw_iq(path)
    frames, samples = iq.shape
    stretch = Stretch(
        name=path.stem,
        description=sense2gol_description(samples),
        kind=FrameKind.ADC,
        shape=(1, 1, samples),
        dtype=iq.dtype,
        frames=frames,
        read=lambda frame: iq[frame].reshape(1, 1, samples),
    )
    recording = Recording(stretches=(stretch,))
    probe(recording, str(path))
    return recording
