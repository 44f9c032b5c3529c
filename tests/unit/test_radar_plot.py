"""`sumika radar plot`: what is drawn of recordings and simulated people, and what it says where it cannot."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sumika.cli.radar import radar
from sumika.evaluate.plots import Floor, Heatmap, Lines, Panel, Series, Spots, draw
from sumika.evaluate.plots.passage import pass_through
from sumika.evaluate.plots.people_panels import people_panels
from sumika.evaluate.plots.radar_panels import frame_panels, passage_panels
from sumika.evaluate.radar.simulated_frames import simulated_frames
from sumika.schema import Origin, SumikaError, UsageError
from sumika.schema.house import House
from sumika.world.radar_scene import vital_scene

PNG, PAGE = b"\x89PNG\r\n", "<!doctype html>"


def some_panels() -> list[Panel]:
    x = np.linspace(0.0, 1.0, 5)
    line = Series(name="line", x=x, y=x, low=x - 0.1, high=x + 0.1)
    spots = Series(name="spots", x=x, y=x, marks=True)
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    heat = np.outer(x, x) - 1.0
    return [
        Heatmap(title="heat", x_label="x", y_label="y", x=x, y=x, value_db=heat, spots=spots),
        Spots(title="cloud", position_m=np.stack((x, x, x), axis=1), colour=x, colour_label="m/s"),
        Lines(title="lines", x_label="s", y_label="mm", series=(line, spots)),
        Floor(title="floor", rooms={"居間": square}, radars={"r": (0.5, 0.0, 1.57)}, paths=(line,), ghosts=spots),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_every_panel_is_drawn_into_one_file_that_needs_no_network(tmp_path: Path, suffix: str) -> None:
    path = draw(some_panels(), tmp_path / "new" / f"picture{suffix}", title="a <title>", banner="SIMULATED")
    content = path.read_bytes()
    if suffix == ".png":
        assert content.startswith(PNG)
        assert len(content) > 20_000
    else:
        text = content.decode()
        assert text.startswith(PAGE)
        assert "a &lt;title&gt;" in text
        assert "SIMULATED" in text
        assert 'src="http' not in text


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to draw"):
        draw([], tmp_path / "a.png", title="")
    with pytest.raises(UsageError, match=r"'\.svg' is not drawn"):
        draw(some_panels(), tmp_path / "a.svg", title="")
    (tmp_path / "file").write_text("")
    with pytest.raises(SumikaError, match="cannot be written"):
        draw(some_panels(), tmp_path / "file" / "a.html", title="")


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("nothing.bin", [], "no such file or folder"),
        ("what.xyz", [], "not known which radar took this"),
        ("capture.bin", [], "does not say how it was taken"),
        ("capture.bin", ["--model", "nix"], "model 'nix' is not known"),
        ("capture.bin", ["--out", "a.svg"], "is not drawn"),
        ("wave.npz", [], "tells no distance"),
    ],
)
def test_a_file_that_cannot_be_looked_into_is_told(tmp_path: Path, name: str, arguments: list[str], says: str) -> None:
    if not name.startswith("nothing"):
        (tmp_path / name).write_bytes(b"x" * 64)
    done = CliRunner().invoke(radar, ["plot", str(tmp_path / name), *arguments])
    assert isinstance(done.exception, UsageError)
    assert says in str(done.exception)


@pytest.mark.slow
def test_a_person_at_rest_is_drawn_with_track_breath_and_heart() -> None:
    scene = vital_scene(64, 1.8, seconds=24.0)
    house = House(rooms=scene.rooms, radars=scene.radars)
    passage = pass_through((frame for frame, _ in simulated_frames(scene)), house=house)
    assert passage is not None
    assert passage.seen.origin is Origin.SIMULATED
    titles = [panel.title for panel in (*frame_panels(passage.seen), *passage_panels(passage.seen))]
    assert any(title.startswith("Range and velocity") for title in titles)
    assert any(title.startswith("Range and azimuth") for title in titles)
    panels = people_panels(passage.followed)
    floor = next(panel for panel in panels if isinstance(panel, Floor))
    x, y, _ = next(simulated for _, simulated in simulated_frames(scene)).truth.people[0].position_m
    ends = [(path.x[-1], path.y[-1]) for path in floor.paths]
    assert min(np.hypot(a - x, b - y) for a, b in ends) < 0.6
    assert any(isinstance(panel, Lines) and panel.title.startswith("Chest") for panel in panels)


def test_no_frame_is_no_picture() -> None:
    assert pass_through([]) is None


@pytest.mark.recording
@pytest.mark.slow
def test_a_real_recording_is_drawn_with_the_breath_of_the_person(sumika_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "breath.png"
    done = CliRunner().invoke(
        radar, ["plot", str(sumika_data / "acconeer_a121" / "breathing-sitting.h5"), "--out", str(out)]
    )
    assert done.exit_code == 0, done.exception
    assert f"Wrote {out}" in done.output
    assert out.read_bytes().startswith(PNG)
