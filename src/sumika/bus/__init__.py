"""The bus: typed messages over ZeroMQ, radar frames through a mapped ring, questions and answers, heartbeats.

    with RuntimeFolder.create() as folder:                                     # the owner; others: RuntimeFolder.open
        publisher = Publisher(folder, "presence", incarnation=0)
        subscriber = Subscriber(folder, ["presence"], ["presence/bedroom"], WallClock())
        publisher.publish(message, consumed)                                   # -> Envelope; never blocks
        for received in subscriber.receive(timeout_s=0.25): ...                # checked; gaps counted in .lost
        subscriber.latest("presence", "bedroom")                               # .message .alive .on_rate .valid

Frames: `position = RingWriter(folder.ring("radar"), slot_bytes).write(samples)`, then elsewhere
`RingReader(folder.ring("radar")).read(position)`. Questions: `Answerer(folder, "record_raw").poll(handler)` and
`ask(folder, "record_raw", RecordRawRequest(seconds=10))`.
"""

from sumika.bus._board import Board
from sumika.bus._codec import MESSAGE_CAP_BYTES, Refusal
from sumika.bus._folder import RuntimeFolder
from sumika.bus._freshness import ALIVE_PERIODS, Latest
from sumika.bus._publisher import Publisher
from sumika.bus._requests import Answerer, ask
from sumika.bus._ring import RingReader, RingWriter
from sumika.bus._sockets import wait_any
from sumika.bus._subscriber import Received, Subscriber

__all__ = [
    "ALIVE_PERIODS",
    "MESSAGE_CAP_BYTES",
    "Answerer",
    "Board",
    "Latest",
    "Publisher",
    "Received",
    "Refusal",
    "RingReader",
    "RingWriter",
    "RuntimeFolder",
    "Subscriber",
    "ask",
    "wait_any",
]
