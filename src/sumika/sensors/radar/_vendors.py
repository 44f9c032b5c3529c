"""The one list of makers; everything else loops over it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import sumika.sensors.radar.acconeer as acconeer
import sumika.sensors.radar.infineon as infineon
import sumika.sensors.radar.ti as ti
from sumika.schema import UsageError
from sumika.sensors.base import Recording
from sumika.sensors.radar.model import ModelInfo

_OPEN: Mapping[str, Callable[[Path, str, str], Recording]] = {
    "acconeer": acconeer.open_recording,
    "infineon": infineon.open_recording,
    "ti": ti.open_recording,
}

MODELS: Mapping[str, ModelInfo] = MappingProxyType(
    {model.name: model for model in (*ti.MODELS, *infineon.MODELS, *acconeer.MODELS)}
)
"""Every radar model that is known, by its name in `house.yaml`."""


def open_recording(path: Path, model: str, chirp: str = "") -> Recording:
    """Open a recording and check it.

    Args:
        path: File or folder.
        model: One of `MODELS`.
        chirp: Chirp description for formats that carry none: a path, or one of `builtin_chirps`.

    Raises:
        UsageError: if the model is not known.
        SumikaError: if it is no recording of that model, or is damaged.
    """
    if model not in MODELS:
        raise UsageError(f"the radar model {model!r} is not known", remedy=f"Known are {', '.join(MODELS)}")
    return _OPEN[MODELS[model].vendor](path, model, chirp)
