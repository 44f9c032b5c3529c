"""What becomes of a suggestion at the desk: yes, no, too late, withdrawn; and what the gate makes of a yes."""

import msgspec
import pytest

from sumika.cli._suggestions import outcome_lines, standing_lines
from sumika.clock import Instant
from sumika.runtime.wishes_desk import AGAIN_NS, MOST_KEPT, WishesDesk
from sumika.schema import (
    AnswerSuggestionAnswer,
    AnswerSuggestionRequest,
    Asker,
    GateRule,
    Message,
    Origin,
    PlannedAction,
    PlanReport,
    ResidentWish,
    Ruling,
    Standing,
    Suggestion,
    SuggestionAnswer,
    SuggestionsRequest,
    SuggestionStanding,
    Verdict,
)
from tests.plan_helpers import STAMP

NOW_NS = STAMP.monotonic_ns


def suggestion(name: str = "bcdf", until_ns: int = NOW_NS + 100) -> Suggestion:
    actions = tuple(
        PlannedAction(device="aircon", action=action, value=value, why="heating", why_ja="暖房")
        for action, value in (("mode", 1.0), ("setpoint_c", 21.0))
    )
    return Suggestion(
        id=name, device="aircon", actions=actions, saves=12.0, until="2026-01-20T17:15+09:00", until_ns=until_ns
    )


def report(*suggestions: Suggestion) -> PlanReport:
    return PlanReport(
        stamp=STAMP,
        origin=Origin.SIMULATED,
        planner="plan",
        mode="suggest",
        local_time="2026-01-20T17:00+09:00",
        currency="EUR",
        suggestions=suggestions,
    )


def a_desk(*suggestions: Suggestion, mode: str = "suggest") -> WishesDesk:
    desk = WishesDesk(mode)
    desk.hear(report(*suggestions))
    return desk


def say(
    desk: WishesDesk, name: str = "bcdf", *, yes: bool = True, now: Instant = STAMP
) -> tuple[AnswerSuggestionAnswer, tuple[Message, ...]]:
    return desk.answer(AnswerSuggestionRequest(suggestion=name, yes=yes, resident="aki"), now)


def standing(desk: WishesDesk, name: str = "bcdf", now_ns: int = NOW_NS) -> SuggestionStanding:
    found = desk.standings(SuggestionsRequest(answered=True), now_ns).suggestions
    return next(one for one in found if one.suggestion.id == name)


def verdict(action: str, ruling: Ruling, *, why: str = "yes to bcdf: heating", **more: object) -> Verdict:
    told = Verdict(
        stamp=STAMP,
        origin=Origin.LIVE,
        device="aircon",
        action=action,
        asked=21.0,
        written=None,
        asked_by=Asker.RESIDENT,
        ruling=ruling,
        why=why,
    )
    return msgspec.structs.replace(told, **more)


def test_a_yes_becomes_the_residents_wishes_in_the_order_in_which_they_are_written() -> None:
    desk = a_desk(suggestion())
    answer, messages = say(desk)
    assert answer.accepted
    assert [type(one) for one in messages] == [SuggestionAnswer, ResidentWish, ResidentWish]
    wishes = [one for one in messages if isinstance(one, ResidentWish)]
    assert [(one.device, one.action, one.value, one.resident) for one in wishes] == [
        ("aircon", "mode", 1.0, "aki"),
        ("aircon", "setpoint_c", 21.0, "aki"),
    ]
    assert {one.why for one in wishes} == {"yes to bcdf: heating (aki)"}
    assert {one.origin for one in messages} == {Origin.SIMULATED}  # of the plan that asked
    assert standing(desk).standing is Standing.YES
    assert not standing(desk).is_settled


def test_a_no_is_said_to_all_and_wishes_nothing() -> None:
    desk = a_desk(suggestion())
    answer, messages = say(desk, yes=False)
    assert answer.accepted
    (said,) = messages
    assert isinstance(said, SuggestionAnswer)
    assert (said.suggestion, said.yes, said.resident) == ("bcdf", False, "aki")
    desk.hear(report(suggestion()))  # made before the no was heard
    assert standing(desk).standing is Standing.NO


