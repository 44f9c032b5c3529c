"""Votes outlive restarts: they are used again, given twice in no replay, and gone with who is forgotten."""

from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from sumika.cli.house import house as house_command
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.history import History
from sumika.models.features.comfort import COLD, Conditions, Felt
from sumika.perception import comfort
from sumika.runtime import knowing_node
from sumika.runtime.kept_votes import MOST_OF_A_ROOM, VOTES_FOLDER, forget_votes, kept_votes
from sumika.runtime.knowing_node import knowing_nodes, with_own_students
from sumika.runtime.node import Launch, Node
from sumika.runtime.step_runner import StepRunner
from sumika.schema import AirSample, Message, Origin, PersonComfort, ThermalComfort, Vote
from sumika.schema.house import House
from sumika.schema.knowing_settings import Knowing
from tests.history_helpers import BREATH, clock_at, keep, stamps
from tests.knowing_helpers import Fake, at, tick

HOUSE = msgspec.structs.replace(demo_house({}).house, knowing=Knowing(agreed=("aoi",)))


def air(second: float, room: str = "living") -> AirSample:
    return AirSample(
        stamp=at(second), origin=Origin.LIVE, sensor=f"{room}_air", room=room, temperature_c=21.0, relative_humidity=0.5
    )


def vote(second: float, sensation: float = -2.0, resident: str = "aoi", room: str = "living") -> Vote:
    return Vote(stamp=at(second), origin=Origin.LIVE, resident=resident, room=room, sensation=sensation)


def said(runner: StepRunner, *messages: AirSample | Vote, room: str = "living") -> list[Message]:
    """Give messages to a room, and return all that is told of it."""
    told: list[Message] = []
    for number, message in enumerate(messages):
        told += [output for output, _ in runner.take(room, ("any", room, 0, number), message)]
    return told


