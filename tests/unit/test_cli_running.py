"""Commands that speak to a running house speak to the one that is meant, or to none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sumika.bus import RuntimeFolder
from sumika.cli._running import running_house
from sumika.cli.ask import running
from sumika.cli.main import sumika
from sumika.config import parse_house
from sumika.runtime.house_run import HouseRun
from sumika.runtime.what_runs import WHOSE_FILE, Running, houses_running, say_whose
from sumika.schema import UsageError
from tests.bus_helpers import runtime_base


@pytest.fixture
def base() -> Iterator[Path]:
    with runtime_base() as path:
        yield path


def test_the_only_house_that_runs_is_meant(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no house is running"):
        running_house("mode")
    with RuntimeFolder.create() as folder:
        say_whose(folder, tmp_path / "home", "Home")
        assert running_house("mode").path == folder.path
        assert running_house("mode", tmp_path / "home").path == folder.path


def test_of_two_houses_none_is_guessed_and_one_is_chosen_by_its_data(base: Path, tmp_path: Path) -> None:
    with RuntimeFolder.create() as home, RuntimeFolder.create() as demo:
        say_whose(home, tmp_path / "home", "我が家")
        say_whose(demo, tmp_path / "demo", "Demo house")
        with pytest.raises(UsageError) as caught:
            running_house("mode")
        assert "2 houses run here" in str(caught.value)
        assert f"{tmp_path / 'home'} (我が家)" in str(caught.value)
        assert running_house("mode", tmp_path / "home").path == home.path
        assert running_house("mode", tmp_path / "here" / ".." / "demo").path == demo.path
        with pytest.raises(UsageError, match=r"no house runs on the data in .*other"):
            running_house("mode", tmp_path / "other")
        assert running(tmp_path / "other") is None
        assert running(tmp_path / "demo") is not None


def test_a_run_says_whose_it_is(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Running] = []

    class Looks:
        def __init__(self, *given: object, **more: object) -> None:
            """Supervise nothing."""

        def run(self, until: object) -> None:
            seen.extend(houses_running(tmp_path))

    monkeypatch.setattr("sumika.runtime.house_run.Supervisor", Looks)
    loaded = parse_house("name: Ours\nrooms: [{ id: hall, floor_m: [[0, 0], [2, 0], [2, 2]] }]\n")
    HouseRun(loaded, tmp_path).run()
    assert [one.whose.name for one in seen] == ["Ours"]


def test_what_the_doctor_and_benches_run_is_no_house(base: Path, tmp_path: Path) -> None:
    with RuntimeFolder.create() as home, RuntimeFolder.create("doctor"):
        say_whose(home, tmp_path / "home", "Home")
        assert running_house("mode").path == home.path


def test_a_house_of_an_older_sumika_is_found_as_before(base: Path, tmp_path: Path) -> None:
    with RuntimeFolder.create() as home:
        (home.path / WHOSE_FILE).write_text("half a fi", encoding="utf-8")
        (one,) = houses_running(tmp_path)
        assert one.folder.path == home.path


@pytest.mark.parametrize(
    "words",
    [
        ["mode"],
        ["alarms", "list"],
        ["alarms", "acknowledge", "x"],
        ["alarms", "cancel", "x"],
        ["alarms", "test"],
        ["suggest", "list"],
        ["suggest", "yes", "x"],
        ["suggest", "no", "x"],
        ["ask", "x"],
        ["devices", "load", "x"],
        ["record"],
    ],
    ids=" ".join,
)
def test_every_command_that_speaks_to_a_house_asks_which(base: Path, tmp_path: Path, words: list[str]) -> None:
    with RuntimeFolder.create() as home, RuntimeFolder.create() as demo:
        say_whose(home, tmp_path / "home", "Home")
        say_whose(demo, tmp_path / "demo", "Demo house")
        assert "Say which with --data" in str(CliRunner().invoke(sumika, words).exception)
