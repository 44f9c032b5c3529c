"""Whatever is known or not, the rules ask for nothing that a device cannot be told, and say why."""

from hypothesis import given
from hypothesis import strategies as st

from sumika.clock import Instant
from sumika.plan.rules import HouseSeen, RoomSeen, Rules, ruled_kinds
from sumika.schema import DEVICE_KINDS, Origin
from sumika.schema.house import Device, House, Room

NOW = Instant(0, 0, "boot")
KINDS = sorted(ruled_kinds())
HOUSE = House(
    rooms=(Room(id="room", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),),
    devices=tuple(Device(id=kind, room="room", kind=kind) for kind in KINDS),
)
numbers = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
shares = st.one_of(st.none(), st.floats(min_value=0.0, max_value=1.0))
rooms = st.builds(
    RoomSeen, occupied=shares, air_c=numbers, relative_humidity=shares, co2_ppm=numbers, pm2_5_ug_m3=numbers
)
told = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(["mode", "on", "room_temperature_c"])),
    st.floats(allow_nan=False, min_value=-100.0, max_value=100.0),
)
houses = st.builds(
    HouseSeen,
    hour=st.floats(min_value=0.0, max_value=24.0),
    rooms=st.dictionaries(st.just("room"), rooms),
    outdoor_c=numbers,
    sun_w_m2=numbers,
    wind_m_s=numbers,
    rain_mm_h=numbers,
    told=told,
)


@given(houses)
def test_rules_keep_to_what_devices_can_be_told_and_give_a_reason(seen: HouseSeen) -> None:
    for command in Rules(HOUSE).commands(seen, NOW, Origin.LIVE, 1):
        setting = DEVICE_KINDS[command.device].settings[command.action]
        assert setting.low <= command.value <= setting.high
        assert command.why.startswith("rule: ")
        assert command.why_ja.startswith("規則: ")
