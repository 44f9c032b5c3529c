"""What is known of a radar model before any of its frames is seen."""

import msgspec

from sumika.schema import ARRAYS, AntennaArray, FrameKind


class ModelInfo(msgspec.Struct, frozen=True):
    """A radar model that `house.yaml` may name.

    Attributes:
        name: As in `house.yaml`.
        vendor: Folder of its driver.
        gives: What its frames are; None where it keeps its samples to itself.
        recordings: Which recordings of it can be played, in words; empty if none.
        needs_chirp: Whether a recording needs a chirp description beside it.
        can_range: Whether it can tell distance at all; a continuous-wave radar cannot.
        live: Whether live capture is built in.
        answers: Whether what its own firmware makes of its samples can be read (`kind: points`).
        package: Python package of its maker that live capture goes through; empty where it needs none.
    """

    name: str
    vendor: str
    gives: FrameKind | None
    recordings: str = ""
    needs_chirp: bool = False
    can_range: bool = True
    live: bool = False
    answers: bool = False
    package: str = ""


def known_array(model: str, antennas: int) -> AntennaArray:
    """Return where a model's antennas stand, if a frame holds all of them; one antenna at the origin else.

    Args:
        model: As in `house.yaml`.
        antennas: How many virtual antennas a frame holds; with some switched off nobody tells which.
    """
    array = ARRAYS.get(model, AntennaArray())
    return array if len(array.virtual) == antennas else AntennaArray()
