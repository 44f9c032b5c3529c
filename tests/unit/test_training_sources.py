"""Real recordings as sources: traps of the data, splits that never leak, and clear words where they are absent."""

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.networks.layers import parameters
from sumika.distil.networks.presets import layers_of
from sumika.distil.recipe_file import read_recipe
from sumika.models.features.points import BODY, channel_names
from sumika.schema import UsageError
from sumika.training import RECIPES
from sumika.training.har import RADHAR, RADHAR_CLASSES, mirrored_class, sittings
from sumika.training.recordings import Recordings, RecordingsError
from sumika.training.sleep import column_names, night_features, nights
from sumika.training.sources import SOURCES

SECONDS = 8
FRAMES_PER_S = 30


def write_radhar(folder: Path) -> None:
    """Two sittings, a recording of each activity in each; three moving points and two walls in a frame."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number, name in enumerate(RADHAR_CLASSES):
        order = ("jump", "walk", "squats", "boxing", "jack").index(name)
        frames = np.repeat(np.arange(SECONDS * FRAMES_PER_S), 5)
        size = len(frames)
        velocity = np.tile([0.6, -0.6, 0.3, 0, 0], size // 5).astype(np.float32)
        x = np.where(velocity != 0, 1.3, 4.9).astype(np.float32)
        cover = np.arange(size) % 5 == 2  # the radar's own, moving or not
        x[cover] = 0.04
        np.savez(
            folder / f"{name}.npz",
            names=np.array([f"{name}_1.txt", f"{name}_2.txt"]),
            t0=np.array([1000.0 + 60 * order, 5000.0 + 60 * order]),
            rec=np.repeat(np.arange(2, dtype=np.uint8), size),
            frame=np.tile(frames, 2).astype(np.uint16),
            t=np.tile(frames * 1000 // FRAMES_PER_S, 2).astype(np.uint32),
            x=np.tile(x, 2),
            y=np.tile(np.where(cover, 0, 0.5 * number), 2).astype(np.float32),
            z=np.tile(np.where(cover, 0, random.normal(size=size)), 2).astype(np.float32),
            velocity=np.tile(velocity, 2),
            intensity=np.full(2 * size, 30, np.float32),
        )


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    return tmp_path


def test_sittings_begin_anew_after_the_last_activity() -> None:
    start_s = np.array([50.0, 10, 30, 20, 40, 60, 70])
    activity = np.array(["boxing", "jump", "jack", "walk", "jump", "jack", "jack"])
    assert sittings(start_s, activity).tolist() == [2, 1, 1, 1, 2, 2, 2]


def test_radhar_sees_the_body_and_counts_from_its_middle(recordings: Path) -> None:
    write_radhar(recordings / "radhar")
    arrays = SOURCES["radhar"].read({})
    assert arrays.x.shape[1:] == (len(channel_names(BODY)), BODY.bins)
    assert set(arrays.group) == {"sitting 1", "sitting 2"}
    for group in np.unique(arrays.group):
        assert set(arrays.y[arrays.group == group]) == set(range(5)), "every activity is in every sitting"
    names = channel_names(BODY)
    assert not arrays.x[:, names.index("points still")].any(), "walls tell the room"
    places = arrays.x[:, names.index("mean forward_m"), :], arrays.x[:, names.index("mean sideways_m"), :]
    assert np.abs(places).max() < 1e-5, "where somebody stood tells the sitting"
    assert len(arrays) == 2 * 5 * (SECONDS - 2), "the last window ends before the recording does"


def test_views_of_movements_know_left_from_right(recordings: Path) -> None:
    write_radhar(recordings / "radhar")
    arrays = SOURCES["radhar"].read({"views": 2, "classes": ["walk"]})
    assert arrays.is_view.mean() == pytest.approx(2 / 3)
    assert set(arrays.group[arrays.is_view]) == set(arrays.group)
    assert [mirrored_class(name) for name in ("left front lunge", "right arm", "both arms", "squat")] == [
        "right front lunge",
        "left arm",
        "both arms",
        "squat",
    ]


def test_classes_can_be_left_out_and_unknown_ones_are_told(recordings: Path) -> None:
    write_radhar(recordings / "radhar")
    arrays = SOURCES["radhar"].read({"classes": ["walk", "jump"]})
    assert arrays.classes == ("jump", "walk")
    assert set(arrays.y) == {0, 1}
    with pytest.raises(RecordingsError, match="no such class: swim"):
        SOURCES["radhar"].read({"classes": ["swim"]})


@pytest.mark.parametrize("name", sorted(name for name, source in SOURCES.items() if isinstance(source, Recordings)))
def test_absent_recordings_say_what_where_and_what_to_do(name: str, recordings: Path) -> None:
    source = SOURCES[name]
    assert isinstance(source, Recordings)
    for call in (source.fingerprint, lambda: source.read({})):
        with pytest.raises(RecordingsError, match=source.files[0]) as told:
            call()
        assert told.value.where == str(recordings / source.folder_name)
        assert "SUMIKA_DATA" in told.value.remedy
        assert source.cite in told.value.remedy


@pytest.mark.parametrize(
    ("name", "options"), [("sleep", {"classes": 5}), ("sleep", {"least_read": 50}), ("radhar", {"window": 2})]
)
def test_wrong_options_are_told_with_the_right_ones(name: str, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="Known"):
        SOURCES[name].read(options)


def test_damaged_recordings_are_told(recordings: Path) -> None:
    write_radhar(recordings / "radhar")
    before = SOURCES["radhar"].fingerprint()
    (recordings / "radhar" / "walk.npz").write_bytes(b"PK")
    assert SOURCES["radhar"].fingerprint() != before
    with pytest.raises(RecordingsError, match="cannot be read"):
        SOURCES["radhar"].read({})


def test_code_that_decides_the_examples_counts_as_data(recordings: Path) -> None:
    write_radhar(recordings / "radhar")
    source = dataclasses.replace(RADHAR, code=())
    other = dataclasses.replace(source, code=("sumika.models.features",))
    assert source.fingerprint() != other.fingerprint()


def night(people: int = 2) -> tuple[list[str], list[str]]:
    rates, stages = [], []
    for person in range(people):
        for second in range(0, 3600, 5):
            line = f"{person},{second},{60 + 20 * person + (5 if second < 900 else 0)}"
            rates += [line] * (1 + 2 * person)  # the second person's readings are written three times over
        stages += [
            f"{person},{t},{-1 if t == 60 else 0 if t < 900 else 4 if t < 1800 else 5}" for t in range(0, 3600, 30)
        ]
    return rates, stages


def write_sleep(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, head, lines in zip(("heart_rate", "stages"), ("subject,t,hr", "subject,t,stage"), night(), strict=True):
        with gzip.open(folder / f"{name}.csv.gz", "wt") as file:
            file.write("\n".join([head, *lines]))


def test_sleep_leaves_unscored_epochs_out_and_counts_repeated_readings_once(recordings: Path) -> None:
    write_sleep(recordings / "sleep_accel_hr")
    arrays = SOURCES["sleep"].read({"classes": 4})
    assert arrays.classes == ("wake", "light", "deep", "REM")
    assert len(arrays) == 2 * 119
    assert np.bincount(arrays.y).tolist() == [2 * 29, 0, 2 * 30, 2 * 60], "N4 counts as deep"
    assert arrays.x.shape[1] == len(column_names())
    first, second = (arrays.x[arrays.group == f"person {person}"] for person in (0, 1))
    np.testing.assert_allclose(first, second, atol=1e-5)  # neither the rate's level nor repetition tells the person


def test_nights_that_were_hardly_read_are_left_out_where_a_recipe_asks_for_it(recordings: Path) -> None:
    folder = recordings / "sleep_accel_hr"
    write_sleep(folder)
    with gzip.open(folder / "heart_rate.csv.gz", "rt") as file:
        head, *lines = file.read().splitlines()
    few = [line for line in lines if line.startswith("0,") or int(line.split(",")[1]) % 12 == 0]
    with gzip.open(folder / "heart_rate.csv.gz", "wt") as file:
        file.write("\n".join([head, *few]))
    assert [round(night.read, 2) for night in nights(folder)] == [1.0, 0.08]
    assert set(SOURCES["sleep"].read({}).group) == {"person 0", "person 1"}
    assert set(SOURCES["sleep"].read({"least_read": 0.5}).group) == {"person 0"}
    assert set(SOURCES["sleep-live"].read({"least_read": 0.5}).group) == {"person 0"}


def test_pause_of_the_watch_gives_numbers() -> None:
    reading_s = np.concatenate([np.arange(0, 1800, 5.0), np.arange(2700, 3600, 5.0)])
    rate: NDArray[np.float64] = np.random.default_rng(0).normal(60, 3, len(reading_s))
    found = night_features(reading_s, rate, np.arange(0, 3600, 30.0))
    assert np.isfinite(found).all()
    lately = found[:, column_names().index("deviation_60s")]
    assert lately[20] > 0
    assert lately[75] == pytest.approx(np.median(np.delete(lately, np.s_[55:95])), rel=0.2)  # as it usually was
    with pytest.raises(ValueError, match="no heart rate"):
        night_features(reading_s + 1e5, rate, np.arange(0, 3600, 30.0))


def test_shipped_recipes_name_sources_that_there_are_and_small_students() -> None:
    assert {"har-tiny", "sleep-tiny"} <= set(RECIPES)
    for name in RECIPES:
        recipe = read_recipe(name, RECIPES, ArrayRecipe)
        assert recipe.name == name
        assert recipe.about
        assert recipe.data.name in SOURCES  # type: ignore[union-attr] # shipped ones name a source
    har = read_recipe("har-tiny", RECIPES, ArrayRecipe)
    assert parameters(layers_of(har.student, 5), (len(channel_names(BODY)), BODY.bins)) < 10_000
    with pytest.raises(UsageError, match="har-tiny"):
        read_recipe("nothing", RECIPES, ArrayRecipe)


@pytest.mark.recording
def test_real_recordings_are_split_by_sitting_person_and_night(sumika_data: Path) -> None:
    radhar = SOURCES["radhar"].read({})
    assert sorted(set(radhar.group)) == [f"sitting {number}" for number in (1, 2, 3, 4)]
    assert all(set(radhar.y[radhar.group == one]) == set(range(5)) for one in set(radhar.group))
    mars = SOURCES["mars"].read({})
    assert set(mars.group) == {"person 1", "person 2", "person 3"}
    assert len(set(mars.y)) == 10
    sleep = SOURCES["sleep"].read({})
    assert len(set(sleep.group)) == 22
    assert 0.6 < (sleep.y == 1).mean() < 0.75, "NREM alone is about 69 %"
    assert np.isfinite(sleep.x).all()
