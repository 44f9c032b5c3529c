"""Equal in value: a fast exact path for plain numbers and dates, math-verify for everything else."""

import logging
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?")
_FRACTION = re.compile(r"([+-]?\d+)\s*/\s*(\d+)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST_ANSWER = 2_000


def plain_value(text: str) -> Fraction | date | None:
    """Return the exact value of an integer, decimal, simple fraction or ISO date; None for anything else."""
    text = text.strip().rstrip(".").replace("\N{MINUS SIGN}", "-")
    if len(text) > 200:
        return None
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if (match := _FRACTION.fullmatch(text)) and int(match[2]):
        return Fraction(int(match[1]), int(match[2]))
    if _NUMBER.fullmatch(text) and any(character.isdigit() for character in text):
        return Fraction(text.replace(",", ""))
    return None


def equal_maths(truth: str, answer: str, *, limit_s: float = 5.0) -> tuple[bool, str]:
    """Return whether two answers have the same value, and why.

    Args:
        truth: The right answer.
        answer: The given one.
        limit_s: Wall time for the symbolic comparison, which runs in another process that is ended then.
    """
    if not answer.strip():
        return False, "no answer"
    if " ".join(answer.split()) == " ".join(truth.split()):
        return True, "same text"
    wanted, found = plain_value(truth), plain_value(answer)
    if wanted is not None and found is not None:
        return (wanted == found), ("equal in value" if wanted == found else f"{answer.strip()[:40]} is not {truth}")
    if len(answer) > LONGEST_ANSWER:
        return False, f"an answer of {len(answer)} characters is no value"
    return _symbolic(truth, answer, limit_s)


class _Helper:
    """One process that compares symbolically; replaced when a comparison takes too long."""

    pool: ProcessPoolExecutor | None = None

    @classmethod
    def ask(cls, truth: str, answer: str, limit_s: float) -> bool:
        if cls.pool is None:
            # Spawned, not forked: the caller may have threads. No signal is used, so any thread may grade.
            cls.pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            cls.pool.submit(compare, "1", "1").result(60)  # the library loads outside the limit
        pool = cls.pool
        try:
            return pool.submit(compare, truth, answer).result(limit_s)
        except (TimeoutError, BrokenProcessPool):
            cls.pool = None
            _kill(pool)
            raise


def _kill(pool: ProcessPoolExecutor) -> None:
    processes = getattr(pool, "_processes", None) or {}
    for process in list(processes.values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


@lru_cache(maxsize=4096)
def _symbolic(truth: str, answer: str, limit_s: float) -> tuple[bool, str]:
    try:
        equal = _Helper.ask(truth, answer, limit_s)
    except (TimeoutError, BrokenProcessPool):
        return False, f"not comparable within {limit_s:g} s"
    return equal, "equal in value" if equal else f"{answer.strip()[:40]} is not {truth[:40]}"


def compare(truth: str, answer: str) -> bool:
    """Compare with math-verify (LaTeX, expressions, sets, intervals); runs in the helper process."""
    from math_verify import parse, verify

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)  # it warns that no time-out is set; ours is outside
    forms = [_parsed(parse, text) for text in (truth, answer)]
    return bool(forms[0] and forms[1] and verify(forms[0], forms[1], timeout_seconds=None))


def _parsed(parse: Any, text: str) -> list[Any]:
    formula = "$" not in text and "\\boxed" not in text and not re.search(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}", text)
    forms: list[Any] = parse(f"${text}$" if formula else text, parsing_timeout=None)
    return forms
