"""What a house is told in simulated scenes, kept: to play one costs a second or two, to read it next to nothing.

Kept in the system's folder for temporary files until the code of radar or scenes changes; what follows on it (tracks
are told, falls are not) may change and be scored anew.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sumika.evaluate.code_behind import code_hash
from sumika.schema import PointCloud, Tracks
from sumika.training.told_scenes import told
from sumika.world.radar_scene import ActedScene

_CODE = ("world/radar_scene", "radar", "training/told_scenes")
Told = list[tuple[float, PointCloud, Tracks]]


def told_of(acted: ActedScene, name: str, folder: Path | None = None) -> Iterator[tuple[float, PointCloud, Tracks]]:
    """Yield the time, the points of every frame of a scene, and what the tracker tells after it.

    Args:
        acted: The scene.
        name: Of the scene, its seed and radar in it: no two scenes may share one.
        folder: Where scenes are kept; None for the usual one.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"sumika-scenes-{code_hash(_CODE)}"
    path = folder / f"{name}.msgpack"
    kept = _read(path)
    if kept is None:
        kept = list(told(acted))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = path.with_suffix(".begun")
        begun.write_bytes(msgspec.msgpack.encode(kept))
        begun.replace(path)
    yield from kept


def _read(path: Path) -> Told | None:
    """Return what was kept; None where nothing was, or not whole."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.DecodeError):
        return None
