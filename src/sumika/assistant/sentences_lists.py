"""Finds in a sentence whatever a template may ask for by `{list}`: names, rooms, people, numbers, times, colours."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from sumika.assistant import periods_en, periods_ja
from sumika.assistant.calls import Span
from sumika.assistant.lexicon import (
    ALL_WORDS,
    BATHS,
    COLOUR_WORDS,
    EVERYTHING,
    HERE,
    HUE_WORDS,
    MYSELF,
    is_japanese,
    kinds_of_word,
)
from sumika.assistant.names import Names, kinds_meant
from sumika.assistant.numbers import EN_DELAY, EN_DURATION, EN_NUMBER, JA_DELAY, JA_DURATION, JA_NUMBER, number_of
from sumika.assistant.sentences_heard import MOST_REMEMBERED, Heard, heard_of, template_letters

_SWITCHED = frozenset({"light", "switch", "fan", "climate", "media_player"})
DOMAINS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "light": frozenset({"light"}),
        "room_air_conditioner": frozenset({"climate", "air_conditioner"}),
        "whole_house_air_conditioner": frozenset({"climate", "air_conditioner"}),
        "floor_heating": frozenset({"climate", "heater"}),
        "boiler": frozenset({"climate", "heater"}),
        "radiator": frozenset({"climate", "heater"}),
        "heat_pump_water_heater": frozenset({"water_heater", "switch"}),
        "balanced_ventilation": frozenset({"fan"}),
        "exhaust_fan": frozenset({"fan"}),
        "air_purifier": frozenset({"fan", "purifier"}),
        "humidifier": frozenset({"humidifier", "switch"}),
        "dehumidifier": frozenset({"humidifier", "dehumidifier", "switch"}),
        "blind": frozenset({"cover"}),
        "window_opener": frozenset({"cover", "window"}),
        "tv": frozenset({"media_player"}),
        "appliance": frozenset({"machine", "switch"}),
        "ev_charger": frozenset({"switch", "charger"}),
        "battery": frozenset({"battery"}),
        "pv": frozenset({"sensor"}),
    }
)
"""Home Assistant's word for each kind, and finer ones of ours: what `requires_context` of a template asks for."""

NUMBER_LISTS: Mapping[str, tuple[frozenset[str], float, float]] = MappingProxyType(
    {
        "temperature": (frozenset({"", "c"}), 1.0, 1000.0),
        "degrees": (frozenset({"c"}), 0.0, 1000.0),
        "few_degrees": (frozenset({"", "c"}), 0.1, 15.0),
        **dict.fromkeys(("brightness", "position", "fan_speed"), (frozenset({"", "share", "step"}), 0.0, 1000.0)),
        "percentage": (frozenset({"share"}), 0.0, 10.0),
        "humidity": (frozenset({"", "share"}), 0.0, 1000.0),
        "step": (frozenset({"step"}), 0.0, 10.0),
        "color_temperature": (frozenset({"", "k"}), 1000.0, 20000.0),
        "kelvin": (frozenset({"k"}), 500.0, 20000.0),
    }
)
"""By list: units that may be said, and bounds between which a number stands for such a thing at all."""

SPAN_OF_LIST: Mapping[str, Span] = MappingProxyType(
    {
        "name": "device",
        "bath": "device",
        "device_class": "device",
        "area": "room",
        "floor": "room",
        "zone": "room",
        "resident": "resident",
        **dict.fromkeys((*NUMBER_LISTS, "number"), "number"),
        **dict.fromkeys(("color", "colour", "color_temperature_names"), "colour"),
        "duration": "duration",
        "delay": "delay",
        "time": "time",
        "period": "period",
    }
)
"""Which piece of a call stands in which list."""

FOUND = frozenset(
    {
        *("name", "bath", "area", "floor", "zone", "resident", "colour", "duration", "delay", "time", "period"),
        *NUMBER_LISTS,
    }
)
"""Lists whose things are found in each sentence; all others have their values in the files of templates."""

