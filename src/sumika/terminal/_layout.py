"""How the height of the screen is shared: first every room, then trouble, then comfort."""

from dataclasses import dataclass

from sumika.terminal._nodes import node_columns
from sumika.terminal._room import LEAST_ROWS, tallest_wave

_NARROWEST_PANEL = 64
_TALLEST_ROOM = 7
_MOST_EVENTS = 8
COLUMN_GAP = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of each part.

    Attributes:
        columns: Rooms beside each other.
        room_rows: Lines of a room below its rule; 0 means one line per room and no panels.
        rooms: How many rooms are shown.
        node_rows: Lines of nodes below their rule; the rule itself is always there unless `nodes` is False.
        event_rows: Lines of events below their rule; 0 means no rule either.
        blank: Whether a blank line stands between the parts.
        nodes: Whether there is space for the nodes' rule.
    """

    columns: int
    room_rows: int
    rooms: int
    node_rows: int
    event_rows: int
    blank: bool
    nodes: bool = True


def panel_columns(width: int, rooms: int) -> int:
    """Return how many rooms stand beside each other."""
    most = max(1, min(rooms, (width + COLUMN_GAP) // (_NARROWEST_PANEL + COLUMN_GAP)))
    bands = -(-rooms // most)
    return -(-rooms // bands)


def panel_width(width: int, columns: int) -> int:
    """Return the cells of each room where `columns` of them stand beside each other."""
    return (width - COLUMN_GAP * (columns - 1)) // columns


def share_height(height: int, width: int, rooms: int, nodes: int, events: int) -> Layout:
    """Share `height` lines (without header) among rooms, nodes and events.

    Args:
        height: Lines to share.
        width: Cells.
        rooms: How many rooms there are.
        nodes: How many nodes there are.
        events: How many events there are to tell.
    """
    columns = panel_columns(width, rooms)
    bands = -(-rooms // columns)
    spare = height - bands * (1 + LEAST_ROWS) - 1
    if spare < 0:
        return _crowded(height, width, rooms, nodes, events)
    # Two lines for the news, then the nodes, then more news: what is wrong must be seen, what is well may wait.
    event_rows = min(max(1, events), 2) if spare >= 3 else 0
    spare -= event_rows + 1 if event_rows else 0
    node_rows = _node_rows(width, nodes, spare)
    spare -= node_rows
    gaps = bands + (2 if event_rows else 1)
    blank = spare >= gaps
    spare -= gaps if blank else 0
    taller = min(tallest_wave(panel_width(width, columns)) - LEAST_ROWS, _TALLEST_ROOM - LEAST_ROWS, spare // bands)
    spare -= taller * bands
    if event_rows:
        event_rows += max(0, min(spare, events - event_rows, _MOST_EVENTS - event_rows))
    return Layout(columns, LEAST_ROWS + taller, rooms, node_rows, event_rows, blank)


def _node_rows(width: int, nodes: int, spare: int) -> int:
    return min(-(-nodes // node_columns(width, nodes, spare)), spare)


def _crowded(height: int, width: int, rooms: int, nodes: int, events: int) -> Layout:
    """Share the height where not every room has space for a panel: one line each."""
    with_nodes = height >= 2
    shown = max(0, min(rooms, height - with_nodes))
    if shown < rooms and shown:
        shown -= 1  # the last line says how many more there are
    spare = max(0, height - with_nodes - shown - (shown < rooms))
    event_rows = min(max(1, events), 2, spare - 1) if spare >= 2 else 0
    spare -= event_rows + 1 if event_rows else 0
    return Layout(1, 0, shown, _node_rows(width, nodes, spare), event_rows, False, with_nodes)
