"""A file of one's own through the real command: run, ledger, card, compare, export, verify, and what is wrong."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from click.testing import CliRunner, Result

from sumika.cli.distil import distil
from sumika.distil.ledger.ledger import Ledger
from sumika.schema import SumikaError, UsageError

RECIPE = """\
name: {name}
about: Tells three kinds of rows apart.
seed: {seed}
data:
  from: files
  evidence: simulation
  pool: {{path: {path}, kind: arrays, licence: CC0-1.0}}
teacher:
  from: boosting
  members: 2
  trees: {{rounds: 15, leaves: 6, least_in_leaf: 5}}
student: {{kind: perceptron, width: 8, depth: 1}}
train: {{epochs: 8, batch: 32, learning_rate: 0.02}}
evaluate: {{folds: 2}}
"""
PEOPLE, EACH = 4, 60


def write_rows(path: Path) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(PEOPLE * EACH, 5)).astype(np.float32)
    kinds = np.array(["first", "second", "third"])
    y = kinds[np.digitize(x[:, 0] + 0.5 * x[:, 1], [-0.5, 0.5])]
    group = np.repeat([f"person {one}" for one in range(PEOPLE)], EACH)
    np.savez(path, x=x, y=y, group=group)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, two recipes and a store in which both were run, the first by a command of its own process."""
    folder = tmp_path_factory.mktemp("place")
    write_rows(folder / "rows.npz")
    for number, name in enumerate(("rows", "rows-again")):
        (folder / f"{name}.yaml").write_text(RECIPE.format(name=name, seed=number, path=folder / "rows.npz"))
    called = [sys.executable, "-m", "sumika", "distil", "run", str(folder / "rows.yaml")]
    done = subprocess.run(
        called, env=os.environ | told(folder), capture_output=True, text=True, timeout=300, check=True
    )
    (folder / "rows.out").write_text(done.stdout)
    (folder / "rows.err").write_text(done.stderr)
    again = sumika(folder, "run", str(folder / "rows-again.yaml"))
    assert again.exit_code == 0, again.stderr
    return folder


def told(folder: Path) -> dict[str, str]:
    return {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "SUMIKA_STORE": str(folder / "store"),
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "80",
    }


def sumika(folder: Path, command: str, *arguments: str) -> Result:
    """Give a command in this process: each of its own would load torch again."""
    return CliRunner().invoke(distil, [command, *arguments], env=told(folder))


def model(folder: Path, name: str = "rows") -> Path:
    return Path((folder / f"{name}.out").read_text().splitlines()[-1].partition("bill: ")[2])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_tells_everything_within_80_columns(place: Path) -> None:
    lines = (place / "rows.out").read_text().splitlines()
    text = "\n".join(lines)
    for part in ("rows: 240 examples of 4 groups", "student in 8 bits", "Evidence: simulation", "CC0-1.0", "¥", "$"):
        assert part in text
    assert all(len(line) <= 80 for line in lines[:-1])  # the last one names a folder
    quoted = (place / "rows.err").read_text()
    assert "rows: " in quoted
    assert "left" in quoted or "store" in quoted
    assert {"README.md", "student.onnx", "student.c", "manifest.sig"} <= {one.name for one in model(place).iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ledger_card_and_compare(place: Path) -> None:
    ledger = sumika(place, "ledger", "rows")
    assert ledger.exit_code == 0, ledger.stderr
    assert "2 folds: student" in ledger.stdout
    assert all(len(line) <= 80 for line in ledger.stdout.splitlines())
    whole = json.loads(sumika(place, "ledger", "rows", "--json").stdout)
    assert "fold 1 of 2: student" in {one["name"] for one in whole["stages"]}
    card = sumika(place, "card", "rows")
    for part in ("# rows", "CC0-1.0", "boosted trees", "Predicted / actual", "sumika distil run"):
        assert part in card.stdout
    compared = sumika(place, "compare", "rows", "rows-again")
    assert compared.exit_code == 0, compared.stderr
    assert "accuracy by group" in " ".join(compared.stdout.split())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_export_and_verify(place: Path, tmp_path: Path) -> None:
    folder = model(place)
    verified = sumika(place, "verify", str(folder))
    assert verified.exit_code == 0, verified.stderr
    target = tmp_path / "net.onnx"
    done = sumika(place, "export", "rows", "onnx", str(target))
    assert done.exit_code == 0, done.stderr
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    logits = np.asarray(session.run(["logits"], {"x": np.zeros((2, 5), np.float32)})[0])
    assert logits.shape == (2, 3)
    assert sumika(place, "export", str(folder), "c", str(tmp_path / "net.c")).exit_code == 0
    if shutil.which("gcc"):
        subprocess.run(["gcc", "-std=c99", "-Werror", "-c", "net.c", "-o", "net.o"], cwd=tmp_path, check=True)
    wrong = sumika(place, "export", "rows", "gguf", str(tmp_path / "net.gguf"))
    assert isinstance(wrong.exception, UsageError)
    assert "no form 'gguf'" in str(wrong.exception)
    (folder / "student.c").write_text("changed")
    assert "changed: student.c" in str(sumika(place, "verify", str(folder)).exception)


@pytest.mark.parametrize(
    ("command", "options", "changed", "said"),
    [
        ("run", ["--without", "quality"], ("", ""), "--without"),
        ("run", [], ("width: 8", "widht: 8"), "wrong.yaml:12"),
        ("run", [], ("folds: 2", "folds: 9"), "evaluate.folds"),
        ("run", [], ("folds: 2", "folds: 2, answered: 1.0"), "evaluate.answered"),
        ("quote", [], ("rows.npz", "nothing.npz"), "nothing.npz"),
        ("quote", [], ("CC0-1.0", "openai"), "data rows.npz"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_trained(
    command: str, options: list[str], changed: tuple[str, str], said: str, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.npz")
    recipe = tmp_path / "wrong.yaml"
    recipe.write_text(
        RECIPE.format(name="wrong", seed=0, path=tmp_path / "rows.npz").replace(*changed) + "purpose: compete\n"
    )
    done = CliRunner().invoke(distil, [command, str(recipe), "--store", str(tmp_path / "store"), *options])
    assert isinstance(done.exception, SumikaError)
    assert said in str(done.exception)
    entries = Ledger(tmp_path / "store" / "ledger.jsonl").entries()
    assert {one.stage for one in entries} <= {"pool", "clean and judge"}
