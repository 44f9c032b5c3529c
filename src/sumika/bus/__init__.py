"""How the nodes of a running house talk: small messages over ZeroMQ, radar frames through a ring in shared memory.

Usage::

    folder = RuntimeFolder.create()
    publisher = Publisher(folder, "presence", incarnation=0)
    subscriber = Subscriber(folder, nodes=["presence"], topics=["presence"], clock=WallClock())
    publisher.publish(message)
    for received in subscriber.receive(timeout_s=0.2): ...
    subscriber.latest("presence", "bedroom").alive
"""

from sumika.bus._ask import Answerer, ask
from sumika.bus._board import Board
from sumika.bus._folder import RuntimeFolder, base_folder, sweep
from sumika.bus._freshness import Freshness, Latest
from sumika.bus._publish import Publisher
from sumika.bus._ring import RingReader, RingWriter
from sumika.bus._subscribe import Received, Subscriber

__all__ = [
    "Answerer",
    "Board",
    "Freshness",
    "Latest",
    "Publisher",
    "Received",
    "RingReader",
    "RingWriter",
    "RuntimeFolder",
    "Subscriber",
    "ask",
    "base_folder",
    "sweep",
]
