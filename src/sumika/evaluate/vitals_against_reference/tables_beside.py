"""Tables that another program recorded while the radar ran: laid beside its log afterwards."""

from collections.abc import Iterator

from sumika.clock import Instant, SimulatedClock
from sumika.schema import Message, UsageError
from sumika.sensors.reference import ReferenceConnection, parse_references


def messages_of_tables(texts: tuple[str, ...], start: Instant) -> Iterator[Message]:
    """Yield a reference's messages as if it had been recorded from the log's first message on.

    Args:
        texts: Each "csv:FILE?...", as `sumika record --with` takes it.
        start: The log's first message.

    Raises:
        UsageError: if one is no table, or wrong.
    """
    for text in texts:
        if not text.startswith("csv:"):
            raise UsageError(
                "only a table can be laid beside a log afterwards", where=f"--with {text}", remedy="Give csv:FILE?..."
            )
    for spec in parse_references(texts):
        connection = ReferenceConnection(spec, SimulatedClock(start))
        while not connection.ended:
            yield from connection.next_messages()
        connection.close()
