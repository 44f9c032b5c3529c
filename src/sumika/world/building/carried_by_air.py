"""What air carries from room to room in one step: the compiled loops behind `gases` and `moisture`."""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.building.acted import CLEAN, CO2, PM, SUPPLY_PARTICLES, SUPPLY_VAPOUR, VAPOUR, VOC
from sumika.world.building.series import advance_dense

Array = NDArray[np.float64]

CRACKS, OPENINGS, SUPPLY, OUT = 0, 1, 2, 3
"""Rows of the flows over the boundary."""

MOST_ROUNDS = 8


@compiled
def transport_rates(between: Array, boundary: Array, volume_m3: Array) -> Array:
    """Return (room, room) A of c' = A c + ..., for what air carries, 1/s.

    What leaves a room is what others take from it: so nothing is lost on the way between rooms.

    Args:
        between: (room, room) flow into the first from the second, m³/s.
        boundary: (4, room) in through cracks, openings and fans, and out.
        volume_m3: (room,).
    """
    rooms = len(volume_m3)
    rates = np.zeros((rooms, rooms))
    for i in range(rooms):
        leaves = boundary[OUT, i]
        for j in range(rooms):
            rates[i, j] = between[i, j] / volume_m3[i]
            leaves += between[j, i]
        rates[i, i] -= leaves / volume_m3[i]
    return rates


@compiled
def step_gases(
    seconds: float,
    rates: Array,
    boundary: Array,
    acted: Array,
    volume_m3: Array,
    outdoor: Array,
    emitted: Array,
    settles_1_s: float,
    penetrates: float,
    co2: Array,
    voc: Array,
    particles: Array,
    integral: Array,
) -> tuple[float, float, float, float]:
    """Advance carbon dioxide, organic compounds and particles in all rooms by one step.

    Args:
        seconds: How long.
        rates: (room, room) of `transport_rates`, changed.
        boundary: (4, room) flows over the boundary.
        acted: (row, room) what acts on the rooms.
        volume_m3: (room,).
        outdoor: Carbon dioxide kg/m³, organic compounds and particles µg/m³ outside.
        emitted: (room,) organic compounds that the building gives off, µg/(m³ s).
        settles_1_s: Rate at which particles settle.
        penetrates: Share of particles that pass a crack.
        co2: (room,) kg/m³, advanced in place.
        voc: (room,) µg/m³, advanced in place.
        particles: (room,) µg/m³, advanced in place.
        integral: (room,) set to the integral of carbon dioxide.

    Returns:
        Carbon dioxide from sources, with fresh air, gone outside, and there now, kg.
    """
    fresh = boundary[CRACKS] + boundary[OPENINGS] + boundary[SUPPLY]
    advance_dense(rates, (acted[CO2] + fresh * outdoor[0]) / volume_m3, co2, integral, seconds)
    other = np.empty_like(integral)
    advance_dense(rates, (acted[VOC] + fresh * outdoor[1]) / volume_m3 + emitted, voc, other, seconds)
    for room in range(len(volume_m3)):
        rates[room, room] -= settles_1_s + acted[CLEAN, room] / volume_m3[room]
    dusty = penetrates * boundary[CRACKS] + boundary[OPENINGS] + acted[SUPPLY_PARTICLES]
    advance_dense(rates, (acted[PM] + dusty * outdoor[2]) / volume_m3, particles, other, seconds)
    sourced, came = float(acted[CO2].sum()) * seconds, float(fresh.sum()) * outdoor[0] * seconds
    return sourced, came, float(np.dot(boundary[OUT], integral)), float(np.dot(co2, volume_m3))


@compiled
def moisture_matrix(rates: Array, volume_m3: Array, uptake: Array, held: Array) -> Array:
    """Return (2 room, 2 room) A of vapour in the air (kg/m³) and water in materials (kg), without films.

    Args:
        rates: (room, room) of `transport_rates`.
        volume_m3: (room,).
        uptake: (room,) exchange of the air with the materials, m³/s.
        held: (room,) vapour in the air above materials, per water in them, 1/m³.
    """
    rooms = len(volume_m3)
    matrix = np.zeros((2 * rooms, 2 * rooms))
    matrix[:rooms, :rooms] = rates
    for i in range(rooms):
        matrix[i, i] -= uptake[i] / volume_m3[i]
        matrix[i, rooms + i] += uptake[i] * held[i] / volume_m3[i]
        matrix[rooms + i, i] += uptake[i]
        matrix[rooms + i, rooms + i] -= uptake[i] * held[i]
    return matrix


