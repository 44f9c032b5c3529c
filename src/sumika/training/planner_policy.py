"""Distils the planner: lessons in (what it saw, what it said), the house's policy of a few kilobytes out.

Every skill is a student of its own, trained by `sumika.distil` as a policy (behavioural cloning), in its last epochs
against int8 rounding. Which epochs are kept is decided on whole days that were not learned from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks.augment import Augmentation
from sumika.distil.networks.build import Network, build
from sumika.distil.networks.fit import FitSettings, fit, outputs_of
from sumika.distil.networks.layers import Dense
from sumika.distil.networks.losses import LossSettings
from sumika.distil.networks.presets import Inputs, Perceptron, fold_inputs, layers_of
from sumika.distil.records import ArraySet
from sumika.plan.policy import FURTHEST, Card, Layer, Policy, Skill

Array = NDArray[np.float32]

WIDTHS: Mapping[str, int] = {"warm": 12, "cool": 12, "dry": 16, "tank": 20, "battery": 20}
"""Of the hidden layers of skills that decide much; the others have `NARROW`."""

NARROW = 12
LEAST_LESSONS = 40
"""From fewer nothing is learned: the skill is left out, and its devices keep to their own thermostats."""

TURNS, PASSES, BLURRED = 3, 8, 0.25
"""Turns in which lessons with a side are learned, passes over them in each, and their jitter.

What a room should be hardly differs between houses; who looks too closely learns the houses by heart."""

_SMALLEST_SCALE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillLessons:
    """What one skill learns from.

    Attributes:
        outputs: Names of what is said.
        features: (lesson, feature).
        said: (lesson, output).
        side: (lesson,) -1: what was said is no more than that, 1: no less; 0: just this.
        group: (lesson,) lessons of one group are alike: they are learned from together or not at all.
    """

    outputs: tuple[str, ...]
    features: Array
    said: Array
    side: NDArray[np.int8]
    group: NDArray[np.str_]


def settings_for(lessons: int, *, epochs: int = 40, jitter: float = 0.1) -> FitSettings:
    """Return how a skill is trained.

    Args:
        lessons: How many there are.
        epochs: Passes over them.
        jitter: Deviation of what is added to the features, in theirs.
    """
    return FitSettings(
        epochs=epochs,
        batch=32 if lessons < 2000 else 64 if lessons < 4000 else 128,
        learning_rate=4e-3,
        weight_decay=0.05,
        validation_share=0.15,
        patience=epochs,
        augment=Augmentation(jitter=jitter),
        int8_epochs=max(1, epochs // 8),
        loss=LossSettings(values="huber", huber_delta=1.5),
    )


def distil_policy(
    features: tuple[str, ...],
    lessons: Mapping[str, SkillLessons],
    card: Card,
    *,
    seed: int = 1,
    epochs: int = 40,
    say: Callable[[str], None] = lambda line: None,
) -> Policy:
    """Return the policy that was learned.

    Args:
        features: Their names, in order.
        lessons: By skill.
        card: What is said of it; errors are filled in.
        seed: Of everything.
        epochs: Passes over the lessons.
        say: Takes a line of progress.

    Raises:
        SumikaError: if training does not come to an end.
    """
    skills: dict[str, Skill] = {}
    errors: dict[str, float] = {}
    for name, one in lessons.items():
        if len(one.features) < LEAST_LESSONS or len(np.unique(one.group)) < 2:
            say(f"{name}: {len(one.features)} lessons are too few, left out")
            continue
        skills[name], errors[name] = _learn(one, WIDTHS.get(name, NARROW), seed, epochs)
        say(f"{name}: {len(one.features)} lessons, error {errors[name]:.2f} deviations on days held back")
    told = {field: getattr(card, field) for field in card.__struct_fields__} | {"errors": errors, "seed": seed}
    return Policy(features=features, skills=skills, card=Card(**told))


def _learn(lessons: SkillLessons, width: int, seed: int, epochs: int) -> tuple[Skill, float]:
    """Return a skill, and its error on days held back in deviations of what was said.

    Where lessons have a side, what lies on the right side of theirs is no error. They are learned in turns: whoever
    answers rightly is told that the answer was right, whoever does not is told the edge (a Tobit model's expectation
    step, made hard; Buckley and James, "Linear regression with censored data", Biometrika 1979).
    """
    # As the policy keeps them: what it will be asked with is scaled by these very numbers.
    mean = np.asarray(lessons.features.mean(axis=0), np.float16).astype(np.float32)
    scale = np.maximum(lessons.features.std(axis=0), _SMALLEST_SCALE).astype(np.float16).astype(np.float32)
    x = np.clip((lessons.features - mean) / scale, -FURTHEST, FURTHEST).astype(np.float32)
    turns, passes, jitter = (TURNS, min(PASSES, epochs), BLURRED) if lessons.side.any() else (1, epochs, 0.1)
    said = _begun(lessons)
    for _ in range(turns):
        network = build(layers_of(Perceptron(width=width, depth=2), said.shape[1]), (x.shape[1],), said.shape[1], seed)
        arrays = ArraySet(x=x, y=said, group=lessons.group, domain=lessons.group)
        settings = settings_for(len(x), epochs=passes, jitter=jitter)
        report = fit(network, arrays, settings, seed=seed)
        found, _ = outputs_of(network, x, None, report.inputs)
        said = _answered(lessons, np.asarray(found, np.float32))
    watched = np.isin(lessons.group, report.watched_groups)
    spread = said.std(axis=0)
    spread = np.where(spread > _SMALLEST_SCALE, spread, 1.0)
    error = float(np.sqrt(np.mean(((found - said)[watched] / spread) ** 2)))
    skill = Skill(
        outputs=lessons.outputs,
        mean=mean,
        scale=scale,
        layers=_layers(network, report.inputs),
        low=_edge(lessons.said.min(axis=0), np.floor),
        high=_edge(lessons.said.max(axis=0), np.ceil),
    )
    return skill, error


def _begun(lessons: SkillLessons) -> Array:
    """Return what is said at first: on the right side, and no further than the middle of what was said for certain."""
    certain = lessons.said[lessons.side == 0]
    middle = np.median(certain if len(certain) else lessons.said, axis=0).astype(np.float32)
    return _answered(lessons, np.broadcast_to(middle, lessons.said.shape))


def _answered(lessons: SkillLessons, found: Array) -> Array:
    """Return what is said to someone who answers so: the answer itself where it lies on the right side."""
    side = lessons.side[:, None]
    right = ((side < 0) & (found <= lessons.said)) | ((side > 0) & (found >= lessons.said))
    return np.asarray(np.where(right, found, lessons.said), np.float32)


def _layers(network: Network, inputs: Inputs) -> tuple[Layer, ...]:
    """Return a network's layers in int8; what the training normalised once more goes into the first one, exactly."""
    weights = fold_inputs(network.layers, network.weights(), inputs)
    dense = [one for layer, one in zip(network.layers, weights, strict=True) if isinstance(layer, Dense)]
    return tuple(Layer.of(one["weight"], one["bias"]) for one in dense)


def _edge(values: Array, outwards: Callable[[Array], Array]) -> Array:
    """Return limits that float16 keeps: outwards to the next hundredth, which no rounding crosses."""
    return np.asarray(outwards(values * 128.0) / 128.0, np.float32)
