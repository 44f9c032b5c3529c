"""What a network says of a sentence, made into one reading that is allowed: an intent, a statistic, marked pieces.

Which pieces an intent takes is a table; the likeliest intents are each read along the best path of marks that the
table lets them have (Viterbi), and the likeliest whole is taken. So whatever the network says, the reading is valid.
Pure numpy, without a learning framework.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.sentence_coding import Coding
from sumika.distil.sentence_places import SPACE, joints_of, places_of, torn_of

Real = NDArray[np.float64]
OUTSIDE = 0
"""Mark of a place that belongs to no piece; a piece's first place has mark 1 + 2 n, its others 2 + 2 n."""
NEVER = -1e9
TORN = 3.0
"""How much less likely, as a logarithm, a piece is that begins or ends within katakana; not never: リビングテレビ."""
TRIED = 5
"""Intents that are read to their end."""
EVIDENCE = 4


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that makes a network's numbers a reading.

    Attributes:
        coding: How sentences become codes.
        intents: Their names; the first is that of no intent at all.
        statistics: Their names; the first is the usual one.
        pieces: Kinds of pieces that can be marked.
        takes: Of each intent, the kinds that it takes, as places in `pieces`.
        counts: Of each intent, whether it says a statistic.
        sure: Weights of `evidence`, the last one without any: how they become the probability that all is right.
    """

    coding: Coding
    intents: tuple[str, ...]
    statistics: tuple[str, ...]
    pieces: tuple[str, ...]
    takes: tuple[tuple[int, ...], ...]
    counts: tuple[bool, ...]
    sure: tuple[float, ...] = (1.0, 1.0, 0.0, 0.0, 0.0)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a network says of one sentence, as logarithms of probabilities.

    Attributes:
        intents: (intent,).
        statistics: (statistic,).
        marks: (place, mark).
    """

    intents: Real
    statistics: Real
    marks: Real


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One reading.

    Attributes:
        intent: Place in `Reading.intents`.
        statistic: Place in `Reading.statistics`.
        pieces: (kind, first character, character after the last), at most one of each kind, in their order.
        evidence: Log-probability of intent and statistic, of the marks, how far the next best reading lies below, and
            the least sure mark's.
    """

    intent: int
    statistic: int
    pieces: tuple[tuple[int, int, int], ...]
    evidence: tuple[float, ...]


def said_of(intents: NDArray[np.float32], statistics: NDArray[np.float32], marks: NDArray[np.float32]) -> Said:
    """Return what a network's logits say of one sentence: (intent,), (statistic,), (place, mark)."""
    return Said(intents=log_softmax(intents), statistics=log_softmax(statistics), marks=log_softmax(marks))


def log_softmax(x: NDArray[np.float32] | Real) -> Real:
    """Return logarithms of probabilities over the last axis."""
    wide = x.astype(np.float64)
    return np.asarray(wide - np.logaddexp.reduce(wide, axis=-1, keepdims=True))


def read(sentence: str, said: Said, reading: Reading) -> Read:
    """Return the likeliest reading that is allowed.

    Args:
        sentence: As it was said; (place,) of `said.marks` are its first places.
        said: By the network.
        reading: What is allowed.
    """
    order = np.argsort(-said.intents, kind="stable")
    if order[0] == 0:
        margin = float(said.intents[order[0]] - said.intents[order[1]])
        return Read(intent=0, statistic=0, pieces=(), evidence=(float(said.intents[0]), 0.0, margin, 0.0))
    places = places_of(sentence[: reading.coding.longest], reading.coding.units)[: len(said.marks)]
    joints = np.array(joints_of(places), bool)
    breaks = np.where(joints, -NEVER, TORN * np.array(torn_of(places), bool))
    spaces = np.array([place.kind == SPACE for place in places], bool)
    found = []
    for intent in order[:TRIED].tolist():
        if intent == 0:
            continue
        statistic = int(said.statistics.argmax()) if reading.counts[intent] else 0
        sure = float(said.intents[intent]) + (float(said.statistics[statistic]) if reading.counts[intent] else 0.0)
        pieces, score, least = _marked(said.marks, reading.takes[intent], breaks, joints | spaces, spaces)
        found.append((sure + score, (intent, statistic, pieces, (sure, score, least))))
    found.sort(key=lambda one: -one[0])
    total, (intent, statistic, pieces, (sure, score, least)) = found[0]
    below = min(total - found[1][0], 20.0) if len(found) > 1 else 20.0
    pieces = tuple((kind, places[first].first, places[last - 1].last) for kind, first, last in pieces)
    return Read(intent=intent, statistic=statistic, pieces=pieces, evidence=(sure, score, below, least))


