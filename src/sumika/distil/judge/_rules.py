"""The rules of quality, each a name, what a fault weighs, and how it is found."""

import re
from collections import Counter
from collections.abc import Callable

import msgspec

from sumika.distil.records import Example, Grading

RUN_WORDS = 8
PAIRS = {")": "(", "]": "[", "}": "{"}
BROKEN_ANSWER = re.compile(
    r"(?:n/?a|nan|none|null|undefined|unknown|error|todo|tbd|see (?:above|below|solution).*|as an ai\b.*"
    r"|i (?:cannot|can't|am unable)\b.*|\\boxed\{\s*\}|[-–—?.…]+)",
    re.IGNORECASE | re.DOTALL,
)
PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\[(?:insert|your|placeholder|todo)\b[^\]]*\]|<(?:insert|your|placeholder)\b[^>]*>|lorem ipsum"
    r"|\bTODO\b|\bFIXME\b|\bXXX\b",
    re.IGNORECASE,
)
IMAGE = re.compile(
    r"!\[[^\]]*\]\(|\[(?:image|figure|img)\b[^\]]*\]|<img\b|\\includegraphics|\[asy\]|\bdata:image/|"
    r"\b(?:(?:see|in|from|as shown in|shown in) the (?:figure|diagram|image|picture|graph)"
    r"|(?:figure|diagram|picture|graph) (?:above|below)|pictured (?:above|below))\b",
    re.IGNORECASE,
)
UNDECODABLE = re.compile("\ufffd|â€|Ã[\u0080-\u00bf]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
CUT_END = re.compile(
    r"(?:\.\.\.|…|[,(\[{=+*/\\:&]|\b(?:and|or|the|a|an|of|to|so|because|therefore|then|with|is|are|if))$"
)
STATED = re.compile(
    r"\\boxed\{([^{}]*)\}|\b(?:final answer|answer)\s*(?:is|:|=)\s*\$?([^\n$]+?)\$?\.?(?=\n|$)", re.IGNORECASE
)


INTERVAL_OR_SMILE = re.compile(r"[\[(][^\[\](){}]*,[^\[\](){}]*[\])]|(?<!\S)[:;]-?[()](?!\S)")
LIST_MARK = re.compile(r"(?:^|\s)\w{1,2}$")
"""What stands before a bracket that closes nothing by right: a), b), 1)."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that rules need; see `QualitySettings`."""

    least_letters: int
    most_letters: int
    most_repeats: int
    needs_answer: bool


class Rule(msgspec.Struct, frozen=True):
    """One rule.

    Attributes:
        weight: What a fault takes from the score of 1.
        finds: Whether an example has the fault.
    """

    weight: float
    finds: Callable[[Example, Limits], bool]


def _empty_answer(example: Example, limits: Limits) -> bool:
    return limits.needs_answer and not example.answer.strip() and not example.tests


def _broken_answer(example: Example, _limits: Limits) -> bool:
    return BROKEN_ANSWER.fullmatch(example.answer.strip()) is not None


def _drawn(line: str) -> bool:
    """Whether a line is drawn rather than written: mostly signs such as `|`, `+` and `-`."""
    signs = sum(letter in "|/\\_-+=*#~^<>" or "\u2500" <= letter <= "\u259f" for letter in line)
    shown = len(line) - line.count(" ")
    return shown >= 5 and signs >= 0.7 * shown


def _ascii_art(example: Example, _limits: Limits) -> bool:
    lines = example.prompt.splitlines()
    return len(lines) >= 3 and sum(map(_drawn, lines)) >= 3


def _placeholder(example: Example, _limits: Limits) -> bool:
    # A program may well speak of TODO lists; its text is checked by its tests.
    texts = (example.prompt,) if example.grading is Grading.CODE else (example.prompt, example.answer)
    return any(PLACEHOLDER.search(text) for text in texts)


def _image_reference(example: Example, _limits: Limits) -> bool:
    return any(IMAGE.search(text) for text in (example.prompt, example.reasoning))


def _truncated_reasoning(example: Example, _limits: Limits) -> bool:
    text = example.reasoning.rstrip()
    open_block = text.count("```") % 2 == 1 or text.count("$$") % 2 == 1
    return bool(text) and (open_block or CUT_END.search(text) is not None)


def _inconsistent_answer(example: Example, _limits: Limits) -> bool:
    stated = [one or other for one, other in STATED.findall(example.reasoning)]
    if not stated or not example.answer.strip() or example.grading is Grading.CODE:
        return False
    return _bare(stated[-1]) != _bare(example.answer)


def _bare(answer: str) -> str:
    boxed = re.sub(r"\\boxed\{([^{}]*)\}", r"\1", answer)
    folded = re.sub(r"[\s$,*`\"']", "", boxed).rstrip(".").casefold()
    try:
        return repr(float(folded))
    except ValueError:
        return folded


def _unbalanced_brackets(example: Example, _limits: Limits) -> bool:
    return _unbalanced(example.prompt) or (example.grading is not Grading.CODE and _unbalanced(example.answer))


def _unbalanced(text: str) -> bool:
    text = INTERVAL_OR_SMILE.sub("", text)
    opened: list[str] = []
    for position, letter in enumerate(text):
        if letter in PAIRS.values():
            opened.append(letter)
        elif letter in PAIRS and opened:
            if opened.pop() != PAIRS[letter]:
                return True
        elif letter in PAIRS and not (letter == ")" and LIST_MARK.search(text[max(0, position - 4) : position])):
            return True
    return bool(opened)


def _too_short(example: Example, limits: Limits) -> bool:
    return len(example.prompt.strip()) < limits.least_letters


def _too_long(example: Example, limits: Limits) -> bool:
    return max(len(example.prompt), len(example.reasoning), len(example.answer)) > limits.most_letters


def _repeated(example: Example, limits: Limits) -> bool:
    return any(_repeats(text) > limits.most_repeats for text in (example.prompt, example.reasoning))


def _repeats(text: str) -> int:
    """Return how often the commonest line (of 8 letters or more) or the commonest run of eight words occurs."""
    lines = Counter(line for line in map(str.strip, text.splitlines()) if len(line) >= 8)
    words = text.split()
    runs = Counter(tuple(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1))
    return max(max(lines.values(), default=0), max(runs.values(), default=0))


def _undecodable(example: Example, _limits: Limits) -> bool:
    return any(UNDECODABLE.search(text) for text in (example.prompt, example.reasoning, example.answer))


RULES = {
    "empty_answer": Rule(1.0, _empty_answer),
    "broken_answer": Rule(1.0, _broken_answer),
    "ascii_art": Rule(1.0, _ascii_art),
    "placeholder": Rule(1.0, _placeholder),
    "image_reference": Rule(1.0, _image_reference),
    "truncated_reasoning": Rule(1.0, _truncated_reasoning),
    "inconsistent_answer": Rule(1.0, _inconsistent_answer),
    "undecodable": Rule(1.0, _undecodable),
    "unbalanced_brackets": Rule(0.6, _unbalanced_brackets),
    "too_short": Rule(0.6, _too_short),
    "too_long": Rule(0.6, _too_long),
    "repeated": Rule(0.6, _repeated),
}
"""Name -> rule. One fault of any kind falls under the usual threshold of 0.5."""
