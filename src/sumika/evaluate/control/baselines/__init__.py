"""Simple controllers, each as good as it gets by tuning: what a planner has to beat."""

from sumika.evaluate.control.baselines.families import FAMILIES, GRID, Family
from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.baselines.tuned import tuned_settings

__all__ = ["FAMILIES", "GRID", "Family", "Settings", "tuned_settings"]
