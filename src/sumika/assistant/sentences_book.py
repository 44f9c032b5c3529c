"""The book of sentences: templates in Home Assistant's format, and what a sentence that fits one of them asks for.

`sentences/<language>/*.yaml` hold ours, one file an intent, and English adds Home Assistant's own. A block says in its
`metadata` which tool and which closed word it stands for; slots called `what` or `statistic` override them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from ruamel.yaml import YAML

from sumika.assistant import sentences_home_assistant
from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.names import Names
from sumika.assistant.sentences_heard import Heard, template_letters
from sumika.assistant.sentences_lists import FOUND, Lists
from sumika.assistant.sentences_meant import hesitates, is_outside, is_short, opens_a_door, otherwise
from sumika.schema import SumikaError

if TYPE_CHECKING:
    from sumika.assistant.sentences_match import Caught, Node

_SPAN_OF_SLOT: Mapping[str, str] = {
    "name": "device",
    "device_class": "device",
    "area": "room",
    "floor": "room",
    "zone": "room",
    "resident": "resident",
    **dict.fromkeys(("temperature", "degrees", "few_degrees", "brightness", "position", "percentage"), "number"),
    **dict.fromkeys(("fan_speed", "humidity", "step", "color_temperature", "kelvin", "number"), "number"),
    **dict.fromkeys(("color", "colour", "color_temperature_names"), "colour"),
    **{span: span for span in ("duration", "delay", "time", "period")},
}
_AT_HOME = frozenset({"home", "house", "家", "いえ", "うち"})


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of the book.

    Attributes:
        text: As it stands in the file.
        node: Ready for matching.
        tool: Which it stands for.
        what: Its closed word.
        statistic: now, mean, highest or lowest.
        slots: What the file says of slots without anybody saying it: a domain.
        domains: What names in it must be, by Home Assistant's domains; empty: anything.
    """

    text: str
    node: Any
    tool: str
    what: str
    statistic: str
    slots: Mapping[str, str]
    domains: frozenset[str]


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that fits the book.

    Attributes:
        call: What it asks for.
        template: The template that it fits.
        rank: For comparing: lower fits better.
        bare: Whether nothing but names and numbers was said: "bedroom light".
        also: Another call that it fits as well; None: it is the only one.
    """

    call: Call
    template: str
    rank: tuple[int, int, int]
    bare: bool = False
    also: Call | None = None


class _Taken(msgspec.Struct):
    """What was caught: words that are no pieces of the sentence, pieces, what kinds of things they are, how long."""

    words: dict[str, str]
    spans: dict[str, str] = {}
    domains: frozenset[str] = frozenset()
    letters: int = 0


class SentenceBook:
    """Sentences of both languages for one house.

    Attributes:
        lists: What its names and numbers are found by.

    Args:
        names: Of the house.
    """

    def __init__(self, names: Names) -> None:
        self.lists = Lists(names)

    def read(self, sentence: str) -> Read | None:
        """Return what a whole sentence asks for; None if it fits no template.

        Raises:
            SumikaError: if hassil or Home Assistant's sentences are not installed.
        """
        heard = Heard(sentence)
        if not heard.letters or len(heard.letters) > MOST_LETTERS:
            return None
        # Names of things may be English in a Japanese sentence, hardly the other way round.
        language = "ja" if is_japanese(heard.letters) else "en"
        templates, skipped = _book(language)
        found = {call_key(one.call): one for one in sorted(self._all(heard, templates, skipped), key=_worst_first)}
        fitting = sorted(found.values(), key=lambda one: one.rank)
        if not fitting:
            return None
        best, acts = fitting[0], TOOLS[fitting[0].call.tool].acts
        for one in fitting[1:]:
            # "Every lamp on" may be a question: where a sentence can be either, it is not for us to choose.
            either = acts and not TOOLS[one.call.tool].acts and one.rank[0] == best.rank[0]
            if one.rank == best.rank or either:
                return msgspec.structs.replace(best, also=one.call)
        return best

    def _all(self, heard: Heard, templates: tuple[Template, ...], skipped: tuple[str, ...]) -> Iterator[Read]:
        from sumika.assistant.sentences_match import State  # hassil is wanted here alone

        state = State(heard, self.lists.found(heard))
        there = frozenset(state.found)
        begins, ends = _begins(heard.letters, skipped), _ends(heard.letters, skipped)
        for template in templates:
            if not template.node.lists <= there:
                continue
            for begin in begins:
                for end, caught in state.ends(template.node, begin):
                    if end in ends and (read := self._read(heard, template, begin, end, caught)) is not None:
                        yield read

    def _read(self, heard: Heard, template: Template, begin: int, end: int, caught: "Caught") -> Read | None:
        taken = self._taken(heard, template, caught)
        if taken is None or (template.tool == "feel" and is_outside(taken.spans.get("room", ""))):
            return None
        tool, what, spans = otherwise(template.tool, taken.words["what"], taken.spans, taken.domains)
        if opens_a_door(tool, spans.get("device", "")) or (what == "yes" and hesitates(heard.said)):
            return None
        if tool == "changes" and not spans.keys() & {"resident"} and is_short(spans.get("period", "")):
            return None
        if "domain" in template.slots and "device" not in spans and "device" in TOOLS[tool].spans:
            spans.update(self._device_of(heard, template.slots["domain"], begin, end))
        call = Call(tool=tool, what=what, spans=spans, statistic=taken.words["statistic"])
        try:
            checked(call, heard.said)
        except CallError:
            return None
        names = {number for _, name, at, to, _ in caught if name in FOUND for number in range(at, to)}
        rest = "".join(heard.letters[number] for number in range(begin, end) if number not in names)
        rank = (len(heard.letters) - (end - begin), -taken.letters, len(spans))
        return Read(call=call, template=template.text, rank=rank, bare=rest in _NOTHING_SAID)

    def _taken(self, heard: Heard, template: Template, caught: "Caught") -> "_Taken | None":
        """Return what a template caught; None where a name is nothing that it speaks of."""
        taken = _Taken(words={"what": template.what, "statistic": template.statistic})
        for slot, name, at, to, value in caught:
            span = _SPAN_OF_SLOT.get(name) or _SPAN_OF_SLOT.get(slot)
            if slot in taken.words:
                taken.words[slot], span = value, None
            elif name == "brightness_level":
                taken.words["what"], span = ("most" if value == "100" else "least"), None
            elif name == "name":
                domains = self.lists.domains(heard, at, to)
                if template.domains and not template.domains & domains:
                    return None
                taken.domains |= domains
                span = "resident" if domains == {"person"} else "device"
            elif span == "room" and heard.letters[at:to] in _AT_HOME:
                span = None
            if span is not None:
                taken.spans.setdefault(span, heard.piece(at, to))
                taken.letters += to - at
        return taken

    def _device_of(self, heard: Heard, domain: str, begin: int, end: int) -> dict[str, str]:
        """Return the word for a kind that a template spells out itself: "the lights"."""
        places = [
            (at, to)
            for at, tos in self.lists.found(heard).get("name", {}).items()
            for to in tos
            if begin <= at and to <= end and domain in self.lists.domains(heard, at, to)
        ]
        if not places:
            return {}
        return {"device": heard.piece(*max(places, key=lambda place: place[1] - place[0]))}


_NOTHING_SAID = frozenset({"", "the", "my", "our", "の", "は"})
"""What is left of a sentence that is a mere name."""

MOST_LETTERS = 200
"""A sentence to a house is shorter."""


def call_key(call: Call) -> tuple[object, ...]:
    """Return what tells one call from another."""
    return call.tool, call.what, call.statistic, tuple(sorted(call.spans.items()))


def _worst_first(read: Read) -> tuple[int, int, int]:
    return (-read.rank[0], -read.rank[1], -read.rank[2])


def _begins(letters: str, skipped: tuple[str, ...]) -> tuple[int, ...]:
    """Return where the sentence may begin: at its beginning, or after words that say nothing."""
    found, new = {0}, {0}
    while new:
        new = {at + len(word) for at in new for word in skipped if letters.startswith(word, at)} - found
        found |= new
    return tuple(sorted(found - {len(letters)}))


def _ends(letters: str, skipped: tuple[str, ...]) -> frozenset[int]:
    found, new = {len(letters)}, {len(letters)}
    while new:
        new = {at - len(word) for at in new for word in skipped if letters[:at].endswith(word)} - found
        found |= new
    return frozenset(found - {0})


@cache
def _book(language: str) -> tuple[tuple[Template, ...], tuple[str, ...]]:
    """Return the templates of a language and the words that are skipped; they are read once."""
    try:
        from sumika.assistant.sentences_match import Compiler
    except ModuleNotFoundError:
        raise SumikaError("hassil is not installed", remedy="pip install 'sumika[assistant]'") from None

    documents = list(_files(language))
    if language == "en":
        documents.append(("home-assistant-intents", sentences_home_assistant.english()))
    rules: dict[str, str] = {}
    values: dict[str, list[tuple[str, str]]] = {}
    skipped: list[str] = []
    for name_of, document in reversed(documents):
        rules.update(document.get("expansion_rules", {}))
        skipped += document.get("skip_words", ())
        for name, one in document.get("lists", {}).items():
            if "values" in one:
                values[name] = [_value(value) for value in one["values"]]
        for _, block in _blocks(name_of, document):
            rules.update(block.get("expansion_rules", {}))
    compiler = Compiler(rules, values, FOUND)
    templates = tuple(
        _template(name, text, block, compiler.node(text))
        for name, document in documents
        for _, block in _blocks(name, document)
        for text in block["sentences"]
    )
    return templates, tuple(sorted({template_letters(word) for word in skipped}, key=len, reverse=True))


def _files(language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    folder = resources.files("sumika.assistant") / "sentences" / language
    yaml = YAML(typ="safe", pure=False)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            yield file.name, yaml.load(file.read_text(encoding="utf-8"))


def _blocks(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if name == "home-assistant-intents":
        yield from sentences_home_assistant.blocks(document)
        return
    for intent, data in (document.get("intents") or {}).items():
        for block in data["data"]:
            yield intent, block


def _value(value: str | Mapping[str, Any]) -> tuple[str, str]:
    return (value, value) if isinstance(value, str) else (str(value["in"]), str(value.get("out", "")))


def _template(name: str, text: str, block: Mapping[str, Any], node: "Node") -> Template:
    metadata = block["metadata"]
    domain = block.get("requires_context", {}).get("domain", ())
    slots = {key: value for key, value in block.get("slots", {}).items() if isinstance(value, str)}
    return Template(
        text=f"{name}: {text}",
        node=node,
        tool=metadata["tool"],
        what=metadata["what"],
        statistic=metadata.get("statistic", "now"),
        slots=slots,
        domains=frozenset({domain} if isinstance(domain, str) else domain),
    )
