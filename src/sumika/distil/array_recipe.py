"""A recipe for a student of signals, points or tables: everything that decides it, as one YAML file says it."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from sumika.distil.choose import ChooseSettings
from sumika.distil.clean import ArrayCleanSettings
from sumika.distil.domain import ANSWERED
from sumika.distil.judge import SignalQualitySettings
from sumika.distil.networks.augment import Augmentation
from sumika.distil.networks.fit import FitSettings
from sumika.distil.networks.presets import Preset
from sumika.distil.pool import PoolSettings
from sumika.distil.records import ArraySet
from sumika.distil.tabular import BoostingSettings


class Source(Protocol):
    """Recordings that a recipe may name; whoever calls the works hands them in, by name."""

    def fingerprint(self) -> str:
        """Return a hash of the data.

        Raises:
            SumikaError: if they are not there; says what, where and what to do.
        """
        ...

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples.

        Raises:
            SumikaError: if they are not there, or an option is not right.
        """
        ...


@runtime_checkable
class SlowSource(Source, Protocol):
    """Recordings that take long to come by: whoever waits for them is told so before."""

    def takes_s(self, options: Mapping[str, object]) -> float:
        """Return about how long `read` takes, in seconds of a core.

        Raises:
            SumikaError: if an option is not right.
        """
        ...


class SourceData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="source", tag_field="from"):
    """Recordings by name.

    Attributes:
        name: Of a source.
        options: What the source shall do; its own to check.
    """

    name: str
    options: dict[str, Any] = {}


class FileData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="files", tag_field="from"):
    """Arrays in a file: x, y, group, mask, classes (`sumika.distil.pool.arrays`).

    Attributes:
        pool: The file.
        evidence: What they are; "" where nobody says, and then the card says so.
    """

    pool: PoolSettings
    evidence: Literal["", "real recording", "simulation"] = ""


Labels = Literal["in-sample", "out-of-fold"]


class NetworkTeacher(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="networks", tag_field="from"
):
    """An ensemble of larger networks.

    Attributes:
        network: What each is.
        members: How many, from different starts.
        train: How each is trained.
        labels: "in-sample": every member has learnt from every example that it labels. "out-of-fold": each member has
            learnt from all groups but a part, and labels that part alone.
        views: Each example is labelled in so many forms, changed at random as the student's `train.augment` says; the
            student then learns from what the teacher says of the very form that it sees, in as many steps as it would
            with one (Beyer et al. 2022, arXiv:2106.05237).
    """

    network: Preset
    members: int = 3
    train: FitSettings = FitSettings()
    labels: Labels = "in-sample"
    views: int = 1

    def train_of(self, number: int) -> FitSettings:
        """Return how a member, from 0, is trained."""
        del number
        return self.train


class VariedTeacher(
    NetworkTeacher, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="varied-networks", tag_field="from"
):
    """As `NetworkTeacher`, but every second member, from the first on, learns from the examples as they are.

    Networks that learnt from disturbed examples (`train.augment`) err elsewhere than those that did not, so that both
    together are right more often than as many of either.
    """

    def __post_init__(self) -> None:
        """Refuse what would not vary."""
        if self.train.augment == Augmentation():
            raise ValueError("`varied-networks` need a `train.augment`, which every second member does without")

    def train_of(self, number: int) -> FitSettings:
        """Return how a member, from 0, is trained."""
        return self.train if number % 2 else msgspec.structs.replace(self.train, augment=Augmentation())


