"""Windows and blinds move as far as was said: a little, thirty per cent closed, and not where that is only told."""

from pathlib import Path

import pytest

from sumika.assistant.cover_shares import is_closed_by, is_little, open_share
from sumika.assistant.understanding import Understander
from sumika.schema import DeviceState, Origin
from sumika.schema.house import Device
from tests.talk_helpers import TalkingHouse


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TalkingHouse:
    """A house with a window that is shut and a blind that is open, with sentences and frames that understand."""
    devices = (
        Device(id="window", room="living", kind="window_opener"),
        Device(id="blind", room="living", kind="blind"),
    )
    house = TalkingHouse(tmp_path, devices=devices)
    for device, values in (("window", {"open": 0.0}), ("blind", {"closed": 0.0})):
        house.newest.hear(DeviceState(stamp=house.clock.now(), origin=Origin.LIVE, device=device, values=values))
    monkeypatch.setattr(house.sentences, "understand", Understander(house.talk.names).understand)
    return house


@pytest.mark.parametrize(
    ("sentence", "wishes"),
    [
        ("窓を少し開けて", [("window", "open", 0.2)]),
        ("窓ちょっと開けて", [("window", "open", 0.2)]),
        ("open the window a little", [("window", "open", 0.2)]),
        ("crack the window open", [("window", "open", 0.2)]),
        ("close the blind a little", [("blind", "closed", 0.2)]),
        ("ちょっと窓開けて", [("window", "open", 1.0)]),
        ("ちょっと暑いから窓開けて", [("window", "open", 1.0)]),
        ("open the window", [("window", "open", 1.0)]),
        ("ブラインドを30%閉めて", [("blind", "closed", 0.3)]),
        ("close the blind by 30 percent", [("blind", "closed", 0.3)]),
        ("ブラインドを30%開けて", [("blind", "closed", 0.7)]),
        ("set the blind to 30 percent", [("blind", "closed", 0.7)]),
        ("shut the window 20 percent", [("window", "open", 0.0)]),
        ("窓開けっぱなしだよ", []),
        ("窓開けっぱなしにして", [("window", "open", 1.0)]),
    ],
)
def test_a_cover_moves_as_far_as_was_said(
    house: TalkingHouse, sentence: str, wishes: list[tuple[str, str, float]]
) -> None:
    answer = house.say(sentence, room="living")
    assert house.wishes() == wishes, answer.text


def test_what_is_opened_a_little_more_and_closed_some_more_goes_on_from_where_it_is() -> None:
    assert open_share("open", 0.0, "", "open the window a bit more", 0.5) == pytest.approx(0.7)
    assert open_share("set", 0.3, "30%", "ブラインドを30%閉めて", 0.5) == pytest.approx(0.2)
    assert open_share("close", 0.0, "", "close it a little", None) == 0.0


@pytest.mark.parametrize(
    ("sentence", "little"),
    [
        ("open the window for a bit", False),
        ("open the window and close the blind a little", False),
        ("a little bit stuffy, open the window", False),
        ("少し暑いから窓を開けて", False),
        ("天窓をほんの少しだけ開けておいて", True),
        ("open up the blind slightly", True),
    ],
)
def test_a_little_is_said_of_the_cover(sentence: str, *, little: bool) -> None:
    assert is_little("open", sentence) is little


@pytest.mark.parametrize(
    "sentence", ["close it to 30%", "30%まで閉めて", "open it 30%", "close the blind and open it 30%"]
)
def test_what_is_closed_to_a_share_is_so_far_open(sentence: str) -> None:
    assert not is_closed_by("30%", sentence)
