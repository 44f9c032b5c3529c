"""What a comparison comes to, from the rows of its two sides: which side has more, or yes or no, before the figures."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sumika.assistant.calls import Call
from sumika.assistant.saying import Sentence, Voice, origin_of
from sumika.assistant.talk_wanted import Wanted
from sumika.assistant.understanding_compared import Wish, wish_of

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temperature_c",
        "humidity": "relative_humidity",
        "co2": "co2_ppm",
        "light": "illuminance_lux",
        "noise": "sound_dba",
    }
)
"""What of the air and the weather can be compared, as records have it."""

_COUNTED = frozenset({("energy", "cost"), ("energy", "used"), ("energy", "solar"), ("energy", "saved")}) | frozenset(
    {("sleep", "asleep"), ("sleep", "ups")}
)
"""Of what there is more or less; all else is higher or lower."""

_RATES = frozenset({("vitals", "heart"), ("vitals", "breath")})
_JUST_NOW_S = 60.0
_SPANS = ("room", "device", "resident", "period")


def are_compared(calls: Sequence[Call]) -> bool:
    """Tell whether two calls ask the same of two sides: rooms, devices, people or times.

    Args:
        calls: That were understood.
    """
    if len(calls) != 2:
        return False
    one, other = calls
    if (one.tool, one.what, one.statistic) != (other.tool, other.what, other.statistic):
        return False
    differs = [name for name in _SPANS if one.spans.get(name) != other.spans.get(name)]
    kinds = {(one.tool, one.what)}
    return len(differs) == 1 and bool(kinds & (_COUNTED | _RATES) or (one.tool in _AIR and one.what in _FIELDS))


_AIR = ("climate", "outside")


def verdict(sides: Sequence[tuple[Wanted, tuple[Sentence, ...]]], said: str, voice: Voice) -> Sentence | None:
    """Return which side of a comparison has more, or yes or no; None where a side is not known.

    Args:
        sides: What was asked and answered, in the order in which it was.
        said: The question.
        voice: Says it.
    """
    figures = [_figure(wanted, told) for wanted, told in sides]
    if any(one is None for one in figures):
        return None
    values = [value for one in figures if one is not None for value in (one[0],)]
    rows = tuple(row for one in figures if one is not None for sentence in one[1] for row in sentence.rows)
    origin = origin_of([sentence for one in figures if one is not None for sentence in one[1]])
    call = sides[0][0].call
    wish, names = wish_of(said, call), [_side(wanted, sides, voice) for wanted, _ in sides]
    apart = abs(values[0] - values[1])
    unit = rows[0].unit if rows else ""
    shown = _shown(call, apart, unit, voice)
    if shown == _shown(call, 0.0, unit, voice):
        yes = "" if wish.chooses else voice.say("talk.compared.no")
        return voice.sentence("talk.compared.same", rows, origin, yes=yes, one=names[0], other=names[1])
    first_has_more = values[0] > values[1]
    # Who asks which side, is told of that one first; who asks whether, of the one that they named first.
    first = 0 if not wish.chooses or first_has_more != wish.less else 1
    more = first_has_more == (first == 0)
    kind = "many" if (call.tool, call.what) in _COUNTED else "high"
    key = f"talk.compared.{kind}.{'more' if more else 'less'}"
    return voice.sentence(
        key,
        rows,
        origin,
        (apart,),
        yes=_yes(wish, more=more, voice=voice),
        one=names[first],
        other=names[1 - first],
        apart=shown,
        what=_what(call, voice, then=any(wanted.period for wanted, _ in sides)),
    )


def _yes(wish: Wish, *, more: bool, voice: Voice) -> str:
    if wish.chooses:
        return ""
    return voice.say("talk.compared.yes" if more != wish.less else "talk.compared.no")


def _figure(wanted: Wanted, told: tuple[Sentence, ...]) -> tuple[float, tuple[Sentence, ...]] | None:
    """Return the figure of one side, with the sentences that it is of: of several nights their mean."""
    known = [one for one in told if one.rows and one.numbers]
    if not known:
        return None
    if wanted.call.tool not in ("sleep", "vitals"):
        known = known[:1]
    return sum(one.numbers[0] for one in known) / len(known), tuple(known)


def _side(wanted: Wanted, sides: Sequence[tuple[Wanted, tuple[Sentence, ...]]], voice: Voice) -> str:
    """Return what one side is called in a sentence: in the bedroom, last week, for the dryer."""
    others = [one.call.spans for one, _ in sides]
    differs = next(name for name in _SPANS if others[0].get(name) != others[1].get(name))
    if differs == "period" and wanted.period is not None:
        named = voice.period(wanted.period)
        is_over = wanted.period.end_unix_s < voice.now_unix_s - _JUST_NOW_S
        return named if is_over else voice.say("talk.compared.so_far", name=named)
    if differs == "device":
        return voice.say("talk.compared.of", name=voice.listed(map(voice.device, wanted.devices)))
    if differs == "resident":
        return voice.say("talk.compared.of", name=voice.listed(map(voice.resident, wanted.residents)))
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    if rooms == ("outside",):
        return voice.say("talk.compared.outside")
    return voice.say("talk.compared.in", name=voice.listed(map(voice.room, rooms)) or voice.say("talk.at_home"))


def _what(call: Call, voice: Voice, *, then: bool) -> str:
    """Return what is higher or lower: "the temperature was"; of what there is more or less, "it was"."""
    tense = "was" if then else "is"
    if (call.tool, call.what) in _COUNTED:
        return voice.say(f"talk.compared.it.{tense}")
    quantity = f"talk.quantity.{_FIELDS[call.what]}" if call.tool in _AIR else f"talk.compared.{call.what}"
    return voice.say(f"talk.compared.{tense}", what=voice.say(quantity))


def _shown(call: Call, value: float, unit: str, voice: Voice) -> str:
    """Return how far two sides are apart, as their own figures are written."""
    if call.tool in _AIR:
        return voice.quantity(_FIELDS[call.what], value)
    if (call.tool, call.what) in (("energy", "cost"), ("energy", "saved")) and "device" not in call.spans:
        return voice.money(value, unit)
    if call.tool == "energy":
        return voice.kwh(value)
    return voice.hours(value) if call.what == "asleep" else voice.number(value, 1 if call.what == "breath" else 0)