def of_aoi(told: list[Message]) -> PersonComfort:
    found = [one for one in told if isinstance(one, ThermalComfort)]
    return next(one for one in found[-1].people if one.resident == "aoi")


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return what starts the node of a house anew, and gives its states."""
    monkeypatch.setattr(knowing_node, "found_student", lambda name, features, data: None)
    begun: list[Node] = []
    monkeypatch.setattr(knowing_node, "run_step", lambda node, launch: begun.append(node))

    def start(house: House = HOUSE) -> StepRunner:
        (node,) = knowing_nodes(house)
        node.loop(node, cast(Launch, SimpleNamespace(data=tmp_path)))
        task = begun[-1].step
        assert task is not None
        return StepRunner(task, house)

    return start


def test_what_was_voted_before_a_restart_is_used_after_it(live: Any) -> None:
    before = of_aoi(said(live(), air(0.0), *(vote(10.0 + number) for number in range(20))))
    after = of_aoi(said(live(), air(200.0)))
    assert before.votes == after.votes == 20
    assert after.too_cold == pytest.approx(before.too_cold, abs=1e-6)
    assert of_aoi(said(live(), air(300.0), vote(310.0))).votes == 21
    assert of_aoi(said(live(), air(400.0))).votes == 21
    assert of_aoi(said(live(), air(400.0, "bedroom"), room="bedroom")).votes == 0, "of each room by itself"


def test_a_replay_knows_what_was_known_before_and_is_given_no_vote_twice(live: Any, tmp_path: Path) -> None:
    said(live(), air(0.0), *(vote(10.0 + number) for number in range(5)))
    messages = (air(200.0), vote(210.0), vote(220.0, 2.0), air(300.0))
    lived = said(live(), *messages)
    (node,) = with_own_students(knowing_nodes(HOUSE), tmp_path)
    assert node.step is not None
    assert said(StepRunner(node.step, HOUSE), *messages) == lived
    assert of_aoi(lived).votes == 7
    assert of_aoi(said(live(), air(400.0))).votes == 7, "a replay keeps nothing"


def with_clock_behind(message: Any, by_s: float) -> Any:
    """Return a message of a computer that has just begun and does not know the time yet."""
    stamp = Instant(message.stamp.monotonic_ns, message.stamp.wall_ns - int(by_s * 1e9), "another boot")
    return msgspec.structs.replace(message, stamp=stamp)


def test_votes_of_before_come_back_when_a_clock_that_is_behind_is_put_right(live: Any, tmp_path: Path) -> None:
    said(live(), air(0.0), *(vote(10.0 + number) for number in range(5)))
    behind = [with_clock_behind(one, 1e7) for one in (air(200.0), vote(210.0))]
    right = [with_clock_behind(one, 0.0) for one in (air(300.0), vote(310.0, 2.0), air(400.0))]
    running = live()
    assert of_aoi(said(running, *behind)).votes == 1
    assert of_aoi(said(running, *right)).votes == 7
    assert of_aoi(said(live(), with_clock_behind(air(500.0), 0.0))).votes == 7
    # What is logged of it is told again by a replay, in which all seven are kept already.
    running = live()
    logged = [with_clock_behind(one, by_s) for one, by_s in ((air(600.0), 1e7), (vote(610.0), 1e7), (air(700.0), 0.0),
                                                             (vote(710.0), 0.0), (air(800.0), 0.0))]  # fmt: skip
    lived = said(running, *logged)
    (node,) = with_own_students(knowing_nodes(HOUSE), tmp_path)
    assert node.step is not None
    assert said(StepRunner(node.step, HOUSE), *logged) == lived
    assert of_aoi(lived).votes == 9


def test_of_who_did_not_agree_nothing_is_kept_and_nothing_used(live: Any, tmp_path: Path) -> None:
    said(live(), air(0.0), vote(10.0, resident="ren"), vote(20.0, resident=""), vote(30.0, room="nowhere"))
    assert not (tmp_path / VOTES_FOLDER).exists()
    said(live(), air(40.0), vote(50.0))
    nobody = msgspec.structs.replace(HOUSE, knowing=Knowing(agreed=("ren",)))
    told = [one for one in said(live(nobody), air(60.0)) if isinstance(one, ThermalComfort)]
    assert [(one.resident, one.votes) for one in told[-1].people] == [("ren", 0)]


def test_the_newest_are_kept_and_a_damaged_file_is_set_aside(live: Any, tmp_path: Path) -> None:
    said(live(), air(0.0), *(vote(10.0 + number, -2.0) for number in range(MOST_OF_A_ROOM + 3)))
    kept = kept_votes(tmp_path, "living", "aoi")
    assert (len(kept), kept[-1].vote, kept[-1].then.air_c) == (MOST_OF_A_ROOM, COLD, 21.0)
    assert np.isnan(kept[-1].then.heart_bpm), "nothing of a body lies there"
    path = tmp_path / VOTES_FOLDER / "aoi.json"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"{half")
    assert of_aoi(said(live(), air(1000.0), vote(1010.0))).votes == 1
    assert path.with_suffix(".damaged").read_bytes() == b"{half"
    forget_votes(tmp_path, "aoi")
    assert list((tmp_path / VOTES_FOLDER).iterdir()) == []


def test_who_is_forgotten_begins_anew_also_where_the_house_runs(live: Any, tmp_path: Path) -> None:
    running = live()
    said(running, air(0.0), *(vote(10.0 + number) for number in range(5)))
    forget_votes(tmp_path, "aoi")
    said(running, vote(20.0))
    assert len(kept_votes(tmp_path, "living", "aoi")) == 1


def test_the_command_that_forgets_a_resident_forgets_votes(live: Any, tmp_path: Path) -> None:
    with History(tmp_path / "history", clock_at(), {"bedroom": ("aoi",)}) as history:
        keep(history, BREATH, stamps(3), np.ones(3), "bedroom")
    said(live(), air(0.0), vote(10.0))
    done = CliRunner().invoke(house_command, ["forget", "aoi", "--data", str(tmp_path), "--yes"])
    assert done.exit_code == 0
    assert kept_votes(tmp_path, "living", "aoi") == ()


def test_votes_that_lie_ahead_are_left_out_and_the_student_reads_the_others() -> None:
    then = Conditions(at_s=at(10.0).wall_ns / 1e9, hour=12.0, air_c=24.0)
    later = msgspec.structs.replace(then, at_s=at(1e6).wall_ns / 1e9)
    votes = {"aoi": [Felt(vote=COLD, then=then), Felt(vote=COLD, then=later)], "ren": [Felt(vote=COLD, then=then)]}
    student = Fake({"too cold": 0.6, "as it should be": 0.3, "too warm": 0.1})
    state = comfort.start("living", ("aoi",), UTC, student, votes=votes)
    comfort.step(state, tick(50.0))
    _, told = comfort.step(state, msgspec.structs.replace(air(120.0), temperature_c=24.0))
    (message,) = told
    assert isinstance(message, ThermalComfort)
    assert [(one.resident, one.votes) for one in message.people] == [("aoi", 1)]
