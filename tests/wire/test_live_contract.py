"""Every radar that is read live keeps the same promises, whoever made it."""

import errno
import math
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

from sumika.clock import SimulatedClock
from sumika.schema import FrameKind, Origin, PointCloud, SumikaError, UsageError
from sumika.schema.house import DemoSource, Radar
from sumika.sensors import MODELS, POLL_S, MessageSource, Source, open_source, require_live
from sumika.sensors.radar.seeed import wire as seeed_wire
from tests.wire import acconeer_fakes, infineon_fakes
from tests.wire.serial_fakes import START, FakeModule, heard_from, radar_on

UART = {
    "ld2410": bytes.fromhex("f4f3f2f1 0d00 02aa 02 5100 00 0000 3b 0000 5500 f8f7f6f5"),
    "ld2450": bytes.fromhex("aaff0300 0e03 b186 1000 4001" + "0000" * 8 + "55cc"),
    "mr60bha2": bytes.fromhex("01 0001 0004 0a15 e4 00009042 2d"),
}
"""Model -> one packet of it."""
PACKAGE = ("bgt60tr13c", "bgt60utr11", "a121")
"""Models that are read through their makers' packages."""
QUICK = [model for model in (*UART, *PACKAGE) if model not in ("ld2410", "ld2450")]
"""Those that open at once even where nothing answers them."""


class Bench:
    """A fake device of any model, and the source that reads it."""

    def __init__(self, model: str, patch: pytest.MonkeyPatch) -> None:
        self.model = model
        self.module = FakeModule() if model in UART else None
        self.infineon = infineon_fakes.FakeRadar()
        self.acconeer = acconeer_fakes.FakeSensor()
        infineon_fakes.install_fake(patch, self.infineon)
        acconeer_fakes.install_fake(patch, self.acconeer)
        device = self.module.device if self.module else "/dev/ttyUSB0"
        self.source: Source = open_source(radar_on(device, model), Path("house.yaml"), SimulatedClock(START), {})

    def send(self) -> None:
        """Let the device send one frame or answer."""
        if self.module is not None:
            self.module.say(UART[self.model])
        elif self.model == "a121":
            self.acconeer.shots.append(acconeer_fakes.Shot(1000))
        else:
            receivers = 3 if self.model == "bgt60tr13c" else 1
            self.infineon.gives.append(np.zeros((receivers, 64, 256)))

    def take(self) -> object:
        """Return what the source gives next; None for nothing."""
        if isinstance(self.source, MessageSource):
            return self.source.next_messages() or None
        return self.source.next_frame()


@pytest.fixture(params=QUICK)
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(request.param, monkeypatch)
    yield made
    made.source.close()
    if made.module is not None:
        made.module.unplug()


def test_every_live_model_is_tried_here_or_has_tests_of_its_own() -> None:
    live = {name for name, info in MODELS.items() if info.live and info.vendor != "ti"}
    assert live == {*UART, *PACKAGE}
    assert all(MODELS[model].answers for model in UART)


def test_what_it_gives_is_live_and_of_the_radar_in_house_yaml(bench: Bench) -> None:
    bench.send()
    assert bench.source.origin is Origin.LIVE
    if isinstance(bench.source, MessageSource):
        (message, *_) = heard_from(bench.source, 1)
        assert (message.origin, message.radar, message.room) == (Origin.LIVE, "wall", "room")
        assert message.stamp == START
        return
    frame = bench.source.next_frame()
    assert frame is not None
    notice = frame.notice
    assert (notice.origin, notice.radar, notice.position, notice.index) == (Origin.LIVE, "wall", 0, 0)
    assert notice.stamp == START
    assert notice.kind is MODELS[bench.model].gives
    assert notice.description == bench.source.description
    assert (notice.description.chirp is not None) == (notice.kind is FrameKind.ADC)
    assert len(notice.description.array.virtual) == notice.shape[1]