@compiled
def step_moisture(
    seconds: float,
    matrix: Array,
    boundary: Array,
    acted: Array,
    volume_m3: Array,
    outdoor_kg_m3: float,
    density_kg_m3: float,
    saturated: Array,
    takes: Array,
    state: Array,
    integral: Array,
    film: Array,
    film_most: Array,
    taken: Array,
) -> tuple[float, float, float, float, float]:
    """Advance vapour, water in materials and films by one step.

    Whether a film takes part is settled at the beginning of the step: where there is one, or the air is saturated. A
    film that would dry out within the step gives all it has, evenly. What would take more vapour out of the air than
    there is takes it in proportion to what is left.

    Args:
        seconds: How long.
        matrix: (2 room, 2 room) of `moisture_matrix`.
        boundary: (4, room) flows over the boundary.
        acted: (row, room) what acts on the rooms.
        volume_m3: (room,).
        outdoor_kg_m3: Vapour outside.
        density_kg_m3: Of dry air.
        saturated: (2, room) vapour at which films neither grow nor dry, kg/m³.
        takes: (2, room) exchange of the air with films, m³/s.
        state: (2 room,) vapour and water in materials, advanced in place.
        integral: (2 room,) set to its integral.
        film: (2, room) water on panes and on other surfaces, advanced in place.
        film_most: (2, room) beyond it a film runs off.
        taken: (room,) set to what left the air for materials and films, less what they gave back, kg.

    Returns:
        Water from sources less what others took, with fresh air, gone outside, run off, and there now, kg.
    """
    rooms = len(volume_m3)
    gained = _gained(boundary, acted, volume_m3, outdoor_kg_m3, density_kg_m3)
    source, sink = acted[VAPOUR].copy(), np.zeros(rooms)
    wet = _wet(film, state, saturated, takes)
    constant, grown, before = np.zeros((2, rooms)), np.zeros((2, rooms)), state.copy()
    for _ in range(MOST_ROUNDS):
        state[:] = before
        _advance_films(
            seconds, matrix, gained, volume_m3, source, sink, saturated, wet, constant, state, integral, grown
        )
        emptied = _dry_out(film, grown, wet, constant, seconds)
        if not (_take_less(state, before, source, sink) or emptied):
            break
    taken[:] = state[rooms:] - before[rooms:] + grown[0] + grown[1]
    ran_off, on_films = _run_off(film, grown, film_most)
    stored = on_films + (state[:rooms] * volume_m3 + state[rooms:]).sum()
    gone = (boundary[OUT] * integral[:rooms]).sum()
    sourced = (source * seconds - sink * integral[:rooms]).sum()
    return sourced, (gained[:rooms] * volume_m3 * seconds).sum(), gone, ran_off, stored


@compiled
def _gained(boundary: Array, acted: Array, volume_m3: Array, outdoor_kg_m3: float, density_kg_m3: float) -> Array:
    """Return (2 room,) what fresh air brings: vapour, kg/(m³ s), and nothing to the materials."""
    rooms = len(volume_m3)
    gained = np.zeros(2 * rooms)
    fresh = (boundary[CRACKS] + boundary[OPENINGS]) * outdoor_kg_m3 + density_kg_m3 * acted[SUPPLY_VAPOUR]
    gained[:rooms] = fresh / volume_m3
    return gained


@compiled
def _run_off(film: Array, grown: Array, film_most: Array) -> tuple[float, float]:
    """Let films grow, in place, and run off what they cannot hold; return what ran off and what they hold, kg."""
    ran_off = held = 0.0
    for kind in range(film.shape[0]):
        for i in range(film.shape[1]):
            grew = max(film[kind, i] + grown[kind, i], 0.0)
            film[kind, i] = min(grew, film_most[kind, i])
            ran_off += grew - film[kind, i]
            held += film[kind, i]
    return ran_off, held


@compiled
def _wet(film: Array, state: Array, saturated: Array, takes: Array) -> Array:
    """Return (2, room) exchange of the air with films that take part in a step, m³/s; of others 0."""
    wet = np.zeros_like(takes)
    for kind in range(takes.shape[0]):
        for i in range(takes.shape[1]):
            if film[kind, i] > 0.0 or state[i] > saturated[kind, i]:
                wet[kind, i] = takes[kind, i]
    return wet


@compiled
def _advance_films(
    seconds: float,
    matrix: Array,
    gained: Array,
    volume_m3: Array,
    source: Array,
    sink: Array,
    saturated: Array,
    wet: Array,
    constant: Array,
    state: Array,
    integral: Array,
    grown: Array,
) -> None:
    rooms = len(volume_m3)
    full, drive = matrix.copy(), gained.copy()
    for i in range(rooms):
        full[i, i] -= sink[i] / volume_m3[i]
        drive[i] += source[i] / volume_m3[i]
    for kind in range(2):
        for i in range(rooms):
            full[i, i] -= wet[kind, i] / volume_m3[i]
            drive[i] += (wet[kind, i] * saturated[kind, i] + constant[kind, i]) / volume_m3[i]
    advance_dense(full, drive, state, integral, seconds)
    for kind in range(2):
        for i in range(rooms):
            taken = wet[kind, i] * (integral[i] - saturated[kind, i] * seconds)
            grown[kind, i] = taken - constant[kind, i] * seconds


@compiled
def _dry_out(film: Array, grown: Array, wet: Array, constant: Array, seconds: float) -> bool:
    """Let films that would have less than nothing give what they have, evenly; return whether there were any."""
    found = False
    for kind in range(film.shape[0]):
        for i in range(film.shape[1]):
            if wet[kind, i] > 0.0 and film[kind, i] + grown[kind, i] < 0.0:
                constant[kind, i] = film[kind, i] / seconds
                wet[kind, i] = 0.0
                found = True
    return found


@compiled
def _take_less(state: Array, before: Array, source: Array, sink: Array) -> bool:
    """Let what would leave less than no vapour take it in proportion to what is left; return whether there was any."""
    found = False
    for i in range(len(source)):
        if state[i] < 0.0 and source[i] < 0.0:
            sink[i] = -source[i] / max(before[i], 1e-6)
            source[i] = 0.0
            found = True
    return found
