"""A room on the screen: a panel with the breath waveform, or one line where there is no space for it."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from sumika.clock import Instant
from sumika.schema.house import Room
from sumika.terminal._lines import BOLD, CAUTION, DIM, GOOD, PLAIN, WAVE, Line, fit, join_parts, pad
from sumika.terminal._look import Look
from sumika.terminal._memory import Memory
from sumika.terminal._reading import WORDS, RoomReading, State, Value, read_room
from sumika.terminal._waveform import bin_samples, draw, scale_mm
from sumika.units import seconds_to_ns

WINDOW_S = 25.0
"""Stretch of the waveform: half a dozen breaths."""

LEAST_ROWS = 3
"""Presence, breathing, heart."""

_NARROWEST_WAVE = 16
_LEAST_TEXT_CELLS = 40
_TEXT_CELLS = 56
_CELLS_PER_WAVE_ROW = 6
_STATES: dict[State, tuple[str, Style]] = {
    State.SOMEONE: ("●", GOOD + BOLD),
    State.PERHAPS: ("◐", CAUTION),
    State.EMPTY: ("○", PLAIN),
    State.UNKNOWN: ("?", CAUTION),
}


def _presence_parts(reading: RoomReading, look: Look) -> list[Line]:
    """Return word and probability, distance, age, reason: the most important first."""
    sign, style = _STATES[reading.state]
    head = [Segment(f" {look.show(sign)} {look.say(WORDS[reading.state])}", style)]
    if reading.presence.text:
        head.append(Segment(f" {reading.presence.text}", PLAIN))
    parts: list[Line] = [tuple(head)]
    if reading.distance.text:
        parts.append((Segment(reading.distance.text, PLAIN),))
    if reading.age:
        parts.append((Segment(reading.age, CAUTION),))
    parts.append((Segment(reading.presence.why, DIM),))
    return parts


def _vital_row(label: str, value: Value, width: int, look: Look) -> Line:
    head = f"   {label} "
    room = width - cell_len(head)
    if value.text:
        return fit((Segment(head, DIM), Segment(look.clip(value.text, room), BOLD)), width)
    text = value.why if cell_len(value.why) <= room else value.brief or value.why
    return fit((Segment(head, DIM), Segment(look.clip(text, room), DIM)), width)


def _labels(look: Look) -> tuple[str, str]:
    breathing, heart = look.say("terminal.breathing"), look.say("terminal.heart")
    cells = max(cell_len(breathing), cell_len(heart)) + 1
    return pad(breathing, cells), pad(heart, cells)


def _text_rows(reading: RoomReading, width: int, look: Look) -> list[Line]:
    breathing, heart = _labels(look)
    parts = _presence_parts(reading, look)
    return [
        fit(join_parts(parts, look.separator, width), width),
        _vital_row(breathing, reading.breathing, width, look),
        _vital_row(heart, reading.heart, width, look),
    ]


def wave_width(width: int) -> int:
    """Return how many characters of a panel this wide are the waveform; 0 where there is no space."""
    wave = width - min(_TEXT_CELLS, max(width * 3 // 5, _LEAST_TEXT_CELLS)) - 2
    return wave if wave >= _NARROWEST_WAVE else 0


def tallest_wave(width: int) -> int:
    """Return how many lines a panel this wide is worth: a tall and narrow waveform is all spikes."""
    return max(LEAST_ROWS, wave_width(width) // _CELLS_PER_WAVE_ROW)


def room_panel(memory: Memory, room: Room, now: Instant, look: Look, width: int, rows: int) -> list[Line]:
    """Return the room's rule and `rows` lines below it, each exactly `width` cells.

    Args:
        memory: What was heard.
        room: The room.
        now: The present moment.
        look: Language and signs.
        width: Cells.
        rows: At least `LEAST_ROWS`.
    """
    reading = read_room(memory, room, now, look)
    wave = wave_width(width)
    text = width - wave - 2 if wave else width
    left = _text_rows(reading, text, look)
    left += [fit((), text)] * (rows - len(left))
    if not wave:
        note = look.separator.join(part for part in (reading.air, reading.session) if part)
        return [look.rule(reading.name, note, width), *left]
    samples, window_ns = memory.chest(room.id, now), seconds_to_ns(WINDOW_S)
    drawn = draw(samples, now.monotonic_ns, window_ns, wave, rows, ascii_only=look.ascii_only)
    values = bin_samples(samples, now.monotonic_ns, window_ns, wave)
    moving = any(value is not None for value in values)
    scale = look.say("terminal.wave_scale", seconds=WINDOW_S, scale=scale_mm(values)) if moving else ""
    note = look.separator.join(part for part in (reading.air, scale, reading.session) if part)
    body = [
        fit((*line, Segment("  ", PLAIN), Segment(drawing, WAVE)), width)
        for line, drawing in zip(left, drawn, strict=True)
    ]
    return [look.rule(reading.name, note, width), *body]


def room_line(memory: Memory, room: Room, now: Instant, look: Look, width: int) -> Line:
    """Return the room in one line: what matters, as far as it fits."""
    reading = read_room(memory, room, now, look)
    name = (Segment(pad(reading.name, max(8, min(16, width // 4)), look.show("…")), BOLD),)
    presence = _presence_parts(reading, look)
    parts: list[Line] = [(*name, *presence[0])]
    for label, value in zip(_labels(look), (reading.breathing, reading.heart), strict=True):
        if value.text:
            parts.append((Segment(f"{label.strip()} ", DIM), Segment(value.text, BOLD)))
    if reading.air:
        parts.append((Segment(reading.air, PLAIN),))
    return fit(join_parts([*parts, *presence[1:]], look.separator, width), width)
