"""The real recordings come through the door as what their READMEs say they are."""

from pathlib import Path

import numpy as np
import pytest

from sumika.schema import FrameKind
from sumika.sensors import MODELS, open_recording
from tests.recordings import WHERE, recorded_frames, recorded_source, samples_of, shuffled, stretched

pytestmark = pytest.mark.recording


@pytest.mark.parametrize(
    ("name", "kind", "dtype", "shape", "count", "interval_s"),
    [
        ("iwr6843", FrameKind.ADC, "<c8", (2, 4, 100), 400, 0.05),
        ("bgt60", FrameKind.ADC, "<u2", (8, 3, 64), 256, 0.0772688),
        ("a121", FrameKind.RANGE, "<c8", (16, 1, 21), 773, 0.049998),
        ("a111", FrameKind.RANGE, "<c8", (1, 1, 827), 331, 0.097872),
        ("a121_presence", FrameKind.RANGE, "<c8", (16, 1, 8), 137, 0.0833288),
        ("a121_far", FrameKind.RANGE, "<c8", (16, 1, 10), 130, 0.0833288),
        ("sense2gol", FrameKind.ADC, "<c8", (1, 1, 256), 50, 0.15),
    ],
)
def test_shape_number_and_rate(
    sumika_data: Path,
    name: str,
    kind: FrameKind,
    dtype: str,
    shape: tuple[int, int, int],
    count: int,
    interval_s: float,
) -> None:
    frames = recorded_frames(sumika_data, name)
    notice = frames[0].notice
    assert (notice.kind, notice.dtype, notice.shape, len(frames)) == (kind, dtype, shape, count)
    assert notice.description.frame_interval_s == pytest.approx(interval_s, rel=1e-5)
    assert notice.kind is MODELS[notice.description.model].gives
