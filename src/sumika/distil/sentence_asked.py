"""What is asked of a student that reads sentences: what it has, and whether that is enough; no torch."""

from sumika.distil.about import About

MOST_PARAMETERS, MOST_MB, MOST_MS, MOST_CORE_MINUTES, MOST_LOST = 5_000_000, 6.0, 20.0, 30.0, 0.01
LEAST_EXACT = {"in distribution": 0.95, "new devices": 0.88}


def asked_of_readers(about: About) -> dict[str, tuple[str, bool]]:
    """Return what is asked of every student of sentences: what it has, and whether that is enough."""
    shown, paid, model = about.shown, about.paid, about.model
    mb, ms = model.size_bytes / 1e6, model.latency_s * 1000
    found = {
        f"parameters, at most {MOST_PARAMETERS:,}": (f"{model.parameters:,}", model.parameters <= MOST_PARAMETERS),
        f"MB in 8 bits, at most {MOST_MB:g}": (f"{mb:.2f}", mb <= MOST_MB),
        f"ms a sentence, at most {MOST_MS:g}": (f"{ms:.2f}", ms <= MOST_MS),
        f"points lost to 8 bits, at most {100 * MOST_LOST:g}": (
            f"{100 * shown.int8_lost.value:.2f}",
            shown.int8_lost.value <= MOST_LOST,
        ),
        f"core-minutes, at most {MOST_CORE_MINUTES:g}": (
            f"{paid.student_core_minutes:.1f}",
            paid.student_core_minutes <= MOST_CORE_MINUTES,
        ),
        "better than without what teaches it, interval above 0": (
            f"{shown.gained.value:+.4f} [{shown.gained.low:+.4f}, {shown.gained.high:+.4f}]",
            shown.gained.low > 0,
        ),
    }
    for part, least in LEAST_EXACT.items():
        exact = [one.value for name, one in shown.disturbed.items() if name.rpartition(", ")[0] == part]
        if exact:
            found[f"read wholly right, {part}, worst domain, at least {least:g}"] = (
                f"{min(exact):.3f}",
                min(exact) >= least,
            )
    return found