def test_nothing_yet_is_said_soon(bench: Bench) -> None:
    if bench.model == "a121":  # its package waits for two seconds, and then has given the connection up
        with pytest.raises(SumikaError, match="no frames"):
            bench.take()
        return
    began = time.monotonic()
    assert bench.take() is None
    assert time.monotonic() - began < POLL_S + 1.0


def test_closed_it_gives_nothing_and_may_be_closed_again(bench: Bench) -> None:
    bench.send()
    bench.source.close()
    bench.source.close()
    assert bench.take() is None


@pytest.mark.parametrize("model", [name for name, info in MODELS.items() if info.live])
def test_a_kind_that_the_model_cannot_give_is_refused_with_the_one_it_can(model: str) -> None:
    info = MODELS[model]
    for kind, given in (("frames", info.gives is not None), ("points", info.answers)):
        radar = radar_on("/dev/ttyUSB0", model, kind=kind)
        if given:
            assert require_live(radar, Path("house.yaml")).kind == kind
        else:
            with pytest.raises(UsageError, match=f"gives no {kind}"):
                open_source(radar, Path("house.yaml"), SimulatedClock(), {})


def test_what_is_no_port_is_not_read_as_one() -> None:
    radar = Radar(id="wall", room="room", model="a121", position_m=(0, 0, 1), source=DemoSource())
    with pytest.raises(UsageError, match="not read from a port"):
        require_live(radar, Path("house.yaml"))


def opened_on(device: str, model: str, **settings: str | int) -> MessageSource:
    source = open_source(radar_on(device, model, **settings), Path("house.yaml"), SimulatedClock(START), {})
    assert isinstance(source, MessageSource)
    return source


@pytest.mark.parametrize("model", UART)
def test_a_port_that_is_not_there_is_told(model: str) -> None:
    with pytest.raises(SumikaError, match=r"radar wall: /dev/ttyNONE: there is no such port.*by-id"):
        opened_on("/dev/ttyNONE", model)


def test_a_port_that_another_program_has_is_told() -> None:
    module = FakeModule()
    first = opened_on(module.device, "mr60bha2")
    with pytest.raises(SumikaError, match=r"another program has it open.*fuser"):
        opened_on(module.device, "mr60bha2")
    first.close()
    module.unplug()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (serial.SerialException(errno.EACCES, "Permission denied"), "dialout"),
        (serial.SerialException(errno.EIO, "Input/output error"), "cannot be opened: .*Input/output"),
        (ValueError("Invalid baud rate"), "at 7 bits per second"),
    ],
)
def test_a_port_that_cannot_be_opened_says_why_and_what_to_do(
    error: Exception, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(SumikaError, match=says):
        opened_on(os.devnull, "mr60bha2", baud=7)


@pytest.mark.parametrize("model", ["mr60bha2", pytest.param("ld2450", marks=pytest.mark.slow)])
def test_unplugged_while_it_is_read_is_an_error_and_not_silence(model: str) -> None:
    module = FakeModule()
    source = opened_on(module.device, model)
    module.say(UART[model])
    assert heard_from(source, 1)
    module.unplug()
    with pytest.raises(SumikaError, match=f"{module.device}.*cannot be read") as error:
        heard_from(source, 1, polls=20)
    assert "unplugged" in error.value.remedy
    source.close()


def test_points_of_modules_are_numbers_with_wide_sigma() -> None:
    module = FakeModule()
    source = opened_on(module.device, "mr60bha2")
    data = struct.pack("<Iffii", 1, 0.4, 1.6, 2, 0)
    head = struct.pack(">BHHH", 1, 7, len(data), seeed_wire.TARGETS)
    module.say(head + bytes([seeed_wire.checksum(head)]) + data + bytes([seeed_wire.checksum(data)]))
    (cloud,) = heard_from(source, 1)
    assert isinstance(cloud, PointCloud)
    rows = cloud.array()
    assert np.isfinite(rows).all()
    assert rows[0, 0] == pytest.approx(math.hypot(0.4, 1.6))
    assert (rows[:, 4:8] >= 0.1).all()
    source.close()
    module.unplug()
