"""Matches templates of Home Assistant's format against a sentence, all of them at once and quickly.

hassil reads the templates. It also matches them, but one at a time and one alternative at a time, which is slow where
verbs have many endings. Here a rule ("please", the endings of a verb) is matched once per place for all templates that
use it, and what can be said in a few ways is compared as a set of words.
"""

from collections.abc import Mapping, Sequence

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.parse_expression import parse_sentence

from sumika.assistant.sentences_heard import Heard, template_letters
from sumika.schema import SumikaError

MOST_WRITTEN_OUT = 600
"""So many ways to say something are kept as a set of words; more are matched piece by piece."""


Caught = tuple[tuple[str, str, int, int, str], ...]
Ends = tuple[tuple[int, Caught], ...]
Found = Mapping[str, Mapping[int, Sequence[int]]]
"""Where things of a list stand in a sentence: by list, then by where they begin: where they end."""


class Node:
    """A part of a template.

    Attributes:
        words: Every way to say it, where these are few and it catches nothing; else None.
        lists: Lists of which something must stand in the sentence.
        first: Letters and, in braces, lists with which it can begin.
        empty: Whether it may say nothing at all.
    """

    words: frozenset[str] | None = None
    lists: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    empty: bool = False

    def match(self, state: "State", begin: int) -> Ends:
        """Return every end of this part that begins there, with what it catches."""
        raise NotImplementedError


class State:
    """One sentence being matched.

    Attributes:
        letters: Of the sentence.
        found: What of the lists stands in it.
    """

    def __init__(self, heard: Heard, found: Found) -> None:
        self.letters = heard.letters
        self.found = found
        self._there: list[set[str]] = [{letter} for letter in heard.letters] + [set()]
        for name, places in found.items():
            for begin in places:
                self._there[begin].add("{" + name + "}")
        self._memory: dict[tuple[int, int], Ends] = {}

    def there(self, begin: int) -> frozenset[str] | set[str]:
        """Return the letter that stands there, and in braces the lists of which something begins there."""
        return self._there[begin]

    def ends(self, node: Node, begin: int) -> Ends:
        """Return what `node` matches from there on; looked up where that was asked before."""
        if not node.empty and node.first.isdisjoint(self._there[begin]):
            return ()
        key = (id(node), begin)
        known = self._memory.get(key)
        if known is None:
            known = self._memory[key] = node.match(self, begin)
        return known


