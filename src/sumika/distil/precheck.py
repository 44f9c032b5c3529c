"""Refuses what a language recipe could not bring to its end, before it has cost anything: terms, licences, memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from sumika.distil.card.records import Licensed
from sumika.distil.language.folder import read_shape
from sumika.distil.language.memory import check_memory
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.shape import DecoderShape
from sumika.distil.recipe import FilePool, LanguageRecipe
from sumika.distil.recipe_teachers import TrainedTeacher
from sumika.distil.teachers.lineage import Lineage, check_lineage
from sumika.distil.teachers.terms import check_terms


def precheck(recipe: LanguageRecipe, vocabulary: Callable[[], int]) -> None:
    """Do nothing if a recipe can come to its end here, as far as can be told before it starts.

    Args:
        recipe: What is wanted.
        vocabulary: Returns the size of the student's tokenizer; asked last, for it may take reading the pool.

    Raises:
        UsageError: if the terms of the teacher or the licence of the data do not allow the purpose.
        SumikaError: if a model would not fit into memory while it is trained.
    """
    check_terms(recipe.teacher.terms, recipe.purpose)
    if isinstance(recipe.data, FilePool):
        pool = recipe.data.pool
        data = Licensed(name=Path(pool.path).name, licence=pool.licence)
        check_lineage(Lineage(teachers=(), data=(data,)), recipe.purpose)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for shape, settings in _trainings(recipe, vocabulary()):
        check_memory(shape, settings, device)


def _trainings(recipe: LanguageRecipe, vocabulary: int) -> Iterator[tuple[DecoderShape, LanguageTrainSettings]]:
    if isinstance(recipe.teacher, TrainedTeacher):
        yield recipe.teacher.shape.decoder(vocabulary), recipe.teacher.train
    if recipe.student is not None:
        shape = recipe.student.decoder(vocabulary)
    else:
        assert recipe.model is not None  # a recipe has one of both
        shape = read_shape(Path(recipe.model.folder))
    yield shape, recipe.train
    for more in (recipe.base, recipe.own_tries):
        if more is not None:
            yield shape, more.train
