"""Labelled sentences, and the table of what they may ask for; where they come from is not known here."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.sentence_coding import Coder, Coding
from sumika.distil.sentence_places import places_of
from sumika.distil.sentence_reading import OUTSIDE

LEARNT = "learnt"
"""Part of the sentences that is learnt from; every other part is scored."""
NO_STATISTIC = -1


class Labelled(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One sentence and what it asks for.

    Attributes:
        text: As it was said.
        intent: By name; "" where it asks for nothing that there is.
        statistic: By name; "" where the intent has none.
        pieces: (kind, first place, place after the last).
        group: What it was made from: sentences of one group are alike, intervals draw whole groups.
        domain: Which of several kinds it belongs to, such as its language.
        part: `LEARNT`, or the evaluation set that it belongs to.
    """

    text: str
    intent: str
    statistic: str
    pieces: tuple[tuple[str, int, int], ...]
    group: str
    domain: str
    part: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What sentences may ask for; fields as in `sentence_reading.Reading`, but for names instead of places."""

    intents: tuple[str, ...]
    statistics: tuple[str, ...]
    pieces: tuple[str, ...]
    takes: tuple[tuple[str, ...], ...]
    counts: tuple[bool, ...]


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What a source hands over.

    Attributes:
        lines: Every sentence.
        table: What they may ask for.
        facts: What there is to say of their making, for the card: counts by what was counted.
        told: Sentences for the card.
    """

    lines: list[Labelled]
    table: Table
    facts: dict[str, int] = {}
    told: tuple[str, ...] = ()


class SentenceSource(Protocol):
    """Sentences that a recipe may name; whoever calls the works hands them in, by name."""

    licence: str
    cite: str
    evidence: str
    features: str

    def fingerprint(self) -> str:
        """Return a hash of everything that decides the sentences but the options."""
        ...

    def read(self, options: Mapping[str, object]) -> Texts:
        """Return the sentences.

        Raises:
            SumikaError: if an option is not right.
        """
        ...


class Coded(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences as numbers, one after the other.

    Attributes:
        codes: (place, channel) of all.
        rare: (place, channel) of all, as they would be if everything were rare.
        marks: (place,) of all.
        starts: (sentence + 1,), where each begins in these.
        intent: (sentence,).
        statistic: (sentence,); `NO_STATISTIC` where there is none.
    """

    codes: NDArray[np.int32]
    rare: NDArray[np.int32]
    marks: NDArray[np.int64]
    starts: NDArray[np.int64]
    intent: NDArray[np.int64]
    statistic: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self.intent)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Places of each."""
        return np.diff(self.starts)

    def padded(
        self, rows: Sequence[int] | NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        """Return codes and rare codes (sentence, place, channel) and marks (sentence, place), padded to the longest.

        Marks are -1 where nothing stands, and throughout sentences that ask for nothing.
        """
        longest = max(1, int(self.lengths[rows].max()))
        codes = np.zeros((len(rows), longest, self.codes.shape[1]), np.int32)
        rare = np.zeros_like(codes)
        marks = np.full((len(rows), longest), -1, np.int64)
        for number, row in enumerate(rows):
            first, last = self.starts[row], self.starts[row + 1]
            codes[number, : last - first] = self.codes[first:last]
            rare[number, : last - first] = self.rare[first:last]
            if self.intent[row]:
                marks[number, : last - first] = self.marks[first:last]
        return codes, rare, marks


def coded(lines: Sequence[Labelled], table: Table, coding: Coding) -> Coded:
    """Return sentences as numbers; what lies beyond `coding.longest` is left out."""
    codes, rare, marks, intent, statistic = [], [], [], [], []
    coder = Coder(coding)
    place_of = {name: place for place, name in enumerate(table.intents)}
    kind_of = {name: place for place, name in enumerate(table.pieces)}
    for line in lines:
        one, would = coder.codes_and_rare_of(line.text)
        places = places_of(line.text[: coding.longest], coding.units)
        mark = np.full(len(one), OUTSIDE, np.int64)
        for kind, first, last in line.pieces:
            within = [at for at, place in enumerate(places) if place.last > first and place.first < last]
            mark[within] = 2 + 2 * kind_of[kind]
            mark[within[:1]] = 1 + 2 * kind_of[kind]
        codes.append(one)
        rare.append(would)
        marks.append(mark)
        intent.append(place_of[line.intent])
        statistic.append(table.statistics.index(line.statistic) if line.statistic else NO_STATISTIC)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in codes])]).astype(np.int64)
    return Coded(
        codes=np.concatenate(codes) if codes else np.zeros((0, coding.channels), np.int32),
        rare=np.concatenate(rare) if rare else np.zeros((0, coding.channels), np.int32),
        marks=np.concatenate(marks) if marks else np.zeros(0, np.int64),
        starts=starts,
        intent=np.array(intent, np.int64),
        statistic=np.array(statistic, np.int64),
    )


def takes_of(table: Table) -> tuple[tuple[int, ...], ...]:
    """Return what each intent takes, as places in the kinds of pieces."""
    return tuple(tuple(table.pieces.index(name) for name in names) for names in table.takes)


def fact_lines(facts: Mapping[str, Any]) -> list[str]:
    """Return counts as lines for people."""
    return [f"{name}: {count:,}" for name, count in facts.items()]