class Beginnings:
    """Of many nodes, those that can begin with what stands somewhere.

    Args:
        nodes: Of which.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._anywhere = frozenset(number for number, node in enumerate(nodes) if node.empty)
        self._by_first: dict[str, set[int]] = {}
        for number, node in enumerate(nodes):
            for first in node.first:
                self._by_first.setdefault(first, set()).add(number)

    def at(self, state: State, begin: int) -> list[int]:
        """Return the numbers of the nodes that can begin there, in order."""
        found = self._anywhere.union(*(self._by_first.get(one, ()) for one in state.there(begin)))
        return sorted(found)


class _Words(Node):
    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        self.first, self.empty = frozenset(word[0] for word in words if word), "" in words
        self._lengths = sorted({len(word) for word in words})

    def match(self, state: State, begin: int) -> Ends:
        letters, words = state.letters, self.words or frozenset()
        left = len(letters) - begin
        return tuple(
            (begin + length, ())
            for length in self._lengths
            if length <= left and letters[begin : begin + length] in words
        )


class _Sequence(Node):
    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts
        self.lists = frozenset().union(*(part.lists for part in parts))
        self.empty = all(part.empty for part in parts)
        for part in parts:
            self.first |= part.first
            if not part.empty:
                break

    def match(self, state: State, begin: int) -> Ends:
        reached: dict[tuple[int, Caught], None] = {(begin, ()): None}
        for part in self.parts:
            reached = {(end, caught + more): None for at, caught in reached for end, more in state.ends(part, at)}
            if not reached:
                break
        return tuple(reached)


class _Either(Node):
    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts
        self.lists = frozenset.intersection(*(part.lists for part in parts)) if parts else frozenset()
        self.first = frozenset().union(*(part.first for part in parts))
        self.empty = any(part.empty for part in parts)
        self._beginning = Beginnings(parts)

    def match(self, state: State, begin: int) -> Ends:
        places = self._beginning.at(state, begin)
        return tuple(dict.fromkeys(one for place in places for one in state.ends(self.parts[place], begin)))


class _AnyOrder(Node):
    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts
        self.lists = frozenset().union(*(part.lists for part in parts))
        self.first = frozenset().union(*(part.first for part in parts))
        self.empty = all(part.empty for part in parts)

    def match(self, state: State, begin: int) -> Ends:
        found: dict[tuple[int, Caught], None] = {}
        for number, part in enumerate(self.parts):
            rest = _AnyOrder([*self.parts[:number], *self.parts[number + 1 :]]) if len(self.parts) > 1 else None
            for end, caught in state.ends(part, begin):
                for last, more in rest.match(state, end) if rest is not None else ((end, ()),):
                    found[last, caught + more] = None
        return tuple(found)


class _Listed(Node):
    """Something of a list that is found in the sentence beforehand."""

    def __init__(self, name: str, slot: str) -> None:
        self.name, self.slot = name, slot
        self.lists, self.first = frozenset({name}), frozenset({"{" + name + "}"})

    def match(self, state: State, begin: int) -> Ends:
        ends = state.found.get(self.name, {}).get(begin, ())
        return tuple((end, ((self.slot, self.name, begin, end, ""),)) for end in ends)


class _Valued(Node):
    """Something of a list that stands in the file of the template, with its value."""

    def __init__(self, name: str, slot: str, values: list[tuple[Node, str]]) -> None:
        self.name, self.slot, self.values = name, slot, values
        self.first = frozenset().union(*(node.first for node, _ in values))
        self.empty = any(node.empty for node, _ in values)

    def match(self, state: State, begin: int) -> Ends:
        return tuple(
            (end, ((self.slot, self.name, begin, end, value),))
            for node, value in self.values
            for end, _ in state.ends(node, begin)
        )


class Compiler:
    """Makes nodes of templates.

    Args:
        rules: Expansion rules by name.
        values: Lists with values that stand in the file, by name: (template, value).
        found: Names of lists of which things are found in each sentence.
    """

    def __init__(
        self, rules: Mapping[str, str], values: Mapping[str, list[tuple[str, str]]], found: frozenset[str]
    ) -> None:
        self._rules, self._values, self._found = rules, values, found
        self._known: dict[str, Node] = {}
        self._known_lists: dict[tuple[str, str], Node] = {}

    def node(self, template: str) -> Node:
        """Return a template ready for matching.

        Raises:
            SumikaError: if it names a rule or a list that is nowhere.
        """
        return self._made(parse_sentence(template).expression)

    def _made(self, expression: Expression) -> Node:
        if isinstance(expression, TextChunk):
            return _Words(frozenset({template_letters(expression.original_text)}))
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if isinstance(expression, ListReference):
            return self._list(expression.list_name, expression.slot_name)
        if not isinstance(expression, Group):
            raise SumikaError(f"what is {type(expression).__name__} in a template?")
        parts = [self._made(item) for item in expression.items]
        if isinstance(expression, Alternative):
            return _either(parts)
        return _AnyOrder(parts) if isinstance(expression, Permutation) else _sequence(parts)

    def _rule(self, name: str) -> Node:
        if name not in self._known:
            if name not in self._rules:
                raise SumikaError(f"no rule is called <{name}>")
            self._known[name] = self.node(self._rules[name])
        return self._known[name]

    def _list(self, name: str, slot: str) -> Node:
        if (name, slot) not in self._known_lists:
            if name in self._found:
                self._known_lists[name, slot] = _Listed(name, slot)
            elif name in self._values:
                values = [(self.node(template), value) for template, value in self._values[name]]
                self._known_lists[name, slot] = _Valued(name, slot, values)
            else:
                raise SumikaError(f"no list is called {{{name}}}")
        return self._known_lists[name, slot]


def _sequence(parts: list[Node]) -> Node:
    joined: list[Node] = []
    for part in parts:
        if part.words == frozenset({""}):
            continue
        last = joined[-1].words if joined else None
        if last is not None and part.words is not None and len(last) * len(part.words) <= MOST_WRITTEN_OUT:
            joined[-1] = _Words(frozenset(one + other for one in last for other in part.words))
        else:
            joined.append(part)
    if not joined:
        return _Words(frozenset({""}))
    return joined[0] if len(joined) == 1 else _Sequence(joined)


def _either(parts: list[Node]) -> Node:
    words = frozenset(word for part in parts if part.words is not None for word in part.words)
    others = [part for part in parts if part.words is None]
    if not others:
        return _Words(words)
    return _Either([*others, _Words(words)] if words else others)
