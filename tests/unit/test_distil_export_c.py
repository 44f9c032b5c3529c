"""Array students as C: the same bits as numpy, no fault that compiler or sanitisers can find, sizes as stated."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.distil.export.c import FLAGS, CExport, export_c, run_c
from sumika.distil.export.c._arena import place
from sumika.distil.export.integer import IntegerNetwork, forward_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import build
from sumika.distil.networks.presets import Inputs, is_signal
from sumika.schema import SumikaError

pytestmark = pytest.mark.slow

needs_compiler = pytest.mark.skipif(
    shutil.which("gcc") is None and "CI" not in os.environ, reason="needs gcc, which this computer lacks"
)
SANITISERS = ("-fsanitize=undefined,address", "-fno-sanitize-recover=all")
RELU, DENSE = kinds.Relu(), kinds.Dense(outputs=3)
GROUPED = kinds.Convolution(channels=8, kernel=5, stride=2, groups=2)
KEEPING = kinds.Residual(layers=(kinds.Convolution(channels=8, kernel=4), RELU))
NETWORKS: list[tuple[tuple[kinds.Layer, ...], tuple[int, ...]]] = [
    ((GROUPED, RELU, KEEPING, RELU, kinds.MeanOverTime(), DENSE), (4, 11)),
    ((kinds.Convolution(channels=4, kernel=9, stride=3, groups=4), kinds.MaxOverTime(), RELU, DENSE), (4, 40)),
    ((kinds.Convolution(channels=3, kernel=7), RELU, kinds.MeanOverTime()), (1, 5)),
    ((kinds.GatedRecurrent(units=10), DENSE), (4, 30)),
    ((kinds.PerPoint(outputs=7), RELU, kinds.PerPoint(outputs=5), kinds.MaxOverPoints(), DENSE), (6, 4)),
    ((kinds.PerPoint(outputs=7), kinds.MeanOverPoints(), RELU, DENSE, RELU), (6, 4)),
    ((kinds.Residual(layers=(kinds.Residual(layers=(RELU,)), kinds.Dense(outputs=6))), DENSE), (6,)),
    ((kinds.Curves(pieces=4), kinds.Dense(outputs=7), RELU, DENSE), (6,)),
    # Kernels alone: none may be left over that nothing calls.
    ((kinds.MaxOverTime(),), (3, 5)),
    ((kinds.MaxOverPoints(),), (5, 3)),
    ((kinds.GatedRecurrent(units=3),), (2, 7)),
    ((kinds.Residual(layers=(RELU,)),), (3,)),
    ((kinds.Curves(pieces=3),), (3,)),
]


def made(
    layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> tuple[IntegerNetwork, NDArray[np.float32], NDArray[np.bool_]]:
    random = np.random.default_rng(sum(shape))
    x = random.normal(size=(400, *shape)).astype(np.float32)
    mask = random.random((400, shape[0])) < 0.5
    mask[0] = False
    network = quantise(layers, build(layers, shape, 3, seed=1).weights(), x[:50], mask[:50])
    x[1], x[2], x[3] = 1e30, -np.inf, np.nan
    x[4:] *= np.geomspace(0.01, 100, len(x) - 4, dtype=np.float32).reshape(-1, *[1] * len(shape))
    return network, x, mask


@needs_compiler
@pytest.mark.parametrize("flags", [(), SANITISERS], ids=["plain", "sanitised"])
@pytest.mark.parametrize(("layers", "shape"), NETWORKS)
def test_c_gives_the_same_bits_as_numpy(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...], flags: tuple[str, ...]
) -> None:
    network, x, mask = made(layers, shape)
    expected = forward_int8(network, x, mask)
    logits, answers = run_c(export_c(network, "student", tmp_path), x, mask, flags=flags)
    np.testing.assert_array_equal(logits, expected)
    np.testing.assert_array_equal(answers, expected.argmax(axis=1))


@needs_compiler
@pytest.mark.parametrize(("layers", "shape"), [NETWORKS[0], NETWORKS[5], NETWORKS[6]], ids=["signal", "set", "table"])
def test_raw_inputs_are_normalised_within(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> None:
    width = shape[0] if is_signal(layers) else shape[-1]
    told = Inputs(mean=tuple(np.linspace(-5, 50, width)), scale=tuple(np.geomspace(0.1, 30, width)))
    x = np.random.default_rng(0).normal(20, 20, size=(300, *shape)).astype(np.float32)
    network = quantise(layers, build(layers, shape, 3, seed=1).weights(), x, inputs=told)
    x[1, 0] = np.nan
    mask = np.arange(len(x) * shape[0]).reshape(len(x), -1) % 3 > 0
    logits, _ = run_c(export_c(network, "student", tmp_path), x, mask, flags=SANITISERS)
    np.testing.assert_array_equal(logits, forward_int8(network, x, mask))


@needs_compiler
def test_halves_are_rounded_to_even(tmp_path: Path) -> None:
    layers = (kinds.Dense(outputs=1),)
    weights = [{"weight": np.ones((1, 1), np.float32), "bias": np.zeros(1, np.float32)}]
    network = quantise(layers, weights, np.array([[-127.5], [127.5]], np.float32), percentile=100)
    assert network.inverse_scale == 1
    x = np.arange(-140, 140, 0.25, dtype=np.float32)[:, None]
    logits, _ = run_c(export_c(network, "student", tmp_path), x)
    np.testing.assert_array_equal(logits, forward_int8(network, x))
    np.testing.assert_allclose(logits, np.clip(np.rint(x), -network.zero_in, 255 - network.zero_in), rtol=1e-6)


@needs_compiler
def test_points_without_a_mask_are_all_real(tmp_path: Path) -> None:
    network, x, _ = made(*NETWORKS[4])
    logits, _ = run_c(export_c(network, "student", tmp_path), x)
    np.testing.assert_array_equal(logits, forward_int8(network, x))


def sizes(export: CExport, folder: Path) -> dict[str, int]:
    """Return the size in bytes of every object in memory, by name, as the linker sees it."""
    objects = folder / "student.o"
    subprocess.run(["gcc", *FLAGS, "-O0", "-c", str(export.source), "-o", str(objects)], check=True)
    lines = subprocess.run(["nm", "-S", str(objects)], check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return {row[3]: int(row[1], 16) for row in rows if len(row) == 4 and row[2] not in "tT"}


@needs_compiler
@pytest.mark.parametrize(("layers", "shape"), NETWORKS)
def test_sizes_are_those_that_the_header_states(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> None:
    export = export_c(made(layers, shape)[0], "student", tmp_path)
    found = sizes(export, tmp_path)
    memory = {name: size for name, size in found.items() if name in ("arena", "state")}
    told = dict(re.findall(r"#define STUDENT_(FLASH|RAM)_BYTES (\d+)", export.header.read_text()))
    assert sum(memory.values()) == export.ram_bytes == int(told["RAM"])
    # Here pointers have 64 bits; the header speaks of a processor with 32.
    pointers = sum(size // 2 for name, size in found.items() if re.fullmatch(r"(dense|convolution|curves)_\d+", name))
    pointers += sum(size // 2 for name, size in found.items() if re.fullmatch(r"recurrent_\d+_(input|state)", name))
    assert sum(found.values()) - sum(memory.values()) - pointers == export.flash_bytes == int(told["FLASH"])


def test_tensors_share_memory_but_not_while_both_are_needed() -> None:
    chain = made((kinds.Dense(outputs=50), RELU, kinds.Dense(outputs=40), RELU, kinds.Dense(outputs=30), DENSE), (60,))[
        0
    ]
    offsets, size = place(chain)
    assert size == 110  # of 60, 50, 40, 30: no more than two neighbours at once
    assert offsets[0] != offsets[1]
    kept, size = place(
        made((kinds.Residual(layers=(kinds.Dense(outputs=20), RELU, kinds.Dense(outputs=8))), DENSE), (8,))[0]
    )
    assert size == 36  # the input stays until it is added
    assert len(kept) == 4


@needs_compiler
def test_names_of_classes_cannot_break_the_header(tmp_path: Path) -> None:
    network, _, _ = made(*NETWORKS[0])
    export = export_c(network, "student", tmp_path, classes=("*/ int x; /*", "back\\", "眠り\nint y;"))
    subprocess.run(["gcc", *FLAGS, "-c", str(export.source), "-o", str(tmp_path / "a.o")], check=True)
    assert "0: * / int x; / *\n" in export.header.read_text()
    assert " * 2: 眠り int y;\n" in export.header.read_text()


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a b", "眠り", "x\n", "../x"])
def test_a_name_that_c_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    network, _, _ = made((DENSE,), (4,))
    with pytest.raises(SumikaError, match="no name in C"):
        export_c(network, name, tmp_path)
    with pytest.raises(SumikaError, match="1 names"):
        export_c(network, "student", tmp_path, classes=("one",))
    assert not list(tmp_path.iterdir())


@needs_compiler
def test_what_the_compiler_says_is_told(tmp_path: Path) -> None:
    network, x, _ = made((DENSE,), (4,))
    export = export_c(network, "student", tmp_path)
    export.source.write_text(export.source.read_text() + "int broken(void) { }\n")
    with pytest.raises(SumikaError, match="broken"):
        run_c(export, x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        with pytest.raises(SumikaError, match="no C compiler"):
            run_c(export, x)
