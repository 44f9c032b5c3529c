"""The bench of the student of sentences that ships: bill, scores and held-out phrasings, by the student alone."""

import pytest

from sumika.assistant.calls import Call
from sumika.evaluate.assistant import house_student
from sumika.evaluate.assistant.phrasings import held_phrasings
from sumika.evaluate.assistant.sampled_english import sampled_phrasings


def test_every_figure_of_the_student_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_student, "held_phrasings", lambda language: held_phrasings(language)[::30])
    monkeypatch.setattr(house_student, "sampled_phrasings", lambda: sampled_phrasings()[::30])
    figures = house_student.measure(full=False)
    paid = {"tiny_core_minutes", "tiny_eur", "tiny_kb", "tiny_int8_loss"}
    assert set(figures) == paid | {"tiny_in", "tiny_new_devices", "tiny_new_phrasings", "tiny_valid", "tiny_ms"}
    assert figures["tiny_valid"].value == 1.0
    assert 0 < figures["tiny_core_minutes"].value < 30
    assert figures["tiny_kb"].value < 6000
    assert 0 < figures["tiny_ms"].value < 100
    # The worse language of a set is its figure.
    worst = min(
        float(str(told).split()[0])
        for name, told in figures["tiny_in"].detail.items()
        if name.startswith("in distribution")
    )
    assert figures["tiny_in"].value == pytest.approx(worst, abs=5e-4)
    assert figures["tiny_new_phrasings"].value > 0.3


def test_a_call_that_the_table_does_not_have_is_not_valid() -> None:
    text = "turn on the lamp"
    read: dict[str, tuple[Call, float] | None] = {
        "right": (Call(tool="power", what="on", spans={"device": "the lamp"}), 0.9),
        "made up": (Call(tool="power", what="on", spans={"device": "the TV"}), 0.9),
        "no tool": (Call(tool="sing", what="on"), 0.9),
        "nothing": None,
    }
    valid = [house_student.is_valid({text: found}.get, text) for found in read.values()]
    assert dict(zip(read, valid, strict=True)) == {"right": True, "made up": False, "no tool": False, "nothing": True}
