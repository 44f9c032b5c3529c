"""The planner's process where residents are asked, or eased: what it says, and what it makes of their answers."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sumika.runtime.thinking import Nudged
from sumika.schema import (
    Origin,
    PlanReport,
    SuggestionAnswer,
)
from sumika.units import seconds_to_ns
from tests.plan_loop_helpers import FakeProcess, a_planner, without_bus


@pytest.fixture(autouse=True)
def _no_bus() -> Iterator[None]:
    with without_bus():
        yield


def an_answer(process: FakeProcess, name: str, *, yes: bool) -> SuggestionAnswer:
    return SuggestionAnswer(
        stamp=process.clock.now(), origin=Origin.LIVE, suggestion=name, device="aircon", yes=yes, resident="aki"
    )


def test_a_house_that_asks_suggests_and_a_no_is_kept_and_says_something_of_warmth(tmp_path: Path) -> None:
    process, thinking, loop = a_planner("suggest", data=tmp_path)
    process.turns(loop.turn, 13.0)
    report = process.of(PlanReport)[-1]
    (suggestion,) = report.suggestions
    assert (suggestion.device, suggestion.saves) == ("aircon", 12.0)
    assert [(one.action, one.value) for one in suggestion.actions] == [("mode", 1.0), ("setpoint_c", 21.0)]
    assert suggestion.until_ns - report.stamp.monotonic_ns == seconds_to_ns(990.0)
    assert suggestion.until == "2026-01-20T17:06+09:00"

    process.heard.append(an_answer(process, suggestion.id, yes=False))
    process.turns(loop.turn, 1000.0)
    assert thinking.declined == [("living", 21.0, 1.0)]
    assert process.of(PlanReport)[-1].suggestions == ()
    loop.close()
    process, _, loop = a_planner("suggest", data=tmp_path)  # as after a restart
    process.turns(loop.turn, 13.0)
    assert process.of(PlanReport)[-1].suggestions == ()


def test_a_no_that_cannot_be_written_is_counted(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("in the way", encoding="utf-8")
    process, _, loop = a_planner("suggest", data=tmp_path)
    process.turns(loop.turn, 13.0)
    name = process.of(PlanReport)[-1].suggestions[0].id
    process.heard.append(an_answer(process, name, yes=False))
    process.turns(loop.turn, 1.0)
    assert process.refused == ["answer not written"]


def test_a_house_that_does_not_ask_leaves_answers_alone(tmp_path: Path) -> None:
    process, thinking, loop = a_planner("drive", data=tmp_path)
    process.turns(loop.turn, 13.0)
    process.heard.append(an_answer(process, "bcdf", yes=False))
    process.turns(loop.turn, 1.0)
    assert thinking.declined == []
    assert process.of(PlanReport)[-1].suggestions == ()


UNTIL = datetime(2026, 1, 20, 17, 20, tzinfo=ZoneInfo("Asia/Tokyo"))
EASED = Nudged("living", "strain in the living room", "居間に緊張", UNTIL)


def test_a_nudge_is_told_with_a_name_planned_for_at_once_and_undone_by_a_no(tmp_path: Path) -> None:
    process, thinking, loop = a_planner("drive", data=tmp_path, nudges=True)
    process.turns(loop.turn, 13.0)
    assert process.of(PlanReport)[-1].suggestions == ()
    thinking.nudged = (EASED,)
    process.turns(loop.turn, 2.0)
    assert thinking.decided == 2
    (told,) = process.of(PlanReport)[-1].suggestions
    assert (told.device, told.done, told.until) == ("living", True, "2026-01-20T17:20+09:00")
    assert (told.actions[0].why, told.actions[0].why_ja) == (EASED.why, EASED.why_ja)
    left_s = (UNTIL - datetime.fromisoformat("2026-01-20T16:50:13+09:00")).total_seconds()
    assert told.until_ns - process.clock.now().monotonic_ns == pytest.approx(
        seconds_to_ns(left_s), abs=seconds_to_ns(3)
    )

    process.heard.append(an_answer(process, told.id, yes=True))
    process.turns(loop.turn, 1.0)
    assert thinking.calmed == []
    process.heard.append(an_answer(process, told.id, yes=False))
    process.turns(loop.turn, 1.0)
    assert thinking.calmed == ["living"]
    thinking.nudged = ()
    process.turns(loop.turn, 2.0)
    assert thinking.decided == 3
    assert process.of(PlanReport)[-1].suggestions == ()


def test_a_nudge_for_which_no_plan_can_be_made_is_not_tried_every_second(tmp_path: Path) -> None:
    process, thinking, loop = a_planner("drive", data=tmp_path, nudges=True)
    process.turns(loop.turn, 20.0)
    thinking.nudged, thinking.fails = (EASED,), "the solver ended with MaxTime"
    process.turns(loop.turn, 180.0)
    assert 1 <= process.refused.count("no plan") <= 4


def test_a_nudge_that_ends_by_itself_is_planned_away(tmp_path: Path) -> None:
    process, thinking, loop = a_planner("drive", data=tmp_path, nudges=True)
    thinking.nudged = (EASED,)
    process.turns(loop.turn, 1790.0)
    assert len(process.of(PlanReport)[-1].suggestions) == 1
    process.turns(loop.turn, 20.0)
    assert process.of(PlanReport)[-1].suggestions == ()
