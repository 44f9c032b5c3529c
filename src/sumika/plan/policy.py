"""The planner's student: small networks of int8 weights that say at once what the planner would say after a while.

A row is a device and one thing to say of it (a skill): whether an air conditioner is wanted, at which temperature, how
fast a fan runs. Every skill is a perceptron of two hidden layers over the same features; the rows of a house go through
theirs together, in three products of stacks of matrices. Sums are of float32 in a fixed order: the same in, the same
out. What is outside of what was learned from is drawn to its edge, on both sides: a policy never extrapolates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError

Array = NDArray[np.float32]
Codes = NDArray[np.int8]

SHIPPED = "policy.msgpack"
FURTHEST = 4.0
"""Features further from their mean, in deviations, count as this far."""
MOST_REGRET = 0.03
"""A policy that costs more than this share beyond the planner is not kept."""

_FORMAT = 1
_LEVELS = 127.0
_LEAST_WEIGHT = 1e-3
"""An output whose weights are all smaller keeps none of them: the step between them would be 0 as a float16."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a skill, as stored.

    Attributes:
        weight: (output, input) whole numbers.
        scale: (output,) what one of them is worth.
        bias: (output,).
    """

    weight: Codes
    scale: Array
    bias: Array

    @classmethod
    def of(cls, weight: Array, bias: Array) -> "Layer":
        """Return a layer rounded to int8, with a scale for each output.

        Args:
            weight: (output, input).
            bias: (output,).
        """
        scale = np.maximum(np.abs(weight).max(axis=1), _LEAST_WEIGHT) / _LEVELS
        stored = _half(scale)
        codes = np.clip(np.round(weight / stored[:, None]), -_LEVELS, _LEVELS).astype(np.int8)
        return cls(codes, stored, _half(bias))

    @property
    def real(self) -> Array:
        """(output, input) as real numbers."""
        return np.asarray(self.weight * self.scale[:, None], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One thing that was learned.

    Attributes:
        outputs: Their names.
        mean: (feature,) of what it learned from.
        scale: (feature,) deviation of the same.
        layers: Two hidden ones, and the outputs.
        low: (output,) least that the planner said.
        high: (output,) most.
    """

    outputs: tuple[str, ...]
    mean: Array
    scale: Array
    layers: tuple[Layer, ...]
    low: Array
    high: Array

    def says(self, features: Array) -> Array:
        """Return (output,) for one row of features: plainly, as the C file does it.

        Args:
            features: (feature,).
        """
        x = np.fmin(np.fmax((features - self.mean) / self.scale, -FURTHEST), FURTHEST).astype(np.float32)
        for number, layer in enumerate(self.layers):
            x = layer.real @ x + layer.bias
            if number < len(self.layers) - 1:
                x = np.maximum(x, np.float32(0.0))
        return np.asarray(np.clip(x, self.low, self.high))


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a policy beside its weights.

    Attributes:
        about: What it is for.
        taught_by: Who.
        lessons: How many plans it learned from.
        weeks: Scenario weeks and seeds that it learned on.
        held_out: Scenario weeks that it never saw.
        rounds: How often the policy drove while the planner said what it would have done.
        seed: Of its training.
        errors: By skill: root mean square on lessons that were held back, in the outputs' deviations.
        regret: Of known and of new houses: what it cost more than the planner on held-out weeks, as a share.
        evidence: What the figures are.
    """

    about: str = ""
    taught_by: str = ""
    lessons: int = 0
    weeks: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    rounds: int = 0
    seed: int = 0
    errors: dict[str, float] = {}
    regret: dict[str, float] = {}
    evidence: str = "simulation"

    @property
    def is_kept(self) -> bool:
        """Whether the policy may stand in for the planner: it was judged, and nowhere costs much more."""
        return bool(self.regret) and max(self.regret.values()) <= MOST_REGRET


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All skills.

    Attributes:
        features: Names, in order.
        skills: By name.
        card: How it was made.
    """

    features: tuple[str, ...]
    skills: Mapping[str, Skill]
    card: Card = field(default_factory=Card)

    def bound(self, skills: Sequence[str]) -> "Bound":
        """Return the policy of one house: its rows' networks stacked.

        Args:
            skills: (row,) which one each row asks.

        Raises:
            SumikaError: if one is unknown.
        """
        missing = sorted(set(skills) - set(self.skills))
        if missing:
            raise SumikaError(
                f"the policy never learned {', '.join(missing)}", where="Policy.bound", remedy="Leave those rows out"
            )
        return Bound([self.skills[name] for name in skills])

    def check(self, features: Sequence[str]) -> None:
        """Refuse features other than those that were learned from.

        Raises:
            SumikaError: if they differ.
        """
        if tuple(features) != self.features:
            raise SumikaError(
                "the policy was taught with other features", where="policy", remedy="Teach it anew, or take its release"
            )

    def packed(self) -> bytes:
        """Return the policy as it is stored."""
        return msgspec.msgpack.encode(
            _Stored(
                format=_FORMAT,
                features=self.features,
                skills={name: _pack(skill) for name, skill in self.skills.items()},
                card=self.card,
            )
        )

    def keep(self, file: Path) -> None:
        """Write the policy.

        Args:
            file: Where.
        """
        file.write_bytes(self.packed())