_EN_UNITS = (
    r"(?: ?(?:degrees?(?: (?:celsius|centigrade|c|fahrenheit|f))?|° ?[cf]?|celsius|fahrenheit"
    r"|percent|per cent|%|kelvin|k|c|f)"
    r"(?: and a half)?)?"
)
_EN_EDGE = r"(?![a-z0-9])"
_EN = {
    "number": re.compile(
        rf"(?:(?:level |speed |minus )?{EN_NUMBER}{_EN_UNITS}|half(?: a degree|way)?"
        r"|a degree or (?:two|so)|a (?:couple (?:of )?|few )?degrees?|(?:a |three )?quarters?|a third|two thirds)"
        + _EN_EDGE
    ),
    "bare": re.compile(rf"(?:minus )?{EN_NUMBER}{_EN_EDGE}"),
    "duration": re.compile(EN_DURATION + _EN_EDGE),
    "delay": re.compile(EN_DELAY + _EN_EDGE),
    "time": re.compile(periods_en.CLOCK + _EN_EDGE),
    "period": re.compile(periods_en.PERIOD + _EN_EDGE),
    "longer": re.compile(rf"the (?:night|morning|afternoon|evening) of {periods_en.PERIOD}{_EN_EDGE}"),
}
_JA = {
    "number": re.compile(
        rf"半分|三分の[一二]|3分の[12]|[四4]分の[一三13]|(?:レベル)?{JA_NUMBER}(?:(?:度|ど(?![うこれのっ])|°c|°|パーセント|パー(?!ト)|%|割|ケルビン|k|段階|段|番)(?:半|{JA_NUMBER}分)?)?"
    ),
    "bare": re.compile(JA_NUMBER),
    "duration": re.compile(JA_DURATION),
    "delay": re.compile(JA_DELAY),
    "time": re.compile(periods_ja.CLOCK),
    "period": re.compile(periods_ja.PERIOD),
}
_ALL_BEFORE = tuple(
    template_letters(word) for word in (*ALL_WORDS.en, "全部の", "すべての", "全ての", "みんなの", "全")
)
_ALL_AFTER = (
    "全部",
    "ぜんぶ",
    "すべて",
    "全て",
    "みんな",
    "を全部",
    "をぜんぶ",
    "をすべて",
    "を全て",
    "は全部",
    "ぜーんぶ",
    "全部を",
)


class Lists:
    """Finds things in sentences for one house.

    Args:
        names: Of the house.
    """

    def __init__(self, names: Names) -> None:
        self._words: dict[str, dict[str, frozenset[str]]] = {
            "name": {},
            "area": {},
            "resident": dict.fromkeys(
                map(template_letters, (*names.words("resident"), *MYSELF)), frozenset({"person"})
            ),
            "bath": dict.fromkeys(map(template_letters, BATHS), frozenset()),
            "colour": dict.fromkeys(map(template_letters, _colours()), frozenset()),
            "zone": dict.fromkeys(map(template_letters, (*names.words("room"), "home", "house")), frozenset()),
        }
        for word in names.words("device"):
            for form in _forms(word):
                self._words["name"][form] = _domains_of(word, names)
        self._words["name"].update(dict.fromkeys(map(template_letters, EVERYTHING), _SWITCHED))
        for word in names.resident_names:
            self._words["name"].setdefault(word, frozenset({"person"}))
        for word in (*names.words("room"), *HERE):
            self._words["area"][template_letters(word)] = frozenset()
        self._lengths = {name: _lengths_by_first(words) for name, words in self._words.items()}
        self._found = lru_cache(MOST_REMEMBERED)(self._looked_for)

    def found(self, heard: Heard) -> Mapping[str, Mapping[int, Sequence[int]]]:
        """Return where things of every list stand: by list, then by where they begin, where they end."""
        return self._found(heard.said)

    def _looked_for(self, said: str) -> Mapping[str, Mapping[int, Sequence[int]]]:
        heard = heard_of(said)
        found: dict[str, dict[int, list[int]]] = {name: {} for name in FOUND}
        for name in self._words:
            for begin, end in self._named(heard, name):
                found[name].setdefault(begin, []).append(end)
        self._with_all(heard, found["name"])
        found["floor"] = found["area"]
        for name, begin, end in _by_pattern(heard):
            found[name].setdefault(begin, []).append(end)
        return {name: places for name, places in found.items() if places}

    def domains(self, heard: Heard, begin: int, end: int) -> frozenset[str]:
        """Return the domains of a name that stands there."""
        piece = heard.letters[begin:end]
        if piece in self._words["name"]:
            return self._words["name"][piece]
        inside = [word for word in self._words["name"] if word in piece]
        return self._words["name"][max(inside, key=len)] if inside else frozenset()

    def _named(self, heard: Heard, name: str) -> Iterable[tuple[int, int]]:
        letters, words, lengths = heard.letters, self._words[name], self._lengths[name]
        for begin, first in enumerate(letters):
            for length in lengths.get(first, ()):
                if begin + length > len(letters):
                    break
                if letters[begin : begin + length] in words and heard.is_word(begin, begin + length):
                    yield begin, begin + length

    def _with_all(self, heard: Heard, names: dict[int, list[int]]) -> None:
        """Add "all the lights" and 電気を全部 to where names stand."""
        letters, more = heard.letters, []
        for begin, ends in names.items():
            before = [begin - len(word) for word in _ALL_BEFORE if letters[:begin].endswith(word)]
            starts = [at for at in before if heard.is_word(at, begin)]
            for end in ends:
                after = [end + len(word) for word in _ALL_AFTER if letters.startswith(word, end)]
                more += [(at, end) for at in starts] + [(begin, at) for at in after]
        for begin, end in more:
            if end not in names.setdefault(begin, []):
                names[begin].append(end)


