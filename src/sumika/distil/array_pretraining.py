"""What a teacher's networks learn first, once for all branches: examples of another task, and a network taught on them.

They hold nobody that is scored: the simulated world, or recordings of others.
"""

from functools import cached_property

from sumika.distil.array_recipe import NetworkTeacher, Pretraining, Source
from sumika.distil.ledger.ledger import Role
from sumika.distil.networks.build import build
from sumika.distil.networks.fit import fit
from sumika.distil.networks.kept import keep_model, model_of
from sumika.distil.networks.presets import Preset, layers_of
from sumika.distil.records import ArraySet, Spent
from sumika.distil.stages import Made, StageContext, StageResult, Stages
from sumika.distil.store import key_of
from sumika.distil.store_arrays import kept_arrays, put_arrays
from sumika.schema import UsageError


class Pretrained:
    """The networks that members of a teacher start from.

    Args:
        settings: What is learnt, and how.
        teacher: Whose members start from it.
        source: Of the examples.
        stages: Runs the stages.
        seed: Of the recipe.
        shape: Of one input of the recipe's own data.
    """

    def __init__(
        self,
        settings: Pretraining,
        teacher: NetworkTeacher,
        source: Source,
        stages: Stages,
        *,
        seed: int,
        shape: tuple[int, ...],
    ) -> None:
        self.settings, self.stages = settings, stages
        self._teacher, self._source, self._seed, self._shape = teacher, source, seed, shape

    @cached_property
    def pool(self) -> StageResult:
        """The examples."""
        options = self.settings.data.options

        def read(context: StageContext) -> Made:
            arrays = self._source.read(options)
            return Made(outputs=put_arrays(context, arrays), facts={"rows": len(arrays)})

        return self.stages.run("pretraining pool", Role.TEACHER, read, self.settings.data, self._source.fingerprint())

    @cached_property
    def arrays(self) -> ArraySet:
        """The same, as arrays.

        Raises:
            UsageError: if they are of another shape than the recipe's own.
        """
        arrays = kept_arrays(self.stages, self.pool)
        if arrays.x.shape[1:] != self._shape:
            raise UsageError(
                f"inputs of '{self.settings.data.name}' are {arrays.x.shape[1:]}, the recipe's own are {self._shape}",
                where="pretrain.data",
                remedy="Take data with inputs of the same shape, or change their options.",
            )
        return arrays

    @property
    def outputs(self) -> int:
        """How many there are: classes, or values."""
        return len(self.arrays.classes) or int(self.arrays.y.shape[1])

    def member(self, number: int) -> StageResult:
        """Return the network that a member of the teacher, from 0, starts from."""
        return self._network(f"pretraining {number + 1}", Role.TEACHER, self._teacher.network, number)

    def student(self, preset: Preset) -> StageResult | None:
        """Return the network that a student starts from, with a teacher and without; None where it starts anew."""
        if not self.settings.student:
            return None
        return self._network("pretraining of the student", Role.STUDENT, preset, "student")

    def _network(self, stage: str, role: Role, preset: Preset, who: int | str) -> StageResult:
        seed = int(key_of(self._seed, "pretraining", who)[:8], 16)
        settings = self.settings.train

        def work(context: StageContext) -> Made:
            arrays = self.arrays
            shape = self._shape
            network = build(layers_of(preset, self.outputs), shape, self.outputs, seed=seed)
            report = fit(network, arrays, settings, context.folder, context.progress, seed=seed)
            context.add(Spent(flops=report.flops))
            model = model_of(network, shape, report.inputs, arrays.classes)
            facts = {"parameters": report.parameters, "final_loss": report.losses[-1], "seconds": report.seconds}
            return Made(outputs=keep_model(context.store, model), facts=facts)

        return self.stages.run(stage, role, work, preset, settings, self.pool.outputs, seed)
