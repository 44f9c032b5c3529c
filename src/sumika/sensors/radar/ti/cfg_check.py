"""Checks a .cfg file before any of it is sent: what it asks for must be possible, readable, and the radar's own.

Limits of the devices: TI, "mmWave SDK user guide" (chirp configuration) and data sheets SWRS219 (xWR6843), SWRS222
(xWR1843), SWRS203 (xWR1642).
"""

from collections.abc import Mapping
from types import MappingProxyType

from sumika.schema import ARRAYS, SumikaError
from sumika.sensors.radar.ti.cfg_file import Line, numbers_of, parse_cfg
from sumika.sensors.radar.ti.values import ChirpDescription

START = "sensorStart"
_BANDS_GHZ: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "iwr6843isk": (60.0, 64.0),
        "iwr6843aop": (60.0, 64.0),
        "iwr6843": (60.0, 64.0),
        "awr1843": (76.0, 81.0),
        "xwr1642": (76.0, 81.0),
    }
)
_LONGEST_LINE = 255
_ADC_ONLY = 1
"""Third number of lvdsStreamCfg: converter samples and nothing else go to the capture card."""


def command_lines(text: str) -> list[tuple[int, str]]:
    """Return what is to be sent of a .cfg file: (line number, command), without comments and blanks."""
    stripped = ((number, line.split("%")[0].strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, " ".join(line.split())) for number, line in stripped if line]


def checked_cfg(text: str, where: str, model: str, *, capture: bool) -> ChirpDescription:
    """Return what a .cfg file makes the radar send, if all of it can be.

    Args:
        text: The file.
        where: Its name, for errors.
        model: Of the radar that it is to be sent to.
        capture: Whether a capture card is to record the samples.

    Raises:
        SumikaError: with the line, if it contradicts itself, the model, or what is to be done with it.
    """
    description = parse_cfg(text, where)
    contradiction = description.contradiction()
    if contradiction:
        raise SumikaError(contradiction, where=where, remedy="Mend profileCfg, chirpCfg or frameCfg")
    lines = numbers_of(text, where)
    found = _unsendable(text) or _unlike_model(lines, description, model) or _endless(lines)
    if not found and capture:
        found = _no_stream(lines)
    if found:
        name, problem, remedy = found
        raise SumikaError(problem, where=f"{where}:{_line_number(text, name)}", remedy=remedy)
    return description


_Refusal = tuple[str, str, str]
"""Command whose line is wrong, what is wrong, what to do."""


def _line_number(text: str, name: str) -> int:
    """Return the last line that begins so; the file's last if none does."""
    found = [number for number, line in command_lines(text) if line.startswith(name)]
    return found[-1] if found else len(text.splitlines())


def _unsendable(text: str) -> _Refusal | None:
    lines = command_lines(text)
    for _, line in lines:
        if len(line) > _LONGEST_LINE or not line.isascii() or not line.isprintable():
            return line, "the line is too long for the radar, or holds what is no ASCII text", "Write it anew"
    starts = [index for index, (_, line) in enumerate(lines) if line.split()[0] == START]
    if starts != [len(lines) - 1]:
        return START, f"{START} stands there {len(starts)} times; once was expected, at the end", "End with one"
    return None


def _unlike_model(lines: Mapping[str, list[Line]], description: ChirpDescription, model: str) -> _Refusal | None:
    lowest_ghz, highest_ghz = _BANDS_GHZ[model]
    for profile in lines["profileCfg"]:
        _, start_ghz, _, adc_start_us, ramp_end_us, _, _, slope_mhz_per_us, _, samples, rate_ksps = profile[:11]
        end_ghz = start_ghz + slope_mhz_per_us * ramp_end_us * 1e-3
        if start_ghz < lowest_ghz or end_ghz > highest_ghz:
            swept = f"the ramp goes from {start_ghz:g} to {end_ghz:g} GHz"
            return (
                "profileCfg",
                f"{swept}; a {model} sends from {lowest_ghz:g} to {highest_ghz:g} GHz",
                "Mend start, slope or ramp end; or the model in house.yaml",
            )
        sampled_us = adc_start_us + samples / rate_ksps * 1e3
        if sampled_us > ramp_end_us:
            return (
                "profileCfg",
                f"the last sample is taken after {sampled_us:.2f} us, but the ramp ends after {ramp_end_us:g} us",
                "Take fewer samples, sample faster, or end the ramp later",
            )
    return _unlike_board(lines, description, model)


def _unlike_board(lines: Mapping[str, list[Line]], description: ChirpDescription, model: str) -> _Refusal | None:
    enabled = int(lines["channelCfg"][0][1])
    unpowered = [number for number in description.transmitter_numbers if not enabled >> (number - 1) & 1]
    if unpowered:
        return "channelCfg", f"chirps use transmitters {unpowered}, which channelCfg leaves off", "Switch them on there"
    board = ARRAYS.get(model)
    if board is None:
        return None
    if max(description.transmitter_numbers) > len(board.transmitters):
        remedy = "Use a .cfg for this board"
        return "chirpCfg", f"a {model} has {len(board.transmitters)} transmitters; a later one is used", remedy
    if max(description.receiver_numbers) > len(board.receivers):
        return "channelCfg", f"a {model} has {len(board.receivers)} receivers; a later one is on", "Mend the first mask"
    return None


def _endless(lines: Mapping[str, list[Line]]) -> _Refusal | None:
    frame = lines["frameCfg"][0]
    if frame[3]:
        return "frameCfg", f"the radar would stop after {frame[3]:g} frames", "Write 0 as the fourth number: for ever"
    if len(frame) > 5 and frame[5] != 1:
        return "frameCfg", "frames would wait for a trigger from outside", "Write 1 as the sixth number"
    return None


def _no_stream(lines: Mapping[str, list[Line]]) -> _Refusal | None:
    streams = lines.get("lvdsStreamCfg", [])
    if not any(len(line) > 2 and line[2] == _ADC_ONLY for line in streams):
        return "lvdsStreamCfg", "no samples would be sent to the capture card", "Write lvdsStreamCfg -1 0 1 0"
    return None
