"""English phrasings drawn from Home Assistant's own sentence templates (home-assistant-intents), with what they mean.

Each template of an intent that the house has a tool for is drawn from in turn, so that all of them stand in the set
alike; which of its words and options are taken is chance, from a seed. Rooms and devices are those of the held-out
English house. Templates of what the house cannot do (music, timers, lists, mowers) give sentences at which nothing may
be done.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from random import Random

import msgspec
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import IntentData, Intents, RangeSlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.util import normalize_whitespace

from sumika.assistant.calls import Call
from sumika.evaluate.assistant.phrasings import Phrasing
from sumika.evaluate.assistant.sampled_words import ARGUMENTS, Filling, Source, fillings, like, meant, sources
from sumika.schema import SumikaError

_NUMBERS: Mapping[str, Sequence[float]] = {
    "temperature": [half / 2 for half in range(34, 53)],
    "brightness": range(5, 101, 5),
    "position": range(5, 101, 5),
    "fan_speed": range(10, 101, 10),
    "color_temperature": range(2200, 6501, 100),
}
_OTHER_NUMBERS = range(2, 50)
_IN_WORDS = 0.2
"""Share of whole numbers below a thousand that are spelled out."""
_TRIES = 40
_SAY_TOO_LITTLE = ("[<the>] {name}",)
"""Home Assistant switches on whatever is named; here nothing was asked for."""
_ALL = re.compile(r"\b(all|every|each)\b", re.IGNORECASE)


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence template with where it stands.

    Attributes:
        source: What it means.
        text: As the package has it.
        expression: The same, parsed.
    """

    source: Source
    text: str
    expression: Expression


class _Drawn(msgspec.Struct):
    """What one draw said for each list of the template, by the list's name."""

    said: dict[str, str]


@cache
def sampled_phrasings(count: int = 400, seed: int = 0, not_to_do: int = 40) -> tuple[Phrasing, ...]:
    """Return drawn phrasings, all different: first those that mean something, then those at which nothing may be done.

    Args:
        count: How many of the first.
        seed: Of all chance.
        not_to_do: How many of the second.

    Raises:
        SumikaError: if the templates do not yield as many.
    """
    intents = _intents()
    templates = list(_templates(intents))
    random = Random(seed)
    acted = [one for one in templates if one.source.tool]
    other = [one for one in templates if not one.source.tool]
    return (*_draw_all(acted, intents, count, random), *_draw_all(other, intents, not_to_do, random))


def template_count() -> int:
    """Return how many templates that mean something are drawn from."""
    return sum(bool(one.source.tool) for one in _templates(_intents()))


@cache
def _intents() -> Intents:
    text = resources.files("home_assistant_intents").joinpath("data", "en.json").read_text(encoding="utf-8")
    return Intents.from_dict(json.loads(text))


def _templates(intents: Intents) -> Iterator[Template]:
    for source in sources():
        for data in intents.intents[source.intent].data:
            if _is_of(data, source):
                for text, sentence in zip(data.sentence_texts, data.sentences, strict=True):
                    if text not in _SAY_TOO_LITTLE:
                        yield Template(source=source, text=sentence.text or text, expression=sentence.expression)


def _is_of(data: IntentData, source: Source) -> bool:
    slots, context = data.slots.get("domain", ""), data.requires_context.get("domain", "")
    domains = {slots} if slots else set(context if isinstance(context, list) else [context])
    combination = (data.metadata or {}).get("slot_combination", "")
    return combination == source.combination and (not source.domain or source.domain in domains)


def _draw_all(templates: Sequence[Template], intents: Intents, count: int, random: Random) -> list[Phrasing]:
    """Return as many phrasings, each template in turn."""
    order = list(templates)
    random.shuffle(order)
    found: dict[str, Phrasing] = {}
    while len(found) < count:
        before = len(found)
        for template in order:
            phrasing = _draw_new(template, intents, found, random)
            if phrasing is not None and len(found) < count:
                found[phrasing.text.lower()] = phrasing
        if len(found) == before:
            raise SumikaError(f"the templates give {before} sentences, not {count}", remedy="Ask for fewer.")
    return list(found.values())


def _draw_new(template: Template, intents: Intents, known: Mapping[str, Phrasing], random: Random) -> Phrasing | None:
    """Return a phrasing of a template that is not known yet; None where none was met."""
    for _ in range(_TRIES):
        filling = random.choice(fillings(template.source))
        drawn = _Drawn({})
        text = normalize_whitespace(_words(template.expression, intents, filling, random, drawn)).strip()
        text = text.replace(" %", "%")
        if text.lower() not in known and template.source.accepts(text):
            calls = meant(template.source, template.text, text, drawn.said)
            return _phrasing(template.source, text, filling, calls)
    return None


def _phrasing(source: Source, text: str, filling: Filling, calls: tuple[Call, ...]) -> Phrasing:
    reaches = source.tool in ARGUMENTS
    # "All fans", where no room is said: those here, or those of the house.
    all_alike = like(filling.means) if reaches and _ALL.search(text) and "area" not in filling.words else ()
    return Phrasing(
        text=text,
        style="template",
        room=filling.room,
        call=calls[0] if calls else "none",
        also=calls[1:],
        means=filling.means if reaches else (),
        may=tuple(dict.fromkeys((*filling.may, *all_alike))) if reaches else (),
    )


def _words(expression: Expression, intents: Intents, filling: Filling, random: Random, drawn: _Drawn) -> str:
    """Return one way to say an expression, and note what was said for its lists."""
    if isinstance(expression, TextChunk):
        return str(expression.original_text)
    if isinstance(expression, RuleReference):
        body = intents.expansion_rules[expression.rule_name].expression
        return _words(body, intents, filling, random, drawn)
    if isinstance(expression, ListReference):
        said = _of_list(expression.list_name, intents, filling, random, drawn)
        drawn.said[expression.list_name] = said.strip()
        return said
    if not isinstance(expression, Group):
        raise SumikaError(f"a template holds {type(expression).__name__}, which nothing is drawn from")
    if isinstance(expression, Alternative):
        return _words(random.choice(expression.items), intents, filling, random, drawn)
    items = list(expression.items)
    if isinstance(expression, Permutation):
        random.shuffle(items)
        return " ".join(_words(item, intents, filling, random, drawn) for item in items)
    return "".join(_words(item, intents, filling, random, drawn) for item in items)


def _of_list(name: str, intents: Intents, filling: Filling, random: Random, drawn: _Drawn) -> str:
    if name in filling.words:
        return filling.words[name]
    values = intents.slot_lists[name]
    if isinstance(values, RangeSlotList):
        return _number(random.choice(_NUMBERS.get(name, _OTHER_NUMBERS)), random)
    if not isinstance(values, TextSlotList):
        raise SumikaError(f"nothing is known to say for the list {name!r} of a template")
    return _words(random.choice(values.values).text_in, intents, filling, random, drawn)


def _number(value: float, random: Random) -> str:
    """Return a number as it is said: 21.5, 40, forty."""
    if value == int(value) and value < 1000 and random.random() < _IN_WORDS:
        return str(get_rbnf_engine("en").format_number(int(value)).text)
    return f"{value:g}"
