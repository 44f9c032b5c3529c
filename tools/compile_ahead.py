#!/usr/bin/env python3
"""Compiles the loops of simulated radars and of the radar chain, by a short scene.

Where several processes begin at once each would do it for itself. What is compiled is kept on disk (`sumika.compiled`).

    python tools/compile_ahead.py
"""

from sumika.training.posture import windows
from sumika.world.radar_scene import exercising_scene
from sumika.world.radar_scene.living import living_waveform


def main() -> None:
    """Look at somebody who exercises."""
    for _ in windows(exercising_scene(3, living_waveform("iwr6843aop")), 1.0):
        pass


if __name__ == "__main__":
    main()
