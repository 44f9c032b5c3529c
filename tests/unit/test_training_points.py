"""Gestures and poses as sources: cut at rests, split by person, views that move with their joints."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.models.features.gestures import CHANNELS
from sumika.models.features.pose import JOINTS, column_names, pose_row
from sumika.training import gestures, pose
from sumika.training.point_views import Changes
from sumika.training.sources import SOURCES

PEOPLE = ("801", "802")


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    return tmp_path


def table(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Ten points a frame about a hand two metres away; columns frame, x, y, z, doppler, intensity."""
    rows = np.repeat(frames, 10)
    place = random.normal([0.1, 2.0, 0.3], 0.2, (len(rows), 3))
    return np.column_stack([rows, place, random.choice([-0.36, 0, 0.36], len(rows)), np.full(len(rows), 9)])


def write_gestures(folder: Path) -> None:
    folder.mkdir()
    random = np.random.default_rng(0)
    # Two gestures, a lost frame in the first one; then a fragment.
    frames = np.concatenate([np.delete(np.arange(20), 7), np.arange(40, 55), np.arange(70, 73)])
    for distance in gestures.DISTANCES:
        names = [*gestures.CLASSES, "", "rotate", "circcle"] if distance == "3m" else gestures.CLASSES
        files = {
            f"point_{who}_{distance}_{name}": table(frames, random).astype(np.float32)
            for who in PEOPLE
            for name in names
        }
        np.savez(folder / f"{distance}.npz", allow_pickle=False, **files)
    tiny = {f"point_{who}_tiny": table(np.arange(400), random).astype(np.float32) for who in PEOPLE}
    np.savez(folder / f"{gestures.DAILY}.npz", allow_pickle=False, **tiny)


def test_gestures_are_cut_at_rests_and_belong_to_people(recordings: Path) -> None:
    write_gestures(recordings / "mhomeges")
    arrays = SOURCES["gestures"].read({})
    assert arrays.x.shape[1:] == (len(CHANNELS), 16)
    # Two gestures of each file; one of each person is typed wrong, one has no name, one is no gesture of these.
    assert len(arrays) == 2 * len(PEOPLE) * (4 * 10 + 1)
    assert set(arrays.group) == {f"person {who}" for who in PEOPLE}
    assert (arrays.y >= 0).all()
    duration = np.exp(arrays.x[:, CHANNELS.index("log_duration"), 0])
    assert np.unique(duration.round(1)).tolist() == [1.5, 2.0]


def test_views_and_unlabelled_ones_are_marked(recordings: Path) -> None:
    write_gestures(recordings / "mhomeges")
    plain = SOURCES["gestures"].read({})
    arrays = SOURCES["gestures"].read({"views": 1, "unlabelled": 6})
    assert 0.95 * len(plain) <= arrays.is_view.sum() <= len(plain), "a view may have become too short"
    unlabelled = arrays.y == gestures.UNLABELLED
    assert not (unlabelled & arrays.is_view).any()
    assert unlabelled.sum() == 6 + 2 * len(PEOPLE), "pieces of everyday motions, and the gestures without a name"
    again = SOURCES["gestures"].read({"views": 1, "unlabelled": 6})
    assert (again.x == arrays.x).all()
    other = SOURCES["gestures"].read({"views": 1, "unlabelled": 6, "seed": 1})
    assert (other.x[other.is_view][:5] != arrays.x[arrays.is_view][:5]).any()
    assert (other.x[:5] == plain.x[:5]).all(), "the gestures themselves are as they were"


