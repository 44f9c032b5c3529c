"""What the students of body and air tell of people and days that they have not learnt from.

Every figure is of the student in its whole precision, calibrated and decided by the groups of the other folds; beside
it stand its teacher and the same student without one. Intervals come from drawing people (days, of air) anew.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_branch import Branch
from sumika.distil.array_recipe import SourceData
from sumika.distil.array_works import PLAIN, STUDENT, TEACHER, ArrayWorks
from sumika.distil.calibration import Unseen, calibration_error, cross_fitted, log_losses
from sumika.distil.compare import Interval
from sumika.distil.networks.scores import ClassScores
from sumika.distil.networks.tallies import interval_of, tally_auc, tally_classes, tally_mean, value_of
from sumika.distil.records import ArraySet
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.finished import finished, shipped, works_of
from sumika.evaluate.people.night_totals import called_awake, night_totals
from sumika.evaluate.people.strain_control import time_only
from sumika.models.features import comfort as comfort_features
from sumika.perception.night_course import counted, in_course
from sumika.schema import SumikaError
from sumika.training.occupancy import TEST
from sumika.training.strain import AS_RECORDED

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]
Detail = dict[str, float | str]
WHO = (STUDENT, TEACHER, PLAIN)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A recipe that was run, in the order of its scored examples.

    Attributes:
        works: Its stages.
        arrays: The examples.
        fold: Which part of the groups each was left out with.
        said: Outputs (example, class) of teacher, student and plain student.
    """

    works: ArrayWorks
    arrays: ArraySet
    fold: Labels
    said: dict[str, NDArray[np.float32]]

    @property
    def y(self) -> Labels:
        """Class per example, below 0 where nobody knows."""
        return np.asarray(self.arrays.y, np.int64)

    def unseen(self, logits: NDArray[np.float32], y: Labels) -> Unseen:
        """Return outputs for some truth (example,) with whom and when they were left out."""
        return Unseen(logits=logits, y=y, group=self.arrays.group, fold=self.fold)

    def log_probabilities(self, who: str) -> Numbers:
        """Return what one of them says, calibrated by the other folds (example, class)."""
        return cross_fitted(self.unseen(self.said[who], self.y))[0]


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; those whose recordings are not here are named on stderr and left out.

    Args:
        full: Recipes are run to their end, or what was run before is taken up; without it nothing is measured.
    """
    found: dict[str, Figure] = {}
    for part in PARTS if full else ():
        try:
            found |= part()
        except SumikaError as problem:
            sys.stderr.write(f"people.body_figures: {part.__name__} left out: {problem}\n")
    return found


def scored(name: str) -> Scored:
    """Run a shipped recipe to its end, or take up what was run before.

    Raises:
        SumikaError: if its recordings are not there.
    """
    finished(name)
    works = works_of(shipped(name))
    kept = works.stages.store.get_arrays(works.evaluated.outputs["said"])
    rows, fold = np.asarray(kept.pop("rows"), np.int64), np.asarray(kept.pop("fold"), np.int64)
    return Scored(works=works, arrays=works.arrays.take(rows), fold=fold, said=kept)


def _whole_nights() -> dict[str, Figure]:
    night = scored("sleep-tiny")
    every = with_unread_nights(night)
    by_itself = _rated("sleep-tiny").detail
    stages: Detail = {f"{who}, each half minute by itself": by_itself[who] for who in WHO}
    awake: Detail = {}
    for who in WHO:
        three, two = _intervals_in_course(night, who)
        stages[f"{who}, nights well read"], awake[f"{who}, nights well read"] = told(three), told(two)
    three, two = _intervals_in_course(every, STUDENT)
    stages["student, every night"], awake["student, every night"] = told(three), told(two)
    known, sure = every.y >= 0, cross_fitted(every.unseen(in_courses(every, STUDENT), every.y))[0]
    stages["calibration error"] = calibration_error(np.exp(sure[known]), every.y[known])
    totals = night_totals(every.arrays.group[known], np.exp(sure[known, 0]), every.y[known] == 0)
    return {
        "sleep3_kappa": _figure(three.value, "kappa", stages),
        "sleepwake_kappa": _figure(two.value, "kappa", awake),
        "tst_bias_min": _figure(abs(totals.bias_min), "min", totals.detail()),
    }


def with_unread_nights(night: Scored) -> Scored:
    """Return every night, those too that were read too seldom to be learnt from: told by the student that is kept.

    It has not learnt from them either. They are a fold of their own, and only the student is asked.
    """
    works, data = night.works, night.works.recipe.data
    assert isinstance(data, SourceData)
    arrays = works.sources[data.name].read({**data.options, "least_read": 0.0})
    arrays = arrays.take(~np.isin(arrays.group, works.arrays.group))
    said = works.model.outputs_of(arrays.x, arrays.mask)
    own = np.full(len(arrays), night.fold.max() + 1)
    return Scored(
        works=works,
        arrays=joined(night.arrays, arrays),
        fold=np.concatenate([night.fold, own]),
        said={STUDENT: np.concatenate([night.said[STUDENT], said])},
    )


def joined(one: ArraySet, other: ArraySet) -> ArraySet:
    """Return the examples of two tables of the same classes, one after the other."""
    both = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("x", "y", "group", "domain")}
    return ArraySet(**both, classes=one.classes)


def in_courses(night: Scored, who: str) -> NDArray[np.float32]:
    """Return the logarithms of what each night's answers say together (example, class).

    What usually follows what is counted in nights of other folds alone.
    """
    sure, together = night.log_probabilities(who), np.empty(night.said[who].shape, np.float32)
    group = night.arrays.group
    for fold in np.unique(night.fold):
        others = night.fold != fold
        follows, usual = counted(night.y[others], group[others])
        for one in np.unique(group[~others]):
            rows = group == one
            together[rows] = np.log(in_course(sure[rows], follows, usual))
    return together


def _intervals_in_course(night: Scored, who: str) -> tuple[Interval, Interval]:
    """Return the kappa of three stages, decided by the other folds, and of asleep against awake, by each night alone.

    Each night's own probabilities, calibrated by the other folds, say how many of its half minutes to call awake.
    """
    three, y, group = in_courses(night, who), night.y, night.arrays.group
    said, staged = cross_fitted(night.unseen(three, y), _kappa_of_three)
    asleep = np.ones(len(y), np.int64)
    for one in np.unique(group):
        rows = group == one
        asleep[rows] = ~called_awake(np.exp(said[rows, 0]))
    known = y >= 0
    groups = len(np.unique(group[known]))
    stages = tally_classes("kappa", y[known], staged[known], group[known], 3)
    awake = tally_classes("kappa", (y[known] > 0).astype(np.int64), asleep[known], group[known], 2)
    return interval_of(stages, groups), interval_of(awake, groups)


def _kappa_of_three(truth: Labels, guess: Labels) -> float:
    return value_of(tally_classes("kappa", truth, guess, np.zeros(len(truth), "<U1"), 3), 1)


def _nights_so_far() -> dict[str, Figure]:
    return {"sleep3_kappa_causal": _rated("sleep-live-tiny")}


def _rated(name: str) -> Figure:
    """Return a student's score as its recipe names it, with its calibration error."""
    outcome = finished(name).outcome
    detail: Detail = {who: told(outcome.rated[who].score) for who in WHO}
    error = outcome.rated[STUDENT].error_after
    if error is not None:
        detail["calibration error"] = error
    scores = outcome.scores[STUDENT]
    if isinstance(scores, ClassScores):
        detail["kappa of the likeliest class, as the network says it by itself"] = told(scores.kappa)
    return _figure(outcome.rated[STUDENT].score.value, outcome.metric, detail)


