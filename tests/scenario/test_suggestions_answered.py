"""A house that asks: planner, gate, desk and devices as real processes, and a resident at the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sumika.bus import RuntimeFolder
from sumika.cli.suggest import suggest
from sumika.schema import Asker, Mode, Ruling, SuggestionAnswer
from tests.bus_helpers import runtime_folder
from tests.gate_helpers import OWNER, until
from tests.planner_helpers import DrivenHouse, planned_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as folder:
        yield folder


def says(*arguments: str) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(suggest, list(arguments), standalone_mode=True, env={"LANG": "en_GB.UTF-8"})


def listed(house: DrivenHouse) -> dict[str, str]:
    """Return the names of what is suggested now, by device."""
    house.hear()
    told = says("list", "--json")
    found = json.loads(told.stdout)["suggestions"] if told.exit_code == 0 else []
    return {one["suggestion"]["device"]: one["suggestion"]["id"] for one in found}


def test_a_yes_on_the_command_line_is_done_through_the_gate(folder: RuntimeFolder, tmp_path: Path) -> None:
    with planned_house(folder, tmp_path, Mode.SUGGEST) as house:
        house.start(OWNER, "gate", "wishes", "plan")
        assert until(lambda: "heater" in listed(house), 120.0), house.hear()
        assert house.told() == []  # nothing was done yet
        assert "nothing of the name 'nope'" in str(says("no", "nope").exception)

        answers: list[Result] = []

        def said_yes() -> bool:
            # A plan may just have run out while the next one is being made.
            answers.append(says("yes", listed(house).get("heater", "none"), "--resident", "Aki"))
            return answers[-1].exit_code == 0

        shown = says("list").stdout
        assert until(said_yes, 60.0), answers
        assert "Done: mode = 1" in answers[-1].stdout
        assert "heating living" in shown
        assert "until " in shown
        assert until(lambda: ("heater", "mode", 1.0) in house.told(), 20.0)
        assert until(lambda: bool(house.verdicts(Asker.RESIDENT)), 20.0)
        rows = house.verdicts(Asker.RESIDENT)
        assert all(row.ruling is Ruling.PASSED and row.why.startswith("yes to ") for row in rows)
        assert all("heating" in row.why for row in rows if row.device == "heater")
        assert any(isinstance(one, SuggestionAnswer) and one.resident == "Aki" for one in house.hear())
