"""Words and frames of a language, read from `frames/<language>.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import msgspec
from ruamel.yaml import YAML

from sumika.assistant.calls import TOOLS
from sumika.assistant.readings import in_hiragana
from sumika.assistant.sentences_forms import DO, bases
from sumika.assistant.sentences_heard import template_letters
from sumika.assistant.sentences_lists import SPAN_OF_LIST
from sumika.assistant.sentences_looks_ja import looks

ALWAYS = frozenset({"please", "now"})
OF_QUESTIONS = frozenset({"q", "tell", "tell.do", "tell.will", "tte", "be", "aux", *ALWAYS})
ASKS = frozenset({"q"})
_ANY_FORM = ("", ".is", ".did", ".will", ".not", ".s", ".ing")
"""What "verb.*" stands for: whatever is neither an order nor a condition."""

_EXPLICIT = frozenset({"device", "number", "colour", "time"})
"""Pieces for which a frame says itself whether they may stand in it; all others may if its tool takes them."""


_GIVES_NO_REASON = frozenset({"feel", "answer", "undo"})


class Term(msgspec.Struct, frozen=True):
    """What must or may stand in a sentence.

    Attributes:
        options: Concepts; of a piece that is copied: its list in braces.
        domains: Of a name: one of these.
        may: Whether it may be missing.
    """

    options: frozenset[str]
    domains: frozenset[str] = frozenset()
    may: bool = False


class Frame(msgspec.Struct, frozen=True):
    """One frame.

    Attributes:
        tool: Which it stands for.
        what: Its word.
        statistic: now, mean, highest or lowest.
        text: As it stands in the file.
        terms: Of it, those that must be there first.
        needs: What must stand in a sentence, but for a question's end: options of each.
        free: What may stand in it without the frame's saying so: pieces that its tool takes, words that ask.
        told: Whether it fits no question.
    """

    tool: str
    what: str
    statistic: str
    text: str
    terms: tuple[Term, ...]
    needs: tuple[frozenset[str], ...]
    free: frozenset[str]
    told: bool


class Grammar(msgspec.Struct, frozen=True):
    """Words and frames of a language.

    Attributes:
        words: Concepts by surface letters; of a verb: the kind of its base behind a colon; "" says nothing.
        longest: Letters of the longest word.
        frames: All.
        japanese: Whether words have no edges.
        needs: Of all frames, each once.
    """

    words: Mapping[str, tuple[str, ...]]
    longest: int
    frames: tuple[Frame, ...]
    japanese: bool
    needs: frozenset[frozenset[str]]


@cache
def grammar_of(language: str) -> Grammar:
    """Return the words and frames of a language; they are read once.

    Args:
        language: "ja" or "en".
    """
    file = resources.files("sumika.assistant") / "frames" / f"{language}.yaml"
    document = YAML(typ="safe", pure=False).load(file.read_text(encoding="utf-8"))
    words: dict[str, dict[str, None]] = {}
    for section in ("words", "verbs", "adjectives"):
        for concept, text in (document.get(section) or {}).items():
            for way in said_ways(" ".join(text.split())):
                for letters, meant in _forms(section, language, way, "" if concept == "nothing" else concept):
                    words.setdefault(letters, {})[meant] = None
    frames = tuple(
        _frame(key, line, document["groups"])
        for key, text in document["frames"].items()
        for line in text.splitlines()
        if line.strip()
    )
    return Grammar(
        {word: tuple(meant) for word, meant in words.items() if word},
        max(map(len, words)),
        frames,
        language == "ja",
        frozenset(need for frame in frames for need in frame.needs),
    )


def _forms(section: str, language: str, way: str, concept: str) -> Iterator[tuple[str, str]]:
    if section == "words":
        letters = template_letters(way)
        yield letters, concept
        if language == "ja" and concept and (kana := in_hiragana(letters)):
            yield kana, concept
    elif language == "en":
        yield from ((form, f"{concept}.{mood}") for form, mood in english_forms(way))
    elif section == "verbs":
        plain = template_letters(way)
        for said in filter(None, (plain, in_hiragana(plain))):
            yield from ((base, f"{concept}:{kind}") for base, kind in bases(said))
    else:
        yield from ((form, f"{concept}.{mood}") for form, mood in looks(template_letters(way)))


def english_forms(plain: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of an English verb, in letters, and what each says.

    Args:
        plain: "set~set" names its past; of "turn up" the first word changes.
    """
    first, *rest = plain.split(" ")
    word, *past = first.split("~")
    pasts = [one.split(" ")[0] for one in plain.split("~")[1:]] if rest and "~" in plain and not past else past
    tail = template_letters("".join(rest).split("~")[0])
    soft = word.endswith("e") and not word.endswith(("ee", "oe"))
    stem = word[:-1] if soft else word
    short = len(word) > 2 and word[-1] in "bdgmnprt" and word[-2] in _VOWELS and word[-3] not in _VOWELS
    long = word + word[-1] if short else stem
    yield from ((form + tail, mood) for form, mood in ((word, DO), (word + _plural(word), "s")))
    # "Shut" doubles its last letter and "open" does not: letters alone do not tell, so that either is known.
    yield from ((one + "ing" + tail, "ing") for one in dict.fromkeys((stem, long)))
    yield from ((one + tail, "did") for one in pasts or (stem + "ed", long + "ed"))


