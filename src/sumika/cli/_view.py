"""The terminal view as a node: runtime and terminal are strangers, so they are brought together here."""

import os
from collections.abc import Callable

from sumika.clock import Clock
from sumika.runtime.node import Launch, Node
from sumika.runtime.page_access import open_accounts, page_address, setup_link
from sumika.runtime.process import NodeProcess
from sumika.schema import SumikaError
from sumika.terminal import run_view
from sumika.text import language_of, say


def run_terminal(node: Node, launch: Launch) -> None:
    """Show the house until told to stop."""
    language = launch.house.language or language_of(os.environ)
    with NodeProcess(node, launch) as process:
        run_view(
            process.folder,
            launch.nodes,
            launch.house,
            process.clock,
            language=language,
            should_stop=lambda: process.stopping,
            beat=process.beat,
            notes=page_notes(launch, process.clock, language),
        )


def page_notes(launch: Launch, clock: Clock, language: str) -> Callable[[], list[str]]:
    """Return what tells where the page is: what `sumika run` has printed is hidden while the view covers the terminal.

    Args:
        launch: Of the view's process.
        clock: Tells the time.
        language: "ja" or "en".

    Returns:
        Tells the link that makes the first owner, as long as nobody is that, and then the page's address; nothing
        where the house has no page.
    """
    page = launch.house.page
    if page is None or not page.enabled:
        return list

    def notes() -> list[str]:
        try:
            token = open_accounts(launch.data, clock).setup_token
        except SumikaError:  # the page's own node says so; rooms can be seen without it
            return []
        if token:
            return [say("terminal.page_first", language, value=setup_link(page, token))]
        return [say("terminal.page", language, value=page_address(page))]

    return notes