@pytest.mark.parametrize(
    ("before", "word", "word_ja"),
    [
        ("unknown", "nothing of the name", "提案はありません"),
        ("expired", "held until 17:15", "17:15 まで"),
        ("withdrawn", "has come to something else", "計画が変わりました"),
        ("yes", "answered with yes already", "「はい」と答えています"),
        ("no", "not suggested again today", "今日はもう提案しません"),
    ],
)
def test_what_is_not_open_is_refused_with_a_clear_word(before: str, word: str, word_ja: str) -> None:
    desk, now = a_desk(*([] if before == "unknown" else [suggestion()])), STAMP
    if before == "expired":
        now = STAMP.later(100)
    elif before == "withdrawn":
        desk.hear(report())
    elif before in ("yes", "no"):
        say(desk, yes=before == "yes")
    answer, messages = say(desk, now=now)
    assert messages == ()
    assert not answer.accepted
    assert word in answer.problem
    assert word_ja in answer.problem_ja


def test_a_house_that_asks_nobody_says_so() -> None:
    desk = WishesDesk("drive", "ja")
    assert desk.standings(SuggestionsRequest(), NOW_NS).language == "ja"
    answer, _ = say(desk)
    assert "the mode drive" in answer.problem


def test_open_is_what_neither_expired_nor_was_answered() -> None:
    desk = a_desk(suggestion(), suggestion("ghjk", NOW_NS + 50), suggestion("mnpq"))
    say(desk, "mnpq")
    listed = desk.standings(SuggestionsRequest(), NOW_NS + 50)
    assert [one.suggestion.id for one in listed.suggestions] == ["bcdf"]
    assert listed.suggestions[0].currency == "EUR"
    assert standing(desk, "ghjk", NOW_NS + 50).standing is Standing.EXPIRED


def test_the_gates_word_on_a_yes_is_kept_and_nobody_elses() -> None:
    desk = a_desk(suggestion(), suggestion("ghjk"))
    say(desk)
    desk.hear(verdict("mode", Ruling.PASSED, why="yes to ghjk: heating"))
    desk.hear(verdict("mode", Ruling.PASSED, asked_by="plan"))
    assert standing(desk).done == ()
    desk.hear(verdict("mode", Ruling.PASSED))
    desk.hear(verdict("setpoint_c", Ruling.CLIPPED, rule=GateRule.ABSOLUTE_LIMIT, written=20.0))
    found = standing(desk)
    assert (found.done, found.changed, found.is_settled) == (("mode",), {"setpoint_c": 20.0}, True)


def test_a_yes_that_the_gate_refuses_says_why() -> None:
    desk = a_desk(suggestion())
    say(desk)
    for action in ("mode", "setpoint_c"):
        desk.hear(verdict(action, Ruling.VETOED, rule=GateRule.WINDOW_OPEN))
    assert standing(desk).refused == {"mode": GateRule.WINDOW_OPEN, "setpoint_c": GateRule.WINDOW_OPEN}
    assert standing(desk).is_settled


def test_a_thing_that_is_suggested_again_after_a_yes_can_be_answered_again() -> None:
    desk = a_desk(suggestion())
    say(desk)
    desk.hear(report(suggestion()))
    assert standing(desk).standing is Standing.OPEN


def test_it_forgets_the_oldest() -> None:
    desk = WishesDesk("suggest")
    for number in range(MOST_KEPT + 20):
        desk.hear(report(suggestion(f"n{number}")))
    kept = desk.standings(SuggestionsRequest(answered=True), NOW_NS).suggestions
    assert len(kept) == MOST_KEPT
    assert kept[-1].suggestion.id == f"n{MOST_KEPT + 19}"


def nudge() -> Suggestion:
    why = PlannedAction(device="living", action="nudge", value=1.0, why="strain: dimmer", why_ja="緊張")
    return Suggestion(
        id="ghjk", device="living", actions=(why,), until="2026-01-20T17:15+09:00", until_ns=NOW_NS + 100, done=True
    )


@pytest.mark.parametrize("yes", [True, False])
def test_what_is_done_already_is_only_answered_whatever_the_mode_and_nothing_is_wished_for(yes: bool) -> None:
    desk = a_desk(nudge(), mode="drive")
    answer, messages = say(desk, "ghjk", yes=yes)
    assert answer.accepted
    assert [type(one) for one in messages] == [SuggestionAnswer]
    assert standing(desk, "ghjk").is_settled


