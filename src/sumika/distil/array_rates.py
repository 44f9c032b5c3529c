"""How fast this machine does the works of an array recipe: some seconds of each, on the recipe's own data."""

import time
from collections.abc import Callable

import msgspec
import numpy as np

from sumika.distil.ledger.calibrate import Rate, measure_rate
from sumika.distil.ledger.meter import cpu_time_s
from sumika.distil.networks.build import Network, build
from sumika.distil.networks.fit import FitSettings, fit, outputs_of
from sumika.distil.networks.kept import ArrayModel, model_of
from sumika.distil.networks.presets import Preset, inputs_of, is_signal, layers_of
from sumika.distil.records import ArraySet
from sumika.distil.tabular import BoostingSettings, boost

SECONDS = 3.0
ANSWERING_S = 0.3
EPOCH_S = 1.0
"""A training has work of its own before its first step: pieces are long enough for it not to count."""
FIRST_BATCHES = 8
MEASURED_ROUNDS = 10


class Once(msgspec.Struct, frozen=True, kw_only=True):
    """What something took that was done once.

    Attributes:
        wall_s: From start to end.
        cpu_s: Time on processor cores.
    """

    wall_s: float
    cpu_s: float

    def rate(self, units: float) -> Rate:
        """Return the speed if it was so many units."""
        return Rate(units_per_s=units / self.wall_s, cpu_s_per_unit=self.cpu_s / units, repeats=1, spread=0.0)


def once(call: Callable[[], object]) -> Once:
    """Do something and return what it took."""
    cpu_s, begun_s = cpu_time_s(), time.perf_counter()
    call()
    return Once(wall_s=time.perf_counter() - begun_s, cpu_s=cpu_time_s() - cpu_s)


def untrained(preset: Preset, arrays: ArraySet, outputs: int) -> Network:
    """Return a network as it is before training."""
    return build(layers_of(preset, outputs), arrays.x.shape[1:], outputs, seed=0)


def untrained_model(preset: Preset, arrays: ArraySet, outputs: int) -> ArrayModel:
    """Return the same, as it would be kept."""
    network = untrained(preset, arrays, outputs)
    inputs = inputs_of(arrays, signal=is_signal(network.layers))
    return model_of(network, arrays.x.shape[1:], inputs, arrays.classes)


def training_rate(
    preset: Preset,
    settings: FitSettings,
    arrays: ArraySet,
    outputs: int,
    *,
    rounded: bool = False,
    taught: bool = True,
    seconds: float = SECONDS,
) -> Rate:
    """Return optimiser steps per second of this very training.

    Args:
        preset: What is trained.
        settings: How.
        arrays: What it learns from.
        outputs: Of the network.
        rounded: Of the epochs against int8 rounding.
        taught: With a teacher's answers.
        seconds: Measure for so long; a training that is shorter, as long as it takes itself.
    """
    loss = msgspec.structs.replace(settings.loss, hint_weight=0.0)
    short = msgspec.structs.replace(
        settings, epochs=1, int8_epochs=int(rounded), validation_share=0.0, patience=0, loss=loss
    )

    def trained(rows: int) -> float:
        network = untrained(preset, arrays, outputs)  # trained again and again, one of values would leave all bounds
        few = arrays.take(np.arange(min(rows, len(arrays))))
        said = np.zeros((len(few), outputs), np.float32) if taught else None
        return float(fit(network, few, short, seed=0, teacher_logits=said).steps)

    first = FIRST_BATCHES * settings.batch
    steps = trained(first)  # claims memory, fills caches
    first_s = once(lambda: trained(first)).wall_s
    whole_s = first_s * settings.epochs * -(-len(arrays) // settings.batch) / steps
    seconds = min(seconds, whole_s)
    rows = max(first, round(first * min(EPOCH_S, seconds) / first_s))
    return measure_rate(lambda: trained(rows), seconds=seconds, warm_up=0, least=2)


def answering_rate(preset: Preset, arrays: ArraySet, outputs: int, *, seconds: float = ANSWERING_S) -> Rate:
    """Return examples per second that a network in torch answers, many at once."""
    network, few = untrained(preset, arrays, outputs), arrays.take(np.arange(min(1024, len(arrays))))
    inputs = inputs_of(few, signal=is_signal(network.layers))

    def answered() -> float:
        outputs_of(network, few.x, few.mask, inputs)
        return float(len(few))

    return measure_rate(answered, seconds=seconds)


def reference_rate(model: ArrayModel, arrays: ArraySet, *, seconds: float = ANSWERING_S) -> Rate:
    """Return examples per second that the reference in numpy answers."""
    few = arrays.take(np.arange(min(1024, len(arrays))))

    def answered() -> float:
        model.outputs_of(few.x, few.mask)
        return float(len(few))

    return measure_rate(answered, seconds=seconds, least=2)


def boosting_once(settings: BoostingSettings, arrays: ArraySet, outputs: int) -> Once:
    """Return what growing all rounds of trees would take: columns are sorted once, every round costs the same."""

    def grown(rounds: int) -> Once:
        few = msgspec.structs.replace(settings, rounds=rounds)
        return once(lambda: boost(arrays, few, outputs, seed=0))

    grown(1)
    short, longer = grown(1), grown(1 + MEASURED_ROUNDS)
    rest = (settings.rounds - 1) / MEASURED_ROUNDS
    return Once(
        wall_s=short.wall_s + rest * max(0.0, longer.wall_s - short.wall_s),
        cpu_s=short.cpu_s + rest * max(0.0, longer.cpu_s - short.cpu_s),
    )
