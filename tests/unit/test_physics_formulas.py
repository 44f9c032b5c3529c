"""Moist air, heat strain, comfort and light against pythermalcomfort and the standards' own numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythermalcomfort.models import wbgt
from pythermalcomfort.psychrometrics import dew_point_tmp, p_sat, wet_bulb_tmp

from sumika.physics import comfort, heat_strain, light, sound
from sumika.physics import psychrometrics as air

CELSIUS = st.floats(-30.0, 50.0)
SHARE = st.floats(0.05, 1.0)


def test_saturation_is_that_of_the_library() -> None:
    temperature = np.linspace(-40.0, 50.0, 400)
    assert np.allclose(air.saturation_pressure_pa(temperature), p_sat(temperature), rtol=5e-3)
    assert air.saturation_pressure_pa(20.0) == pytest.approx(2339.0, rel=4e-3)
    assert isinstance(air.saturation_pressure_pa(20.0), float)


@given(CELSIUS, SHARE, st.floats(80_000.0, 105_000.0))
def test_humidity_goes_there_and_back(temperature: float, relative: float, pressure: float) -> None:
    ratio = air.humidity_ratio(temperature, relative, pressure)
    assert air.relative_humidity(temperature, ratio, pressure) == pytest.approx(relative, rel=1e-9)
    dew = air.dew_point_c(ratio, pressure)
    assert dew <= temperature + 0.01  # at zero the curves over ice and over water do not quite meet
    assert air.relative_humidity(dew, ratio, pressure) == pytest.approx(1.0, rel=2e-3)


def test_the_dew_point_is_that_of_the_library() -> None:
    for temperature, relative in ((20.0, 0.5), (30.0, 0.8), (25.0, 0.4)):
        expected = float(dew_point_tmp(temperature, 100.0 * relative))
        assert air.dew_point_c(air.humidity_ratio(temperature, relative)) == pytest.approx(expected, abs=0.3)


def test_air_gets_lighter_and_richer_as_it_warms() -> None:
    assert air.air_density_kg_m3(20.0) == pytest.approx(1.204, rel=1e-3)
    assert air.enthalpy_j_kg(25.0, 0.010) == pytest.approx(50_600.0, rel=5e-3)  # ASHRAE 2017, ch. 1: 50.5 kJ/kg


@given(st.floats(0.0, 45.0), st.floats(0.1, 0.95))
def test_the_wet_bulb_is_that_of_the_library(temperature: float, relative: float) -> None:
    expected = float(wet_bulb_tmp(temperature, 100.0 * relative))
    assert heat_strain.wet_bulb_c(temperature, relative) == pytest.approx(expected, abs=1e-6)


def test_wbgt_is_that_of_the_library_where_walls_are_as_warm_as_air() -> None:
    warm = np.array([28.0, 33.0])
    found = heat_strain.wet_bulb_globe_c(warm, warm, np.array([0.6, 0.7]))
    wet = heat_strain.wet_bulb_c(warm, np.array([0.6, 0.7]))
    for one, bulb, globe in zip(found, wet, warm, strict=True):
        assert one == pytest.approx(float(wbgt(bulb, globe, round_output=False).wbgt))
    assert heat_strain.wet_bulb_globe_c(30.0, 40.0, 0.5) > heat_strain.wet_bulb_globe_c(30.0, 30.0, 0.5)


@given(st.floats(10.0, 40.0), st.floats(10.0, 60.0))
def test_a_globe_lies_between_air_and_walls(warm: float, radiant: float) -> None:
    globe = heat_strain.globe_c(warm, radiant)
    assert min(warm, radiant) - 1e-9 <= globe <= max(warm, radiant) + 1e-9


def test_comfort_is_that_of_the_standard() -> None:
    # ISO 7730, annex D, table D.1, rows 1 and 3.
    cool = comfort.predicted_vote(22.0, 22.0, 0.6, metabolic_w_m2=1.2 * 58.15, clothing_clo=0.5)
    warm = comfort.predicted_vote(27.0, 27.0, 0.6, metabolic_w_m2=1.2 * 58.15, clothing_clo=0.5)
    assert cool.pmv == pytest.approx(-0.75, abs=0.03)
    assert cool.ppd == pytest.approx(0.17, abs=0.01)
    assert warm.pmv == pytest.approx(0.77, abs=0.03)
    assert np.isnan(comfort.predicted_vote(60.0, 60.0, 0.5).pmv)
    assert comfort.operative_c(20.0, 24.0) == pytest.approx(22.0, abs=0.5)
    assert comfort.adaptive_comfort_c(20.0) == pytest.approx(0.31 * 20.0 + 17.8, abs=1e-6)


def test_light_grows_bluer_and_richer_with_its_colour() -> None:
    assert light.melanopic_ratio_daylight(6500.0) == 1.0
    assert light.melanopic_ratio_led(2700.0) < light.melanopic_ratio_led(4000.0) < light.melanopic_ratio_led(6500.0)
    assert np.all(np.diff(light.melanopic_ratio_led(np.linspace(2200.0, 6500.0, 50))) > 0)
    assert light.sun_efficacy_lm_w(60.0) > light.sun_efficacy_lm_w(5.0)
    assert light.mean_illuminance_lux(3000.0, 12.0) == pytest.approx(150.0)


def test_two_equal_sounds_are_three_decibels_more() -> None:
    power = sound.power_of(np.array([60.0, 0.0]))
    assert sound.level_of(2.0 * power) == pytest.approx([63.01, 0.0], abs=0.01)
