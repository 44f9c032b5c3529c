"""`sumika run` starts the house whatever is wrong with its page: falls are noticed without one."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sumika.cli.run as run_module
from sumika.cli.run import run

HOUSE = """
version: 1
name: Test
page: {page}
rooms: [{{ id: hall, floor_m: [[0, 0], [2, 0], [2, 2]] }}]
"""


class NoHouse:
    """Stands in the place of a run; remembers that it ran."""

    begins_again = False
    log_folder = "nowhere"

    def __init__(self, *given: object, **more: object) -> None:
        """Take what a run takes."""

    def run(self, *given: object, **more: object) -> None:
        """Run."""
        started.append(self)


started: list[NoHouse] = []


@pytest.fixture(autouse=True)
def no_house(monkeypatch: pytest.MonkeyPatch) -> None:
    started.clear()
    monkeypatch.setattr(run_module, "HouseRun", NoHouse)
    monkeypatch.setattr(run_module, "is_taken", lambda page: False)  # no sockets here


def begun(folder: Path, page: str) -> Result:
    file = folder / "house.yaml"
    file.write_text(HOUSE.format(page=page), encoding="utf-8")
    return CliRunner().invoke(run, ["--headless", "--house", str(file), "--data", str(folder / "data")])


def test_a_house_starts_and_says_where_its_page_is(tmp_path: Path) -> None:
    answer = begun(tmp_path, "{ port: 8169 }")
    assert (answer.exit_code, len(started)) == (0, 1), answer.output
    assert "http://127.0.0.1:8169/" in answer.stderr


def test_damaged_accounts_keep_the_page_shut_and_not_the_house(tmp_path: Path) -> None:
    (tmp_path / "data" / "page").mkdir(parents=True, mode=0o700)
    (tmp_path / "data" / "page" / "accounts.json").write_text('{"version":1,"users":[{"na', encoding="utf-8")
    answer = begun(tmp_path, "{}")
    assert (answer.exit_code, len(started)) == (0, 1), answer.output
    assert "without its page" in answer.stderr
    assert "accounts.json" in answer.stderr


def test_an_unusable_certificate_keeps_the_page_shut_and_not_the_house(tmp_path: Path) -> None:
    answer = begun(tmp_path, "{ certificate: house.crt, private_key: house.key }")
    assert (answer.exit_code, len(started)) == (0, 1), answer.output
    assert "house.crt" in answer.stderr


def test_what_nobody_foresaw_of_the_page_does_not_keep_the_house_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> list[str]:
        raise ValueError("half a certificate")

    monkeypatch.setattr(run_module, "page_lines", fails)
    answer = begun(tmp_path, "{}")
    assert (answer.exit_code, len(started)) == (0, 1), answer.output
    assert "ValueError: half a certificate" in answer.stderr
