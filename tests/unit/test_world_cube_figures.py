"""What the bench says of radar cubes: fast, exact, and where physics puts them."""

import pytest

from sumika.evaluate.world import cube_speed, scatterer_truth


@pytest.mark.slow
def test_cubes_are_exact_and_far_faster_than_plain_exponentials() -> None:
    figures = cube_speed.measure(full=False)
    assert set(figures) == {"cubes_per_s", "cube_speedup", "cube_error"}
    assert figures["cube_error"].value < 1e-4
    assert figures["cube_speedup"].value > 10.0
    assert float(figures["cube_speedup"].detail["speedup_over_shared"]) > 10.0
    assert figures["cubes_per_s"].value > 60.0


@pytest.mark.slow
def test_points_breath_and_beat_are_read_back() -> None:
    figures = scatterer_truth.measure(full=False)
    assert figures["scatterer_cells"].value < 0.1
    assert figures["phase_motion_error"].value < 0.02
    # It is a measurement: a point that is elsewhere is seen elsewhere, and noise leaves something.
    assert figures["phase_motion_error"].value > 0.0
    assert figures["phase_motion_error"].detail["breath_per_min"] == pytest.approx(15.0, rel=0.01)
