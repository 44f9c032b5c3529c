"""What is broken in a frame is left out before the chain sees it: dead antennas, disturbed chirps. Both are told.

A dead receiver takes its column of virtual antennas with it, a dead transmitter its row. What is left is an array of
fewer antennas, and the chain is opened for that one: sums, thresholds and sigmas then follow from what there is.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.radar import frame_condition
from sumika.radar.chirp_statistics import chirp_statistics
from sumika.radar.frame_condition import ConditionState, FrameCondition
from sumika.schema import AntennaArray, RadarDescription


@dataclass(slots=True)
class SoundFrames:
    """What is remembered of one radar's frames.

    Attributes:
        description: Of the radar as it is meant to be.
        condition: State of the judgement; None before the first frame, and for frames of range bins.
        dead: Virtual antennas that are left out.
    """

    description: RadarDescription
    condition: ConditionState | None = None
    dead: tuple[int, ...] = ()


def judge(state: SoundFrames, samples: NDArray[Any]) -> FrameCondition:
    """Tell what a frame of converter samples is fit for.

    Args:
        state: Of the radar; changed in place.
        samples: Complex or real (chirp, antenna, sample), or integers (chirp, antenna, sample, I and Q).

    Raises:
        ValueError: if the samples are of another shape or kind than the frames before.
    """
    chirp = state.description.chirp
    if chirp is None:
        raise ValueError("frames of range bins have no chirps to judge")
    power, peak = chirp_statistics(samples)
    if state.condition is None:
        state.condition = frame_condition.start(
            power.shape[1],
            power.shape[0],
            chirp.full_scale,
            complex_samples=chirp.complex_samples,
            unsigned=samples.dtype.kind == "u",
        )
    return frame_condition.assess(state.condition, power, peak)


def without_dead(description: RadarDescription, dead: tuple[int, ...]) -> tuple[RadarDescription, NDArray[np.intp]]:
    """Return the radar that is left without dead antennas, and which virtual antennas that are.

    Args:
        description: As it is meant to be.
        dead: Virtual antennas; those that no whole transmitter or receiver explains take their receiver with them.
    """
    array = description.array
    senders, receivers = len(array.transmitters), len(array.receivers)
    silent, deaf = frame_condition.broken_parts(dead, senders, receivers)
    explained = {t * receivers + r for t in range(senders) for r in range(receivers) if t in silent or r in deaf}
    deaf = (*deaf, *({antenna % receivers for antenna in dead} - set(deaf) if set(dead) - explained else ()))
    left_senders = [number for number in range(senders) if number not in silent]
    left_receivers = [number for number in range(receivers) if number not in deaf]
    kept = np.array([t * receivers + r for t in left_senders for r in left_receivers], np.intp)
    if not kept.size:
        return description, np.arange(senders * receivers)
    signs = array.receiver_signs
    left = AntennaArray(
        transmitters=tuple(array.transmitters[number] for number in left_senders),
        receivers=tuple(array.receivers[number] for number in left_receivers),
        receiver_signs=tuple(signs[number] for number in left_receivers) if signs else (),
        field_of_view_rad=array.field_of_view_rad,
    )
    return msgspec.structs.replace(description, array=left, chirp=_sent_by(description, left_senders)), kept


def _sent_by(description: RadarDescription, senders: list[int]) -> Any:
    """Return the chirp profile that says when the transmitters that are left send; evenly spaced ones alone can be."""
    chirp = description.chirp
    if chirp is None or len(senders) < 2:
        return chirp
    times = chirp.transmit_offsets_s(len(description.array.transmitters))
    return msgspec.structs.replace(chirp, transmitter_interval_s=times[senders[1]] - times[senders[0]])


def mended(samples: NDArray[Any], bad_chirps: tuple[int, ...]) -> NDArray[Any]:
    """Return the samples with each disturbed chirp replaced by the nearest sound one.

    A hole would put sidelobes into every velocity; a repeated chirp turns a little too late.
    """
    if not bad_chirps:
        return samples
    sound = np.setdiff1d(np.arange(len(samples)), bad_chirps)
    if not sound.size:
        return samples
    whole = samples.copy()
    for chirp in bad_chirps:
        whole[chirp] = samples[sound[np.argmin(np.abs(sound - chirp))]]
    return whole
