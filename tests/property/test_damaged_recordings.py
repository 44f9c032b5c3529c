"""However a recording is damaged, it gives sound frames or one clear error, and nothing else."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sumika.clock import SimulatedClock
from sumika.schema import SumikaError
from sumika.sensors import RecordedSource, open_recording
from tests.recordings import samples_of, take
from tests.synthetic_recordings import CHIRP, WRITERS

pytestmark = pytest.mark.slow  # hundreds of small files, each opened in a process of its own

PARTS = [("ti", "capture.bin"), ("ti", "chirp.yaml"), ("avian", "avian/radar.npy"), ("avian", "avian/config.json")]
PARTS += [("sense2gol", "cw.npz"), ("a121", "a121.h5"), ("a111", "a111.h5")]
Damage = Callable[[bytes], bytes]


def play_or_say_why(path: Path, model: str, chirp: str) -> str:
    """Return the error, after checking that there is a clear one or that all frames are sound."""
    said = play(path, model, chirp)
    assert not said or str(path.parent) in said
    assert "\n" not in said
    return said


def play(path: Path, model: str, chirp: str) -> str:
    try:
        source = RecordedSource("wall", open_recording(path, model, chirp), SimulatedClock(), loop=False)
        frames = take(source, 50)
    except SumikaError as error:
        return str(error)
    source.close()
    assert frames
    for frame in frames:
        samples = samples_of(frame)
        assert (samples.shape, samples.dtype) == (frame.notice.shape, np.dtype(frame.notice.dtype))
        assert np.isfinite(samples).all()
        assert 0 < frame.notice.description.frame_interval_s < 3600
    return ""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    for kind, write in WRITERS.items():
        (folder / kind).mkdir()
        write(folder / kind)
    return folder


def damaged(sound: Path, kind: str, part: str, damage: Damage) -> tuple[Path, str, str]:
    """Return path, model and chirp of a copy of which one file is damaged."""
    folder = sound.parent / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound / kind, folder)
    (folder / part).write_bytes(damage((folder / part).read_bytes()))
    names = {"ti": "iwr6843isk", "avian": "bgt60tr13c", "sense2gol": "sense2gol", "a121": "a121", "a111": "a111"}
    path = folder / ("avian" if kind == "avian" else part if kind != "ti" else "capture.bin")
    return path, names[kind], str(folder / "chirp.yaml") if kind == "ti" else ""


several = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(("kind", "part"), PARTS)
@several
@given(keep=st.floats(0, 1, exclude_max=True))
@example(keep=0.0)
def test_cut_anywhere(sound: Path, kind: str, part: str, keep: float) -> None:
    play_or_say_why(*damaged(sound, kind, part, lambda data: data[: int(len(data) * keep)]))


@pytest.mark.parametrize(("kind", "part"), PARTS)
@several
@given(seed=st.integers(0, 2**32), count=st.sampled_from([1, 3, 30, 300]))
def test_bits_flipped_anywhere(sound: Path, kind: str, part: str, seed: int, count: int) -> None:
    def flip(data: bytes) -> bytes:
        chance, flipped = random.Random(seed), bytearray(data)
        for _ in range(count):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        return bytes(flipped)

    play_or_say_why(*damaged(sound, kind, part, flip))


@pytest.mark.parametrize(("kind", "part"), PARTS)
@several
@given(junk=st.binary(max_size=3000), keep=st.integers(0, 200))
def test_garbage_behind_the_first_bytes(sound: Path, kind: str, part: str, junk: bytes, keep: int) -> None:
    play_or_say_why(*damaged(sound, kind, part, lambda data: data[:keep] + junk))


@pytest.mark.parametrize(("kind", "part"), PARTS)
def test_an_empty_file_a_folder_and_nothing_at_all_are_told_apart(sound: Path, kind: str, part: str) -> None:
    path, model, chirp = damaged(sound, kind, part, lambda data: b"")
    assert "empty" in play_or_say_why(path, model, chirp)
    broken = path.parent / Path(part).name if kind != "avian" else path / Path(part).name
    broken.unlink()
    assert "not there" in play_or_say_why(path, model, chirp)
    broken.mkdir()
    assert "folder" in play_or_say_why(path, model, chirp)


json_like = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@several
@given(field=st.sampled_from(sorted(CHIRP)), value=json_like)
def test_any_value_in_a_chirp_description(sound: Path, field: str, value: object) -> None:
    text = "".join(f"{name}: {value if name == field else there!r}\n" for name, there in CHIRP.items())
    play_or_say_why(*damaged(sound, "ti", "chirp.yaml", lambda data: text.encode("utf-8", "surrogatepass")))
