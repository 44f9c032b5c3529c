"""Small Python programs: a description in words, the working, and the program; tests decide, not the text."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple


class Described(NamedTuple):
    """A described program with its working and the tests that it must pass."""

    prompt: str
    steps: tuple[str, ...]
    program: str
    tests: tuple[str, ...]


class Line(NamedTuple):
    """The line `slope` * x + `offset`."""

    slope: int
    offset: int

    def text(self) -> str:
        """Return it as Python, as short as one would write it."""
        product = "x" if self.slope == 1 else f"{self.slope}*x"
        return product + (f"{self.offset:+d}" if self.offset else "")

    def at(self, x: int) -> int:
        """Return its value."""
        return self.slope * x + self.offset


def _operation(random: Random) -> tuple[str, Callable[[Line], Line]]:
    kind = random.choice(("add", "minus", "times"))
    number = random.randint(2, 9) if kind == "times" else random.randint(2, 20)
    if kind == "add":
        return f"add {number}", lambda line: Line(line.slope, line.offset + number)
    if kind == "minus":
        return f"minus {number}", lambda line: Line(line.slope, line.offset - number)
    return f"times {number}", lambda line: Line(line.slope * number, line.offset * number)


def _chain(random: Random, length: int) -> tuple[str, list[str], Line]:
    """Draw operations one after the other; return their words, the line after each, and the last line."""
    while True:
        line, words, steps = Line(1, 0), list[str](), list[str]()
        for _ in range(length):
            word, apply = _operation(random)
            line = apply(line)
            words.append(word)
            steps.append(line.text())
        if line.slope <= 99 and abs(line.offset) <= 999:
            return " ".join(words), steps, line


def _tests(random: Random, function: Callable[[int], int], edges: tuple[int, ...] = ()) -> tuple[str, ...]:
    points = sorted({0, 1, *edges, *(random.randint(-30, 30) for _ in range(3))})
    return tuple(f"assert f({x}) == {function(x)}" for x in points)


def compose(random: Random, hardness: int) -> Described:
    """Operations on a number, one after the other, to be written as one line."""
    words, steps, line = _chain(random, 1 + hardness)
    return Described(f"f(x): {words}", tuple(steps), f"def f(x): return {line.text()}", _tests(random, line.at))


def branches(random: Random, hardness: int) -> Described:
    """Two chains of operations, chosen by a comparison."""
    limit = random.randint(2, 20)
    high_words, high_steps, high = _chain(random, min(hardness, 2))
    low_words, low_steps, low = _chain(random, 1 + hardness // 3)
    program = f"def f(x): return {high.text()} if x>{limit} else {low.text()}"
    tests = _tests(random, lambda x: high.at(x) if x > limit else low.at(x), (limit, limit + 1))
    steps = (*high_steps, f"x>{limit}", *low_steps)
    return Described(f"f(x): over {limit} {high_words} else {low_words}", steps, program, tests)


def repeats(random: Random, hardness: int) -> Described:
    """One or two operations that are repeated."""
    while True:
        count = random.randint(2, 1 + hardness)
        times, number = random.randint(2, 9), random.randint(1, 60)
        minus, times_first = random.random() < 0.5, random.random() < 0.5
        line, steps = Line(1, 0), list[str]()
        for _ in range(count):
            change = -number if minus else number
            offset = line.offset * times + change if times_first else (line.offset + change) * times
            line = Line(line.slope * times, offset)
            steps.append(line.text())
        if line.slope <= 99 and abs(line.offset) <= 999:
            words = [f"times {times}", f"{'minus' if minus else 'add'} {number}"]
            prompt = f"f(x): {count} rounds of {' '.join(words if times_first else words[::-1])}"
            return Described(prompt, tuple(steps), f"def f(x): return {line.text()}", _tests(random, line.at))


FILTERS: dict[str, tuple[str, Callable[[int, int], bool]]] = {
    "even": ("x%2==0", lambda x, _: x % 2 == 0),
    "odd": ("x%2==1", lambda x, _: x % 2 == 1),
    "over {}": ("x>{}", lambda x, limit: x > limit),
    "under {}": ("x<{}", lambda x, limit: x < limit),
}
REDUCERS: dict[str, tuple[str, Callable[[list[int]], int]]] = {
    "sum": ("sum({})", sum),
    "max": ("max({},default=0)", lambda values: max(values, default=0)),
    "count": ("len([{}])", len),
}


def lists(random: Random, hardness: int) -> Described:
    """A list that is sifted, changed and summed up."""
    limit = random.randint(2, 20)
    words, steps, line = _chain(random, hardness)
    filter_words, (condition, passes) = random.choice(list(FILTERS.items()))
    reduce_words, (reducer, reduce) = random.choice(list(REDUCERS.items())[:2])
    condition = condition.format(limit)
    inner = f"{line.text()} for x in xs if {condition}"
    program = f"def f(xs): return {reducer.format(inner if reduce_words == 'sum' else f'[{inner}]')}"
    samples = [[random.randint(-30, 30) for _ in range(random.randint(1, 6))] for _ in range(4)]
    samples += [[limit, limit + 1, limit - 1, limit + 2], []]
    tests = tuple(
        f"assert f({sample}) == {reduce([line.at(x) for x in sample if passes(x, limit)])}" for sample in samples
    )
    prompt = f"f(xs): {filter_words.format(limit)} then {words} then {reduce_words}"
    return Described(prompt, (condition, *steps, reduce_words), program, tests)
