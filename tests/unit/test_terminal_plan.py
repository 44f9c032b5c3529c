"""What the live view shows of the planner: how far it goes, what its plan is worth, its weightiest reasons."""

import msgspec
import pytest
from rich.cells import cell_len

from sumika.schema import Origin, PlannedAction, PlanReport, Suggestion
from sumika.terminal._view import HouseView
from tests.terminal_helpers import a_house, at

WHY = "heating Living room to 22.5 °C: 1 person there, else 16.6 °C within 2 h, below 19.9 °C people mind"
WHY_JA = "Living roomを22.5 °Cに暖房。1人が在室、しなければ2時間で16.6 °C、19.9 °Cより下は不快"
REPORT = PlanReport(
    stamp=at(0),
    origin=Origin.LIVE,
    planner="plan",
    mode="drive",
    local_time="2026-01-20T18:30+09:00",
    actions=(PlannedAction(device="aircon", action="mode", value=1.0, why=WHY, why_ja=WHY_JA),),
    plan_cost=534.4,
    simple_cost=806.1,
    best_simple="set_back",
)


def shown(report: PlanReport, *, seconds: float = 1.0, height: int = 30, width: int = 80, language: str = "en") -> str:
    view = HouseView(a_house(), at(0))
    view.take(report)
    picture = view.render(at(seconds), width, height, language)
    assert {cell_len(line) for line in picture.plain.split("\n")} == {width}
    return picture.plain


def test_mode_gain_and_reason_are_told_in_two_lines() -> None:
    picture = shown(REPORT)
    assert "plan drives · saves 272 yen in 2 days over a thermostat with set-back" in picture
    assert "heating Living room to 22.5 °C: 1 person there" in picture


def test_the_same_in_japanese() -> None:
    picture = shown(REPORT, language="ja")
    assert "計画が運転中 · 留守時に弱める温度調節器より2日で272円得" in picture
    assert "Living roomを22.5 °Cに暖房" in picture


@pytest.mark.parametrize(("mode", "words"), [("shadow", "plan looks on"), ("suggest", "plan suggests")])
def test_a_plan_that_touches_nothing_says_so(mode: str, words: str) -> None:
    assert words in shown(msgspec.structs.replace(REPORT, mode=mode))


def test_a_plan_that_would_be_dearer_says_whose_way_is_followed() -> None:
    worse = msgspec.structs.replace(REPORT, plan_cost=900.0, follows="set_back", currency="EUR")
    assert "follows a thermostat with set-back: 93.90 euro cheaper in 2 days" in shown(worse)


def test_an_old_plan_a_low_screen_and_an_unknown_mode_show_nothing() -> None:
    assert "plan drives" not in shown(REPORT, seconds=1001.0)
    assert "plan drives" in shown(REPORT, seconds=999.0)
    assert "plan drives" not in shown(REPORT, height=15)
    assert "wild" not in shown(msgspec.structs.replace(REPORT, mode="wild"))


def test_numbers_that_are_none_are_left_out() -> None:
    picture = shown(msgspec.structs.replace(REPORT, plan_cost=float("nan")))
    assert "plan drives" in picture
    assert "saves" not in picture


@pytest.mark.parametrize("width", [40, 20])
def test_long_reasons_are_cut_to_the_screen(width: int) -> None:
    assert "plan drives" in shown(REPORT, width=width)


def suggested(name: str, why: str, why_ja: str) -> Suggestion:
    action = PlannedAction(device="aircon", action="mode", value=1.0, why=why, why_ja=why_ja)
    return Suggestion(id=name, device="aircon", actions=(action,), until="2026-01-20T18:46+09:00", until_ns=0)


def test_suggestions_are_shown_with_the_name_to_answer_by_and_how() -> None:
    asks = msgspec.structs.replace(
        REPORT, mode="suggest", suggestions=(suggested("bcdf", WHY, WHY_JA), suggested("ghjk", "airing", "換気"))
    )
    lines = [line.strip() for line in shown(asks).split("\n")]
    assert any(line.startswith("bcdf heating Living room to 22.5 °C") for line in lines)
    assert "ghjk airing" in lines
    assert "Answer with: sumika suggest yes NAME, or no NAME" in lines
    assert "ghjk 換気" in shown(asks, language="ja")
    shown(asks, width=24, language="ja")
