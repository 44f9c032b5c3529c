"""A recipe: everything that decides a language student, from the pool to the export, as one YAML file says it."""

from pathlib import Path
from typing import Literal

import msgspec

from sumika.distil.choose import ChooseSettings
from sumika.distil.clean import CleanSettings
from sumika.distil.judge import QualitySettings
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.pool import PoolSettings
from sumika.distil.recipe_file import read_recipe
from sumika.distil.recipe_teachers import Shape, Teacher, TrainedTeacher

Comparison = Literal["without", "random"]
SHIPPED = Path(__file__).parent / "recipes"


class ProblemPool(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="problems", tag_field="from"
):
    """A pool of built-in problems (`sumika.distil.problems`).

    Attributes:
        size: How many, soiled and repeated ones among them.
        per_domain: Unseen problems of each domain in the evaluation set.
        domains: Of these domains alone; all if empty.
        practice: Further problems, written for the purpose: drawn evenly, clean, in neither of the two. The teacher
            answers them too.
    """

    size: int = 59_000
    per_domain: int = 100
    domains: tuple[str, ...] = ()
    practice: int = 0


class FilePool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="files", tag_field="from"):
    """A pool and evaluation sets from files.

    Attributes:
        pool: The examples to choose from.
        evaluation: The examples to be scored on.
    """

    pool: PoolSettings
    evaluation: PoolSettings


class OwnTries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a student learns from its own verified tries (rejection sampling).

    Attributes:
        tries: At each problem that the teacher failed.
        temperature: Of the tries.
        most_problems: Try so many at most; 0 for all.
        train: How it learns on, from the teacher's traces and its own.
    """

    tries: int = 8
    temperature: float = 0.8
    most_problems: int = 0
    train: LanguageTrainSettings


class StartModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model that the student begins as: a Hugging Face folder (Llama, Qwen2, Qwen2.5) with its tokenizer.

    Attributes:
        folder: Where it lies.
        licence: SPDX identifier of its licence.
    """

    folder: str
    licence: str


class Teach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the teacher is asked.

    Attributes:
        keep: Train on every trace, or on those alone whose answer the grader found right.
        max_tokens: Most tokens of an answer of the models here.
    """

    keep: Literal["all", "correct"] = "correct"
    max_tokens: int = 160


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the student knows before it is taught: a model of its shape that has read easy worked problems.

    Attributes:
        examples: How many it reads; the second reference student reads half as many.
        hardness: How many steps those problems take.
        rehearse: Of these problems, so many stay among the lessons of every student that begins here: whoever reads
            only hard traces forgets what was easy (rehearsal; Robins 1995, doi:10.1080/09540099550039318).
        train: How it is trained.
    """

    examples: int
    hardness: tuple[int, ...] = (1,)
    rehearse: int = 0
    train: LanguageTrainSettings


class LanguageRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole recipe for a language student.

    Attributes:
        name: Of the student.
        about: What it is for, one sentence.
        purpose: What will be done with it; the teacher's terms must allow it.
        seed: Of everything.
        data: Pool and evaluation sets.
        pieces: Pieces of several characters that the tokenizer of a student from scratch has.
        clean: Duplicates and contamination.
        quality: Faults.
        choose: Which examples are traced.
        teacher: Who answers.
        teach: How it is asked.
        top_k: Store so many of the teacher's likeliest pieces at each place, with their probabilities; the student
            learns from them by `train.soft_weight`. Only for a teacher that is trained here.
        score_teacher: Score the teacher too; one that costs money is asked the whole evaluation set.
        student: Sizes of a student from scratch ...
        model: ... or the model that it begins as; one of both.
        ask: How a problem is put to the student; `{prompt}` stands for it. Models of chats want their marks here.
        train: How it is trained.
        base: What it starts from; None for random weights.
        judged: Candidates that the two reference students try, drawn evenly from the domains; 0 for all.
        compare: Whom the student is compared with: itself without distillation (the base, or trained on the bare
            answers of the same examples), and itself after as many examples taken at random.
        repeats: Seeds of choice and training over which the comparison is averaged.
        own_tries: How the student goes beyond its teacher; None for not at all.
        export: Formats.
    """

    name: str
    about: str = ""
    purpose: Literal["own-use", "research", "commercial", "publish-model", "compete"] = "own-use"
    seed: int = 0
    data: ProblemPool | FilePool
    pieces: tuple[str, ...] = ()
    clean: CleanSettings = CleanSettings()
    quality: QualitySettings = QualitySettings()
    choose: ChooseSettings = ChooseSettings()
    teacher: Teacher
    teach: Teach = Teach()
    score_teacher: bool = True
    top_k: int = 0
    student: Shape | None = None
    model: StartModel | None = None
    ask: str = "{prompt}"
    train: LanguageTrainSettings
    base: Base | None = None
    judged: int = 0
    compare: tuple[Comparison, ...] = ("without",)
    repeats: int = 1
    own_tries: OwnTries | None = None
    export: tuple[Literal["safetensors", "gguf", "onnx-int8"], ...] = ("safetensors", "onnx-int8")

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        learns_problems = isinstance(self.teacher, TrainedTeacher) and not isinstance(self.data, ProblemPool)
        wrong = {
            "state either `student` (sizes, from scratch) or `model` (a folder to begin from)": (
                (self.student is None) == (self.model is None)
            ),
            "`ask` must hold {prompt}": "{prompt}" not in self.ask,
            "`top_k` needs a teacher `from: trained`, whose pieces are the student's": (
                self.top_k > 0 and not isinstance(self.teacher, TrainedTeacher)
            ),
            "`base` is for students from scratch; this one begins as `model`": bool(self.model and self.base),
            "a teacher `from: trained` learns built-in problems; with files take another teacher": learns_problems,
        }
        for problem, found in wrong.items():
            if found:
                raise ValueError(problem)


def shipped() -> dict[str, Path]:
    """Return the recipes that come with the package, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def load_recipe(name: str) -> LanguageRecipe:
    """Read a recipe: the name of one that ships, or the path of a file.

    Raises:
        UsageError: if there is none, or it is not right; says where and what would be.
    """
    return read_recipe(name, shipped(), LanguageRecipe)
