"""What students tell of people now is asked for in both languages, and what devices do stays a question of devices."""

import pytest

from sumika.assistant.names import Names
from sumika.assistant.understanding import Understander
from sumika.config import demo_house
from tests.understood_helpers import asked_for

ASSISTANT = Understander(Names(demo_house().house))


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("what is Aoi doing?", "known.doing resident=Aoi"),
        ("what's everybody doing in the living room", "known.doing room=living room"),
        ("is anyone exercising", "known.doing"),
        ("was there a gesture?", "known.gesture"),
        ("is it too warm for Ren in the bedroom", "known.comfort resident=Ren room=bedroom"),
        ("am I stressed", "known.strain"),
        ("is my heart rate higher than usual", "known.strain"),
        ("is anybody dreaming", "known.stage"),
        ("what is the washing machine doing", "state.device device=washing machine"),
        ("I'm too cold", "feel.cold"),
        ("リビングで何してる？", "known.doing room=リビング"),
        ("Renは今何をしていますか", "known.doing resident=Ren"),
        ("誰か運動してる？", "known.doing"),
        ("身ぶりは見えた？", "known.gesture"),
        ("Aoiにとって寝室は暑すぎる？", "known.comfort resident=Aoi room=寝室"),
        ("ストレスはたまってる？", "known.strain"),
        ("心拍はいつもより高い？", "known.strain"),
        ("Aoiは夢を見てる？", "known.stage resident=Aoi"),
        ("洗濯機は何してる", "state.device device=洗濯機"),
        ("Aoiは寒い", "feel.cold resident=Aoi"),
    ],
)
def test_what_students_tell_of_people_now_is_asked_for(sentence: str, asks: str) -> None:
    assert asked_for(ASSISTANT, sentence) == asks


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("なぜリビングはこの温度なの？", "why.room room=リビング"),
        ("why is the living room at this temperature?", "why.room room=living room"),
        ("リビングは何度？", "climate.temperature room=リビング"),
    ],
)
def test_why_a_room_is_as_warm_as_it_is_asks_for_reasons(sentence: str, asks: str) -> None:
    assert asked_for(ASSISTANT, sentence) == asks
