"""The examples run, short, as a reader would run them; what they need and CI must have is skipped elsewhere."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.conftest import ROOT


def needs(module: str, *programs: str) -> None:
    """Skip where something is missing; in CI that is a failure."""
    missing = [one for one in programs if shutil.which(one) is None]
    missing += [] if importlib.util.find_spec(module) is not None else [module]
    if not missing:
        return
    problem = f"not installed: {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(problem, pytrace=False)
    pytest.skip(problem)


def run(*arguments: str, warnings: str = "error") -> str:
    done = subprocess.run(
        [sys.executable, "-W", warnings, "-m", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(table: str, name: str) -> list[float]:
    """Return money, energy and discomfort of a line."""
    line = next(one for one in table.splitlines() if one.startswith(name))
    return [float(one) for one in line.split()[-3:]]


@pytest.mark.slow
def test_an_fmu_is_compiled_checked_and_driven(tmp_path: Path) -> None:
    needs("fmpy", "gcc")
    fmu = tmp_path / "house.fmu"
    assert run("examples.two_zone_house.build", str(fmu)).strip() == str(fmu)
    assert "No problems found" in run("fmpy", "validate", str(fmu))
    table = run("examples.drive_an_fmu", "--watch", "0.25", "--drive", "0.0834")
    # From six to eight on a winter's morning: everybody has to heat.
    for name in ("thermostat 21", "with a night set-back", "schedule of each room", "Sumika"):
        euro, kwh, discomfort = numbers(table, name)
        assert 0.0 < euro < 3.0
        assert 0.0 < kwh < 15.0
        assert 0.0 <= discomfort < 20.0


@pytest.mark.slow
def test_a_gymnasium_environment_keeps_the_conventions_and_is_driven() -> None:
    needs("gymnasium")
    # It would rather have actions from -1 to 1, for learning; setpoints are in degrees here.
    assert "nothing wrong" in run("examples.one_zone_house", warnings="ignore")
    table = run("examples.drive_a_gymnasium", "--season", "winter", "--watch", "0.25", "--drive", "0.0834")
    for name in ("thermostat", "with set-back", "Sumika"):
        euro, kwh, discomfort = numbers(table, name)
        assert 0.0 < euro < 3.0
        assert 0.0 < kwh < 15.0
        assert 0.0 <= discomfort < 20.0


@pytest.mark.slow
def test_a_controller_of_ones_own_is_scored_beside_a_thermostat() -> None:
    arguments = ["--week", "winter_tokyo", "--days", "0.25", "--warm-up", "0", "--json"]
    own = "mine=examples/controller_of_your_own.py:make"
    said = run("sumika", "evaluate", "control", "--controller", own, "--controller", "thermostat", *arguments)
    runs = {one["controller"]: one for one in msgspec.json.decode(said)["runs"]}
    assert set(runs) == {"mine", "thermostat"}
    assert runs["mine"]["indicators"]["energy_kwh"] > 0.0
    assert runs["mine"]["cost"]["total"] != runs["thermostat"]["cost"]["total"]
