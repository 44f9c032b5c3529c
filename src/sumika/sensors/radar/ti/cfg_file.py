"""Reads the mmWave SDK .cfg file, the lines of text that were sent to the radar, as a chirp description."""

from collections.abc import Sequence

import msgspec

from sumika.schema import SumikaError
from sumika.sensors.radar.ti.values import ChirpDescription

_LEAST_FIELDS = {"channelCfg": 2, "adcCfg": 2, "adcbufCfg": 4, "profileCfg": 11, "chirpCfg": 8, "frameCfg": 5}
_COMPLEX_FORMATS = (1, 2)
_ADC_16_BIT = 2

Line = tuple[float, ...]


def parse_cfg(text: str, where: str) -> ChirpDescription:
    """Return what the lines profileCfg, chirpCfg, frameCfg, channelCfg, adcCfg and adcbufCfg say.

    Raises:
        SumikaError: if one is missing or no number, or asks for what is not read: several profiles, subframes,
            transmitters at the same time, other than 16 bits, headers in the stream.
    """
    lines = numbers_of(text, where)
    _refuse_what_is_not_read(lines, where)
    frame = _only(lines, "frameCfg", where)
    chirps = _chirps_of_frame(lines, frame, where)
    profile = _profile(lines, chirps, where)
    _, start_ghz, idle_us, adc_start_us, ramp_end_us, _, _, slope_mhz_per_us, _, samples, rate_ksps = profile[:11]
    interval_us = sum(idle_us + ramp_end_us + chirp[5] for chirp in chirps)
    adc = _only(lines, "adcCfg", where)
    receivers = _only(lines, "channelCfg", where)[0]
    fields = {
        "start_frequency_hz": start_ghz * 1e9 + slope_mhz_per_us * 1e6 * adc_start_us,
        "slope_hz_per_s": slope_mhz_per_us * 1e12,
        "sample_rate_hz": rate_ksps * 1e3,
        "samples_per_chirp": int(samples),
        "chirps_per_frame": int(frame[2]),
        "chirp_interval_s": interval_us * 1e-6,
        "frame_interval_s": frame[4] * 1e-3,
        "receivers": int(receivers).bit_count(),
        "transmitters": len(chirps),
        "complex_samples": int(adc[1]) in _COMPLEX_FORMATS,
        "q_first": bool(_only(lines, "adcbufCfg", where)[2]),
        "transmitter_numbers": [int(chirp[7]).bit_length() for chirp in chirps],
        "receiver_numbers": [bit + 1 for bit in range(16) if int(receivers) >> bit & 1],
    }
    try:
        return msgspec.convert(fields, ChirpDescription)
    except msgspec.ValidationError as error:
        raise SumikaError(f"the .cfg file says what cannot be: {error}", where=where) from error


def numbers_of(text: str, where: str) -> dict[str, list[Line]]:
    """Return the numbers behind each name that describes what is sent, line by line.

    Raises:
        SumikaError: if one is no number, or there are too few.
    """
    lines: dict[str, list[Line]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("%")[0].split()
        if not words:
            continue
        name, arguments = words[0], words[1:]
        if name not in _LEAST_FIELDS and name not in ("lvdsStreamCfg", "dfeDataOutputMode", "bpmCfg"):
            continue
        try:
            values = tuple(float(argument) for argument in arguments)
        except ValueError as error:
            raise SumikaError(f"{name} holds something that is no number", where=f"{where}:{number}") from error
        if len(values) < _LEAST_FIELDS.get(name, 1) or not all(abs(value) < 1e9 for value in values):
            raise SumikaError(
                f"{name} has {len(values)} fields; at least {_LEAST_FIELDS.get(name, 1)} finite ones were expected",
                where=f"{where}:{number}",
            )
        # adcbufCfg of older SDKs has no subframe in front.
        lines.setdefault(name, []).append((-1.0, *values) if name == "adcbufCfg" and len(values) == 4 else values)
    return lines


def _only(lines: dict[str, list[Line]], name: str, where: str) -> Line:
    found = lines.get(name, [])
    if len(found) != 1:
        raise SumikaError(f"{name} stands there {len(found)} times; once was expected", where=where)
    return found[0]


def _refuse_what_is_not_read(lines: dict[str, list[Line]], where: str) -> None:
    if any(line[0] != 1 for line in lines.get("dfeDataOutputMode", [])):
        raise SumikaError("dfeDataOutputMode is not 1: subframes and continuous mode are not read", where=where)
    if any(len(line) > 1 and line[1] for line in lines.get("bpmCfg", [])):
        raise SumikaError("bpmCfg switches phase modulation on, which is not read", where=where)
    if any(len(line) > 1 and line[1] for line in lines.get("lvdsStreamCfg", [])):
        raise SumikaError("lvdsStreamCfg puts headers into the stream, which are not read", where=where)
    if int(_only(lines, "adcCfg", where)[0]) != _ADC_16_BIT:
        raise SumikaError("adcCfg asks for other than 16 bits, which is not read", where=where)
    if not _only(lines, "adcbufCfg", where)[3]:
        raise SumikaError("adcbufCfg interleaves the receivers, which is not read", where=where)


def _chirps_of_frame(lines: dict[str, list[Line]], frame: Line, where: str) -> list[Line]:
    """Return the chirpCfg line of each chirp that a loop of the frame sends, in order."""
    first, last = int(frame[0]), int(frame[1])
    if not 0 <= first <= last < 512:
        raise SumikaError(f"frameCfg sends chirps {first} to {last}", where=where)
    chirps = []
    for index in range(first, last + 1):
        found = [line for line in lines.get("chirpCfg", []) if line[0] <= index <= line[1]]
        if len(found) != 1:
            raise SumikaError(f"chirp {index} is described {len(found)} times; once was expected", where=where)
        chirps.append(found[0])
    masks = [int(chirp[7]) for chirp in chirps]
    if any(mask.bit_count() != 1 for mask in masks) or len(set(masks)) != len(masks):
        raise SumikaError(
            f"the chirps use the transmitter masks {masks}; each transmitter once, one at a time, was expected",
            where=where,
        )
    if any(chirp[3] or chirp[4] or chirp[6] for chirp in chirps):
        raise SumikaError(
            "chirpCfg varies frequency, slope or sampling from chirp to chirp, which is not read", where=where
        )
    return chirps


def _profile(lines: dict[str, list[Line]], chirps: Sequence[Line], where: str) -> Line:
    used = {int(chirp[2]) for chirp in chirps}
    found = [line for line in lines.get("profileCfg", []) if int(line[0]) in used]
    if len(used) != 1 or len(found) != 1:
        raise SumikaError(f"the frame uses profiles {sorted(used)}, of which {len(found)} are described", where=where)
    return found[0]
