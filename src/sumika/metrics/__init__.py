"""Scores of estimates against references, and whether their sigmas tell the truth."""

from sumika.metrics.estimates import EstimateScore, agreement, score_estimates

__all__ = ["EstimateScore", "agreement", "score_estimates"]
