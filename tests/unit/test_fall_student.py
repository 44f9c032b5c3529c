"""A student of falls decides where there is one: on what stays, at its place; where it abstains, the rule does."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.models import Answer
from sumika.models.features.falls import names
from sumika.perception import fall
from sumika.schema import FallStage, Message, Reason, SuspectedFall, Track, Tracks
from sumika.schema.house import Radar
from tests.posture_scenes import Resident
from tests.unit.test_fall_looks import tracks_at
from tests.unit.test_fall_points import RADAR, cloud_at

HEIGHT = names().index("height")


class Says:
    """A student that takes for a fall whatever lies lower than a height, or is told what to say."""

    name, classes = "fall-tiny", ("other", "fell")

    def __init__(self, below_m: float = 0.0, answer: Answer | None = None) -> None:
        self.below_m, self.fixed = below_m, answer

    def answer(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Answer:
        if self.fixed is not None:
            return self.fixed
        fell = 0.97 if x[HEIGHT, -1] < self.below_m else 0.02
        return Answer(valid=True, reason=Reason.MEASURED, probabilities=(1.0 - fell, fell), sigma=0.03)

    def answers(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> list[Answer]:
        return [self.answer(one) for one in x]


ABSTAINS = Says(answer=Answer(valid=False, reason=Reason.UNLIKE_LEARNED))


def told(student: Says, messages: Sequence[Tracks]) -> list[SuspectedFall]:
    state, found = fall.start(radars=(RADAR,), student=student), list[Message]()
    for message in messages:
        cloud = cloud_at(0.0, [(9.0, 9.0, 0.2, 0.1)])
        fall.step(state, msgspec.structs.replace(cloud, stamp=message.stamp))
        found += fall.step(state, message)[1]
    return [one for one in found if isinstance(one, SuspectedFall)]


def stages(found: Sequence[SuspectedFall]) -> list[FallStage]:
    return [one.stage for number, one in enumerate(found) if not number or found[number - 1].stage is not one.stage]


def life(change_s: float) -> list[Tracks]:
    resident = Resident(np.random.default_rng(1), sigma_m=0.05)
    fall_ = [*resident.does("walk", 8.0, 1.0), *resident.does("floor", 20.0, change_s)]
    return [*fall_, *resident.does("stand", 6.0, 2.0)]


def test_what_a_student_is_sure_of_goes_through_its_stages() -> None:
    found = told(Says(below_m=0.3), life(0.7))
    assert stages(found) == [FallStage.CANDIDATE, FallStage.SUSPECTED, FallStage.CLEARED]
    suspected = next(one for one in found if one.stage is FallStage.SUSPECTED)
    assert suspected.student == "fall-tiny"
    assert suspected.probability == pytest.approx(0.97)
    assert suspected.sigma == pytest.approx(0.03)
    assert suspected.drop_m > 0.4


def test_it_finds_a_slow_fall_that_no_rule_would_and_refuses_a_fast_one() -> None:
    slow, fast = life(6.0), life(0.7)
    assert FallStage.SUSPECTED in stages(told(Says(below_m=0.3), slow))
    assert FallStage.SUSPECTED not in stages(told(ABSTAINS, slow))
    assert FallStage.SUSPECTED in stages(told(ABSTAINS, fast))
    assert told(Says(below_m=-9.0), fast) == []


def test_where_it_abstains_the_rule_decides_and_says_so() -> None:
    found = told(ABSTAINS, life(0.7))
    assert {one.student for one in found} == {""}
    assert found[0].probability != pytest.approx(0.97)


class Until(Says):
    """A student that says one thing for so many looks and abstains before or after it, as it is told."""

    def __init__(self, fell: float, said: range) -> None:
        super().__init__()
        self.fell, self.said, self.looks = fell, said, 0

    def answer(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Answer:
        self.looks += 1
        if self.looks not in self.said:
            return Answer(valid=False, reason=Reason.UNLIKE_LEARNED)
        return Answer(valid=True, reason=Reason.MEASURED, probabilities=(1.0 - self.fell, self.fell), sigma=0.1)


def lies(seconds: float) -> list[Tracks]:
    resident = Resident(np.random.default_rng(1), sigma_m=0.05)
    return [*resident.does("walk", 8.0, 1.0), *resident.does("floor", seconds, 0.7)]


@pytest.mark.parametrize("looks", [16, 24, 40])
def test_what_a_student_was_unsure_of_is_not_given_up_when_it_falls_silent(looks: int) -> None:
    found = told(Until(0.45, range(looks + 1)), lies(50.0))
    assert stages(found) == [FallStage.CANDIDATE, FallStage.SUSPECTED]
    assert found[-1].student == "", "heights say so"


def test_a_student_that_is_silent_for_a_moment_still_decides() -> None:
    student = Until(0.02, range(0, 100, 5))  # one look in five: never silent for long, never of the opinion of heights
    assert FallStage.SUSPECTED not in stages(told(student, lies(20.0)))
    assert FallStage.SUSPECTED in stages(told(ABSTAINS, lies(20.0)))


def test_an_answer_that_does_not_stay_is_a_candidate_and_no_more() -> None:
    heights = [0.9] * 60 + [0.2] * 15 + [0.9] * 60
    found = told(Says(below_m=0.3), [tracks_at(number / 10, t1=one) for number, one in enumerate(heights)])
    assert stages(found) == [FallStage.CANDIDATE, FallStage.CLEARED]


@pytest.mark.parametrize(
    ("fell", "lies_s", "stage"),
    [(0.65, 14.0, FallStage.SUSPECTED), (0.65, 7.0, FallStage.CANDIDATE), (0.45, 30.0, FallStage.CANDIDATE)],
)
def test_who_is_rather_taken_for_fallen_is_told_of_when_that_lasts(
    fell: float, lies_s: float, stage: FallStage
) -> None:
    unsure = Answer(valid=True, reason=Reason.MEASURED, probabilities=(1.0 - fell, fell), sigma=0.1)
    heights = [0.9] * 60 + [0.2] * round(10 * lies_s)
    messages = [tracks_at(number / 10, t1=one) for number, one in enumerate(heights)]
    found = told(Says(answer=unsure), messages)
    assert stages(found)[-1] is stage


def test_who_is_carried_off_has_not_fallen() -> None:
    standing = [tracks_at(number / 10, t1=0.9) for number in range(60)]
    gone = []
    for number in range(60, 100):
        message = tracks_at(number / 10, t1=0.2)
        moved = msgspec.structs.replace(message.tracks[0], position_m=(0.08 * (number - 60), 0.0, 0.2))
        gone.append(msgspec.structs.replace(message, tracks=(moved,)))
    assert FallStage.SUSPECTED not in stages(told(Says(below_m=0.5), [*standing, *gone]))
    stays = [tracks_at(number / 10, t1=0.2) for number in range(60, 120)]
    assert FallStage.SUSPECTED in stages(told(Says(below_m=0.5), [*standing, *stays]))


def test_both_ends_of_a_body_are_one_fall() -> None:
    def ends(time_s: float, apart_m: float) -> Tracks:
        message = tracks_at(time_s, t1=0.2, t2=0.2)
        first, second = message.tracks
        moved = msgspec.structs.replace(second, position_m=(apart_m, 0.0, 0.2))
        return msgspec.structs.replace(message, tracks=(first, moved))

    def suspected(apart_m: float) -> set[int]:
        messages = [ends(number / 10, apart_m) for number in range(100)]
        return {one.track for one in told(Says(below_m=0.5), messages) if one.stage is FallStage.SUSPECTED}

    assert suspected(0.9) == {1}
    assert suspected(3.0) == {1, 2}


@pytest.mark.parametrize(("height_m", "stage"), [(0.5, FallStage.SUSPECTED), (0.95, FallStage.CLEARED)])
def test_who_was_found_is_up_when_that_is_beyond_doubt(height_m: float, stage: FallStage) -> None:
    heights = [0.9] * 60 + [0.2] * 60 + [height_m] * 60
    found = told(Says(below_m=0.3), [tracks_at(number / 10, t1=one) for number, one in enumerate(heights)])
    assert stages(found)[-1] is stage


@pytest.mark.parametrize(("goes_m", "stage"), [(0.9, FallStage.CLEARED), (0.0, FallStage.SUSPECTED)])
def test_who_rises_and_sits_down_elsewhere_at_once_is_up(goes_m: float, stage: FallStage) -> None:
    heights = [0.9] * 60 + [0.2] * 60 + [0.95] * 14 + [0.55] * 40
    messages = []
    for number, height_m in enumerate(heights):
        message = tracks_at(number / 10, t1=height_m)
        x = goes_m * min(max(number - 122, 0) / 8, 1.0)
        moved = msgspec.structs.replace(message.tracks[0], position_m=(x, 0.0, height_m))
        messages.append(msgspec.structs.replace(message, tracks=(moved,)))
    assert told(Says(below_m=0.3), messages)[-1].stage is stage


@pytest.mark.parametrize("radars", [(), (RADAR,)])
def test_a_home_without_points_asks_nobody(radars: tuple[Radar, ...]) -> None:
    state = fall.start(student=Says(below_m=9.0), radars=radars)
    messages = [one for message in life(0.7) for one in fall.step(state, message)[1]]
    assert {one.student for one in messages if isinstance(one, SuspectedFall)} == {""}


def test_tracks_that_make_no_sense_are_asked_about_nobody() -> None:
    wrong = Track(id=1, position_m=(float("nan"), 0.0, 0.1), position_sigma_m=(0.1, 0.1, 0.1))
    messages = [msgspec.structs.replace(tracks_at(number / 10), tracks=(wrong,)) for number in range(100)]
    assert told(Says(below_m=9.0), messages) == []
