"""Maths in several steps: each generator draws a problem, works it in single steps and states the answer."""

import calendar
from datetime import date, timedelta
from random import Random
from typing import NamedTuple


class Worked(NamedTuple):
    """A problem with its working, one single step after the other."""

    prompt: str
    steps: tuple[str, ...]
    answer: str


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def add(a: int, b: int) -> str:
    """Return the single step of a sum."""
    return f"{a}+{b}={a + b}"


def subtract(a: int, b: int) -> str:
    """Return the single step of a difference."""
    return f"{a}-{b}={a - b}"


def multiply(a: int, b: int) -> tuple[str, ...]:
    """Return the single steps of a product; `a` below ten is one step, a two-digit `a` is split into tens and ones."""
    if a < 10 or a % 10 == 0:
        return (f"{a}*{b}={a * b}",)
    tens, ones = a // 10 * 10, a % 10
    return (f"{tens}*{b}={tens * b}", f"{ones}*{b}={ones * b}", add(tens * b, ones * b))


def arithmetic(random: Random, hardness: int) -> Worked:
    """An expression of two or three operations, worked from the inside out; every value stays in 0..999."""
    while True:
        value = random.randint(2, 99)
        text, steps = str(value), list[str]()
        for count in range(2 + hardness // 3):
            operation = random.choice("+-*")
            operand = random.randint(2, 9) if operation == "*" else random.randint(2, 99)
            if operation == "*":
                text = f"{operand}*({text})" if count else f"{operand}*{text}"
                steps += multiply(operand, value)
                value *= operand
            else:
                text = f"{text}{operation}{operand}"
                steps.append(add(value, operand) if operation == "+" else subtract(value, operand))
                value += operand if operation == "+" else -operand
            if not 0 <= value <= 999:
                break
        else:
            return Worked(text, tuple(steps), str(value))


def days_in(year: int, month: int) -> int:
    """Return the days of a month."""
    return calendar.monthrange(year, month)[1]


def dates(random: Random, hardness: int) -> Worked:
    """A date so many days later, worked month by month."""
    start = date(random.randint(2020, 2031), 1, 1) + timedelta(days=random.randrange(365))
    span = random.randint(2 + 30 * (hardness - 1), 28 + 30 * (hardness - 1))
    steps = [add(start.day, span)]
    year, month, day = start.year, start.month, start.day + span
    while day > days_in(year, month):
        length = days_in(year, month)
        steps += [f"{MONTHS[month - 1]} {year}={length}", subtract(day, length)]
        day -= length
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    answer = f"{day} {MONTHS[month - 1]} {year}"
    return Worked(f"{start.day} {MONTHS[start.month - 1]} {start.year} plus {span} days", tuple(steps), answer)


def weekdays(random: Random, hardness: int) -> Worked:
    """The day of the week so many weeks and days later."""
    start = random.randrange(7)
    spans = [random.randint(3, 30 if hardness < 2 else 60) for _ in range(2 + hardness // 3)]
    steps, total = list[str](), spans[0]
    for span in spans[1:]:
        steps.append(add(total, span))
        total += span
    rest = total % 7
    if total >= 7:
        steps += [f"7*{total // 7}={total - rest}", subtract(total, total - rest)]
    end = WEEKDAYS[(start + rest) % 7]
    steps.append(f"{WEEKDAYS[start]}+{rest}={end}")
    return Worked(f"{WEEKDAYS[start]} plus " + " plus ".join(map(str, spans)) + " days", tuple(steps), end)


UNITS = (
    ("weeks", 7, "days", 24, "h"),
    ("days", 24, "h", 60, "min"),
    ("h", 60, "min", 60, "s"),
    ("km", 1000, "m", 100, "cm"),
    ("m", 100, "cm", 10, "mm"),
    ("yards", 3, "feet", 12, "inches"),
    ("kg", 1000, "g", 1000, "mg"),
)


def _times_factor(value: int, factor: int) -> tuple[str, ...]:
    if set(str(factor)[1:]) <= {"0"}:
        return (f"{value}*{factor}={value * factor}",)
    return multiply(factor, value)


def units(random: Random, hardness: int) -> Worked:
    """A mixed quantity in a smaller unit."""
    large, first, middle, second, small = random.choice(UNITS)
    count, rest = random.randint(2, 29), random.randint(2, min(first - 1, 59)) if first > 3 else random.randint(1, 2)
    steps = [*_times_factor(count, first), add(count * first, rest)]
    value = count * first + rest
    if hardness == 1:
        return Worked(f"{count} {large} {rest} {middle} in {middle}", tuple(steps), f"{value} {middle}")
    steps += _times_factor(value, second)
    return Worked(f"{count} {large} {rest} {middle} in {small}", tuple(steps), f"{value * second} {small}")


THINGS = ("eggs", "pens", "nuts", "cups", "figs")
NAMES = ("ann", "bob", "ken", "yui", "mia")


def stories(random: Random, hardness: int) -> Worked:
    """A short story of boxes that are filled, given away and shared."""
    who, thing = random.choice(NAMES), random.choice(THINGS)
    boxes, each = random.randint(2, 9), random.randint(4, 48)
    value, steps = boxes * each, list(multiply(boxes, each))
    text = f"{who} has {boxes} boxes of {each} {thing}"
    for _ in range(hardness):
        if value > 3 and random.random() < 0.5:
            gone = random.randint(2, min(99, value - 1))
            text += f", gives {gone}"
            steps.append(subtract(value, gone))
            value -= gone
        else:
            more = random.randint(2, 99)
            text += f", finds {more}"
            steps.append(add(value, more))
            value += more
    return Worked(text, tuple(steps), f"{value} {thing}")
