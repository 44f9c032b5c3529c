"""The frames of whatever file a person names: a maker's recording, or a log with whole frames in it."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from sumika.config import parse_house
from sumika.evaluate.radar.one_pass import read_frames
from sumika.log import LogReader
from sumika.schema import Frame, RawFrame, SumikaError, UsageError, frame_from_bytes
from sumika.schema.house import House
from sumika.sensors.radar import MODELS
from sumika.units import ns_to_seconds

_GUESSES = {".h5": ("a121", "a111"), ".bin": ("iwr6843isk",), ".npz": ("sense2gol",)}


def frames_of_file(path: Path, *, model: str = "", chirp: str = "", radar: str = "", seconds: float) -> Iterator[Frame]:
    """Yield the first frames of a file.

    Args:
        path: A recording that `sumika.sensors` reads, or a log (a run's folder, or one .mcap segment).
        model: Of a recording; empty takes what its name and form allow.
        chirp: Chirp description, for recordings that carry none.
        radar: Of a log with several; empty takes the first one seen.
        seconds: How much of it.

    Raises:
        UsageError: if there is nothing, or it does not say what it is.
        SumikaError: if it cannot be read.
    """
    if not path.exists():
        raise UsageError("there is no such file or folder", where=str(path), remedy="Name a recording or a log")
    frames = _logged(path, radar) if _is_log(path) else _recorded(path, model, chirp)
    began_ns: int | None = None

    def within(frame: Frame) -> bool:
        nonlocal began_ns
        stamp_ns = frame.notice.stamp.monotonic_ns
        began_ns = stamp_ns if began_ns is None else began_ns
        return ns_to_seconds(stamp_ns - began_ns) <= seconds

    yield from takewhile(within, frames)


def house_of_file(path: Path) -> House | None:
    """Return the house that a log was made in; None for a maker's recording, or where the log does not tell."""
    if not _is_log(path):
        return None
    run = LogReader(path).run
    try:
        return parse_house(run.config_text, Path(run.config_file or path)).house
    except SumikaError:
        return None


def _is_log(path: Path) -> bool:
    return path.suffix == ".mcap" or (path.is_dir() and any(path.glob("*.mcap")))


def _logged(path: Path, radar: str) -> Iterator[Frame]:
    found, radars = "", set()
    for logged in LogReader(path, topics=["raw_frame"]):
        if not isinstance(logged.message, RawFrame):
            continue
        radars.add(logged.message.radar)
        if radar in ("", logged.message.radar) and found in ("", logged.message.radar):
            found = logged.message.radar
            yield frame_from_bytes(logged.message.notice, logged.message.samples)
    if not found and radars:
        raise UsageError(f"no frames of radar {radar!r}", where=str(path), remedy=f"It has {', '.join(sorted(radars))}")
    if not found:
        raise UsageError("no whole radar frames in this log", where=str(path), remedy="Record some: sumika record")


def _recorded(path: Path, model: str, chirp: str) -> Iterator[Frame]:
    if model and model not in MODELS:
        raise UsageError(f"the radar model {model!r} is not known", remedy=f"Known are {', '.join(MODELS)}")
    guesses = (model,) if model else _guesses(path)
    for number, guess in enumerate(guesses):
        if not MODELS[guess].can_range:
            raise UsageError(f"a {guess} sends continuous wave and tells no distance", where=str(path))
        if MODELS[guess].needs_chirp and not chirp:
            raise UsageError(
                "this kind of recording does not say how it was taken",
                where=str(path),
                remedy="Add --chirp: a .yaml or .cfg file, or builtin:iwr6843_vital",
            )
        frames = read_frames(path, guess, chirp)
        try:
            first = next(frames, None)
        except SumikaError:
            if number == len(guesses) - 1:
                raise
            continue
        if first is not None:
            yield first
        yield from frames
        return


def _guesses(path: Path) -> tuple[str, ...]:
    if path.is_dir() and (path / "config.json").is_file():
        return ("bgt60tr13c",)
    if path.suffix not in _GUESSES:
        raise UsageError(
            "it is not known which radar took this", where=str(path), remedy=f"Add --model: {', '.join(MODELS)}"
        )
    return _GUESSES[path.suffix]
