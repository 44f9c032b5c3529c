"""Everything that can be said of a log's estimates against the references in it."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from sumika.evaluate.vitals_against_reference.agreement import Pairs, RateScore, pair, score_rates
from sumika.evaluate.vitals_against_reference.beat_intervals import BeatScore, score_beats
from sumika.evaluate.vitals_against_reference.log_signals import Quantity, read_signals
from sumika.evaluate.vitals_against_reference.reference_events import Reference, find_references
from sumika.schema import Message, Origin, SumikaError, worst


class VitalsScore(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result, as `--json` prints it.

    Attributes:
        log: The log.
        origin: The worst of radars and references: what is simulated says nothing of people.
        rates: Per quantity and room or track.
        beats: Per track.
        clock_sigma_ms: How well the references' clocks are known; reference -> standard deviation.
        notes: What was left out, and why.
    """

    log: str
    origin: Origin
    rates: tuple[RateScore, ...]
    beats: tuple[BeatScore, ...] = ()
    clock_sigma_ms: dict[str, float] = {}
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What a score rests on, for pictures.

    Attributes:
        who: Room, or room and track.
        reference: What it was laid beside.
        pairs: Second by second.
    """

    who: str
    reference: Reference
    pairs: Pairs


def score_log(log: str, messages: Iterable[Message], room: str = "") -> tuple[VitalsScore, tuple[Compared, ...]]:
    """Score estimates against references.

    Args:
        log: Its name, for the result and for errors.
        messages: All of it.
        room: Only this room; empty: all.

    Raises:
        SumikaError: if there is no reference that can be used, or no estimate.
    """
    signals = read_signals(messages)
    references = find_references(signals.stretches)
    if not references.best:
        raise SumikaError(
            "; ".join(("there is no reference in it that can be used", *references.notes)),
            where=log,
            remedy="Record one beside the radar: sumika record --with polar-h10",
        )
    compared: list[Compared] = []
    for (who, quantity), said in sorted(signals.said.items()):
        if quantity in references.best and (not room or who.split(" #")[0] == room):
            reference = references.best[quantity]
            compared.append(Compared(who, reference, pair(said, reference)))
    compared = [one for one in compared if one.pairs.time_s.size]
    if not compared:
        raise SumikaError(
            f"nothing was estimated{f' in {room}' if room else ''} while there was a reference",
            where=log,
            remedy="Record for a minute at least; the first rate needs 20 to 30 s",
        )
    heart = references.best.get(Quantity.HEART)
    beats = []
    if heart is not None and heart.events is not None:
        said_beats = {who: beats for who, beats in sorted(signals.beats.items()) if beats}
        beats = [score_beats(who, heart.source, some, heart.events) for who, some in said_beats.items()]
    origins = [signals.origins[one.who] for one in compared]
    score = VitalsScore(
        log=log,
        origin=worst((signals.reference_origin, *origins)),
        rates=tuple(score_rates(one.who, one.reference, one.pairs) for one in compared),
        beats=tuple(beats),
        clock_sigma_ms={one.source: 1000 * one.sigma_s for one in references.best.values()},
        notes=tuple(dict.fromkeys(references.notes)),
    )
    return score, tuple(compared)