class Pretraining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a teacher's networks learn first: another task, such as telling what somebody does in the simulated world.

    Every layer but the last starts from what was learnt there; inputs of each are normalised by themselves.

    Attributes:
        data: Examples whose inputs have the same shape; all of them are learnt from, their classes are forgotten.
        train: How.
        student: The student starts from there too, with a teacher and without.
    """

    data: SourceData
    train: FitSettings = FitSettings()
    student: bool = False


class BoostedTeacher(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="boosting", tag_field="from"
):
    """Gradient boosting over a table.

    Attributes:
        trees: How it is trained.
        members: As for `NetworkTeacher`.
        labels: As for `NetworkTeacher`; trees are all too sure of what they have learnt from.
        views: As for `NetworkTeacher`.
    """

    trees: BoostingSettings = BoostingSettings()
    members: int = 3
    labels: Labels = "out-of-fold"
    views: int = 1


class Evaluation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How teacher and student are scored: on groups that none of them, nor any choice, has seen.

    Attributes:
        folds: Parts that the groups are divided into, each left out once; 0 leaves every group out by itself.
        metric: The one score that what a student keeps and gains is told in; by default accuracy, of values the mean
            absolute error. "auc" is for two classes, and looks for the second.
        answered: Share of the inputs of unseen groups that the student answers; the others are unlike what it has
            learnt from, and it abstains. More where what decides in its stead is worse than it is there; unset, all
            but one in two hundred.
    """

    folds: int = 0
    metric: Literal["", "accuracy", "macro_f1", "kappa", "auc", "error"] = ""
    answered: float | msgspec.UnsetType = msgspec.UNSET  # unset is not written: runs of recipes without it go on

    @property
    def answered_share(self) -> float:
        """What is answered, whether the recipe says it or not."""
        return ANSWERED if isinstance(self.answered, msgspec.UnsetType) else self.answered


class ArrayRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole recipe for an array student.

    Attributes:
        name: Of the student.
        about: What it is for, one sentence.
        purpose: What will be done with it; the data's licence must allow it.
        seed: Of everything.
        data: What it learns from.
        clean: Duplicates and contamination.
        quality: Faults.
        least_quality: Examples below are left out.
        choose: Which examples are taught; None for all.
        references: Reference students that say what is hard, where the choice asks for it.
        teacher: Who answers.
        pretrain: What the networks of the teacher learn before; None for nothing.
        student: The network.
        train: How it is trained; its losses say how much it listens to the teacher.
        evaluate: How all are scored.
        export: Formats.
        caveats: What whoever uses the student must know of its data; they go onto the card.
    """

    name: str
    about: str = ""
    purpose: Literal["own-use", "research", "commercial", "publish-model", "compete"] = "own-use"
    seed: int = 0
    data: SourceData | FileData
    clean: ArrayCleanSettings = ArrayCleanSettings()
    quality: SignalQualitySettings = SignalQualitySettings()
    least_quality: float = 0.5
    choose: ChooseSettings | None = None
    references: int = 2
    teacher: NetworkTeacher | VariedTeacher | BoostedTeacher
    pretrain: Pretraining | None = None
    student: Preset
    train: FitSettings = FitSettings()
    evaluate: Evaluation = Evaluation()
    export: tuple[Literal["onnx", "onnx-int8", "c"], ...] = ("onnx", "onnx-int8", "c")
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be, before anything is trained."""
        if self.teacher.members < 1 or (self.teacher.labels == "out-of-fold" and self.teacher.members < 2):
            raise ValueError("`teacher.members`: at least 1, for out-of-fold labels at least 2")
        if not 1 <= self.teacher.views <= self.train.epochs:
            raise ValueError("`teacher.views`: at least 1, at most the epochs of the student")
        if self.pretrain is not None and isinstance(self.teacher, BoostedTeacher):
            raise ValueError("`pretrain`: only networks learn something before; say `teacher: {from: networks}`")
        if self.references < 1 or self.evaluate.folds < 0 or self.evaluate.folds == 1:
            raise ValueError("`references` is at least 1; `evaluate.folds` 0 or at least 2")
        if not 0.5 <= self.evaluate.answered_share < 1.0:
            raise ValueError("`evaluate.answered`: a share of at least 0.5, below 1")
        if self.train.loss.hint_weight > 0 and not self.gives_hints:
            raise ValueError("`train.loss.hint_weight`: only networks with in-sample labels give hints")

    @property
    def gives_hints(self) -> bool:
        """Whether the teacher has one hidden layer that saw every example."""
        return isinstance(self.teacher, NetworkTeacher) and self.teacher.labels == "in-sample"