def test_lines_say_what_it_is_what_it_saves_and_how_to_answer() -> None:
    desk = a_desk(suggestion(), nudge())
    lines = list(standing_lines(standing(desk), "en"))
    assert lines == ["bcdf  heating", "      aircon: mode = 1, setpoint_c = 21 · saves 12.00 euro · until 17:15"]
    assert "12.00ユーロの得" in list(standing_lines(standing(desk), "ja"))[1]
    assert list(standing_lines(standing(desk, "ghjk"), "en")) == [
        "ghjk  strain: dimmer",
        "      done already; `sumika suggest no ghjk` undoes it",
    ]
    say(desk, "ghjk")
    assert list(outcome_lines(standing(desk, "ghjk"), "en")) == ["It goes on until 17:15."]


def test_lines_say_what_the_gate_made_of_a_yes() -> None:
    desk = a_desk(suggestion())
    say(desk)
    assert list(outcome_lines(standing(desk), "en")) == [
        "Passed on to the safety gate, which has not said anything yet: mode = 1, setpoint_c = 21"
    ]
    desk.hear(verdict("mode", Ruling.VETOED, rule=GateRule.WINDOW_OPEN))
    desk.hear(verdict("setpoint_c", Ruling.CLIPPED, rule=GateRule.ABSOLUTE_LIMIT, written=20.0))
    told = list(outcome_lines(standing(desk), "en"))
    assert told[0] == "The safety gate made it setpoint_c = 20"
    assert told[1].startswith("The safety gate does not allow mode: ")
    assert all("ゲート" in line for line in outcome_lines(standing(desk), "ja"))
    desk.hear(report())
    assert list(standing_lines(standing(desk), "en"))[1].endswith("answered yes")


def test_what_the_gate_refuses_for_now_is_asked_again_in_the_residents_name_until_the_end() -> None:
    desk = a_desk(suggestion(until_ns=NOW_NS + 3 * AGAIN_NS))
    say(desk)
    assert desk.again(STAMP.later(AGAIN_NS)) == ()  # the gate has said nothing yet
    desk.hear(verdict("mode", Ruling.VETOED, rule=GateRule.LEAST_OFF_TIME))
    desk.hear(verdict("setpoint_c", Ruling.PASSED))
    assert "is asked again until 17:15" in list(outcome_lines(standing(desk), "en"))[1]
    assert desk.again(STAMP.later(AGAIN_NS - 1)) == ()
    (wish,) = desk.again(STAMP.later(AGAIN_NS))
    assert isinstance(wish, ResidentWish)
    assert (wish.action, wish.resident, wish.why) == ("mode", "aki", "yes to bcdf: heating (aki)")
    assert desk.again(STAMP.later(AGAIN_NS + 1)) == ()
    assert len(desk.again(STAMP.later(2 * AGAIN_NS))) == 1
    desk.hear(verdict("mode", Ruling.PASSED))
    assert standing(desk).refused == {}
    assert set(standing(desk).done) == {"mode", "setpoint_c"}
    assert desk.again(STAMP.later(3 * AGAIN_NS - 1)) == ()


def test_what_is_refused_for_good_or_too_late_is_not_asked_again() -> None:
    for rule, later_ns in ((GateRule.WINDOW_OPEN, AGAIN_NS), (GateRule.LEAST_OFF_TIME, 3 * AGAIN_NS)):
        desk = a_desk(suggestion(until_ns=NOW_NS + 3 * AGAIN_NS))
        say(desk)
        desk.hear(verdict("mode", Ruling.VETOED, rule=rule))
        assert desk.again(STAMP.later(later_ns)) == ()


def test_a_hand_on_the_device_since_then_is_not_asked_away() -> None:
    desk = a_desk(suggestion(until_ns=NOW_NS + 3 * AGAIN_NS))
    say(desk)
    desk.hear(verdict("mode", Ruling.VETOED, rule=GateRule.LEAST_OFF_TIME))
    desk.hear(verdict("setpoint_c", Ruling.PASSED, why="set at the device"))
    assert desk.again(STAMP.later(AGAIN_NS)) == ()
