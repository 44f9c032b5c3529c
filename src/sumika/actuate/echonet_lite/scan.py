"""What there is on a network that speaks ECHONET Lite, told so that it can be written into house.yaml."""

import asyncio
import ipaddress
from dataclasses import replace

from sumika.actuate.base import FoundDevice, fail_safe_of
from sumika.actuate.echonet_lite.codes import SettingCode
from sumika.actuate.echonet_lite.values import CLASSES
from sumika.links.base import LinkError
from sumika.links.echonet_lite import EchonetAddress, EchonetClient, Eoj, PropertyMaps, class_name
from sumika.links.echonet_lite.sensed import measured
from sumika.schema import DEVICE_KINDS, Setting, UsageError

_MOST_HOSTS = 256
_AT_ONCE = 64


async def scan(client: EchonetClient, address: str) -> tuple[FoundDevice, ...]:
    """Ask hosts which objects they have, and these what they can.

    Args:
        client: Open.
        address: A host, hosts with commas between, a network (192.168.1.0/24), or the multicast address 224.0.23.0.

    Raises:
        LinkError: if nothing answers.
        UsageError: if the address cannot be read.
    """
    hosts = await client.nodes() if is_multicast(address) else hosts_of(address)
    room = asyncio.Semaphore(_AT_ONCE)

    async def ask(host: str) -> list[FoundDevice]:
        async with room:
            try:
                return [found for eoj in await client.instances(host) for found in await _described(client, host, eoj)]
            except TimeoutError:
                return []

    found = [device for some in await asyncio.gather(*(ask(host) for host in hosts)) for device in some]
    if not found:
        raise LinkError(
            "no ECHONET Lite object answers",
            where=address,
            remedy="Check that ECHONET Lite is switched on in the appliance's own settings or app, that it is on the "
            "same network, and that no firewall holds back UDP port 3610",
        )
    return tuple(found)


def hosts_of(address: str) -> tuple[str, ...]:
    """Return the hosts that an address stands for.

    Raises:
        UsageError: if it is none, or more than 256.
    """
    try:
        parts = [ipaddress.IPv4Network(part.strip(), strict=False) for part in address.split(",")]
    except ValueError:
        parts = []
    if not parts or sum(part.num_addresses for part in parts) > _MOST_HOSTS + 2:
        raise UsageError(
            f"{address!r} is no address of up to {_MOST_HOSTS} hosts",
            where="address of the connection",
            remedy="Give a host, hosts with commas between, a network such as 192.168.1.0/24, or 224.0.23.0",
        )
    return tuple(str(host) for part in parts for host in part.hosts())


def is_multicast(address: str) -> bool:
    """Return whether the address is that of everybody on the network."""
    try:
        return ipaddress.IPv4Address(address.strip()).is_multicast
    except ValueError:
        return False


async def _described(client: EchonetClient, host: str, eoj: Eoj) -> list[FoundDevice]:
    maps = await client.property_maps(host, eoj)
    maker = await client.maker(host, eoj)
    known = CLASSES.get(eoj.class_code)
    kind = known.kinds[0] if known is not None else ""
    settings: dict[str, Setting] = {}
    measures: tuple[str, ...] = ()
    if known is not None:
        settings = {
            name: _setting(kind, name, code)
            for name, code in known.settings(kind).items()
            if maps.set.issuperset(code.needs)
        }
        measures = tuple(name for name, what in known.measures.items() if what.epc in maps.get)
        if known.power.epc in maps.get:
            measures = (*measures, "power_w")
    return [
        FoundDevice(
            address=str(EchonetAddress(host, eoj)),
            kind=kind if settings or measures else "",
            name=class_name(eoj),
            maker=maker,
            settings=settings,
            measures=measures or _sensed(eoj, maps),
            fail_safe=fail_safe_of(kind, settings),
        )
    ]


def _setting(kind: str, name: str, code: SettingCode) -> Setting:
    setting = DEVICE_KINDS[kind].settings[name]
    return replace(setting, step=max(setting.step, code.step))


def _sensed(eoj: Eoj, maps: PropertyMaps) -> tuple[str, ...]:
    return tuple(name for name, epc in measured(eoj.class_code).items() if epc in maps.get)
