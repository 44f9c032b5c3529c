"""The compiled loop of the room networks: one linear step after another, with what changes from step to step."""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Array = NDArray[np.float64]


@compiled
def march(
    transition: Array,
    response: Array,
    which: NDArray[np.int64],
    drive: Array,
    leaky: Array,
    outside: Array,
    state: Array,
    restart: NDArray[np.int64],
    restart_state: Array,
) -> Array:
    """Return (step + 1, node) the states of a linear network.

    Args:
        transition: (configuration, node, node) over one step.
        response: (configuration, node, node) to what drives each node, over one step.
        which: (step,) configuration.
        drive: (step, node) what drives each node.
        leaky: (step, node) exchange with the outside that no configuration has in it; explicit, so it must be small.
        outside: (step,) what is outside.
        state: (node,) at the beginning.
        restart: (step,) row of `restart_state` from which the state is taken anew before the step; -1: goes on.
        restart_state: (restart, node).
    """
    steps, nodes = drive.shape
    out = np.empty((steps + 1, nodes))
    now = state.copy()
    push = np.empty(nodes)
    out[0] = now
    for step in range(steps):
        if restart[step] >= 0:
            now[:] = restart_state[restart[step]]
            out[step] = now
        a, b = transition[which[step]], response[which[step]]
        for node in range(nodes):
            push[node] = drive[step, node] + leaky[step, node] * (outside[step] - now[node])
        for node in range(nodes):
            total = 0.0
            for other in range(nodes):
                total += a[node, other] * now[other] + b[node, other] * push[other]
            out[step + 1, node] = total
        now[:] = out[step + 1]
    return out


@compiled
def filtered(
    transition: Array,
    response: Array,
    which: NDArray[np.int64],
    drive: Array,
    leaky: Array,
    outside: Array,
    state: Array,
    covariance: Array,
    process: Array,
    measured: Array,
    node_of: NDArray[np.int64],
    noise: Array,
    widest: float,
    streak: NDArray[np.int64],
) -> tuple[Array, Array, Array]:
    """Return (step + 1, node) the states of a Kalman filter, its innovations, and the last covariance.

    Args:
        transition: As in `march`.
        response: As in `march`.
        which: As in `march`.
        drive: As in `march`.
        leaky: As in `march`.
        outside: As in `march`.
        state: (node,) at the beginning.
        covariance: (node, node) at the beginning.
        process: (node,) variance that each step adds.
        measured: (step, measurement) at the end of each step; NaN where nothing was said.
        node_of: (measurement,) the node that it measures.
        noise: (measurement,) its variance.
        widest: An innovation of more standard deviations counts as so many: a lying sensor moves the state no further.
        streak: (measurement,) how many in a row were wider, negative for those below; goes on. From the third on they
            are believed: what says so again and again is right, and the model is not.
    """
    steps, nodes = drive.shape
    states = np.empty((steps + 1, nodes))
    surprises = np.full((steps, len(node_of)), np.nan)
    now, spread = state.copy(), covariance.copy()
    push = np.empty(nodes)
    states[0] = now
    for step in range(steps):
        a, b = transition[which[step]], response[which[step]]
        for node in range(nodes):
            push[node] = drive[step, node] + leaky[step, node] * (outside[step] - now[node])
        now = a @ now + b @ push
        spread = a @ spread @ a.T
        for node in range(nodes):
            spread[node, node] += process[node]
        for place in range(len(node_of)):
            value = measured[step, place]
            if np.isnan(value):
                continue
            bound = widest if abs(streak[place]) < 2 else np.inf
            surprises[step, place] = _measure(now, spread, node_of[place], value, noise[place], bound)
            streak[place] = _streak_after(streak[place], surprises[step, place], widest)
        states[step + 1] = now
    return states, surprises, spread


@compiled
def _streak_after(streak: int, surprise: float, widest: float) -> int:
    """Return how many innovations in a row were wider than `widest` on this side, negative below."""
    if abs(surprise) <= widest:
        return 0
    side = 1 if surprise > 0.0 else -1
    return streak + side if streak * side >= 0 else side


@compiled
def _measure(state: Array, covariance: Array, node: int, value: float, noise: float, widest: float) -> float:
    """Let a measurement of one node move state and covariance, in place; return its innovation in standard deviations.

    Args:
        state: (node,).
        covariance: (node, node).
        node: Which is measured.
        value: What was measured.
        noise: Its variance.
        widest: As in `filtered`.
    """
    variance = covariance[node, node] + noise
    surprise = float((value - state[node]) / np.sqrt(variance))
    gain = covariance[:, node] / variance
    state += gain * (min(max(surprise, -widest), widest) * np.sqrt(variance))
    covariance -= np.outer(gain, covariance[node, :])
    return surprise
