"""The health of the nodes: a sum in the rule above them, then a cell per node, those in trouble first."""

import math

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from sumika.clock import Instant
from sumika.schema import NodeHealth, NodeState
from sumika.terminal._lines import BAD, CAUTION, DIM, GOOD, PLAIN, Line, fit, pad, side_by_side
from sumika.terminal._look import Look
from sumika.terminal._memory import Memory
from sumika.text import state_text

_NARROWEST_CELL = 25
_WIDEST_CELL = 52
_INDENT = 1

_STATES: dict[NodeState, tuple[str, Style]] = {
    NodeState.RUNNING: ("●", GOOD),
    NodeState.STARTING: ("◐", CAUTION),
    NodeState.WAITING: ("○", DIM),
    NodeState.BACKING_OFF: ("▲", BAD),
    NodeState.DEGRADED: ("▲", BAD),
    NodeState.STOPPED: ("○", DIM),
}
_TROUBLE = (NodeState.DEGRADED, NodeState.BACKING_OFF)


def _amount(value: float | None, form: str, width: int) -> str:
    text = form.format(value) if value is not None and math.isfinite(value) else ""
    return f"{text if len(text) <= width else '':>{width}}"


def _numbers(health: NodeHealth) -> str:
    share = None if health.core_share is None else 100 * health.core_share
    return " ".join(
        (
            _amount(share, "{:.0f}%", 4),
            _amount(health.memory_mb, "{:.0f}M", 4),
            _amount(health.beat_age_s, "{:.1f}s", 4),
        )
    )


def _cell(memory: Memory, health: NodeHealth, now: Instant, look: Look, width: int) -> Line:
    sign, style = _STATES[health.state]
    fresh = memory.fresh(NodeHealth, health.node, now)
    if fresh is None:
        sign, style, numbers = "?", CAUTION, look.say("terminal.unknown")
    elif health.state is NodeState.RUNNING:
        numbers = _numbers(health)
    else:
        numbers = look.show(state_text(health.state, look.language))
    restarts = f" ×{health.restarts}" if health.restarts else ""
    name_width = max(8, width - 3 - cell_len(numbers) - cell_len(restarts))
    return fit(
        (
            Segment(f"{look.show(sign)} ", style),
            Segment(pad(look.show(health.node), name_width, look.show("…")), PLAIN),
            Segment(look.show(restarts), CAUTION),
            Segment(f" {numbers}", DIM if style is not BAD else BAD),
        ),
        width,
    )


def _ranked(memory: Memory, now: Instant) -> list[NodeHealth]:
    """Return the nodes, those in trouble first, else in the order of the table."""

    def trouble(health: NodeHealth) -> int:
        if health.state in _TROUBLE:
            return 0
        return 1 if memory.fresh(NodeHealth, health.node, now) is None else 2

    return sorted(memory.nodes(), key=trouble)


def nodes_note(memory: Memory, now: Instant, look: Look) -> str:
    """Return the sum over all nodes: how many run, what they use."""
    fresh = [health for health in memory.nodes() if memory.fresh(NodeHealth, health.node, now) is not None]
    if not fresh:
        return look.say("terminal.no_data_yet")
    running = sum(health.state is NodeState.RUNNING for health in fresh)
    parts = [look.say("terminal.nodes_running", running=running, all=len(memory.nodes()))]
    shares = [h.core_share for h in fresh if h.core_share is not None and math.isfinite(h.core_share)]
    if shares:
        parts.append(look.say("terminal.nodes_core", percent=100 * sum(shares)))
    sizes = [h.memory_mb for h in fresh if h.memory_mb is not None and math.isfinite(h.memory_mb)]
    if sizes:
        parts.append(f"{sum(sizes):.0f} MB")
    return look.separator.join(parts)


def node_columns(width: int, nodes: int, rows: int) -> int:
    """Return how many cells stand beside each other: few and wide ones if `rows` lines are enough for them."""
    usable = width - _INDENT + 1
    most = max(1, usable // (_NARROWEST_CELL + 1))
    least = min(most, -(-usable // (_WIDEST_CELL + 1)))
    return next((columns for columns in range(least, most) if columns * rows >= nodes), most)


def node_rows(memory: Memory, now: Instant, look: Look, width: int, rows: int) -> list[Line]:
    """Return at most `rows` lines of node cells; where not all fit, the last ones are left out."""
    columns = node_columns(width, len(memory.nodes()), rows)
    cell = min(_WIDEST_CELL, (width - _INDENT - (columns - 1)) // columns)
    cells = [_cell(memory, health, now, look, cell) for health in _ranked(memory, now)[: columns * rows]]
    lines: list[Line] = []
    for start in range(0, len(cells), columns):
        band = [[line] for line in cells[start : start + columns]]
        rows_of_band = side_by_side(band, [cell] * len(band), 1)
        lines += [fit((Segment(" " * _INDENT, PLAIN), *line), width) for line in rows_of_band]
    return lines
