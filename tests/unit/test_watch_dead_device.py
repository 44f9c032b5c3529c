"""A device that works by its own word and gives nothing is told from cold from elsewhere, and from draughts."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.belief.changes import LEARNS_QUARTERS, Change, Changes
from sumika.belief.hypotheses import EVERYWHERE, hypotheses_of, signatures_of
from sumika.belief.quarter import Quarter
from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.clock import Instant
from sumika.text import LANGUAGES
from tests.lived_house import Lived, two_rooms, watched

Array = NDArray[np.float64]
NOWHERE = np.zeros(2, bool)


@cache
def evening() -> Quarter:
    """Return a quarter in which the air conditioner of the living room gives 1500 W by what it draws."""
    watching = watched(Lived(house=two_rooms(), hours=6.0))
    assert watching.belief.quarter is not None
    watts = np.array([1500.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    return replace(watching.belief.quarter, given={"aircon": watts})


def changes() -> Changes:
    outline = watched(Lived(house=two_rooms(), hours=0.5)).belief.outline
    return Changes(outline, (("aircon", "living"),), NOWHERE)


def told(watch: Changes, count: int, missing: float, seed: int) -> tuple[list[Change], list[Change]]:
    """Return what is told and what is over of some quarters in which a share of the heat is missing.

    What was found before is in the filter, as a watch puts it there.
    """
    found, over, chance = [], [], np.random.default_rng(seed)
    brings = evening().kelvin_per_w @ evening().given["aircon"]
    for quarter in range(count):
        held = sum(one.applied for one in watch.held if one.fault is Fault.NO_EFFECT)
        # Its power goes up and down, as an inverter's does.
        share = 0.7 + 0.3 * np.sin(quarter)
        error = -(missing + held) * share * brings + 0.1 * chance.standard_normal(2)
        new, gone = watch.step(
            replace(
                evening(),
                begin_s=900.0 * quarter,
                given={"aircon": share * evening().given["aircon"]},
                error_k=error,
                error_ppm=20.0 * chance.standard_normal(2),
                error_ratio=1e-4 * chance.standard_normal(2),
            )
        )
        found += new
        over += gone
    return found, over


def test_a_device_that_gives_nothing_is_named_and_is_over_when_it_gives_again() -> None:
    watch = changes()
    assert told(watch, LEARNS_QUARTERS + 20, 0.0, 1) == ([], [])
    found, _ = told(watch, 8, 1.0, 2)
    assert [(one.fault, one.device, one.room) for one in found] == [(Fault.NO_EFFECT, "aircon", 0)]
    assert found[0].strength == -1.0
    _, over = told(watch, 12, 0.0, 3)
    assert [(one.fault, one.device) for one in over] == [(Fault.NO_EFFECT, "aircon")]


def test_a_device_that_gives_a_little_less_is_not_called_dead() -> None:
    watch = changes()
    told(watch, LEARNS_QUARTERS + 20, 0.0, 4)
    found, _ = told(watch, 12, 0.4, 5)
    assert [one for one in found if one.fault is Fault.NO_EFFECT] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_words_with_its_watts(language: str) -> None:
    finding = Finding(
        stamp=Instant(0, 0, "test"),
        suspicion=Suspicion(Fault.NO_EFFECT, "aircon", ""),
        evidence={"watts": 1500.0},
        began_s=0.0,
    )
    words = finding.words(language)
    assert "aircon" in words
    assert "1500 W" in words


def test_a_draught_blows_through_every_room_and_is_never_told() -> None:
    outline = watched(Lived(house=two_rooms(), hours=0.5)).belief.outline
    hypotheses = hypotheses_of(outline, (), NOWHERE)
    draughts = [row for row, one in enumerate(hypotheses) if one.kind == "draught"]
    assert draughts
    does = signatures_of(hypotheses, evening(), outline.volume_m3)
    for row in draughts:
        assert hypotheses[row].room == EVERYWHERE
        assert not hypotheses[row].is_told
        assert (does.kelvin[row] < 0.0).all()
        assert (does.ppm[row] < 0.0).all()


def test_while_a_hood_runs_the_same_errors_speak_less() -> None:
    def after(boosted: bool) -> float:
        watch = changes()
        told(watch, LEARNS_QUARTERS + 20, 0.0, 6)
        quarter = replace(evening(), begin_s=9e6, error_k=np.array([-0.8, 0.0]), is_boosted=boosted)
        quarter = replace(quarter, error_ppm=np.array([-150.0, 0.0]), error_ratio=np.zeros(2))
        watch.step(quarter)
        return float(watch.sums.max())

    assert after(True) < 0.5 * after(False)
