"""Recipes: those that ship load; a slip in one's own is told by file, line, field and the nearest spelling."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from sumika.distil.recipe import LanguageRecipe, ProblemPool, load_recipe, shipped
from sumika.distil.recipe_teachers import Shape, TrainedTeacher
from sumika.distil.teachers.terms import check_terms
from sumika.schema import UsageError
from sumika.settings_file import LARGEST_FILE_BYTES, outline, parse_settings, read_settings

WHOLE = """\
name: mine
purpose: research
data:
  from: files
  pool:
    path: pool.jsonl
    columns: {prompt: question}
  evaluation: {path: unseen.jsonl}
choose: {count: 10, without: [difficulty]}
teacher:
  from: program
  program:
    command: [python, teacher.py]
student: {width: 32, layers: 2}
train:
  epochs: 2
export: [safetensors]
"""


def parsed(text: str) -> LanguageRecipe:
    return parse_settings(text, LanguageRecipe, where="mine.yaml")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_recipe_loads_and_says_what_it_is_for(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.about
    assert (recipe.student is None) != (recipe.model is None)
    check_terms(recipe.teacher.terms, recipe.purpose)
    assert msgspec.convert(msgspec.to_builtins(recipe), LanguageRecipe) == recipe, "as a run remembers it"


def test_at_least_the_recipes_of_the_handbook_ship() -> None:
    assert {"reason-demo", "reason-tiny", "s1-32b-lora", "s1-7b"} <= set(shipped())


def test_a_whole_recipe_is_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(WHOLE)
    recipe = load_recipe(str(path))
    assert recipe == parsed(WHOLE)
    assert recipe.choose.count == 10
    assert recipe.student is not None
    assert recipe.student.decoder(100).hidden == 80
    assert recipe.train.epochs == 2


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("choose:", "chose:", ["mine.yaml:9", "unknown field `chose`", "Did you mean 'choose'?"]),
        ("columns:", "colums:", ["mine.yaml:7", "data.pool", "Did you mean 'columns'?"]),
        ("command:", "comand:", ["mine.yaml:13", "teacher.program", "Did you mean 'command'?"]),
        ("count: 10", "number: 10", ["mine.yaml:9", "choose", "Known here: by, clusters, count"]),
        ("  epochs: 2", "  epoch: 2", ["mine.yaml:16", "train", "Did you mean 'epochs'?"]),
        ("name: mine\n", "", ["mine.yaml:1", "is missing the required field `name`"]),
        ("    path: pool.jsonl\n", "", ["mine.yaml:5", "data.pool", "missing the required field `path`"]),
        ("epochs: 2", "epochs: two", ["mine.yaml:16", "train.epochs", "Expected `int`, got `str`"]),
        ("epochs: 2", "epochs: 2.5", ["mine.yaml:16", "train.epochs", "Expected `int`, got `float`"]),
        ("count: 10", "count: 0", ["mine.yaml:9", "choose", "at least one example"]),
        ("width: 32", "width: 33", ["mine.yaml:14", "student", "multiple of `head_width` 32"]),
        ("width: 32", "width: 0", ["mine.yaml:14", "multiple of `head_width`"]),
        ("purpose: research", "purpose: fun", ["mine.yaml:2", "purpose", "Invalid enum value 'fun'"]),
        ("[safetensors]", "[safetensors, pickle]", ["mine.yaml:17", "export", "Invalid enum value 'pickle'"]),
        ("from: program", "from: oracle", ["mine.yaml:11", "teacher.from", "Invalid value 'oracle'"]),
        ("student: {width: 32, layers: 2}\n", "", ["mine.yaml:1", "either `student`", "or `model`"]),
        ("student:", "model: {folder: m, licence: mit}\nstudent:", ["either `student`", "or `model`"]),
        ("export:", "ask: Answer!\nexport:", ["`ask` must hold {prompt}"]),
        (
            "student: {width: 32, layers: 2}",
            "model: {folder: m, licence: mit}\nbase: {examples: 9, train: {}}",
            ["`base` is for students from scratch"],
        ),
        (
            "from: program\n  program:\n    command: [python, teacher.py]",
            "from: trained\n  examples: 9\n  shape: {width: 32, layers: 1}\n  train: {}",
            ["`from: trained` learns built-in problems", "take another teacher"],
        ),
    ],
)
def test_a_slip_is_told_where_it_stands(was: str, becomes: str, says: list[str]) -> None:
    assert was in WHOLE
    with pytest.raises(UsageError) as told:
        parsed(WHOLE.replace(was, becomes))
    for part in says:
        assert part in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must be a mapping of fields, found NoneType"),
        ("- a\n- b\n", "must be a mapping of fields, found CommentedSeq"),
        ("name: [a\nseed: 1\n", r"mine.yaml:\d+: no YAML: "),
        ("name: mine\nname: yours\n", r"mine.yaml:2: no YAML: found duplicate key"),
        ("name: mine\n\tseed: 1\n", r"mine.yaml:2: no YAML"),
        ("name: !!python/object/apply:os.system [ls]\n", r"mine.yaml:1: name: Expected `str`"),
        ("name: \0\n", "mine.yaml: no YAML"),
    ],
)
def test_what_is_no_recipe_is_told(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parsed(text)


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    cases: dict[str, tuple[bytes, str]] = {
        "large.yaml": (b"#" * (LARGEST_FILE_BYTES + 1), "larger than 1 MiB: this is no recipe"),
        "latin.yaml": ("name: häuser".encode("latin-1"), "it is not UTF-8 text"),
    }
    for name, (content, says) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError, match=f"{name}: .*{says}"):
            load_recipe(str(tmp_path / name))
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_recipe(str(tmp_path))
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_settings(tmp_path / "nothing.yaml", LanguageRecipe)


def test_a_recipe_that_is_nowhere_is_told_with_those_that_ship() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'reson-tiny'.*reason-demo, reason-tiny"):
        load_recipe("reson-tiny")


def test_the_outline_states_what_can_be_read_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert outline(path) == {}
    for text, expected in (("teacher: {from: networks}", {"teacher": {"from": "networks"}}), ("[1", {}), ("- 1", {})):
        path.write_text(text)
        assert outline(path) == expected
    path.write_bytes(b"\xff\xfe\xfa")
    assert outline(path) == {}


def test_own_teachers_and_shapes_say_what_they_are() -> None:
    trained: dict[str, Any] = {"from": "trained", "examples": 10, "shape": {"width": 64, "layers": 2}, "train": {}}
    teacher = msgspec.convert(trained, TrainedTeacher)
    assert teacher.terms == "own"
    decoder = teacher.shape.decoder(101)
    assert (decoder.heads, decoder.key_value_heads, decoder.hidden, decoder.context) == (2, 2, 160, 256)
    stated = Shape(width=64, layers=2, hidden=48, context=99).decoder(101)
    assert (stated.hidden, stated.context) == (48, 99)
    assert ProblemPool().size == 59_000
