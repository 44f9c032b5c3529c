"""Runs a pure step and keeps book of what went into each output. The same code runs live and in replay."""

from collections.abc import Iterator, Mapping
from typing import Any

from sumika.runtime.node import Input, StepTask
from sumika.schema import Consumed, Message
from sumika.schema.house import House
from sumika.units import seconds_to_ns

_MOST_RUNS = 4096
"""A book that has so many runs is looked through for what is forgotten, and then again when it has twice as many."""


class ConsumptionBook:
    """The inputs a state took since its last output, in order, consecutive ones as one run.

    Args:
        forgets_s: By topic: an input of it changes nothing any more so long after it. What was forgotten before the
            last input is left out: a step that says nothing for days would else have a book of days.
    """

    def __init__(self, forgets_s: Mapping[str, float] | None = None) -> None:
        self._forgets_ns = {topic: seconds_to_ns(after_s) for topic, after_s in (forgets_s or {}).items()}
        self._runs: list[list[Any]] = []
        self._stamp_ns = 0
        self._look_through_at = _MOST_RUNS

    def __len__(self) -> int:
        """Return how many runs are kept."""
        return len(self._runs)

    def note(self, topic: str, key: str, incarnation: int, sequence: int, stamp_ns: int = 0) -> None:
        """Write down one input, and when it was."""
        self._stamp_ns = stamp_ns
        forgotten = topic in self._forgets_ns
        if self._runs and not forgotten and _goes_on(self._runs[-1], topic, key, incarnation, sequence):
            self._runs[-1][4] = sequence
            return
        self._runs.append([topic, key, incarnation, sequence, sequence, stamp_ns])
        if self._forgets_ns and len(self._runs) >= self._look_through_at:
            self._runs = self._remembered()
            self._look_through_at = max(_MOST_RUNS, 2 * len(self._runs))

    def take(self) -> tuple[Consumed, ...]:
        """Return the runs since the last call and begin anew."""
        runs: list[list[Any]] = []
        for run in self._remembered():
            if runs and _goes_on(runs[-1], *run[:4]):
                runs[-1][4] = run[4]
            else:
                runs.append(run)
        self._runs = []
        return tuple(Consumed(*run[:5]) for run in runs)

    def _remembered(self) -> list[list[Any]]:
        """Return the runs without what is forgotten; those that it stood between are one."""
        kept: list[list[Any]] = []
        for run in self._runs:
            after_ns = self._forgets_ns.get(run[0])
            if after_ns is not None and self._stamp_ns - run[5] > after_ns:
                continue
            if kept and after_ns is None and _goes_on(kept[-1], *run[:4]):
                kept[-1][4] = run[4]
            else:
                kept.append(run)
        return kept


def _goes_on(run: list[Any], topic: str, key: str, incarnation: int, sequence: int) -> bool:
    """Return whether an input is the next of a run."""
    return bool(run[0] == topic and run[1] == key and run[2] == incarnation and run[4] + 1 == sequence)


class StepRunner:
    """All states of one step node.

    Args:
        task: The step and how it is fed.
        house: The house; decides which keys there are.
    """

    def __init__(self, task: StepTask, house: House) -> None:
        self._task = task
        self._house = house
        self._states = {key: task.start(house, key) for key in task.keys(house)}
        self._books = {key: ConsumptionBook(task.forgets_s) for key in self._states}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that have a state."""
        return tuple(self._states)

    def routed(self, topic: str, key: str) -> tuple[str, ...]:
        """Return the keys of the states that take a message of this topic and key."""
        return self._task.route(self._house, topic, key)

    def take(
        self, state_key: str, reference: tuple[str, str, int, int], value: Input
    ) -> Iterator[tuple[Message, tuple[Consumed, ...]]]:
        """Give one input to one state.

        Args:
            state_key: Which state.
            reference: (topic, key, incarnation, sequence) of the input.
            value: The input.

        Yields:
            Each output with what it consumed; of several outputs of one step the first has it all.
        """
        book = self._books[state_key]
        book.note(*reference, value.stamp.monotonic_ns if isinstance(value, Message) else 0)
        self._states[state_key], outputs = self._task.step(self._states[state_key], value)
        for output in outputs:
            yield output, book.take()