def _marked(
    marks: Real,
    kinds: Sequence[int],
    breaks: Real,
    begun_by_none: NDArray[np.bool_],
    spaces: NDArray[np.bool_],
) -> tuple[tuple[tuple[int, int, int], ...], float, float]:
    """Return the best pieces, each kind at most once, the score of their path, and the least sure mark's."""
    wanted = [OUTSIDE, *(mark for kind in kinds for mark in (1 + 2 * kind, 2 + 2 * kind))]
    scores = marks[:, wanted].copy()
    # No piece begins with a space or within a Latin word.
    scores[:, 1::2][begun_by_none] = NEVER
    while True:
        path = _viterbi(scores, breaks)
        pieces = _pieces(path, spaces)
        twice = _worst_of_twice(pieces, scores, path)
        if twice is None:
            break
        state, first, last = twice
        scores[first:last, [state, state + 1]] = NEVER
    chosen = scores[np.arange(len(path)), path] if len(path) else np.zeros(0)
    told = tuple((kinds[(state - 1) // 2], first, last) for state, first, last in pieces)
    return told, float(chosen.sum()), float(chosen.min()) if len(chosen) else 0.0


def _viterbi(scores: Real, breaks: Real) -> NDArray[np.int64]:
    """Return the best path (place,) of states: 0 outside, odd ones begin a piece, the even ones after go on with it.

    Args:
        scores: (place, state).
        breaks: (place,): what it costs to begin a piece there, or to have ended one.
    """
    length, states = scores.shape
    if not length:
        return np.zeros(0, np.int64)
    free, changes = np.zeros((states, states)), np.ones((states, states))
    changes[0, 0] = 0.0
    for state in range(2, states, 2):
        free[:, state] = NEVER
        free[[state - 1, state], state] = changes[[state - 1, state], state] = 0.0
    best, came = scores[0].copy(), np.zeros((length, states), np.int64)
    best[2::2] = NEVER
    for place in range(1, length):
        ways = best[:, None] + free - breaks[place] * changes
        came[place] = ways.argmax(axis=0)
        best = ways[came[place], np.arange(states)] + scores[place]
    path = np.empty(length, np.int64)
    path[-1] = best.argmax()
    for place in range(length - 1, 0, -1):
        path[place - 1] = came[place, path[place]]
    return path


def _pieces(path: NDArray[np.int64], spaces: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Return (state that begins it, first place, place after the last) of each piece, without spaces at its end."""
    found: list[tuple[int, int, int]] = []
    for place, state in enumerate(path.tolist()):
        if state % 2:
            found.append((state, place, place + 1))
        elif state:
            kind, first, _ = found[-1]
            found[-1] = (kind, first, place + 1)
    return [(state, first, _without_spaces(first, last, spaces)) for state, first, last in found]


def _without_spaces(first: int, last: int, spaces: NDArray[np.bool_]) -> int:
    """Return where a piece ends; it begins with a letter."""
    return first + int(np.flatnonzero(~spaces[first:last])[-1]) + 1


def _worst_of_twice(
    pieces: list[tuple[int, int, int]], scores: Real, path: NDArray[np.int64]
) -> tuple[int, int, int] | None:
    """Return the weaker of two pieces of one kind; None where there are no two."""

    def strength(piece: tuple[int, int, int]) -> float:
        rows = np.arange(piece[1], piece[2])
        return float((scores[rows, path[rows]] - scores[rows, OUTSIDE]).sum())

    kinds = [state for state, _, _ in pieces]
    doubled = [one for one in pieces if kinds.count(one[0]) > 1]
    return min(doubled, key=strength) if doubled else None


def probability(read_: Read, reading: Reading) -> float:
    """Return how probable it is that all of a reading is right."""
    value = float(np.dot(reading.sure, (*read_.evidence, 1.0)))
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -50.0, 50.0))))
