"""Benchmarks and scores: every figure that the project claims comes from here, with its evidence."""

from sumika.evaluate.figure import Evidence, Figure

__all__ = ["Evidence", "Figure"]
