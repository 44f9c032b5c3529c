"""The house on the screen, as a pure function of what was heard, the moment and the size."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from sumika.clock import Instant
from sumika.schema import ControlLevel, Message, MeterSample, Mode, Origin, PlanReport, Severity, TrueWorld
from sumika.schema.house import House, Room
from sumika.terminal._layout import COLUMN_GAP, Layout, panel_columns, panel_width, share_height
from sumika.terminal._lines import BAD, BANNERS, BOLD, CAUTION, DIM, GOOD, PLAIN, Line, fit, pad, side_by_side
from sumika.terminal._look import Look, clock_time, finite
from sumika.terminal._memory import Memory
from sumika.terminal._nodes import node_rows, nodes_note
from sumika.terminal._room import room_line, room_panel
from sumika.text import banner, event_text, money_text, simple_text
from sumika.units import ns_to_seconds

SMALLEST_WIDTH = 20
LEAST_HEIGHT_WITH_PLAN = 16
SUGGESTIONS_SHOWN = 2
MODES = frozenset(mode.value for mode in Mode)
_PATH = re.compile(r"/(?:[^/\s:]+/)+([^/\s:]+)")
"""A whole path would fill the line before the cause is told; the log and plain lines keep it."""

_SEVERITIES: dict[Severity, tuple[str, Style]] = {
    Severity.INFO: ("·", DIM),
    Severity.WARNING: ("▲", CAUTION),
    Severity.ALARM: ("▲", BAD),
}


@dataclass(frozen=True)
class Picture:
    """Finished lines, each exactly `width` cells; a rich renderable."""

    lines: tuple[Line, ...]
    width: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the lines."""
        for line in self.lines:
            yield from line
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Tell the width."""
        return Measurement(self.width, self.width)

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "\n".join("".join(segment.text for segment in line) for line in self.lines)


def banner_texts(memory: Memory, house: House, look: Look) -> list[tuple[Origin, str]]:
    """Return (origin, what it is and where) for everything that is not live, the worst first."""
    names = {room.id: room.name or room.id for room in house.rooms}
    return [
        (
            origin,
            look.say(
                "terminal.banner",
                banner=banner(origin, look.language),
                rooms=look.say("terminal.comma").join(names.get(key, key) for key in keys),
            ),
        )
        for origin, keys in memory.not_live().items()
    ]


def rooms_shown(house: House) -> tuple[Room, ...]:
    """Return the rooms that a radar or a sensor tells of; all, where nothing tells of any."""
    told = {radar.room for radar in house.radars} | {sensor.room for sensor in house.sensors}
    return tuple(room for room in house.rooms if room.id in told) or house.rooms


def plan_saves(plan: PlanReport) -> float | None:
    """Return how much less a plan costs than the best simple controller would; None where that is not known."""
    if plan.plan_cost is None or plan.simple_cost is None:
        return None
    return plan.simple_cost - plan.plan_cost


def world_time(local_time: str) -> str:
    """Return date and time of day of a simulated house; what is no time is shown as it is."""
    try:
        return f"{datetime.fromisoformat(local_time):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return local_time[:32]


def _suggested(plan: PlanReport, look: Look, width: int) -> list[Line]:
    """Return what a resident is asked for, each with the name to answer it by, and how to answer."""
    lines: list[Line] = []
    for one in plan.suggestions[:SUGGESTIONS_SHOWN]:
        why = next((action.why_ja if look.language == "ja" else action.why for action in one.actions), "")
        name = look.show(one.id)
        text = look.clip(look.show(why), width - cell_len(name) - 5)
        lines.append(fit((Segment(f"   {name} ", BOLD), Segment(text, PLAIN)), width))
    how = look.say("suggest.how")
    return [*lines, fit((Segment("   " + look.clip(how, width - 4), DIM),), width)]


class HouseView:
    """What the terminal shows of a house: fed with messages, asked for pictures. Knows no clock and no bus.

    Args:
        house: The house.
        since: Since when it runs.
        zone: Time zone of the times shown; None is the machine's.

    Attributes:
        notes: Lines below the title, each shown whole or not at all. Whoever shows the view sets them.
    """

    def __init__(self, house: House, since: Instant, zone: tzinfo | None = None) -> None:
        self.house = house
        self.since = since
        self.zone = zone
        self.memory = Memory(house)
        self.rooms = rooms_shown(house)
        self.notes: tuple[str, ...] = ()

    def take(self, message: Message) -> None:
        """Take in a message from the bus."""
        self.memory.take(message)

    def look(self, language: str, *, ascii_only: bool = False) -> Look:
        """Return how this view writes."""
        return Look("en" if ascii_only else language, ascii_only, self.zone)

    def render(self, now: Instant, width: int, height: int, language: str, *, ascii_only: bool = False) -> Picture:
        """Return the picture of this moment.

        Args:
            now: The present moment; what is too old for it is not shown.
            width: Cells; less than `SMALLEST_WIDTH` is drawn as that and cut.
            height: Lines at most.
            language: "ja" or "en".
            ascii_only: Whether only ASCII may be used; then the language is English.
        """
        look = self.look(language, ascii_only=ascii_only)
        drawn = max(width, SMALLEST_WIDTH)
        lines = [self._title(now, look, drawn), *self._banners(look, drawn)]
        if height >= LEAST_HEIGHT_WITH_PLAN:
            lines += self._notes(look, drawn)
        lines += self._world(now, look, drawn)
        if height >= LEAST_HEIGHT_WITH_PLAN:
            lines += self._plan(now, look, drawn)
        layout = share_height(
            height - len(lines),
            drawn,
            len(self.rooms),
            len(self.memory.nodes()),
            len(self.memory.events),
        )
        lines += self._rooms(now, look, drawn, layout)
        lines += self._nodes(now, look, drawn, layout)
        lines += self._events(look, drawn, layout)
        cut = [fit(line, max(1, width)) for line in lines[: max(1, height)]]
        return Picture(tuple(cut), max(1, width))

    def _title(self, now: Instant, look: Look, width: int) -> Line:
        running = clock_time(ns_to_seconds(now.monotonic_ns - self.since.monotonic_ns))
        parts = [look.time(now), look.say("terminal.running", duration=running), look.say("terminal.stop_hint")]
        name = look.show(self.house.name)
        head = " " + look.say("terminal.product") + look.separator
        right = look.separator.join(parts)
        while len(parts) > 1 and cell_len(head) + min(cell_len(name), 16) + cell_len(right) + 2 > width:
            parts.pop()
            right = look.separator.join(parts)
        middle = width - cell_len(head) - cell_len(right) - 1
        return fit(
            (Segment(head, BOLD), Segment(pad(name, middle, look.show("…")), PLAIN), Segment(f"{right} ", DIM)), width
        )

    def _banners(self, look: Look, width: int) -> list[Line]:
        lines: list[Line] = []
        for origin, text in banner_texts(self.memory, self.house, look):
            lines.append(fit((Segment(f" {pad(text, width - 2, look.show('…'))} ", BANNERS[origin]),), width))
        return lines

    def _notes(self, look: Look, width: int) -> list[Line]:
        """Return the notes that fit: half a link opens nothing."""
        shown = [look.show(note) for note in self.notes]
        return [fit((Segment(f" {note}", PLAIN),), width) for note in shown if cell_len(note) < width]

    def _world(self, now: Instant, look: Look, width: int) -> list[Line]:
        """Return what time it is in a simulated house, the weather there and what the house draws."""
        world, meter = self.memory.of_the_house(TrueWorld, now), self.memory.of_the_house(MeterSample, now)
        if world is None:
            return []
        parts = [look.show(world_time(world.local_time))]
        if (outdoor_c := finite(world.outdoor_temperature_c)) is not None:
            parts.append(look.say("terminal.outside", value=outdoor_c))
        if meter is not None and (power_w := finite(meter.power_w)) is not None:
            parts.append(look.say("terminal.grid_power", value=power_w))
        if (cost := finite(world.cost)) is not None:
            parts.append(look.say("terminal.cost", value=cost, currency=look.show(world.currency)))
        return [fit((Segment(" " + look.clip(look.separator.join(parts), width - 2), PLAIN),), width)]

    def _plan(self, now: Instant, look: Look, width: int) -> list[Line]:
        """Return how far the planner goes and what its plan is worth, and the weightiest of its reasons."""
        plan = self.memory.of_the_house(PlanReport, now)
        if plan is None or plan.mode not in MODES:
            return []
        parts = [look.say(f"terminal.mode.{plan.mode}")]
        if (saves := finite(plan_saves(plan))) is not None and (saves >= 0.0) is (plan.follows == "plan"):
            money = money_text(abs(saves), plan.currency, look.language)
            simple = simple_text(plan.best_simple, look.language)
            key = "terminal.plan_saves" if saves >= 0.0 else "terminal.plan_dearer"
            parts.append(look.say(key, money=look.show(money), simple=look.show(simple)))
        head = look.clip(look.separator.join(parts), width - 2)
        lines = [fit((Segment(" " + head, PLAIN),), width)]
        note = plan.note_ja if look.language == "ja" else plan.note
        if note and plan.level is not ControlLevel.FULL:
            lines.append(fit((Segment("   " + look.clip(look.show(note), width - 4), PLAIN),), width))
        if plan.suggestions:
            return lines + _suggested(plan, look, width)
        if plan.actions:
            why = plan.actions[0].why_ja if look.language == "ja" else plan.actions[0].why
            lines.append(fit((Segment("   " + look.clip(look.show(why), width - 4), DIM),), width))
        return lines

    def _rooms(self, now: Instant, look: Look, width: int, layout: Layout) -> list[Line]:
        rooms = self.rooms
        if not layout.room_rows:
            lines = [room_line(self.memory, room, now, look, width) for room in rooms[: layout.rooms]]
            if layout.rooms < len(rooms):
                lines.append(
                    fit((Segment(look.say("terminal.more_rooms", count=len(rooms) - layout.rooms), DIM),), width)
                )
            return lines
        columns = panel_columns(width, len(rooms))
        cell = panel_width(width, columns)
        lines = []
        for start in range(0, len(rooms), columns):
            if layout.blank:
                lines.append(fit((), width))
            panels = [
                room_panel(self.memory, room, now, look, cell, layout.room_rows)
                for room in rooms[start : start + columns]
            ]
            lines += side_by_side(panels, [cell] * len(panels), COLUMN_GAP)
        return lines

    def _nodes(self, now: Instant, look: Look, width: int, layout: Layout) -> list[Line]:
        if not layout.nodes:
            return []
        lines = [fit((), width)] if layout.blank else []
        lines.append(look.rule(look.say("terminal.nodes"), nodes_note(self.memory, now, look), width))
        return lines + node_rows(self.memory, now, look, width, layout.node_rows)

    def _events(self, look: Look, width: int, layout: Layout) -> list[Line]:
        if not layout.event_rows:
            return []
        lines = [fit((), width)] if layout.blank else []
        lines.append(look.rule(look.say("terminal.events"), "", width))
        newest = list(self.memory.events)[-layout.event_rows :]
        for event in reversed(newest):
            sign, style = ("✓", GOOD) if event.recovered else _SEVERITIES[event.severity]
            head = f" {look.time(event.stamp)} "
            told = _PATH.sub(r"…/\1", event_text(event, look.language))
            text = look.clip(look.show(told), width - cell_len(head) - 2)
            lines.append(fit((Segment(head, DIM), Segment(f"{look.show(sign)} ", style), Segment(text, PLAIN)), width))
        if not newest:
            lines.append(fit((Segment(" " + look.say("terminal.no_events"), DIM),), width))
        return lines
