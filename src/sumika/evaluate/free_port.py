"""A port of this machine for somebody who will listen a moment later."""

import os
import socket

_FROM, _PORTS = 20_000, 12_000
"""Below the ports that the system lends to whoever calls (32768 and up on Linux, 49152 and up elsewhere).

One of those may be lent again before the listener has come. Worse, somebody who calls it again and again until it is
there is one time in some ten thousand lent that very port, and then talks to himself for ever, and nobody can listen.
"""


def likely_port() -> int:
    """Return a port that the system lends to nobody, and that most likely nobody listens to; nothing is opened."""
    return _FROM + int.from_bytes(os.urandom(4)) % _PORTS  # tests seed `random` alike in every process


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that nobody listens to now, and that the system lends to nobody.

    Args:
        kind: Of socket that will listen.

    Raises:
        OSError: if a hundred in a row are taken.
    """
    for _ in range(100):
        port = likely_port()
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port of 127.0.0.1 between {_FROM} and {_FROM + _PORTS}")
