"""Array students: numpy and torch agree, and what does not fit is refused."""

import numpy as np
import pytest
import torch

from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import build
from sumika.distil.networks.reference import forward_numpy
from sumika.schema import SumikaError

RELU = kinds.Relu()
SIGNAL = kinds.Convolution(channels=8, kernel=5, stride=2, groups=2)
KEEPING = kinds.Residual(layers=(kinds.Convolution(channels=8, kernel=4), RELU))
DENSE = kinds.Dense(outputs=3)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ((SIGNAL, RELU, KEEPING, kinds.MeanOverTime(), DENSE), (4, 11)),
        ((SIGNAL, kinds.MaxOverTime(), DENSE), (4, 12)),
        ((kinds.GatedRecurrent(units=6), DENSE), (4, 9)),
        ((kinds.PerPoint(outputs=7), RELU, kinds.MaxOverPoints(), DENSE), (5, 4)),
        ((kinds.PerPoint(outputs=7), kinds.MeanOverPoints(), DENSE), (5, 4)),
        ((kinds.Curves(pieces=4), kinds.Dense(outputs=7), RELU, DENSE), (5,)),
    ],
)
def test_numpy_gives_what_torch_gives(layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(3, *shape)).astype(np.float32)
    mask = random.random((3, shape[0])) < 0.5
    mask[0] = False
    network = build(layers, shape, 3, seed=1)
    expected = network(torch.from_numpy(x), torch.from_numpy(mask)).detach().numpy()
    np.testing.assert_allclose(forward_numpy(layers, network.weights(), x, mask), expected, atol=1e-5)
    assert kinds.parameters(layers, shape) == sum(weight.numel() for weight in network.parameters())


def test_layer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(SumikaError, match="needs"):
        build((DENSE,), (4, 11), 3, seed=0)
    with pytest.raises(SumikaError, match="give"):
        build((DENSE,), (4,), 2, seed=0)
    with pytest.raises(SumikaError, match="no pieces"):
        build((kinds.Curves(pieces=0), DENSE), (4,), 3, seed=0)
    with pytest.raises(SumikaError, match="needs"):
        build((kinds.Curves(pieces=3), kinds.MeanOverTime(), DENSE), (4, 11), 3, seed=0)
