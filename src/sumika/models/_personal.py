"""Makes a student one house's own, on the house's own computer: its last layer alone is changed, with numpy and scipy.

What is lived through has no labels, save those that residents gave with a vote or an answer. So two things are tried:

- the layer before the outputs is shifted by a share of how far this house's middle lies off that of all others, each
  class alike (`_evenly`);
- where there are enough labels, weights are fitted to them, held near the shipped ones (a ridge: a normal prior).

People tell what they notice, not in the shares in which it is so, and of some classes nothing. So labels say which of
the told classes it was, and neither how often it is so nor anything of classes that nobody told of: a student fitted to
"I was lying" alone would say that of everything. How much more often each class was told than it is so stands beside
the weights while they are fitted, and is left out of the student (as in case-control studies: Prentice and Pyke,
Biometrika 66, 1979). To count each class alike instead made students worse, of people whose truth is known: it takes
for even what is not.

Whether that is better is asked on days that were held back, and only then is it kept.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import About, Head
from sumika.models._evenly import SHOWN_OFTEN, Evenly, evenly

Real = NDArray[np.float64]
Labels = NDArray[np.int64]
UNLABELLED = -1
FEW_DAYS, FEW_EXAMPLES, FEW_LABELS = 2, 40, 12
TOLD_OFTEN, FEW_TOLD_CLASSES = 3, 2
"""Labels that make a class count, on `FEW_DAYS` days at least; and how many such classes there must be."""
MOST_PARTS = 5


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """What a student was asked in a house, in the order of time.

    Attributes:
        hidden: Layer before its outputs (example, width), as `Student.hidden` gives it.
        day: Of each example; days are held back whole.
        label: Class that a resident told, or `UNLABELLED`.
    """

    hidden: NDArray[np.float32]
    day: NDArray[np.str_]
    label: Labels

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.hidden)

    def take(self, rows: NDArray[np.bool_]) -> "Lived":
        """Return some of it."""
        return Lived(hidden=self.hidden[rows], day=self.day[rows], label=self.label[rows])


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a student is adapted.

    Attributes:
        shift: Share of the way from this house's middle to that of all others.
        ridge: How near weights are held to the shipped ones; 0 leaves labels alone.
    """

    shift: float = 0.25
    ridge: float = 10.0

    @classmethod
    def of(cls, about: About) -> "Way":
        """Return what has helped people that a student had not seen, as its makers found."""
        return cls(shift=about.own.shift)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What days held back say.

    Attributes:
        judged_by: "labels", or "nearness".
        before: With the head that ships: mean log-probability of the labels among the told classes, however often each
            was told; or minus how far the middle of the days held back lies off that of all others, in deviations.
        after: The same with the adapted one.
        better: Whether it is.
        examples: How many were adapted to.
        labels: How many of them had one that counts.
        problem: Why nothing was tried; "" where it was.
    """

    judged_by: str = "nearness"
    before: float = 0.0
    after: float = 0.0
    better: bool = False
    examples: int = 0
    labels: int = 0
    problem: str = ""


def adapted(about: About, lived: Lived, way: Way) -> Head:
    """Return the head that fits what was lived through.

    Args:
        about: Of the student; it has a head.
        lived: All that may be used.
        way: How.
    """
    return _adapted(about, _counted(lived), way)


def _adapted(about: About, lived: Lived, way: Way) -> Head:
    """Do as `adapted` with all labels that there are."""
    head = about.model.head
    if head is None:
        raise ValueError("this student has no plain last layer")
    weight, bias = np.array(head.weight), np.array(head.bias)
    reference = about.domain.reference
    bias = bias - weight @ _offset(about, lived, way)
    known = lived.take(lived.label != UNLABELLED)
    if way.ridge > 0 and len(known) >= FEW_LABELS / 2 and len(np.unique(known.label)) >= FEW_TOLD_CLASSES:
        spread = np.array(reference.spread)[-reference.hidden :] * np.sqrt(reference.hidden)
        weight, bias = _fitted(about, (weight, bias), known, spread, way.ridge)
    return Head(weight=tuple(tuple(row) for row in weight.tolist()), bias=tuple(bias.tolist()))


def _fitted(about: About, head: tuple[Real, Real], known: Lived, spread: Real, ridge: float) -> tuple[Real, Real]:
    """Return weights and bias nearest to the given ones that tell the labels (L-BFGS on a convex loss)."""
    from scipy.optimize import minimize

    weight, bias = head
    outputs, width = weight.shape
    told = np.unique(known.label)
    centre = np.mean([known.hidden[known.label == one].mean(axis=0) for one in told], axis=0)
    truth, scaled = np.eye(outputs)[known.label][:, told], (known.hidden - centre) / spread
    begun = known.hidden @ weight.T + bias

    def loss(parameters: Real) -> tuple[float, Real]:
        change, often = parameters[: outputs * width].reshape(outputs, width), parameters[outputs * width :]
        said = _among(told, about.calibration.log_probabilities(begun + scaled @ change.T), often)
        said_wrong = np.exp(said) - truth
        wrong = np.zeros((len(known), outputs))
        wrong[:, told] = said_wrong / about.calibration.temperature
        slope = np.concatenate([(wrong.T @ scaled).ravel() + ridge * change.ravel(), said_wrong.sum(axis=0) + often])
        return float(-(truth * said).sum() + 0.5 * (ridge * (change**2).sum() + often @ often)), slope

    found = minimize(loss, np.zeros(outputs * width + len(told)), jac=True, method="L-BFGS-B").x
    change = found[: outputs * width].reshape(outputs, width) / spread
    return weight + change, bias - change @ centre


def _oftener(about: About, head: Head, known: Lived, told: Labels) -> Real:
    """Return how much more often each of some classes was told than a head takes it to be so (told,), nats."""
    from scipy.optimize import minimize

    among, truth = _said(about, head, known.hidden), (known.label[:, None] == told).astype(np.float64)

    def loss(often: Real) -> tuple[float, Real]:
        said = _among(told, among, often)
        return float(-(truth * said).sum() + 0.5 * often @ often), (np.exp(said) - truth).sum(axis=0) + often

    return np.asarray(minimize(loss, np.zeros(len(told)), jac=True, method="L-BFGS-B").x)


def _counted(lived: Lived) -> Lived:
    """Return it without the labels of classes that were told too seldom, or on too few days."""
    label = lived.label.copy()
    for one in np.unique(label[label != UNLABELLED]):
        own = label == one
        if own.sum() < TOLD_OFTEN or len(np.unique(lived.day[own])) < FEW_DAYS:
            label[own] = UNLABELLED
    return Lived(hidden=lived.hidden, day=lived.day, label=label)


def _among(told: Labels, log_probabilities: Real, often: Real) -> Real:
    """Return log-probabilities of the told classes (example, told), it being one of them, told so much more often."""
    some = log_probabilities[:, told] + often
    most = some.max(axis=1, keepdims=True)
    return np.asarray(some - most - np.log(np.exp(some - most).sum(axis=1, keepdims=True)))


def judged(about: About, lived: Lived, way: Way) -> Verdict:
    """Return whether adapting to some days makes the student better on the others.

    With labels the measure is what probability they were given among the told classes. Without, nobody can know whether
    answers are right: the measure is whether what was learnt of the house on every second day is so on the days
    between, that is, whether their middle comes nearer to that of all others. What that is worth on people whose truth
    is known says `sumika bench people` (`personal_gain`); that answers agree with themselves, or are surer, told
    nothing of whether they are right.

    Args:
        about: Of the student.
        lived: Everything that was lived through.
        way: How it is adapted.
    """
    told = int((lived.label != UNLABELLED).sum())
    lived = _counted(lived)
    labels = int((lived.label != UNLABELLED).sum())
    by_labels = told >= FEW_LABELS
    problem = _too_little(about, lived) or (
        _too_few_classes(about, lived) if by_labels else _nothing_alone(about, lived, way)
    )
    if problem:
        return Verdict(problem=problem, examples=len(lived), labels=labels)
    scores, sizes = _on_told_days(about, lived, way) if by_labels else _on_other_days(about, lived, way)
    before, after = np.average(np.array(scores), axis=0, weights=sizes).tolist()
    return Verdict(
        judged_by="labels" if by_labels else "nearness",
        before=before,
        after=after,
        better=after > before,
        examples=len(lived),
        labels=labels,
    )


def _too_little(about: About, lived: Lived) -> str:
    """Return why nothing can be learnt, however it is told; "" where something can."""
    if about.model.head is None or not about.classes:
        return "this student has no classes on a plain last layer"
    days = len(np.unique(lived.day))
    if days < FEW_DAYS or len(lived) < FEW_EXAMPLES:
        return (
            f"too few answers: {len(lived)} on {days} day{'s' if days != 1 else ''}; "
            f"{FEW_EXAMPLES} on {FEW_DAYS} days are needed"
        )
    return ""


def _too_few_classes(about: About, lived: Lived) -> str:
    """Return why nothing can be learnt from labels that were told; "" where something can."""
    known = lived.label[lived.label != UNLABELLED]
    classes = [about.classes[one] for one in np.unique(known)]
    if len(classes) >= FEW_TOLD_CLASSES and len(known) >= FEW_LABELS:
        return ""
    enough = f"; enough are told of: {', '.join(classes)}" if classes else ""
    return (
        f"what was told says too little of one class against another: {FEW_LABELS} answers are needed, of "
        f"{FEW_TOLD_CLASSES} classes at least, each told {TOLD_OFTEN} times and on {FEW_DAYS} days{enough}"
    )


def _nothing_alone(about: About, lived: Lived, way: Way) -> str:
    """Return why nothing can be learnt without labels; "" where something can."""
    if way.shift == 0:
        return (
            f"what a log alone tells has not surely helped people that it had not seen; it takes {FEW_LABELS} answers "
            f"that somebody told, of {FEW_TOLD_CLASSES} classes at least"
        )
    each = _evenly(about, lived)
    if each.enough:
        return ""
    rare = [name for number, name in enumerate(about.classes) if number not in each.shown]
    return (
        f"of its {len(about.classes)} classes, {each.needed} must be there {SHOWN_OFTEN} times on every second day and "
        f"on the days between, or what is mostly done here would pass for how people here are; too rare: "
        f"{', '.join(rare)}. More days help, or {FEW_LABELS} answers that somebody told (--file, with label)"
    )


def _on_told_days(about: About, lived: Lived, way: Way) -> tuple[list[tuple[float, float]], list[int]]:
    """Return the mean log-probability of the labels of days held back, before and after, and how many they are."""
    if about.model.head is None:
        raise ValueError("this student has no plain last layer")
    days, known = np.unique(lived.day), lived.label != UNLABELLED
    told = np.unique(lived.label[known])
    scores, sizes = list[tuple[float, float]](), list[int]()
    for part in np.array_split(days, min(len(days), MOST_PARTS)):
        out = np.isin(lived.day, part)
        learnt, held = lived.take(known & ~out), lived.take(known & out)
        if len(held):
            heads = (about.model.head, _adapted(about, lived.take(~out), way))
            before, after = (_by_labels(about, head, learnt, held, told) for head in heads)
            scores.append((before, after))
            sizes.append(len(held))
    return scores, sizes


def _on_other_days(about: About, lived: Lived, way: Way) -> tuple[list[tuple[float, float]], list[int]]:
    """Return minus how far every second day lies off, and the days between, before and after, and how many they are."""
    each, second = _evenly(about, lived), _second(lived)
    scores, sizes = list[tuple[float, float]](), list[int]()
    for held in (second, ~second):
        off = each.middle(lived.hidden, held) - _centre(about)
        learnt = each.middle(lived.hidden, ~held) - _centre(about)
        scores.append((-_far(about, off), -_far(about, off - way.shift * learnt)))
        sizes.append(int(held.sum()))
    return scores, sizes


def _by_labels(about: About, head: Head, learnt: Lived, held: Lived, told: Labels) -> float:
    """Return the mean log-probability of labels held back among the told classes, told as often as those learnt."""
    said = _among(told, _said(about, head, held.hidden), _oftener(about, head, learnt, told))
    return float(said[np.arange(len(held)), np.searchsorted(told, held.label)].mean())


def _said(about: About, head: Head, hidden: NDArray[np.float32]) -> Real:
    return about.calibration.log_probabilities(hidden @ np.array(head.weight).T + np.array(head.bias))


def _offset(about: About, lived: Lived, way: Way) -> Real:
    """Return what is taken away from the layer before the outputs (width,); nothing where the log does not say."""
    each = _evenly(about, lived) if way.shift > 0 else None
    if each is None or not each.enough:
        return np.zeros(about.domain.reference.hidden)
    return np.asarray(way.shift * (each.middle(lived.hidden, np.ones(len(lived), bool)) - _centre(about)))


def _evenly(about: About, lived: Lived) -> Evenly:
    return evenly(about, lived.hidden, _second(lived))


def _second(lived: Lived) -> NDArray[np.bool_]:
    """Return which examples are of every second day."""
    return np.asarray(np.unique(lived.day, return_inverse=True)[1] % 2 == 1)


def _centre(about: About) -> Real:
    return np.array(about.domain.reference.centre)[-about.domain.reference.hidden :]


def _far(about: About, off: Real) -> float:
    spread = np.array(about.domain.reference.spread)[-about.domain.reference.hidden :]
    return float(np.sqrt(np.mean((off / spread) ** 2)))