def write_poses(folder: Path) -> None:
    """People who stand 0.2 m beside the middle of their points, and hold out the left hand, on the radar's right."""
    folder.mkdir()
    random = np.random.default_rng(1)
    names = [*JOINTS, "HandLeft", "ThumbRight"]
    place = {"SpineBase": (0.2, 1.9, 0.0), "WristLeft": (0.8, 1.9, 0.3), "WristRight": (-0.3, 1.9, 0.1)}
    joints = np.array([place.get(name, (0.2, 1.9, 0.5)) for name in names])
    for subject in pose.SUBJECTS:
        for part in pose.PARTS:
            frames = np.concatenate([np.arange(10), np.arange(200, 210)])
            points = table(frames, random)
            np.savez(
                folder / f"subject{subject}_pose_{part}.npz",
                points=points[:, 1:].astype(np.float32),
                frame_no=points[:, 0].astype(np.int64),
                index=np.repeat(np.arange(20), 10),
                joints=np.tile(joints.T.reshape(-1), (20, 1)).astype(np.float32),
                joint_columns=np.array([f"{name}_{axis}" for axis in "XYZ" for name in names]),
            )


@pytest.fixture
def poses(recordings: Path) -> list[pose.Pose]:
    write_poses(recordings / "mars")
    return list(pose.read_poses(recordings / "mars"))


def test_poses_are_of_their_own_moment(poses: list[pose.Pose]) -> None:
    assert len(poses) == 2 * 2 * 20
    first, middle = poses[0], poses[5]
    assert np.unique(first.since_s.round(1)).tolist() == pytest.approx(np.arange(9) / 10), "nothing was before"
    assert np.unique(middle.since_s.round(1)).tolist() == pytest.approx(np.arange(-5, 5) / 10)
    assert np.abs(poses[10].since_s).max() < 0.85, "frames across a gap are not of this moment"
    values = pose.values_of(first).reshape(-1, 3)
    wrist = values[JOINTS.index("WristLeft")] + first.centre_m
    assert wrist == pytest.approx([1.9, 0.8, 0.3], abs=1e-5), "forward, sideways, up"


def test_mirror_image_of_a_pose_is_that_of_the_other_side(
    poses: list[pose.Pose], monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Changes(turn_deg=0, size=0, shift_m=0, noise_m=0, pace=0, intensity=0, lost_points=0, lost_frames=0)
    monkeypatch.setattr(pose, "CHANGES", none)
    random = np.random.default_rng(0)
    views = [pose.view_of(poses[0], random) for _ in range(8)]
    wrists = {tuple(view.joints_m[JOINTS.index("WristRight")].round(3).tolist()) for view in views}
    # Either as it was, or the left one's place, taken to the other side of a spine that is 0.2 m off the middle.
    assert wrists == {(1.9, -0.3, 0.1), (1.9, -0.4, 0.3)}


def test_poses_become_rows_split_by_person(recordings: Path, poses: list[pose.Pose]) -> None:
    arrays = SOURCES["pose"].read({"views": 1})
    assert arrays.x.shape == (2 * len(poses), len(column_names()))
    assert arrays.y.shape == (2 * len(poses), 3 * len(JOINTS))
    assert set(arrays.group) == {"person 1", "person 3"}
    assert arrays.is_view.sum() == len(poses)
    one = poses[3]
    moved = msgspec.structs.replace(
        one,
        points=one.points + np.array([1, 2, 0.5, 0, 0], np.float32),
        centre_m=(one.centre_m[0] + 1, one.centre_m[1] + 2, one.centre_m[2] + 0.5),
    )
    assert np.mean(np.abs(pose.row_of(moved) - pose.row_of(one)) > 1e-3) < 0.02, "but for points on the edge of a cell"
    assert not pose_row(one.points[:0], one.since_s[:0], one.centre_m).any()


@pytest.mark.recording
def test_real_gestures_and_poses(sumika_data: Path) -> None:
    first = next(iter(gestures.read_gestures(sumika_data / "mhomeges")))
    assert first.person == "person 804"
    assert 0.5 < np.median(first.points[:, 0]) < 2.0, "a hand at 1.2 m"
    one = next(iter(pose.read_poses(sumika_data / "mars")))
    spine = one.joints_m[JOINTS.index("SpineBase")]
    head = one.joints_m[JOINTS.index("Head")]
    assert 1.5 < spine[0] < 2.3
    assert 0.6 < head[2] - spine[2] < 1.0
