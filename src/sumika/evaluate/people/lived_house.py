"""The house of a lived night: `python -m sumika.evaluate.people.lived_house DATA SLEEPER SITTER TIMES`.

TIMES says how many times as fast its clock goes.
"""

import sys
from dataclasses import replace
from pathlib import Path

from sumika.config import load_house
from sumika.evaluate.people.lived_player import lived, player, without_radars
from sumika.runtime.data_folder import owned_data_folder
from sumika.runtime.house_run import HouseRun
from sumika.runtime.table import nodes_of

HOUSE_FILE = Path(__file__).with_name("lived_night.yaml")


def run(data: Path, sleeper: str, sitter: int, times: float) -> None:
    """Run the house until the recorded people have lived.

    Args:
        data: Its data folder.
        sleeper: A person of the recorded nights.
        sitter: A person of the recorded tasks.
        times: How many times as fast its clock goes. Watchdogs look at the machine, which is no faster: they wait so
            many times as long.
    """
    loaded = load_house(HOUSE_FILE)
    nodes = (*without_radars(nodes_of(loaded.house), loaded.house), player(sleeper, sitter))
    table = tuple(
        replace(node, watchdog_s=times * node.watchdog_s, starts_within_s=times * node.starts_within_s)
        for node in nodes
    )
    with owned_data_folder(data) as folder:
        HouseRun(loaded, folder, table=table).run(lived(sleeper, sitter).seconds + 60.0)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
