"""The page about the controller in Python: what it shows runs as it is written, from the first block to the last."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "how-to" / "use-the-controller-in-python.md"
HOUSE = """\
version: 1
rooms:
  - id: living
    floor_m: [[0, 0], [5, 0], [5, 4], [0, 4]]
devices:
  - {id: aircon, room: living, kind: room_air_conditioner}
"""
BEFORE = """\
from datetime import datetime
from zoneinfo import ZoneInfo

from sumika import Foretold

class OneRound:
    "Is true, and then not, and so on: each loop of the page goes round once."
    turn = False
    def __bool__(self):
        self.turn = not self.turn
        return self.turn

now = datetime(2026, 1, 20, 7, 0, tzinfo=ZoneInfo("Europe/Paris"))
running, quarter_of_an_hour_is_over, driving = OneRound(), True, True
outdoor_c, light, price = [3.0] * 48, [0.0] * 48, 0.2
forecast = Foretold.of(now, temperature_c=outdoor_c, price_per_kwh=price)
observation = {"TOut": 276.15, "TLiving": 60.0, "nLiving": 2.0, "E": 0.02}

def write(device, setting, value):
    print("write", device, setting, value)

"""
AFTER = """
print("action", action)
"""


@pytest.mark.slow
def test_every_block_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    (tmp_path / "page.py").write_text(BEFORE + "\n".join(blocks) + AFTER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "page.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^write aircon setpoint_c [12]\d", done.stdout, re.MULTILINE)
    # 60 °F with two people there: it heats, and the cooling setpoint is out of the way.
    action = re.search(r"action \{'heating_setpoint': ([\d.]+), 'cooling_setpoint': ([\d.]+)\}", done.stdout)
    assert action is not None
    assert 60.0 < float(action[1]) < 75.0
    assert float(action[2]) == 95.0
