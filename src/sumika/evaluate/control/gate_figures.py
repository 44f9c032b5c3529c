"""What the safety gate lets through when anything is asked of it, and how long it takes to decide."""

from sumika.evaluate.control.gate import gate_us, gate_violations
from sumika.evaluate.figure import Evidence, Figure

QUICK_SEQUENCES, FULL_SEQUENCES = 2_000, 100_000


def measure(full: bool) -> dict[str, Figure]:
    """Return the violations among random sequences of commands, and the time of one decision."""
    found = {"gate_us": Figure(value=gate_us(), unit="µs", evidence=Evidence.MEASURED)}
    trial = gate_violations(FULL_SEQUENCES if full else QUICK_SEQUENCES, 0)
    found["gate_violations"] = Figure(
        value=float(trial.violations),
        unit="1",
        evidence=Evidence.SIMULATION,
        detail={"sequences": FULL_SEQUENCES if full else QUICK_SEQUENCES, "decisions": trial.decisions},
    )
    return found
