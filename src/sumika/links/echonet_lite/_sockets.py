"""The sockets of a node: its own, and the group that everybody tells news to."""

import asyncio
import socket
from collections.abc import Callable

from pychonet.lib import const

GROUP: str = const.ENL_MULTICAST_ADDRESS
_ANY = "0.0.0.0"


async def open_own(
    protocol: Callable[[], asyncio.DatagramProtocol], listen: str, port: int
) -> asyncio.DatagramTransport:
    """Return the socket that answers come to.

    Raises:
        OSError: if the port is taken, or the address is not this machine's.
    """
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(protocol, local_addr=(listen, port))
    if listen != _ANY:
        own: socket.socket = transport.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(listen))
    return transport


async def join(
    own: asyncio.DatagramTransport, protocol: Callable[[], asyncio.DatagramProtocol], listen: str, port: int
) -> asyncio.DatagramTransport | None:
    """Join the group on the network of `listen`.

    Returns:
        The socket that hears it; None where `own` does, because it listens to every address. One that is bound to an
        address of this machine hears nothing that is sent to a group.

    Raises:
        OSError: if the network has no multicast.
    """
    if listen == _ANY:
        _join(own.get_extra_info("socket"), listen)
        return None
    hears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Whoever else speaks ECHONET Lite on this machine hears the group as well.
        hears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hears.setblocking(False)
        hears.bind((GROUP, port))
        _join(hears, listen)
    except OSError:
        hears.close()
        raise
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(protocol, sock=hears)
    return transport


def _join(hears: socket.socket, listen: str) -> None:
    membership = socket.inet_aton(GROUP) + socket.inet_aton(listen)
    hears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
