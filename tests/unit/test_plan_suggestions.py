"""What a plan asks residents for: names that last, few and weighty things, and nothing after a no that day."""

from datetime import datetime, timedelta

from sumika.plan.suggestions import MOST_AT_ONCE, QUIET_AFTER_YES, Holds, Suggesting, WarmthDeclined
from sumika.schema import Command, Suggestion
from tests.plan_helpers import EVENING, a_command, small_house

OFF = {("aircon", "mode"): 0.0, ("aircon", "setpoint_c"): 24.0, ("tank", "mode"): 1.0, ("fan", "level"): 1.0}


def ask(
    suggesting: Suggesting,
    *commands: Command,
    told: dict[tuple[str, str], float] | None = None,
    worth: dict[str, float] | None = None,
    at: datetime = EVENING,
) -> tuple[Suggestion, ...]:
    holds = Holds(at + timedelta(minutes=16), 99)
    return suggesting.suggest(commands, OFF if told is None else told, worth or {}, at, holds)


def heat(setpoint_c: float = 21.0) -> tuple[Command, Command]:
    return a_command("aircon", "mode", 1.0), a_command("aircon", "setpoint_c", setpoint_c)


def test_a_name_stays_while_numbers_move_and_is_another_on_another_day_or_for_another_thing() -> None:
    suggesting = Suggesting(small_house())
    (first,) = ask(suggesting, *heat(21.0))
    (second,) = ask(suggesting, *heat(22.5), at=EVENING + timedelta(minutes=15))
    assert first.id == second.id
    assert second.actions[1].value == 22.5
    assert (second.until, second.until_ns) == ((EVENING + timedelta(minutes=31)).isoformat(timespec="minutes"), 99)
    (cooling,) = ask(suggesting, a_command("aircon", "mode", 2.0))
    (tomorrow,) = ask(suggesting, *heat(), at=EVENING + timedelta(days=1))
    assert len({first.id, cooling.id, tomorrow.id}) == 3
    assert Suggesting(small_house()).suggest(heat(), OFF, {}, EVENING, Holds(EVENING, 0))[0].id == first.id


def test_what_is_so_already_and_small_moves_are_not_asked_for() -> None:
    suggesting = Suggesting(small_house())
    warm = {("aircon", "mode"): 1.0, ("aircon", "setpoint_c"): 21.0}
    assert ask(suggesting, *heat(21.0), told=warm) == ()
    assert ask(suggesting, *heat(21.5), told=warm) == ()
    (up,) = ask(suggesting, *heat(22.0), told=warm)
    (down,) = ask(suggesting, *heat(19.0), told=warm)
    assert up.id != down.id
    assert [one.action for one in up.actions] == ["setpoint_c"]


def test_the_weightiest_come_first_and_only_a_few_at_once() -> None:
    kinds = [("fan", "level", 2.0), ("tank", "mode", 2.0), ("battery", "mode", 2.0), ("purifier", "level", 3.0)]
    commands = [a_command(*one) for one in kinds]
    found = ask(Suggesting(small_house()), *commands, *heat(), worth={"aircon": 30.0, "tank": 50.0})
    assert len(found) == MOST_AT_ONCE
    assert [one.device for one in found[:2]] == ["tank", "aircon"]
    assert [one.saves for one in found] == [50.0, 30.0, None]


def test_a_no_holds_for_the_day_whatever_the_numbers_and_outlives_a_restart() -> None:
    suggesting = Suggesting(small_house())
    (asked,) = ask(suggesting, *heat(21.0))
    assert suggesting.answered(asked.id, yes=False, at=EVENING) == WarmthDeclined(
        room="living", setpoint_c=21.0, sensation=1.0
    )
    later = EVENING + timedelta(hours=3)
    assert ask(suggesting, *heat(23.0), at=later) == ()
    anew = Suggesting(small_house(), suggesting.declined)
    assert ask(anew, *heat(23.0), at=later) == ()
    assert len(ask(anew, a_command("aircon", "mode", 2.0), at=later)) == 1
    assert len(ask(anew, *heat(), at=EVENING + timedelta(days=1))) == 1
    assert anew.declined == {}


def test_after_a_yes_the_device_is_left_alone_for_a_while() -> None:
    suggesting = Suggesting(small_house())
    (asked,) = ask(suggesting, *heat())
    assert suggesting.answered(asked.id, yes=True, at=EVENING) is None
    off = (a_command("aircon", "mode", 0.0),)
    on = {("aircon", "mode"): 1.0}
    assert ask(suggesting, *off, told=on, at=EVENING + QUIET_AFTER_YES - timedelta(seconds=1)) == ()
    assert len(ask(suggesting, *off, told=on, at=EVENING + QUIET_AFTER_YES)) == 1


def test_a_no_speaks_of_warmth_only_where_warmth_was_suggested() -> None:
    suggesting = Suggesting(small_house())
    (cool,) = ask(suggesting, a_command("aircon", "mode", 2.0), a_command("aircon", "setpoint_c", 26.0))
    said = suggesting.answered(cool.id, yes=False, at=EVENING)
    assert said == WarmthDeclined(room="living", setpoint_c=26.0, sensation=-1.0)
    (off,) = ask(suggesting, a_command("aircon", "mode", 0.0), told={("aircon", "mode"): 1.0})
    assert suggesting.answered(off.id, yes=False, at=EVENING) is None
    (fan,) = ask(suggesting, a_command("fan", "level", 2.0))
    assert suggesting.answered(fan.id, yes=False, at=EVENING) is None


def test_an_answer_to_nothing_changes_nothing() -> None:
    suggesting = Suggesting(small_house())
    ask(suggesting, *heat())
    assert suggesting.answered("none", yes=False, at=EVENING) is None
    assert suggesting.declined == {}


def test_what_no_device_knows_is_not_asked_for() -> None:
    assert ask(Suggesting(small_house()), a_command("aircon", "sing", 1.0), a_command("ghost", "mode", 1.0)) == ()


def test_nobody_is_asked_about_lamps_which_follow_people_from_minute_to_minute() -> None:
    assert ask(Suggesting(small_house()), a_command("light", "level", 1.0)) == ()


def test_nobody_is_asked_whether_a_lamp_may_light() -> None:
    assert ask(Suggesting(small_house()), a_command("light", "level", 1.0)) == ()
