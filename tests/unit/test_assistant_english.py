"""English as families say it: complaints, half sentences, politeness of every age; and what stays no order."""

import pytest

from sumika.assistant.calls import TOOLS
from sumika.assistant.names import Names
from sumika.assistant.resolve import resolve
from sumika.assistant.understanding import Understander
from sumika.config import demo_house
from sumika.schema.house import House
from tests.understood_helpers import asked_for

HOUSE: House = demo_house().house
NAMES = Names(HOUSE)
ASSISTANT = Understander(NAMES)
NOW_UNIX_S = 1_796_000_000.0


def _asks(sentence: str) -> str:
    return asked_for(ASSISTANT, sentence)


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("bring it down to a glow", "level.least"),
        ("bring the lights down to a glow", "level.least device=lights"),
        ("give me everything you've got on the living room light", "level.most device=light room=living room"),
        ("could the light be softer?", "level.down device=light"),
        ("I can't read my book in this light", "level.up"),
        ("that's blinding, turn it down", "level.down"),
        ("the light is very dull, increase it", "level.up device=light"),
        ("not so bright", "level.down"),
        ("the light isn't bright enough", "level.up device=light"),
        ("the air is not good in this room", "feel.stuffy room=this room"),
        ("it's rather gloomy in here isn't it", "level.up room=in here"),
        ("leave the TV on for an hour", "power.on device=TV duration=an hour"),
        ("turn the light off I wanna sleep", "power.off device=light"),
        ("could we get some light in here", "power.on device=light room=here"),
        ("bump it up two degrees", "temperature.up number=two degrees"),
        ("knock it down a degree", "temperature.down number=a degree"),
        ("raise it to 21 degrees", "temperature.set number=21 degrees"),
        ("nudge the heat up half a degree", "temperature.up number=half a degree"),
        ("I should like it a little warmer in here", "temperature.up room=in here"),
        ("brr", "feel.cold"),
        ("I'm freezing my socks off", "feel.cold"),
        ("it's a bit stuffy in here", "feel.stuffy room=here"),
        ("smells like a locker room in here", "feel.stuffy room=in here"),
        ("make the light yellowish", "colour.warmer device=light"),
        ("less yellow please", "colour.colder"),
        ("oh dear, I didn't want that, please undo it", "undo.last"),
        ("hang on, undo", "undo.last"),
        ("that wasn't what I wanted, change it back", "undo.last"),
        ("what's electricity costing right now", "energy.price"),
    ],
)
def test_it_is_understood_as_families_say_it(sentence: str, asks: str) -> None:
    """One reading, and nothing asked back."""
    assert _asks(sentence) == asks


def test_a_complaint_about_a_colour_is_no_wish_for_it() -> None:
    """What is too blue shall not be blue; what follows says the same again."""
    assert _asks("the light is too blue, warm it up") == "colour.warmer device=light"
    assert _asks("the light is too yellow, make it colder") == "colour.colder device=light"
    assert not _asks("make the light too blue").startswith("colour.set")


def test_in_there_is_the_room_that_was_spoken_of() -> None:
    """Everything off "in there" is never everything off here."""
    got = ASSISTANT.understand("nobody's in the bedroom, turn everything off in there")
    assert [call.spans.get("room") for call in got.calls] == ["bedroom"]
    assert not ASSISTANT.understand("nobody's there, turn everything off in there").calls


@pytest.mark.parametrize(
    "sentence",
    [
        "leave the TV on",
        "keep the lights off",
        "will it be warmer tomorrow",
        "will it be cooler outside",
        "is it brighter in the bedroom",
        "washing machine please",
        "it isn't too bright",
        "I'm not cold",
        "I take it back, he's nice",
        "privacy",
        "what's on the telly tonight",
        "I think the light is too bright for her, I mean Emma",
    ],
)
def test_nothing_is_done_where_nothing_was_ordered(sentence: str) -> None:
    """Questions, wishes that all stay as it is, and mere names of machines."""
    got = ASSISTANT.understand(sentence)
    assert got.ask_back or not any(TOOLS[call.tool].acts for call in got.calls)


def test_the_weather_of_other_towns_is_not_known() -> None:
    """The house knows its own sky."""
    assert not _asks("what's the weather in Paris")
    assert _asks("what's the weather for tomorrow") == "outside.weather period=tomorrow"


def test_this_room_is_that_of_who_speaks() -> None:
    """ "This room" and "our room" are found whole, not as any room."""
    (call,) = ASSISTANT.understand("it's stuffy in this room").calls
    room = HOUSE.rooms[0].id
    found = resolve(call, NAMES, now_unix_s=NOW_UNIX_S, room_of_speaker=room)
    assert found.rooms == (room,)
    assert not found.ask_back


def test_lately_is_no_week_where_weeks_are_compared() -> None:
    """What changes over weeks is looked for over all of them."""
    (call,) = ASSISTANT.understand(f"anything different about {HOUSE.residents[0].name} lately").calls
    assert (call.tool, call.what) == ("changes", "any")
    found = resolve(call, NAMES, now_unix_s=NOW_UNIX_S)
    assert found.period is None
    assert not found.ask_back
