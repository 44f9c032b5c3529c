"""How strong echoes are, and where mirrors put them."""

import numpy as np
import pytest

from sumika.schema import RADAR_MODELS
from sumika.schema.house import DemoSource, Radar, Room
from sumika.world.radar_scene import (
    ChestSettings,
    Leg,
    LinkBudget,
    Person,
    Posture,
    Scene,
    chest_motion,
    frames,
    lighter,
    link_of,
    make_path,
)
from sumika.world.radar_scene.clutter import Clutter
from sumika.world.radar_scene.link_budget import antenna_pattern
from sumika.world.radar_scene.mirror import FloorMirror, WallMirror
from sumika.world.radar_scene.sight import crosses, in_sight, is_inside, stand_of

ROOM = Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 5.0), (0.0, 5.0)))


def _radar(
    position_m: tuple[float, float, float] = (2.0, 0.01, 1.0), yaw_deg: float = 90.0, pitch_deg: float = 0.0
) -> Radar:
    return Radar(
        id="radar",
        room="living",
        model="iwr6843isk",
        source=DemoSource(),
        position_m=position_m,
        yaw_deg=yaw_deg,
        pitch_deg=pitch_deg,
    )


def test_a_still_reflector_stands_over_the_noise_as_the_radar_equation_says() -> None:
    """A reflector of 0 dBsm straight ahead at 3 m: P G^2 lambda^2 sigma / ((4 pi)^3 R^4) over k T f_s F."""
    radar = lighter(RADAR_MODELS["iwr6843isk"], 64, 128)
    chirp = radar.chirp
    assert chirp is not None
    received_w = 10**-1.8 * 10**1.4 * radar.wavelength_m**2 / ((4 * np.pi) ** 3 * 3.0**4)
    noise_w = 1.380649e-23 * 290.0 * chirp.sample_rate_hz * 10**1.4
    expected_db = 10 * np.log10(received_w / noise_w)

    still = Clutter(np.array([[2.0, 3.01, 1.0]]), np.array([1.0]), np.ones(1, complex))
    scene = Scene(rooms=(ROOM,), radars=(_radar(),), descriptions={"radar": radar}, seconds=4.0, seed=1, clutter=still)
    cubes = np.array([frame.samples for frame in frames(scene)])
    window = np.hanning(chirp.samples_per_chirp)
    spectrum = np.fft.fft(cubes.mean(axis=(0, 1)) * window, 1024, axis=-1)[:, 400:700] / window.sum()
    noise = cubes.var(axis=0).mean()
    assert noise == pytest.approx(LinkBudget().noise_counts ** 2, rel=0.05)
    measured_db = 20 * np.log10(np.abs(spectrum).max(axis=-1).mean() / np.sqrt(noise))
    assert measured_db == pytest.approx(expected_db, abs=0.5)


def test_echoes_fall_with_the_fourth_power_and_towards_the_edges_of_the_field_of_view() -> None:
    radar, link = RADAR_MODELS["iwr6843isk"], link_of(RADAR_MODELS["iwr6843isk"])
    near, far, behind = link.amplitudes(
        radar, np.array([[0.0, 2.0, 0.0], [0.0, 4.0, 0.0], [0.0, -2.0, 0.0]]), np.ones(3)
    )
    assert 20 * np.log10(near / far) == pytest.approx(40 * np.log10(2.0))
    assert behind == 0.0
    half = radar.array.field_of_view_rad[0] / 2
    edge = antenna_pattern(radar, np.array([[np.sin(half), np.cos(half), 0.0]]))
    assert 20 * np.log10(edge[0]) == pytest.approx(-6.0, abs=0.1)  # half of the power, both ways


def test_a_radar_looks_where_yaw_and_pitch_say() -> None:
    stand = stand_of(_radar(position_m=(1.0, 1.0, 1.5), yaw_deg=0.0, pitch_deg=-30.0))
    ahead = np.array([1.0 + np.cos(np.radians(30)), 1.0, 1.5 - np.sin(np.radians(30))])
    assert stand.to_sensor(ahead) == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)
    assert stand.to_sensor(np.array([1.0, 0.0, 1.5])) == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)  # clockwise: right


