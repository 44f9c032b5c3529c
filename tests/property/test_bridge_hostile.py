"""Whatever comes over the broker is understood exactly or turned away; it never does harm."""

from hypothesis import given
from hypothesis import strategies as st

from sumika.bridge import TurnedAway
from tests.bus_helpers import STAMP
from tests.unit.test_bridge_commands import read, ready

TOPICS = [
    one.split("/set")[0]
    for one in ("ecu/mode", "room_living/offset", "device_living_light/light", "device_aircon/mode")
]


@given(topic=st.sampled_from(TOPICS), payload=st.binary(max_size=1500), retained=st.booleans())
def test_no_bytes_do_harm(topic: str, payload: bytes, *, retained: bool) -> None:
    found = read(topic, payload, retained=retained)
    assert isinstance(found, tuple | TurnedAway)


@given(st.text(max_size=300))
def test_no_topic_does_harm(topic: str) -> None:
    found = ready().read(topic, b"1", STAMP, retained=False)
    assert isinstance(found, TurnedAway)
    assert found.topic.isprintable()
    assert len(found.topic) <= 120
