"""An address or a number in house.yaml that is none is told with its line, and nothing breaks by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sumika.actuate.echonet_lite.values import settings_of
from sumika.links.home_assistant import web_address
from sumika.links.mqtt import broker_settings
from sumika.schema import UsageError
from sumika.schema.house import Connection


def broker(address: str) -> object:
    return broker_settings(Connection(id="broker", type="mqtt", address=address), Path())


@pytest.mark.parametrize("read", [broker, web_address])
@pytest.mark.parametrize("address", ["[fe80::1:1883", "fe80::1]", "[]:1883", "[host]", "host:port", "host:99999"])
def test_an_address_that_nobody_can_read_is_no_address(read: Callable[[str], object], address: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        read(address)


@pytest.mark.parametrize("scale", ["0.1.2", "e", "0", "1e999", "-1"])
def test_a_property_that_is_counted_in_nothing_is_none(scale: str) -> None:
    with pytest.raises(UsageError, match="is no property"):
        settings_of("room_air_conditioner", 0x0130, {"setpoint_c": f"B3:u1:{scale}"}, "device aircon")
