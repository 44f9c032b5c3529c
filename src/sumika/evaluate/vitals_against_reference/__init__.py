"""Scores a log's breath and heart rates against the contact sensors recorded beside the radars.

score, compared = score_log("night", (logged.message for logged in LogReader("night")))
for rate in score.rates:
    print(rate.who, rate.quantity, rate.mean_absolute_error, rate.coverage)
"""

from sumika.evaluate.vitals_against_reference.agreement import Number, RateScore
from sumika.evaluate.vitals_against_reference.beat_intervals import BeatScore
from sumika.evaluate.vitals_against_reference.beats_of_ecg import r_peaks
from sumika.evaluate.vitals_against_reference.breaths_of_belt import breath_times
from sumika.evaluate.vitals_against_reference.log_signals import TOPICS
from sumika.evaluate.vitals_against_reference.scored_log import Compared, VitalsScore, score_log

__all__ = [
    "TOPICS",
    "BeatScore",
    "Compared",
    "Number",
    "RateScore",
    "VitalsScore",
    "breath_times",
    "r_peaks",
    "score_log",
]
