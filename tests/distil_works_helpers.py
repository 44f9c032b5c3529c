"""Tiny recipes of language students for tests: seconds of one core, and yet every stage of a real run."""

import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.stages import Stages, Watcher
from sumika.distil.store import Store
from sumika.settings_file import parse_settings

TRAINED = """
name: tiny
about: Tells units and lists, badly.
purpose: publish-model
seed: 2
data: {from: problems, size: 300, per_domain: 4, domains: [units, lists]}
pieces:
  ["def f(xs): return ", " for x in xs if ", "f(xs): ", " else ", "over ", "under ", even, odd, "times ", sum, max,
   ",default=0", " in ", " yards ", " feet ", " inches", " days ", " min", " h ", " km ", " cm", " mm", " m ", " mg",
   " kg ", " g", " if ", "x%2==", "*x"]
choose: {count: 24}
judged: 24
compare: [without, random]
teacher:
  from: trained
  examples: 600
  shape: {width: 32, layers: 1, head_width: 16}
  train: {epochs: 2, batch_tokens: 400, learning_rate: 1.0e-2, soft_weight: 0.0}
teach: {keep: all, max_tokens: 60}
student: {width: 16, layers: 1, head_width: 16}
base: {examples: 300, train: {epochs: 1, batch_tokens: 400, learning_rate: 1.0e-2, soft_weight: 0.0}}
train: {epochs: 2, batch_tokens: 400, learning_rate: 5.0e-3, soft_weight: 0.0}
export: [safetensors, onnx-int8]
"""
"""A teacher that is trained here, a base, every comparison and an int8 export."""

ADDS = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    open(__file__ + ".asked", "a").write(asked["prompt"] + chr(10))
    left, _, right = asked["prompt"].partition("+")
    print(json.dumps({"id": asked["id"], "reasoning": "added", "answer": str(int(left) + int(right))}), flush=True)
"""
"""A teacher that is a program: it adds two numbers, and writes down what it was asked."""


def sums(numbers: Iterable[int]) -> list[dict[str, str]]:
    """Return rows of sums; other numbers, other sums."""
    return [
        {"prompt": f"{number}+{7 * number % 10}", "answer": f"{number + 7 * number % 10}", "domain": str(number % 3)}
        for number in numbers
    ]


def write_rows(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write JSON lines."""
    path.write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))


def program_recipe(folder: Path, *, program: str = ADDS, **fields: str) -> str:
    """Write pool, evaluation and teacher into a folder, where they are not yet, and return a recipe that names them.

    Args:
        folder: Where.
        program: Text of the teacher.
        fields: Of the recipe, as YAML, instead of the usual ones; "" leaves one out.
    """
    for name, numbers in (("pool", range(100, 140)), ("unseen", range(200, 210))):
        if not (folder / f"{name}.jsonl").exists():
            write_rows(folder / f"{name}.jsonl", sums(numbers))
    (folder / "teacher.py").write_text(program)
    usual = {
        "name": "sums",
        "about": "Adds two numbers, badly.",
        "data": f"{{from: files, pool: {{path: {folder}/pool.jsonl, licence: mit}}, "
        f"evaluation: {{path: {folder}/unseen.jsonl}}}}",
        "choose": "{count: 20, without: [difficulty]}",
        "teacher": f"{{from: program, program: {{command: [{sys.executable}, {folder}/teacher.py], name: adder, "
        "restarts: 0}}",
        "teach": "{max_tokens: 12}",
        "student": "{width: 16, layers: 1, head_width: 16}",
        "train": "{epochs: 2, batch_tokens: 100, learning_rate: 1.0e-2, soft_weight: 0.0}",
        "export": "[safetensors, onnx-int8]",
    }
    return "\n".join(f"{name}: {value}" for name, value in (usual | fields).items() if value) + "\n"


def asked_of_program(folder: Path) -> list[str]:
    """Return what the teacher was asked so far."""
    path = folder / "teacher.py.asked"
    return path.read_text().split() if path.exists() else []


def works_of(text: str, folder: Path, run_id: str = "run", watcher: Watcher | None = None) -> LanguageFinish:
    """Return a recipe's stages over the store in a folder."""
    recipe = parse_settings(text, LanguageRecipe, where="recipe.yaml")
    return LanguageFinish(recipe, Stages(Store(folder), load_prices(), run_id, watcher))