def _lengths_by_first(words: Iterable[str]) -> dict[str, list[int]]:
    """Return how long words that begin with a letter are, by the letter, the shortest first."""
    lengths: dict[str, set[int]] = {}
    for word in words:
        if word:
            lengths.setdefault(word[0], set()).add(len(word))
    return {first: sorted(these) for first, these in lengths.items()}


def _colours() -> Iterable[str]:
    for words in (*COLOUR_WORDS.values(), HUE_WORDS):
        # "A warm colour" is warmer than now, and no colour by name.
        yield from (word for word in words if not word.endswith(("い色", "しい色")))
    for word in HUE_WORDS.ja:
        yield word + "い"


def _forms(word: str) -> tuple[str, ...]:
    letters = template_letters(word)
    if is_japanese(word) or not kinds_meant(word):
        return (letters,)
    if letters.endswith(("sh", "ch", "x", "s")):
        return letters, letters + "es"
    return letters, letters + "s"


def _domains_of(word: str, names: Names) -> frozenset[str]:
    own = names.device_names.get(template_letters(word), ())
    kinds = tuple(names.devices[one].kind for one in own) or kinds_of_word(word) or kinds_meant(word)
    return frozenset().union(*(DOMAINS.get(kind, frozenset({"switch"})) for kind in kinds))


def _by_pattern(heard: Heard) -> Iterable[tuple[str, int, int]]:
    japanese = is_japanese(heard.letters)
    for what, pattern in (_JA if japanese else _EN).items():
        text = heard.letters if japanese else heard.spaced
        for begin in range(len(text)):
            if not japanese and begin and (text[begin - 1].isalnum() or text[begin] == " "):
                continue
            match = pattern.match(text, begin)
            if not match or (japanese and begin and text[begin - 1].isdigit() and text[begin].isdigit()):
                continue
            if match[0] == "一番" and text[match.end() : match.end() + 1] not in _GOALS:
                continue  # 一番明るく is the brightest, and no first step
            place = (begin, match.end()) if japanese else heard.letters_of(begin, match.end())
            if place is not None and place[1] > place[0]:
                yield from ((name, *place) for name in _lists_of(what, match[0]))


_GOALS = ("に", "で", "ま", "")
_HALVES = frozenset({"半分", "half", "halfway"})


def _lists_of(what: str, piece: str) -> Iterable[str]:
    if what in ("number", "bare"):
        number = number_of(piece)
        if number is None:
            return
        for name, (units, low, high) in NUMBER_LISTS.items():
            # "Half open" is a word of its own for what is opened.
            if number.unit in units and low <= number.value <= high and not (name == "position" and piece in _HALVES):
                yield name
    else:
        yield "period" if what == "longer" else what