_VOWELS = frozenset("aeiou")


def _plural(word: str) -> str:
    return "es" if word.endswith(("s", "sh", "ch", "x", "go", "do")) else "s"


def _frame(key: str, line: str, groups: Mapping[str, str]) -> Frame:
    tool, what, *statistic = key.split()
    text = line.strip()
    while "$" in text:
        text = " ".join(groups[one[1:]] if one.startswith("$") else one for one in text.split())
    words = [one for one in text.split() if one != "-q"]
    told = "-q" in text.split()
    if TOOLS[tool].acts and tool not in _GIVES_NO_REASON and not told:
        words += groups["why"].split()
    terms = tuple(sorted(map(_term_of, words), key=lambda term: term.may))
    spans = set(TOOLS[tool].spans) - _EXPLICIT
    if "room" not in spans and "device" in TOOLS[tool].spans and "{name" in text:
        spans.add("room")  # "the kitchen's kettle"
    free = {"{" + name + "}" for name, span in SPAN_OF_LIST.items() if span in spans}
    return Frame(
        tool,
        what,
        statistic[0] if statistic else "now",
        line.strip(),
        terms,
        tuple(term.options for term in terms if not term.may and term.options != ASKS),
        frozenset(free) | (ALWAYS if TOOLS[tool].acts else OF_QUESTIONS),
        told,
    )


def _term_of(text: str) -> Term:
    may, text = text.startswith("?"), text.removeprefix("?")
    if text.startswith("{"):
        names, _, domains = text.strip("{}").partition(":")
        return Term(frozenset("{" + name + "}" for name in names.split(",")), frozenset(domains.split(",")) - {""}, may)
    options = (one for word in text.split("|") for one in _forms_of(word))
    return Term(frozenset(options), may=may)


def _forms_of(word: str) -> Iterator[str]:
    yield from (word[:-2] + form for form in _ANY_FORM) if word.endswith(".*") else (word,)


def said_ways(text: str) -> Iterator[str]:
    """Yield every way to say "(a|b) [c] d".

    Args:
        text: With groups in brackets; bars divide.
    """
    yield from (way for part in _parts(text) for way in _ways(part))


def _parts(text: str) -> list[str]:
    """Return what bars divide that stand in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _ways(part: str) -> Iterator[str]:
    at = min((part.find(sign) for sign in "([" if sign in part), default=-1)
    if at < 0:
        yield part.strip()
        return
    depth, end = 0, at
    for end in range(at, len(part)):
        depth += (part[end] in "([") - (part[end] in ")]")
        if not depth:
            break
    inside = [*said_ways(part[at + 1 : end]), *([""] if part[at] == "[" else [])]
    for rest in _ways(part[end + 1 :]):
        yield from (f"{part[:at].strip()} {one} {rest}".strip() for one in inside)
