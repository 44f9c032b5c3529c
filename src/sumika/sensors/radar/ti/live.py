"""From a TI radar in house.yaml to what it gives live: samples over a capture card, or its firmware's own answers."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from sumika.clock import Clock
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors._files import read_text
from sumika.sensors._paths import resolve_path
from sumika.sensors._serial_port import SerialPort
from sumika.sensors.radar.ti.capture_card import CaptureCard
from sumika.sensors.radar.ti.capture_live import CaptureSource
from sumika.sensors.radar.ti.cfg_check import checked_cfg, command_lines
from sumika.sensors.radar.ti.command_line import CommandLine
from sumika.sensors.radar.ti.points_live import DATA_BAUD, PointsSource
from sumika.sensors.radar.ti.values import ChirpDescription

_NETWORK = "udp"
_LARGEST_FRAME = 1 << 26


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> CaptureSource | PointsSource:
    """Configure and start the radar that house.yaml names, and read it.

    Frames come over a DCA1000 (`device: udp`), and need the radar's command port; points from its data port, where the
    command port may be left out if the radar was started by another program with the same .cfg.

    Args:
        radar: With a `PortSource`.
        house_file: Relative paths start from where it lies.
        clock: Stamps what comes.
        environ: The environment; `SUMIKA_DATA` is the folder of recordings.

    Raises:
        UsageError: if house.yaml leaves out what is needed.
        SumikaError: if the .cfg cannot be what this radar sends; or the radar or the card is absent, busy, silent, or
            refuses.
    """
    source, settings = _settings(radar, house_file, environ)
    how = _open_capture if settings.capture else _open_points
    return how(radar, source, settings.chirp, settings.lines, settings.where, clock)


def require_settings(radar: Radar, house_file: Path, environ: Mapping[str, str]) -> None:
    """Check everything that `open_live` checks before it opens a port; nothing is opened but the .cfg.

    Args:
        radar: With a `PortSource`.
        house_file: Relative paths start from where it lies.
        environ: The environment; `SUMIKA_DATA` is the folder of recordings.

    Raises:
        UsageError: if house.yaml leaves out what is needed.
        SumikaError: if the .cfg cannot be read, or cannot be what this radar sends.
    """
    _settings(radar, house_file, environ)


class _Settings(NamedTuple):
    """What a radar is to be told, and whether a capture card is to record what it sends."""

    capture: bool
    chirp: ChirpDescription
    lines: list[tuple[int, str]]
    where: str


def _settings(radar: Radar, house_file: Path, environ: Mapping[str, str]) -> tuple[PortSource, _Settings]:
    source = radar.source
    if not isinstance(source, PortSource):
        raise UsageError(f"radar {radar.id} is not read from a port", where=str(house_file), remedy="Write type: port")
    capture = source.kind == "frames" or (source.kind == "" and source.device == _NETWORK)
    _require_fields(radar, source, house_file, capture=capture)
    path = resolve_path(source.config, house_file, environ)
    text = read_text(path, "the radar's .cfg")
    chirp = checked_cfg(text, str(path), radar.model, capture=capture)
    if capture and chirp.frame_bytes > _LARGEST_FRAME:
        raise SumikaError(f"a frame would have {chirp.frame_bytes >> 20} MiB; 64 are read at most", where=str(path))
    return source, _Settings(capture, chirp, command_lines(text), str(path))


def _require_fields(radar: Radar, source: PortSource, house_file: Path, *, capture: bool) -> None:
    problem, remedy = "", ""
    if not source.config:
        problem = "has no config: without its .cfg a radar sends nothing, and nobody knows what it was told to send"
        remedy = "Write config: FILE.cfg, the lines of text that TI's tools send to the radar"
    elif capture and source.device != _NETWORK:
        problem = f"is to give frames from {source.device}; they come over the network"
        remedy = f"Write device: {_NETWORK}, and the radar's command port as command"
    elif capture and not source.command:
        problem = "has no command port, and a capture card sends nothing before the radar has got its .cfg"
        remedy = "Write command: /dev/ttyUSB0, or what its first port is called"
    elif not capture and source.device == _NETWORK:
        problem = "is to give points over the network; they come from its data port"
        remedy = "Write device: /dev/ttyUSB1, or what its second port is called"
    if problem:
        raise UsageError(f"radar {radar.id} {problem}", where=str(house_file), remedy=remedy)


def _open_points(
    radar: Radar, source: PortSource, chirp: ChirpDescription, lines: list[tuple[int, str]], where: str, clock: Clock
) -> PointsSource:
    with ExitStack() as opened:
        # Before the radar is started, so that nothing of its first frame is missed.
        port = SerialPort(source.device, source.baud or DATA_BAUD, radar.id)
        opened.callback(port.close)
        command = None
        if source.command:
            command = CommandLine(source.command, radar.id)
            opened.callback(command.close)
            command.configure(lines, where)
            command.start(lines, where)
        opened.pop_all()
    return PointsSource(radar, chirp.radar_description(radar.model), port, command, clock)


def _open_capture(
    radar: Radar, source: PortSource, chirp: ChirpDescription, lines: list[tuple[int, str]], where: str, clock: Clock
) -> CaptureSource:
    with ExitStack() as opened:
        bytes_per_s = chirp.frame_bytes / chirp.frame_interval_s
        card = CaptureCard(source.listen, source.address, radar.id, bytes_per_s)
        opened.callback(card.close)
        command = CommandLine(source.command, radar.id)
        opened.callback(command.close)
        card.configure()
        command.configure(lines, where)
        # The card counts bytes from here on: the radar's first frame has to come afterwards.
        card.record()
        command.start(lines, where)
        opened.pop_all()
    return CaptureSource(radar.id, radar.model, chirp, card, command, clock)
