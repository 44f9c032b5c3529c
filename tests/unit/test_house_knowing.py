"""What a house may work out of its people is checked like the rest of its description."""

import pytest

from tests.unit.test_house_check import HOUSE, load, problems

KNOWING = """\
knowing:
  agreed: [hanako]
  gestures: true
  commands:
    - {gesture: circle, room: living, device: lamp, action: level, value: 1}
devices:
  - {id: lamp, room: living, kind: light}
"""


def test_a_description_without_it_works_nothing_out() -> None:
    house = load(HOUSE).house
    assert house.knowing is None
    assert not house.agreed()


def test_a_sound_description_is_taken() -> None:
    house = load(HOUSE + KNOWING).house
    assert house.knowing is not None
    assert house.knowing.commands[0].device == "lamp"
    assert house.agreed("bedroom")
    assert house.agreed("living")
    assert house.agreed()


def test_a_room_needs_all_who_live_there_and_a_common_room_everybody() -> None:
    two = HOUSE.replace("  - id: hanako\n", "  - id: hanako\n  - id: taro\n")
    house = load(two + KNOWING).house
    assert house.agreed("bedroom")
    assert not house.agreed("living")
    assert not house.agreed()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("agreed: [hanako]", "agreed: [hanoko]", "knowing.agreed[0]"),
        ("device: lamp", "device: lamb", "knowing.commands[0].device"),
        ("room: living, device", "room: cellar, device", "knowing.commands[0].room"),
        ("  gestures: true\n", "", "knowing.commands"),
        ("agreed:", "agree:", "knowing"),
    ],
)
def test_what_cannot_be_is_told_where_it_stands(old: str, new: str, where: str) -> None:
    assert KNOWING.count(old) == 1
    told = problems(HOUSE + KNOWING.replace(old, new))
    assert any(where in str(problem) for problem in told), [str(one) for one in told]
