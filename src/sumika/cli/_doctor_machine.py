"""The doctor's look at the machine: Python, optional packages, clock, processors, memory, systemd."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sumika.cli._finding import Finding, fail, ok, warn
from sumika.clock import Instant
from sumika.units import NANOSECONDS_PER_SECOND

OLDEST_PYTHON = (3, 11)
FIRST_YEAR, LAST_YEAR = 2025, 2100
"""A clock outside was never set: this program did not exist before."""

LEAST_CORES = 2
LEAST_MEMORY_BYTES = 1_400_000_000
"""What all processes of the demo house hold together after some minutes (measured). A house whose radars are real has
less to do: nobody has to be simulated."""

EXTRAS = (
    ("h5py", "recordings", "recordings in HDF5 files (Acconeer) cannot be played, and logs not exported to HDF5"),
    ("pyarrow", "parquet", "history is not archived as Parquet, and logs not exported to it"),
    ("reportlab", "desk", "no paper is written: care notes, monthly reports, orders (sumika desk)"),
)
"""(module, extra that brings it, what is missing without it)."""

SYSTEMD_RUNS = Path("/run/systemd/system")


def python_version(version: tuple[int, int, int]) -> list[Finding]:
    """Judge the Python that runs us."""
    shown = ".".join(str(part) for part in version)
    if version[:2] >= OLDEST_PYTHON:
        return [ok(f"Python {shown}")]
    return [
        fail(
            f"Python {shown}",
            f"Sumika needs {'.'.join(str(part) for part in OLDEST_PYTHON)} or newer",
            "Install a newer Python and run: make clean run",
        )
    ]


def extras(present: Callable[[str], bool]) -> list[Finding]:
    """Judge which optional packages are there.

    Args:
        present: Tells whether a module can be imported.
    """
    return [
        ok(f"{module} is there")
        if present(module)
        else warn(f"{module} is not installed", missing, f"If you need that: pip install 'sumika[{extra}]'")
        for module, extra, missing in EXTRAS
    ]


def clock_sane(first: Instant, second: Instant) -> list[Finding]:
    """Judge the machine's clocks by two readings, the second taken after the first."""
    findings = []
    year = datetime.fromtimestamp(second.wall_ns // NANOSECONDS_PER_SECOND, UTC).year
    if FIRST_YEAR <= year <= LAST_YEAR:
        findings.append(ok(f"the clock says {year}"))
    else:
        findings.append(
            fail(
                f"the clock says {year}",
                "history would be written under wrong dates",
                "Set it, best by network time: timedatectl set-ntp true",
            )
        )
    if second.monotonic_ns < first.monotonic_ns:
        findings.append(
            fail(
                "the monotonic clock ran backwards",
                "every timeout of the house rests on it",
                "The kernel or the virtual machine is at fault: try another clock source",
            )
        )
    if second.boot_id == "unknown":
        findings.append(
            warn(
                "the kernel does not tell which boot this is",
                "times of two boots cannot be told apart",
                "Make /proc/sys/kernel/random/boot_id readable",
            )
        )
    return findings


def processors(cores: int) -> list[Finding]:
    """Judge the number of processor cores we may use."""
    if cores >= LEAST_CORES:
        return [ok(f"{cores} processor cores")]
    return [
        warn(
            f"{cores} processor core",
            "one busy process delays all others",
            f"Give it {LEAST_CORES} cores, or run fewer radars",
        )
    ]


def memory(available_bytes: int) -> list[Finding]:
    """Judge the memory that is free to use."""
    shown = f"{available_bytes / 1e9:.1f} GB of memory available"
    if available_bytes >= LEAST_MEMORY_BYTES:
        return [ok(shown)]
    return [
        warn(
            shown,
            f"the demo house takes {LEAST_MEMORY_BYTES / 1e9:g} GB, a house of real radars less",
            "End other programs, or add memory or swap",
        )
    ]


def systemd(runs: bool) -> list[Finding]:
    """Tell whether systemd can start the house at boot; it is no fault if not."""
    return [ok("systemd is here: it can start and watch the house" if runs else "no systemd: start the house yourself")]