def test_a_wall_shows_an_image_as_far_behind_it_only_where_one_looks_at_it() -> None:
    mirror = WallMirror(wall=((4.0, 0.0), (4.0, 2.0)), loss_db=8.0, name="wall")
    image = mirror.image(np.array([3.0, 2.0, 1.1]))
    assert image == pytest.approx([5.0, 2.0, 1.1])
    assert mirror.shows(np.array([2.0, 0.0, 1.0]), image)
    assert not mirror.shows(np.array([2.0, 4.0, 1.0]), mirror.image(np.array([3.0, 4.5, 1.1])))
    assert FloorMirror().image(np.array([1.0, 2.0, 0.8])) == pytest.approx([1.0, 2.0, -0.8])


def test_walls_hide_and_doorways_show() -> None:
    radar, beyond = np.array([2.0, 0.1, 1.0]), np.array([5.0, 2.0, 1.0])
    assert crosses(radar, beyond, ((4.0, 0.0), (4.0, 5.0)))
    assert not in_sight(radar, beyond, ROOM, ())
    assert in_sight(radar, beyond, ROOM, (((4.0, 1.0), (4.0, 1.8)),))
    assert is_inside(np.array([3.9, 4.9]), ROOM)
    assert not is_inside(np.array([4.1, 4.9]), ROOM)


@pytest.mark.slow
def test_the_radar_sees_the_image_of_a_walker_where_geometry_puts_it() -> None:
    radar = lighter(RADAR_MODELS["iwr6843isk"], 64, 128, 8.5)
    chirp = radar.chirp
    assert chirp is not None
    path = make_path((2.6, 2.0), (Leg(seconds=2.0, to_m=(2.6, 3.6)),))
    chest = chest_motion(ChestSettings(), 3.0)
    person = Person(id=1, path=path, chest=chest, cross_section_dbsm=0.0)
    mirror = WallMirror(wall=((4.0, 0.0), (4.0, 5.0)), loss_db=6.0, name="wall 1")
    scene = Scene(
        rooms=(ROOM,),
        radars=(_radar(),),
        descriptions={"radar": radar},
        seconds=2.0,
        seed=1,
        people=(person,),
        mirrors=(mirror,),
    )
    frame = next(frames(scene, start_s=1.0))
    (ghost,) = frame.truth.ghosts
    assert ghost.mirror == "wall 1"
    seen = stand_of(scene.radars[0]).to_sensor(np.array(ghost.position_m))
    distance_m = float(np.linalg.norm(seen))

    # All that moves away or towards the radar, at the image's distance, by direction.
    window = np.hanning(64)[:, None, None] * np.hanning(128)
    spectrum = np.fft.fft2(frame.samples * window, axes=(0, 2))
    spectrum[:3], spectrum[-2:] = 0, 0
    antennas, late = np.array(radar.array.virtual), np.repeat(chirp.transmit_offsets_s(3), 4)
    doppler_hz = np.fft.fftfreq(64, chirp.chirp_interval_s)[:, None, None]
    spectrum = spectrum * np.exp(-2j * np.pi * doppler_hz * late[None, :, None])
    row = [0, 1, 2, 3, 8, 9, 10, 11]
    right = np.linspace(-0.95, 0.95, 191)
    steer = np.exp(1j * np.pi * right[:, None] * antennas[row, 0])
    near = spectrum[:, row, round(distance_m / chirp.range_resolution_m) - 2 :][:, :, :5]
    power = (np.abs(np.einsum("ua,dab->udb", steer, near)) ** 2).sum(axis=(1, 2))
    assert right[power.argmax()] == pytest.approx(seen[0] / distance_m, abs=0.12)


def test_a_person_seen_from_behind_breathes_less() -> None:
    chest = chest_motion(ChestSettings(breath_mm=6.0, heart_mm=0.3, sway_mm=0.0), 10.0)
    moved = []
    for heading in (-np.pi / 2, np.pi / 2):
        path = make_path((2.0, 2.0), (Leg(seconds=1.0),), posture=Posture.SITTING, heading_rad=heading)
        person = Person(id=1, path=path, chest=chest)
        radar = np.array([2.0, 0.0, 0.8])
        distance = [np.linalg.norm(person.points(t, radar)[:4] - radar, axis=1).mean() for t in np.arange(0, 9, 0.1)]
        moved.append(float(np.ptp(distance)))
    assert 3e-3 < moved[0] < 8e-3
    assert moved[1] < 0.2 * moved[0]
