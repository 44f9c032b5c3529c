"""The house in plain lines: one per room and moment, one per event."""

from rich.cells import cell_len

from sumika.clock import Instant
from sumika.schema import Event
from sumika.terminal._lines import pad
from sumika.terminal._look import Look
from sumika.terminal._reading import WORDS, RoomReading, State, Value, read_room
from sumika.terminal._view import HouseView
from sumika.text import event_text, origin_text, severity_text


def _presence(reading: RoomReading, look: Look) -> str:
    parts = [look.say(WORDS[reading.state])]
    if not reading.presence.text:
        return f"{parts[0]} ({reading.presence.why})"
    parts.append(reading.presence.text)
    if reading.distance.text:
        parts.append(look.say("terminal.at", distance=reading.distance.text))
    return " ".join(parts)


def _vital(label: str, value: Value) -> str:
    return f"{label} {value.text or value.why}"


def room_lines(view: HouseView, now: Instant, look: Look) -> list[str]:
    """Return a line per room. What is not live says so in each: a line may be cut out of its surroundings."""
    readings = [(room.id, read_room(view.memory, room, now, look)) for room in view.rooms]
    name_cells = max(cell_len(reading.name) for _, reading in readings)
    origins = {room: origin for origin, rooms in view.memory.not_live().items() for room in rooms}
    lines = []
    for room, reading in readings:
        parts = [f"{look.time(now)} {pad(reading.name, name_cells)}", _presence(reading, look)]
        if reading.state is not State.EMPTY and reading.state is not State.UNKNOWN:
            parts.append(_vital(look.say("terminal.breathing"), reading.breathing))
        if reading.heart.text:
            parts.append(_vital(look.say("terminal.heart"), reading.heart))
        if reading.air:
            parts.append(reading.air)
        if room in origins:
            parts.append(f"[{look.show(origin_text(origins[room], look.language))}]")
        lines.append("  ".join(parts))
    return lines


def event_line(event: Event, look: Look) -> str:
    """Return an event in a line."""
    severity = look.show(severity_text(event.severity, look.language))
    return f"{look.time(event.stamp)} {severity}: {look.show(event_text(event, look.language))}"
