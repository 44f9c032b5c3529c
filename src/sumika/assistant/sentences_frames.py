"""Frames: what a sentence asks for by the words in it, in whatever order and register they come.

Where no template fits, a sentence is covered from end to end with words that are known: things of the house, verbs in
any of their forms, words that say nothing. A word that is not known, a negation, a condition or the past where a frame
has no place for it: then no frame fits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sumika.assistant.sentences_forms import ends
from sumika.assistant.sentences_frame_words import ASKS, Frame, Grammar, Term, grammar_of
from sumika.assistant.sentences_heard import Heard
from sumika.assistant.sentences_lists import NUMBER_LISTS, SPAN_OF_LIST, Lists

Places = Mapping[str, Mapping[int, Sequence[int]]]
"""Where things of every list stand in a sentence: by list, then by where they begin: where they end."""

BEAM, MOST_TOKENS = 8, 24
_NOTHING_COSTS, _WORD_COSTS, _PIECE_COSTS, _EXPLAINED, _IGNORED = 1.2, 1.0, 0.95, 0.15, 0.3
_NUMBERS = frozenset("{" + name + "}" for name in NUMBER_LISTS)
_TOWARDS = frozenset({"に", "まで", "で", "へ"})
_NOTHING = ""
_LEFT, _LEFT_COSTS, MOST_LEFT = "?", 2.0, 8
_PASSED_OVER, _TURNS_ROUND = 1.0, (".stop", ".not", ".if")
"""Letters that no word covers, what each costs, and how many there may be where a sentence is read loosely."""


class Token(msgspec.Struct, frozen=True):
    """A stretch of a sentence.

    Attributes:
        begin: In the letters.
        end: Not included.
        names: All that it may be: concepts, lists in braces, "" for nothing.
    """

    begin: int
    end: int
    names: frozenset[str]


class Fit(msgspec.Struct, frozen=True):
    """A frame that fits.

    Attributes:
        frame: Which.
        pieces: What is to be copied: list, begin, end; in the order of the sentence.
        cost: Lower fits better.
        left: Stretches that the frame has no place for: begin, end.
        unknown: Those of them that no word covers.
    """

    frame: Frame
    pieces: tuple[tuple[str, int, int], ...]
    cost: float
    left: tuple[tuple[int, int], ...] = ()
    unknown: tuple[tuple[int, int], ...] = ()


_ASKS_FIRST = frozenset(
    {"is", "are", "was", "were", "does", "did", "isit", "arethere", "isthere", "wasit", "wasthere", "has", "have"}
)


class _Sentence(msgspec.Struct, frozen=True):
    heard: Heard
    lists: Lists

    @property
    def asked(self) -> bool:
        return self.heard.said.rstrip(" \u3000!\uff01").endswith(("?", "\uff1f"))

    def asks_first(self, token: Token) -> bool:
        return self.heard.letters[token.begin : token.end] in _ASKS_FIRST

    def is_of(self, term: Term, token: Token) -> bool:
        return not term.domains or bool(term.domains & self.lists.domains(self.heard, token.begin, token.end))


def fits(heard: Heard, found: Places, lists: Lists, language: str, *, loosely: bool = False) -> Iterator[Fit]:
    """Yield the frames that fit a sentence, the best first.

    Args:
        heard: The sentence.
        found: What of the lists stands in it.
        lists: Of the house.
        language: "ja" or "en".
        loosely: Whether letters may be left over that no word covers.
    """
    grammar, sentence = grammar_of(language), _Sentence(heard, lists)
    fitting: list[Fit] = []
    tokens = _tokens(heard, found, grammar, lists)
    if loosely:
        for at, beginning in enumerate(tokens):
            beginning.append(Token(at, at + 1, frozenset({_LEFT})))
    ways = [(cost, _as_orders(words)) for cost, words in _paths(heard, tokens, japanese=grammar.japanese)]
    anywhere = frozenset().union(*(token.names for _, path in ways for token in path))
    missing = _missing(anywhere, grammar.needs)
    frames = [frame for frame in grammar.frames if missing.isdisjoint(frame.needs)]
    needs = frozenset(need for frame in frames for need in frame.needs)
    for cost, path in ways:
        missing = _missing(frozenset().union(*(token.names for token in path)), needs)
        for frame in frames:
            fit = _fitting(frame, path, sentence, loosely=loosely) if missing.isdisjoint(frame.needs) else None
            if fit is not None:
                pieces, ignored, left = fit
                worth = cost - _EXPLAINED * len(frame.needs) + _IGNORED * ignored
                worth += sum(_PASSED_OVER * (end - begin) for begin, end in left)
                unknown = tuple((token.begin, token.end) for token in path if _LEFT in token.names)
                fitting.append(Fit(frame, pieces, worth, left, unknown))
    yield from sorted(fitting, key=lambda fit: fit.cost)


def _missing(there: frozenset[str], needs: frozenset[frozenset[str]]) -> frozenset[frozenset[str]]:
    """Return the needs of which nothing is there; many frames share one, so each is looked at once."""
    return frozenset(need for need in needs if there.isdisjoint(need))


_PERSON = frozenset({"person"})
_NOBODY_ASKED = re.compile("も|か(?!$|な|ね|しら|の?$|い$)")


def _without_look_alikes(heard: Heard, names: list[dict[int, set[str]]], lists: Lists) -> None:
    """Take from stretches of a Japanese sentence what they only look like.

    People are no devices, 誰も and 誰か ask for nobody, and なんか ends a question but begins none.
    """
    for begin, there in enumerate(names):
        for end, of in there.items():
            if "{name}" in of and lists.domains(heard, begin, end) == _PERSON:
                of.discard("{name}")
            if "who" in of and _NOBODY_ASKED.match(heard.letters, end):
                of.discard("who")
            if begin == 0 and _NOTHING in of:
                of.discard("q")


def _tokens(heard: Heard, found: Places, grammar: Grammar, lists: Lists) -> list[list[Token]]:
    """Return by where they begin all stretches of a sentence that may be something."""
    names: list[dict[int, set[str]]] = [{} for _ in heard.letters]
    for begin, end, name in (*_pieces(heard, found), *_words(heard, grammar)):
        names[begin].setdefault(end, set()).add(name)
    for of in (of for there in names for of in there.values()):
        if any(one.startswith("mood_") for one in of):
            of.discard("{colour}")  # "it's cool, turn on the light" speaks of no colour
    if grammar.japanese:
        _without_look_alikes(heard, names, lists)
    return [[Token(begin, end, frozenset(of)) for end, of in there.items()] for begin, there in enumerate(names)]


def _pieces(heard: Heard, found: Places) -> Iterator[tuple[int, int, str]]:
    for name, places in found.items():
        if name not in SPAN_OF_LIST or name in ("floor", "zone"):
            continue
        for begin, stops in places.items():
            # "Tell me" speaks of nobody.
            yield from ((begin, end, "{" + name + "}") for end in stops if heard.letters[begin:end] != "me")


def _words(heard: Heard, grammar: Grammar) -> Iterator[tuple[int, int, str]]:
    letters, length = heard.letters, len(heard.letters)
    edges = [at for at in range(length + 1) if grammar.japanese or heard.is_word(at, at)]
    for place, begin in enumerate(edges):
        for end in edges[place + 1 :]:
            if end - begin > grammar.longest:
                break
            for word in grammar.words.get(letters[begin:end], ()):
                concept, _, kind = word.partition(":")
                if not kind:
                    yield begin, end, concept
                else:
                    yield from ((begin, last, f"{concept}.{mood}") for last, mood in ends(letters, end, kind))


def _paths(heard: Heard, tokens: list[list[Token]], *, japanese: bool) -> list[tuple[float, tuple[Token, ...]]]:
    """Return the best ways to cover a sentence, with their costs; what says nothing is left out."""
    length = len(heard.letters)
    goes_on = [False] * length + [True]
    for at in range(length - 1, -1, -1):
        goes_on[at] = any(goes_on[token.end] for token in tokens[at])
    if not goes_on[0]:
        return []
    reached: list[dict[tuple[Token, ...], float]] = [{} for _ in range(length + 1)]
    reached[0][()] = 0.0
    for at in range(length):
        best = sorted(reached[at].items(), key=lambda one: one[1])[:BEAM]
        for token in tokens[at] if best else ():
            if not goes_on[token.end]:
                continue
            for path, cost in best:
                one = _there(token, path, heard) if japanese else token
                says = bool(one.names - {_NOTHING})
                then = _joined(path, one) if says else path
                now = cost + (_cost(one) if says else _NOTHING_COSTS)
                if one.names and now < reached[token.end].get(then, now + 1) and len(then) <= MOST_TOKENS:
                    reached[token.end][then] = now
    best = sorted(reached[length].items(), key=lambda one: one[1])[:BEAM]
    return [(cost, path) for path, cost in best if path]


_ORDERS = (("mind", ".ing"), ("wanted", ".did"))
"""After "would you mind", turning is an order; after "I'd like the light", turned is."""


def _as_orders(path: tuple[Token, ...]) -> tuple[Token, ...]:
    for word, form in _ORDERS:
        if not any(word in token.names for token in path):
            continue
        path = tuple(
            msgspec.structs.replace(
                token,
                names=token.names
                | {name.removesuffix(form) + ".do" for name in token.names if name.endswith(form)}
                | ({_NOTHING} if word in token.names else frozenset()),
            )
            for token in path
        )
    return path


def _joined(path: tuple[Token, ...], one: Token) -> tuple[Token, ...]:
    """Return a path with a word more; letters that are left over behind each other are one stretch."""
    if _LEFT in one.names and path and _LEFT in path[-1].names and path[-1].end == one.begin:
        return (*path[:-1], Token(path[-1].begin, one.end, one.names))
    return (*path, one)


def _cost(token: Token) -> float:
    if _LEFT in token.names:
        return _LEFT_COSTS * (token.end - token.begin)
    return _PIECE_COSTS if any(name.startswith("{") for name in token.names) else _WORD_COSTS


def _there(token: Token, path: tuple[Token, ...], heard: Heard) -> Token:
    """Return a word as it is meant in its place: right after a number, に and まで say that it is a goal."""
    if heard.letters[token.begin : token.end] not in _TOWARDS:
        return token
    number = bool(path) and path[-1].end == token.begin and bool(path[-1].names & _NUMBERS)
    return Token(token.begin, token.end, token.names - {_NOTHING if number else "to"})


Stretches = tuple[tuple[int, int], ...]


def _fitting(
    frame: Frame, path: tuple[Token, ...], sentence: _Sentence, *, loosely: bool
) -> tuple[tuple[tuple[str, int, int], ...], int, Stretches] | None:
    """Return what a frame copies from a sentence, how many idle words it passes over, and what it has no place for.

    None if it does not fit; where it need not fit but loosely, only a denial or a condition is too much.
    """
    asked = sentence.asked or sentence.asks_first(path[0])
    if frame.told and (asked or any("q" in token.names and _NOTHING not in token.names for token in path)):
        return None
    needed = [term for term in frame.terms if not term.may]
    pieces: list[tuple[str, int, int]] = []
    spans = set[str]()
    ignored, left = 0, list[tuple[int, int]]()
    for token in path:
        names = token.names
        term = next((one for one in needed if one.options & names and sentence.is_of(one, token)), None)
        if term is not None:
            needed.remove(term)
        else:
            term = next((one for one in frame.terms if one.options & names and sentence.is_of(one, token)), None)
        meant = (term.options if term is not None else frame.free) & names
        if not meant:
            if _NOTHING in names:
                ignored += 1
            elif loosely and not any(one.endswith(_TURNS_ROUND) for one in names):
                left.append((token.begin, token.end))
            else:
                return None
            continue
        name = next((one for one in meant if one.startswith("{")), "")
        if name and not (term is None and name == "{area}" and _NOTHING in names):
            span = SPAN_OF_LIST[name[1:-1]]
            if span in spans:
                return None
            spans.add(span)
            pieces.append((name[1:-1], token.begin, token.end))
    if any(term.options != ASKS or not asked for term in needed):
        return None
    return tuple(pieces), ignored, tuple(left)