class Bound:
    """Networks of one house's rows, ready to be asked."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Stack them; narrower ones are filled up with zeros."""
        rows = len(skills)
        self._mean = np.array([one.mean for one in skills], np.float32).reshape(rows, -1)
        self._slope = 1.0 / np.array([one.scale for one in skills], np.float32).reshape(rows, -1)
        width = max((len(one.low) for one in skills), default=0)
        self._low, self._high = np.zeros((rows, width), np.float32), np.zeros((rows, width), np.float32)
        for row, one in enumerate(skills):
            self._low[row, : len(one.low)], self._high[row, : len(one.high)] = one.low, one.high
        self._layers = [_stack([one.layers[place] for one in skills]) for place in range(3)] if rows else []

    def says(self, features: Array) -> Array:
        """Return (row, output) what each row's skill says; unused outputs are 0.

        Args:
            features: (row, feature).
        """
        # `fmax` and `fmin` turn what is not a number into the least: nothing comes in that could come out as such.
        x = np.fmin(np.fmax((features - self._mean) * self._slope, -FURTHEST), FURTHEST)[:, None, :]
        for number, (weight, bias) in enumerate(self._layers):
            x = x @ weight + bias
            if number < 2:
                np.maximum(x, 0.0, out=x)
        return np.asarray(x[:, 0].clip(self._low, self._high))


def _stack(layers: Sequence[Layer]) -> tuple[Array, Array]:
    """Return (row, input, output) weights and (row, 1, output) biases."""
    high = max(layer.weight.shape[0] for layer in layers)
    wide = max(layer.weight.shape[1] for layer in layers)
    weight, bias = np.zeros((len(layers), wide, high), np.float32), np.zeros((len(layers), 1, high), np.float32)
    for row, layer in enumerate(layers):
        weight[row, : layer.weight.shape[1], : layer.weight.shape[0]] = layer.real.T
        bias[row, 0, : len(layer.bias)] = layer.bias
    return weight, bias


class _StoredLayer(msgspec.Struct, frozen=True, array_like=True):
    weight: bytes
    scale: bytes
    bias: bytes


class _StoredSkill(msgspec.Struct, frozen=True, array_like=True):
    outputs: tuple[str, ...]
    mean: bytes
    scale: bytes
    layers: tuple[_StoredLayer, ...]
    low: bytes
    high: bytes


class _Stored(msgspec.Struct, frozen=True):
    format: int
    features: tuple[str, ...]
    skills: dict[str, _StoredSkill]
    card: Card


def policy_of(packed: bytes, where: str = "policy") -> Policy:
    """Return a policy from what `Policy.packed` gave.

    Args:
        packed: The bytes.
        where: Named in errors.

    Raises:
        SumikaError: if it is none, is damaged, or is of another format.
    """
    try:
        stored = msgspec.msgpack.decode(packed, type=_Stored)
        skills = {name: _unpack(one, len(stored.features)) for name, one in stored.skills.items()}
    except (msgspec.DecodeError, ValueError) as error:
        raise SumikaError(f"this is no policy: {error}", where=where, remedy="Teach it anew") from error
    if stored.format != _FORMAT:
        raise SumikaError(f"its format {stored.format} is not {_FORMAT}", where=where, remedy="Teach it anew")
    return Policy(features=stored.features, skills=skills, card=stored.card)


def load_policy(file: Path | None = None) -> Policy:
    """Return a policy from a file; the one that ships where none is named.

    Args:
        file: Where.

    Raises:
        SumikaError: if it cannot be read.
    """
    if file is None:
        return policy_of(resources.files("sumika.plan").joinpath(SHIPPED).read_bytes(), SHIPPED)
    try:
        return policy_of(file.read_bytes(), str(file))
    except OSError as error:
        raise SumikaError(f"it cannot be read: {error.strerror}", where=str(file), remedy="Name another") from error


def _half(values: Array) -> Array:
    """Return numbers as float16 keeps them, scales and means need no more."""
    return np.asarray(values, np.float16).astype(np.float32)


def _bytes(values: Array) -> bytes:
    return np.asarray(values, "<f2").tobytes()


def _halves(packed: bytes) -> Array:
    found = np.frombuffer(packed, "<f2").astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a number in it is not finite")
    return found


def _pack(skill: Skill) -> _StoredSkill:
    layers = tuple(
        _StoredLayer(layer.weight.tobytes(), _bytes(layer.scale), _bytes(layer.bias)) for layer in skill.layers
    )
    return _StoredSkill(
        skill.outputs, _bytes(skill.mean), _bytes(skill.scale), layers, _bytes(skill.low), _bytes(skill.high)
    )


def _unpack(stored: _StoredSkill, features: int) -> Skill:
    layers, wide = [], features
    for one in stored.layers:
        bias = _halves(one.bias)
        weight = np.frombuffer(one.weight, np.int8).reshape(len(bias), wide)
        layers.append(Layer(weight, _halves(one.scale), bias))
        wide = len(bias)
    skill = Skill(
        outputs=stored.outputs,
        mean=_halves(stored.mean),
        scale=_halves(stored.scale),
        layers=tuple(layers),
        low=_halves(stored.low),
        high=_halves(stored.high),
    )
    sizes = (len(layers), len(skill.mean), len(skill.scale), len(skill.low), len(skill.high), wide)
    outputs = len(stored.outputs)
    if sizes != (3, features, features, outputs, outputs, outputs) or not (skill.scale > 0.0).all():
        raise ValueError("its parts do not fit each other")
    return skill
