"""Which problems are worth a teacher's time: quality by named rules, difficulty by what reference students fail."""

from sumika.distil.judge.difficulty import (
    Difficulty,
    DifficultyReport,
    array_difficulty,
    difficulty_of,
    judge_difficulty,
)
from sumika.distil.judge.quality import Quality, QualityReport, QualitySettings, judge_quality
from sumika.distil.judge.signals import SignalQualitySettings, judge_signals

__all__ = [
    "Difficulty",
    "DifficultyReport",
    "Quality",
    "QualityReport",
    "QualitySettings",
    "SignalQualitySettings",
    "array_difficulty",
    "difficulty_of",
    "judge_difficulty",
    "judge_quality",
    "judge_signals",
]
