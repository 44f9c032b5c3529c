"""The pages on the radar's steps: modules they name exist, figures are reproducible, the table is the data's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sumika.schema import RADAR_MODELS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted((ROOT / "docs" / "radar").glob("*.md"))
WRITTEN = [page for page in PAGES if page.name != "people-in-ten-lines.md"]
IMAGES = ROOT / "docs" / "images" / "radar"
LARGEST_BYTES = 120_000


def test_there_is_a_page_per_step() -> None:
    assert len(WRITTEN) >= 14


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pictures_of_a_page_are_there_small_and_reproducible(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"\]\(\.\./images/radar/([^)]+)\)", text):
        assert (IMAGES / name).stat().st_size <= LARGEST_BYTES
        if page in WRITTEN:
            assert f"tools/radar_figures.py {Path(name).stem}" in text
            assert re.search(r"\*Simulation|\*A recording", text)


def test_no_picture_is_left_without_a_page() -> None:
    used = {name for page in PAGES for name in re.findall(r"images/radar/([^)]+)\)", page.read_text(encoding="utf-8"))}
    assert used == {picture.name for picture in IMAGES.iterdir()}


def test_the_tool_knows_the_figures_of_the_pages_and_no_others() -> None:
    command = [sys.executable, str(ROOT / "tools" / "radar_figures.py"), "no-such-figure"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 1
    known = set(run.stderr.strip().split("there are ")[1].split(", "))
    asked = {
        name
        for page in WRITTEN
        for name in re.findall(r"tools/radar_figures\.py ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))
    }
    assert asked == known


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    source = ROOT / "src" / "sumika"
    for name in re.findall(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)`", page.read_text(encoding="utf-8")):
        assert any(source.rglob(name)), name
    for name in re.findall(
        r"`((?:radar|sensors|evaluate|perception|schema)/[a-z_/]*)`", page.read_text(encoding="utf-8")
    ):
        assert (source / name).is_dir(), name


def test_the_table_of_presets_is_what_the_presets_say() -> None:
    rows = {
        cells[1].strip(" `"): [float(number) for number in re.findall(r"[\d.]+", " ".join(cells[2:]))]
        for line in (ROOT / "docs" / "radar" / "waveform-and-array.md").read_text(encoding="utf-8").splitlines()
        if (cells := line.split("|"))[0] == "" and len(cells) == 9 and "`" in cells[1]
    }
    assert rows.keys() == RADAR_MODELS.keys()
    for name, told in rows.items():
        model = RADAR_MODELS[name]
        chirp, array, grid = model.chirp, model.array, model.range_grid
        if chirp is not None:
            wanted = [100 * chirp.range_resolution_m, chirp.max_range_m]
            wanted += [chirp.velocity_resolution_m_s, chirp.max_velocity_m_s]
        else:
            assert grid is not None
            wanted = [100 * grid.step_m, grid.start_m + grid.step_m * (grid.bins - 1)]
        wanted.append(len(array.virtual))
        wanted += [array.azimuth_resolution_rad] * array.measures_azimuth
        wanted += [array.elevation_resolution_rad] * array.measures_elevation
        assert told == pytest.approx(wanted, rel=0.03, abs=0.005)
