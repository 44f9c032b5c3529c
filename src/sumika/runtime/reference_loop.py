"""The I/O process of one reference beside the radars: what it measures goes to the log, on the house's clock."""

import sys
import time
from functools import partial

from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import ReferenceState
from sumika.sensors.reference import ReferenceConnection, ReferenceSpec, parse_reference

_WATCHDOG_S = 10.0
"""Opening a port may take seconds; a strap is looked for beside the loop."""


def reference_node(spec: ReferenceSpec) -> Node:
    """Return the node that reads a reference."""
    return Node(f"reference.{spec.name}", partial(run_reference, spec.text), watchdog_s=_WATCHDOG_S)


def run_reference(text: str, node: Node, launch: Launch) -> None:
    """Read one reference until told to stop.

    Args:
        text: As it was given to `--with`; the source is opened here, in the process that reads it.
        node: This node.
        launch: What it was started with.
    """
    with NodeProcess(node, launch) as process:
        connection = ReferenceConnection(parse_reference(text), process.clock)
        try:
            while not process.stopping:
                turn(process, connection)
        finally:
            connection.close()


def turn(process: NodeProcess, connection: ReferenceConnection) -> None:
    """Publish what has come, and tell whoever is recording when the reference is lost or back."""
    began_ns = time.perf_counter_ns()
    messages = connection.next_messages()
    for message in messages:
        if isinstance(message, ReferenceState):
            tell(message)
        if process.publisher is not None:
            process.publisher.publish(message)
    process.taken += len(messages)
    if messages:
        process.worked(time.perf_counter_ns() - began_ns, len(messages))
    process.beat()
    process.tell({})


def tell(state: ReferenceState) -> None:
    """Say in one line on stderr how a reference is."""
    if not state.connected:
        line = state.problem
    elif state.skin_contact is False:
        line = "connected, but it feels no skin: wet the electrodes and put it on tightly"
    else:
        line = f"connected ({state.device})" if state.device else "connected"
    if state.damaged:
        line += f"; {state.damaged} lines or packets were damaged"
    sys.stderr.write(f"{state.source}: {line}\n")
    sys.stderr.flush()
