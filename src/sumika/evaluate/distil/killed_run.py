"""A whole run of a recipe, killed at ten random moments and taken up again: is it the run that nobody disturbed?"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from sumika.distil.language_run import LanguageRun
from sumika.distil.ledger.ledger import Ledger, Status
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError
from sumika.settings_file import parse_settings

KILLS = 10
DEADLINE_S = 400.0
RECIPE = """
name: killed
seed: 3
data: {from: problems, size: 4000, per_domain: 10, domains: [units, lists]}
choose: {count: 1500, without: [difficulty]}
teacher:
  from: trained
  examples: 3000
  shape: {width: 32, layers: 2, head_width: 16}
  train: {epochs: 2, batch_tokens: 800, learning_rate: 4.0e-3, checkpoint_s: 0.3}
teach: {keep: all, max_tokens: 24}
student: {width: 32, layers: 2, head_width: 16}
train: {epochs: 3, batch_tokens: 800, learning_rate: 4.0e-3, checkpoint_s: 0.3}
"""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to.

    Attributes:
        loss: Last loss of the student.
        weights: Digest of the student.
    """

    loss: float
    weights: str


def measure(full: bool) -> dict[str, Figure]:
    """Return `resume_diff`: difference of the final losses; the weights are compared too.

    Args:
        full: Ten kills; nothing is measured otherwise.
    """
    if not full:
        return {}
    with tempfile.TemporaryDirectory() as name:
        undisturbed, _ = killed_run(Path(name) / "undisturbed", 0)
        disturbed, killed = killed_run(Path(name) / "killed", KILLS)
    detail: dict[str, float | str] = {
        "kills": float(killed),
        "loss": undisturbed.loss,
        "same_weights": str(undisturbed.weights == disturbed.weights).lower(),
    }
    difference = abs(undisturbed.loss - disturbed.loss)
    return {"resume_diff": Figure(value=difference, unit="nats", evidence=Evidence.MEASURED, detail=detail)}


def killed_run(folder: Path, kills: int, *, seed: int = 0, recipe: str = RECIPE) -> tuple[Ended, int]:
    """Run a recipe in processes of its own, killing it at random moments; return what it came to and the kills.

    Args:
        folder: Of the store.
        kills: How many; a moment is drawn only once the run has begun a stage.
        seed: Of the moments.
        recipe: As YAML.

    Raises:
        SumikaError: if the run fails, or does not end in time.
    """
    draw, done = random.Random(seed), 0
    deadline_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline_s:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(folder), recipe], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        limit_s = draw.uniform(0.05, 1.2) if done < kills else deadline_s - time.monotonic()
        if done < kills and not _begun(process, folder, deadline_s):
            limit_s = 60.0  # it had ended, or fails: both show below
        try:
            told, errors = process.communicate(timeout=max(limit_s, 0.01))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            done += done < kills  # at the very end it is the deadline that kills
            continue
        if process.returncode:
            raise SumikaError(f"the run failed: {errors.decode(errors='replace')[-500:]}")
        return msgspec.json.decode(told, type=Ended), done
    raise SumikaError(f"the run had not ended after {DEADLINE_S:.0f} s and {done} kills")


def _begun(process: subprocess.Popen[bytes], folder: Path, deadline_s: float) -> bool:
    """Wait until the process is at a stage, as its ledger tells; False if it ended first."""
    ledger = Ledger(folder / "ledger.jsonl")
    while process.poll() is None and time.monotonic() < deadline_s:
        mine = [entry for entry in ledger.entries() if entry.process_id == process.pid]
        if any(entry.status is Status.RUNNING for entry in mine):
            return True
        time.sleep(0.05)
    return False


def run(folder: Path, recipe: str = RECIPE) -> Ended:
    """Run a recipe in this process; what is in the store already is not done again."""
    stated = parse_settings(recipe, LanguageRecipe, where="killed_run")
    folder.mkdir(parents=True, exist_ok=True)
    works = LanguageRun(stated, Stages(Store(folder), load_prices(), "killed"))
    student = works.student
    return Ended(loss=float(student.facts["final_loss"]), weights=student.outputs["model"])


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(run(Path(sys.argv[1]), sys.argv[2])).decode())
