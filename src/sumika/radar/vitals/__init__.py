"""Breath and heartbeat of each tracked person, from the slow time of a radar's range profiles.

`start` and `step` are all a pipeline needs: per frame the mean profile of `sumika.radar.detection` and the targets of
`sumika.radar.tracking` in, per target a rate of breathing, a heart rate, the chest's displacement and the odds that
something breathes there out. What cannot be measured now says why.
"""

from sumika.radar.vitals.frames import VitalsState, start, step
from sumika.radar.vitals.person import PersonResult
from sumika.radar.vitals.settings import VitalsSettings

__all__ = ["PersonResult", "VitalsSettings", "VitalsState", "start", "step"]
