"""Comparisons: which side has more, or yes or no, is said before the figures, and from their rows."""

import pytest

from sumika.assistant.calls import Call
from sumika.assistant.talk import Talk
from sumika.assistant.talk_compared import are_compared
from sumika.assistant.understanding import Understander
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkAnswer, TalkRequest
from tests.talk_helpers import TalkingHouse, write_records


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> "Asked":
    """A house that answers sentences."""
    folder = tmp_path_factory.mktemp("compared")
    write_records(folder)
    return Asked(TalkingHouse(folder))


class Asked:
    """Asks a house in sentences."""

    def __init__(self, house: TalkingHouse) -> None:
        self._house = house
        understander = Understander(house.talk.names)
        self._talk = Talk(house.house, understander, house.newest, house.book, ask=house.bus, names=house.talk.names)

    def __call__(self, text: str) -> TalkAnswer:
        request = TalkRequest(text=text, may=ALL_RIGHTS, sees=(EVERYBODY,), resident="ken")
        return self._talk.say(request, self._house.clock.now().wall_ns / 1e9)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("did we use more today than yesterday", "No, it was less today so far than yesterday, by 8.0 kWh."),
        ("did we use less today than yesterday", "Yes, it was less today so far than yesterday, by 8.0 kWh."),
        ("was it more expensive yesterday than today", "Yes, it was more yesterday than today so far, by 240 yen."),
        (
            "is it warmer in the living room or the bedroom",
            "The temperature is higher in the living room than in the bedroom, by 3.3 °C.",
        ),
        (
            "is it colder in the living room or the bedroom",
            "The temperature is lower in the bedroom than in the living room, by 3.3 °C.",
        ),
        (
            "is the bedroom warmer than the living room",
            "No, the temperature is lower in the bedroom than in the living room, by 3.3 °C.",
        ),
        (
            "is it colder outside than in the bedroom",
            "Yes, the temperature is lower outside than in the bedroom, by 13.8 °C.",
        ),
        ("今日は昨日より電気を使った？", "いいえ、今日（今まで）のほうが昨日より8.0kWh少ないです。"),
    ],
)
def test_which_side_it_is_comes_first(asked: Asked, question: str, first: str) -> None:
    answer = asked(question)
    assert answer.sentences[0].text == first
    assert len(answer.sentences) >= 3
    # It says nothing that the figures behind it do not rest on.
    told = {row.id for sentence in answer.sentences[1:] for row in sentence.rows}
    assert {row.id for row in answer.sentences[0].rows} <= told


def test_no_side_is_named_where_one_is_not_known(asked: Asked) -> None:
    answer = asked("is the hall warmer than the living room")
    assert "higher" not in answer.text
    assert "lower" not in answer.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("energy", "used", {"period": "today"}), ("energy", "used", {"period": "yesterday"}), True),
        (("energy", "used", {"period": "today"}), ("energy", "cost", {"period": "today"}), False),
        (("energy", "used", {"period": "today"}), ("energy", "used", {"period": "today"}), False),
        (("climate", "co2", {"room": "hall"}), ("climate", "co2", {"room": "kitchen"}), True),
        (
            ("climate", "co2", {"room": "hall", "period": "today"}),
            ("climate", "co2", {"room": "kitchen", "period": "yesterday"}),
            False,
        ),
        (("climate", "air", {"room": "hall"}), ("climate", "air", {"room": "kitchen"}), False),
        (("sleep", "got_up", {"resident": "mum"}), ("sleep", "got_up", {"resident": "dad"}), False),
    ],
)
def test_only_two_figures_of_one_kind_are_compared(
    one: tuple[str, str, dict[str, str]], other: tuple[str, str, dict[str, str]], same: bool
) -> None:
    calls = [Call(tool=tool, what=what, spans=spans) for tool, what, spans in (one, other)]
    assert are_compared(calls) is same
