"""The terminal view as a node: runtime and terminal are strangers, so they are brought together here."""

import os

from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.terminal import run_view
from sumika.text import language_of


def run_terminal(node: Node, launch: Launch) -> None:
    """Show the house until told to stop."""
    with NodeProcess(node, launch) as process:
        run_view(
            process.folder,
            launch.nodes,
            launch.house,
            process.clock,
            language=launch.house.language or language_of(os.environ),
            should_stop=lambda: process.stopping,
            beat=process.beat,
        )
