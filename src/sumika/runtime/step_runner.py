"""Runs a pure step and keeps book of what went into each output. The same code runs live and in replay."""

from collections.abc import Iterator
from typing import Any

from sumika.runtime.node import Input, StepTask
from sumika.schema import Consumed, Message
from sumika.schema.house import House


class ConsumptionBook:
    """The inputs a state took since its last output, in order, consecutive ones as one run."""

    def __init__(self) -> None:
        self._runs: list[list[Any]] = []

    def note(self, topic: str, key: str, incarnation: int, sequence: int) -> None:
        """Write down one input."""
        if self._runs:
            last = self._runs[-1]
            if last[0] == topic and last[1] == key and last[2] == incarnation and last[4] + 1 == sequence:
                last[4] = sequence
                return
        self._runs.append([topic, key, incarnation, sequence, sequence])

    def take(self) -> tuple[Consumed, ...]:
        """Return the runs since the last call and begin anew."""
        runs = tuple(Consumed(*run) for run in self._runs)
        self._runs.clear()
        return runs


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
        self._books = {key: ConsumptionBook() for key in self._states}

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
        book.note(*reference)
        self._states[state_key], outputs = self._task.step(self._states[state_key], value)
        for output in outputs:
            yield output, book.take()
