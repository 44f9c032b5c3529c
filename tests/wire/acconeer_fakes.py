"""A fake A121 that speaks the wire of Acconeer's exploration server, and a fake of the package that speaks it.

The server answers over a pseudo-terminal, a JSON line per message with the samples behind it; the package, with the
names and arguments of `acconeer.exptool.a121` 7.18, is for machines on which the real one is not installed.
"""

import json
import os
import select
import sys
import threading
import tty
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

TICKS_PER_S = 1000
BASE_STEP_M = 2.5e-3
SWEEPS, POINTS = 16, 81


@dataclass
class Shot:
    """One frame that the sensor takes."""

    tick: int
    flags: frozenset[str] = frozenset()

    @property
    def samples(self) -> NDArray[np.int16]:
        """int16 (sweep, distance, re/im), different in every frame."""
        return np.random.default_rng(self.tick).integers(-2000, 2000, (SWEEPS, POINTS, 2), dtype=np.int16)

    @property
    def info(self) -> dict[str, Any]:
        flags = {name: name in self.flags for name in ("data_saturated", "frame_delayed", "calibration_needed")}
        return {"tick": self.tick, "temperature": 25, **flags}


METADATA = {
    "frame_data_length": SWEEPS * POINTS,
    "sweep_data_length": POINTS,
    "subsweep_data_offset": [0],
    "subsweep_data_length": [POINTS],
    "calibration_temperature": 25,
    "base_step_length_m": BASE_STEP_M,
    "max_sweep_rate": 1000.0,
}


@dataclass
class FakeSensor:
    """What the sensor will give, and what it was asked."""

    shots: list[Shot] = field(default_factory=list)
    setups: list[dict[str, Any]] = field(default_factory=list)
    closed: int = 0


# The wire.


class ExplorationServer:
    """Answers commands on a pseudo-terminal and streams the sensor's shots until there are no more."""

    def __init__(self, sensor: FakeSensor) -> None:
        self.sensor = sensor
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self._serving = True
        self._streaming = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._serving:
            self._serving = False
            self._thread.join()
            os.close(self._slave)
            os.close(self._master)

    def _serve(self) -> None:
        pending = b""
        while self._serving:
            if select.select([self._master], [], [], 0.01)[0]:
                pending += os.read(self._master, 65536)
            *lines, pending = pending.split(b"\n")
            for line in lines:
                self._answer(json.loads(line))
            if self._streaming and self.sensor.shots:
                shot = self.sensor.shots.pop(0)
                self._say({"status": "ok", "result_info": [[shot.info]]}, shot.samples.astype("<i2").tobytes())

    def _answer(self, command: dict[str, Any]) -> None:
        match command["cmd"]:
            case "get_system_info":
                info = {"rss_version": "a121-v1.9.0", "sensor": "a121", "sensor_count": 1, "hw": "xe125"}
                self._say({"status": "ok", "system_info": {**info, "ticks_per_second": TICKS_PER_S}})
            case "get_sensor_info":
                self._say({"status": "ok", "sensor_info": [{"connected": True}]})
            case "setup":
                self.sensor.setups.append(command)
                self._say({"status": "ok", "tick_period": 50, "metadata": [[METADATA]]})
            case "start_streaming":
                self._streaming = True
                self._say({"status": "start"})
            case "stop_streaming":
                self._streaming = False
                self._say({"status": "stop"})

    def _say(self, header: dict[str, Any], payload: bytes = b"") -> None:
        line = {**header, **({"payload_size": len(payload)} if payload else {})}
        data = json.dumps(line).encode() + b"\n" + payload
        while data:
            data = data[os.write(self._master, data[:1024]) :]


# The package.


class FakeClient:
    """`acconeer.exptool.a121.Client`, as far as it is used."""

    sensor: FakeSensor

    def __init__(self, serial_port: str | None) -> None:
        if serial_port is not None and not serial_port.startswith("/dev/"):
            raise ConnectionError(f"could not open port {serial_port}")
        self._started = False

    @classmethod
    def open(
        cls,
        ip_address: str | None = None,
        tcp_port: int | None = None,
        serial_port: str | None = None,
        usb_device: str | bool | None = None,
        mock: bool | None = None,
        override_baudrate: int | None = None,
        flow_control: bool = True,
        generation: str | None = "a121",
    ) -> "FakeClient":
        return cls(serial_port)

    @property
    def extended_metadata(self) -> list[dict[int, Any]]:
        return [{1: SimpleNamespace(**METADATA)}]

    def setup_session(self, config: Any, calibrations: dict[int, Any] | None = None) -> Any:
        assert not self._started
        self.sensor.setups.append(config)
        return self.extended_metadata

    def start_session(self) -> None:
        self._started = True

    def stop_session(self) -> None:
        self._started = False

    def get_next(self) -> Any:
        assert self._started
        if not self.sensor.shots:
            raise RuntimeError("recv timed out")
        shot = self.sensor.shots.pop(0)
        frame = shot.samples[..., 0] + 1j * shot.samples[..., 1]
        return SimpleNamespace(**shot.info, tick_time=shot.tick / TICKS_PER_S, frame=frame)

    def close(self) -> None:
        self.sensor.closed += 1


class FakeSessionConfig:
    """`acconeer.exptool.a121.SessionConfig`, as far as it is used."""

    @classmethod
    def from_json(cls, json_str: str) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(json_str)
        for step in (sub["step_length"] for sub in config["groups"][0]["1"]["subsweeps"]):
            if step % 24 and 24 % step:
                raise ValueError("Step length must be a divisor or multiple of 24")
        return config


def install_fake(patch: pytest.MonkeyPatch, sensor: FakeSensor) -> None:
    """Put the fake package where the real one would be."""
    package = ModuleType("acconeer.exptool.a121")
    client = type("Client", (FakeClient,), {"sensor": sensor})
    vars(package).update(Client=client, SessionConfig=FakeSessionConfig)
    for name in ("acconeer", "acconeer.exptool"):
        patch.setitem(sys.modules, name, ModuleType(name))
    patch.setitem(sys.modules, "acconeer.exptool.a121", package)