def _strain() -> dict[str, Figure]:
    strain = scored("strain-tiny")
    recorded = strain.arrays.domain == AS_RECORDED
    y, group = strain.y[recorded], strain.arrays.group[recorded]
    people = np.unique(group)
    detail: Detail = {"is": "pooled over all pairs of moments of all people"}
    for who in WHO:
        sure = strain.log_probabilities(who)
        score = (sure[:, 1] - sure[:, 0])[recorded]
        pooled = interval_of(tally_auc(y, score, group), len(people))
        each = [value_of(tally_auc(y[group == one], score[group == one], group[group == one]), 1) for one in people]
        detail[who] = told(pooled)
        detail[f"{who}, mean of people"] = told(_mean_of_people(np.array(each)))
        if who == STUDENT:
            value = pooled.value
    control, leak = time_only(os.environ)
    detail["the same student's columns tell early from late (AUC)"] = leak
    return {
        "strain_auc": _figure(value, "AUC", detail),
        "strain_time_only_auc": _figure(
            control, "AUC", {"is": "elapsed time alone, on the same moments: what a student must never read"}
        ),
    }


def _mean_of_people(each: Numbers) -> Interval:
    return interval_of(tally_mean(each, np.arange(len(each)).astype(str)), len(each))


def _comfort() -> dict[str, Figure]:
    comfort = scored("comfort-tiny")
    known = comfort.y >= 0
    y, group = comfort.y[known], comfort.arrays.group[known]
    groups = len(np.unique(group))
    base = own_base_rates(comfort.arrays.x[known])
    rates_loss, most_common = log_losses(base, y), base.argmax(axis=1)
    loss_detail: Detail = {"log-loss of own base rates, nats": float(rates_loss.mean())}
    right_detail: Detail = {"share right, own most common vote": float((most_common == y).mean())}
    values = {}
    for who in WHO:
        sure = comfort.log_probabilities(who)[known]
        gained = interval_of(tally_mean(rates_loss - log_losses(sure, y), group), groups)
        better = (sure.argmax(axis=1) == y).astype(float) - (most_common == y)
        right = interval_of(tally_mean(100 * better, group), groups)
        loss_detail[who], right_detail[who] = told(gained), told(right, 1)
        values[who] = gained.value, right.value
    return {
        "comfort_logloss_gain": _figure(values[STUDENT][0], "nats", loss_detail),
        "comfort_acc_gain": _figure(values[STUDENT][1], "points", right_detail),
    }


