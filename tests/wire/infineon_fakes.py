"""A fake of Infineon's package: names, arguments and shapes of `ifxradarsdk.fmcw` of Radar SDK 3.4."""

import sys
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


class GeneralError(Exception):
    """Base of the package's errors."""


class NoFrameError(GeneralError):
    """No frame in time."""


class OverflowedError(GeneralError):
    """The device stopped: frames were not fetched in time."""


class NoDeviceError(GeneralError):
    """No device was found."""


class UnpluggedError(GeneralError):
    """The device was unplugged."""


@dataclass
class FakeRadar:
    """What the radar will give, and what it was asked.

    Attributes:
        gives: Frames as float64 (receiver, chirp, sample) of full scale 1, or errors; then it times out for ever.
    """

    gives: list[NDArray[np.float64] | type[Exception]] = field(default_factory=list)
    port: str | None = None
    config: Any = None
    calls: list[str] = field(default_factory=list)
    missing: bool = False


SWEPT = 0.97
"""The device samples less than it sweeps."""


class FakeDevice:
    """`ifxradarsdk.fmcw.DeviceFmcw`, as far as it is used."""

    radar: FakeRadar

    def __init__(
        self, uuid: str | None = None, port: str | None = None, sensor_type: Any = None, handle: Any = None
    ) -> None:
        if self.radar.missing:
            raise NoDeviceError("IFX_ERROR_NO_DEVICE")
        self.radar.port = port

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        self.radar.calls.append("close")

    def create_simple_sequence(self, config: Any) -> Any:
        chirp = SimpleNamespace(chirp=config.chirp)
        chirps = SimpleNamespace(
            loop=SimpleNamespace(
                sub_sequence=SimpleNamespace(contents=chirp),
                num_repetitions=config.num_chirps,
                # Times are kept as 32-bit floats, and rounded up to the device's clock.
                repetition_time_s=float(np.float32(config.chirp_repetition_time_s + 1e-6)),
            )
        )
        self.radar.config = config
        return SimpleNamespace(
            loop=SimpleNamespace(
                sub_sequence=SimpleNamespace(contents=chirps),
                num_repetitions=0,
                repetition_time_s=float(np.float32(config.frame_repetition_time_s)),
            )
        )

    def set_acquisition_sequence(self, first_element: Any) -> None:
        if first_element.loop.sub_sequence.contents.loop.num_repetitions > 1024:
            raise GeneralError("IFX_ERROR_NUM_CHIRPS_NOT_ALLOWED")
        self._sequence = first_element

    def get_acquisition_sequence(self) -> Any:
        return self._sequence

    def get_chirp_sampling_bandwidth(self, chirp: Any) -> float:
        return float(chirp.end_frequency_Hz - chirp.start_frequency_Hz) * SWEPT

    def get_chirp_sampling_center_frequency(self, chirp: Any) -> float:
        return float(chirp.end_frequency_Hz + chirp.start_frequency_Hz) / 2

    def start_acquisition(self) -> None:
        self.radar.calls.append("start")

    def stop_acquisition(self) -> None:
        self.radar.calls.append("stop")

    def get_next_frame(self, timeout_ms: int | None = None) -> list[NDArray[np.float64]]:
        if not self.radar.gives:
            raise NoFrameError("IFX_ERROR_TIMEOUT")
        given = self.radar.gives.pop(0)
        if isinstance(given, type):
            raise given(given.__doc__)
        return [given]


def install_fake(patch: pytest.MonkeyPatch, radar: FakeRadar) -> None:
    """Put the fake package where the real one would be."""
    contents: dict[str, dict[str, Any]] = {
        "ifxradarsdk": {},
        "ifxradarsdk.fmcw": {"DeviceFmcw": type("DeviceFmcw", (FakeDevice,), {"radar": radar})},
        "ifxradarsdk.fmcw.types": {
            "FmcwSimpleSequenceConfig": SimpleNamespace,
            "FmcwSequenceChirp": SimpleNamespace,
        },
        "ifxradarsdk.common": {},
        "ifxradarsdk.common.exceptions": {"ErrorTimeout": NoFrameError, "ErrorFifoOverflow": OverflowedError},
    }
    for name, content in contents.items():
        module = ModuleType(name)
        vars(module).update(content)
        patch.setitem(sys.modules, name, module)
