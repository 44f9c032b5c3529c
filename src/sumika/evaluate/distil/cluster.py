"""Two Ray workers, one of them killed in the middle of its task: the students must be those of an undisturbed run."""

import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import msgspec

from sumika.distil.cluster import Task, TaskResult, run_one, run_tasks
from sumika.distil.store import Store
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError

FUNCTION = "sumika.distil.cluster_trial:train_student"
STEPS = 400
KILL_AT_STEP = 20
DEADLINE_S = 90.0


class _Worker(msgspec.Struct, frozen=True):
    process_id: int
    first_step: int
    step: int


def measure(full: bool) -> dict[str, Figure]:
    """Return `cluster_diff`: students whose weights differ from those made without Ray; only when `full`."""
    if not full:
        return {}
    return {"cluster_diff": cluster_diff()}


def cluster_diff(steps: int = STEPS) -> Figure:
    """Train two students on two Ray workers, kill one worker, and count the students that came out different.

    Args:
        steps: Of each training.

    Raises:
        SumikaError: if Ray is missing, or the killing came too late to prove anything.
    """
    tasks = [
        Task(name=f"student {seed}", function=FUNCTION, arguments={"seed": seed, "steps": steps}) for seed in (1, 2)
    ]
    with tempfile.TemporaryDirectory(prefix="sumika-cluster-") as folder:
        # What a worker does, in this process: another would load torch for a second of work.
        alone = str(Path(folder) / "alone")
        undisturbed = {one.name: run_one(alone, msgspec.json.encode(one)) for one in tasks}
        shared = Path(folder) / "shared"
        killer = _Killer(Store(shared), tasks[0])
        killer.start()
        start_s = time.monotonic()
        disturbed = run_tasks(tasks, store=shared, workers=2, executor="ray")
        wall_s = time.monotonic() - start_s
        killer.join()
    if killer.killed == 0 or killer.resumed_at == 0:
        raise SumikaError("no worker was killed in the middle of its task", remedy="Run it again with more steps.")
    results = {name: msgspec.json.decode(ended, type=TaskResult) for name, ended in undisturbed.items()}
    different = sum(results[name].result != ended.result for name, ended in disturbed.items())
    return Figure(
        value=float(different),
        unit="students",
        evidence=Evidence.MEASURED,
        detail={
            "workers": 2.0,
            "killed_at_step": float(killer.killed_at),
            "went_on_from_step": float(killer.resumed_at),
            "steps": float(steps),
            "wall_s": round(wall_s, 1),
            "weights": str(disturbed[tasks[0].name].result)[:16],
        },
    )


class _Killer(threading.Thread):
    """Kills the worker of a task in its middle and sees where the next worker goes on."""

    def __init__(self, store: Store, victim: Task) -> None:
        super().__init__(daemon=True)
        self._path = store.work_folder(victim.key) / "worker.json"
        self._finished = store.finished_path(victim.key)
        self.killed = self.killed_at = self.resumed_at = 0

    def run(self) -> None:
        """Wait for the step, kill, wait for the next worker."""
        end_s = time.monotonic() + DEADLINE_S
        pause = threading.Event()
        while time.monotonic() < end_s and not self._finished.exists() and not self.resumed_at:
            try:
                worker = msgspec.json.decode(self._path.read_bytes(), type=_Worker)
            except (FileNotFoundError, msgspec.DecodeError):
                pause.wait(0.02)
                continue
            if not self.killed and worker.step >= KILL_AT_STEP:
                os.kill(worker.process_id, signal.SIGKILL)
                self.killed, self.killed_at = worker.process_id, worker.step
            elif self.killed and worker.process_id != self.killed:
                self.resumed_at = worker.first_step
            pause.wait(0.02 if self.killed else 0.001)