def own_base_rates(x: NDArray[np.float32]) -> Numbers:
    """Return the logarithms of one's own shares of votes so far (example, vote), as the features of comfort have them.

    They are drawn towards what is usual of people, as much as makes them best: a mark that is as hard as ours.
    """
    names = comfort_features.columns()
    cold, warm = (x[:, names.index(name)].astype(np.float64) for name in ("cold_all", "warm_all"))
    odds = np.column_stack([cold, np.zeros(len(x)), warm])
    return np.asarray(odds - np.logaddexp.reduce(odds, axis=1, keepdims=True))


def _occupancy() -> dict[str, Figure]:
    """Return how well the test file's minutes are told by who has learnt from the training file alone."""
    works = scored("occupancy-tiny").works
    days = np.unique(works.arrays.group)
    held_out = tuple(day for day in days.tolist() if day.startswith(f"{TEST} "))
    recipe, source = works.recipe, works.judged.outputs
    branch = Branch(recipe, works.stages, works.arrays, source, "training file to test file", held_out)
    tests = works.arrays.take(branch.test_rows)
    y = np.asarray(tests.y, np.int64)
    said = {TEACHER: branch.teacher_said, STUDENT: branch.said(branch.student), PLAIN: branch.said(branch.plain)}
    detail: Detail = {"days of the test file": float(len(held_out))}
    for who in WHO:
        score = (said[who][:, 1] - said[who][:, 0]).astype(np.float64)
        area = interval_of(tally_auc(y, score, tests.group), len(held_out))
        detail[who] = told(area)
        if who == STUDENT:
            value = area.value
    outcome = finished("occupancy-tiny").outcome
    detail |= {f"{who}, days left out in parts": told(outcome.rated[who].score) for who in WHO}
    detail["caveat"] = "; ".join(recipe.caveats)
    return {"occupancy_auc": _figure(value, "AUC", detail)}


def told(one: Interval, digits: int = 3) -> str:
    """Return a value with its interval, in words for a figure's detail."""
    return f"{one.value:.{digits}f} [{one.low:.{digits}f}, {one.high:.{digits}f}]"


def _figure(value: float, unit: str, detail: Detail) -> Figure:
    return Figure(value=value, unit=unit, evidence=Evidence.REAL_RECORDING, detail=detail)


PARTS: tuple[Callable[[], dict[str, Figure]], ...] = (_whole_nights, _nights_so_far, _strain, _comfort, _occupancy)
