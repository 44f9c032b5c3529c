"""The bench of generation writes what transformers writes, and says how fast."""

import msgspec
import pytest

from sumika.evaluate.distil import serving
from sumika.schema import SumikaError


@pytest.mark.slow
def test_both_write_the_same_and_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    figure = serving.against_transformers(many=False)
    assert figure.detail["same_tokens"] == pytest.approx(1.0, abs=0.05)
    ratios = [float(figure.detail[f"{load}_ratio"]) for load in serving.LOADS]
    assert figure.value == min(ratios) > 0
    for load, ratio in zip(serving.LOADS, ratios, strict=True):
        ours, theirs = (float(figure.detail[f"{load}_{who}_tokens_per_cpu_s"]) for who in ("ours", "transformers"))
        assert ratio == pytest.approx(ours / theirs)


def test_a_ratio_of_different_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = serving.Timed(ours={}, theirs={}, way={}, same=0.5)
    monkeypatch.setattr(serving, "_spawn", lambda full: found)
    with pytest.raises(SumikaError, match=r"only 50\.0%"):
        serving.measure(full=True)
    rounds = {"even": [100.0, 300.0, 200.0], "ragged": [400.0] * 3}
    slower = {"even": [100.0] * 3, "ragged": [100.0] * 3}
    better = msgspec.structs.replace(found, ours=rounds, theirs=slower, way=dict.fromkeys(serving.LOADS, "a"), same=1.0)
    monkeypatch.setattr(serving, "_spawn", lambda full: better)
    assert serving.measure(full=True)["serving_vs_transformers"].value == 2.0
    assert serving.measure(full=False) == {}
