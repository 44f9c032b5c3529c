"""The simulated radar and the scene in front of it, as numbers."""

from sumika.schema import AntennaArray, ChirpProfile, RadarDescription

FRAME_INTERVAL_S = 0.05
RECEIVERS = 4
TRANSMIT_SETTINGS = ChirpProfile(
    start_frequency_hz=60.36e9,
    slope_hz_per_s=60e12,
    sample_rate_hz=4e6,
    samples_per_chirp=100,
    chirps_per_frame=2,
    chirp_interval_s=50e-6,
    complex_samples=True,
    full_scale=32767.0,
)

CHEST_AMPLITUDE_1M = 260.0
"""In counts, at 1 m; falls with the square of the distance, as echo power does with its fourth power."""
NOISE_SIGMA = 12.0
"""In counts, of I and of Q of each sample. Makes 27 dB at 1 m before the range FFT, like the real capture at 0.7 m."""

BODY_POINTS = ((1.0, 0.0, 1.0), (0.55, 0.06, 0.7), (0.4, -0.05, 0.25))
"""(share of the amplitude, metres behind the chest, share of the breathing motion): chest, belly, shoulders."""
CLUTTER_RANGES_M = (0.06, 0.45, 1.1, 2.3, 3.4, 4.9)
"""Leakage from the transmitter, then furniture and walls."""
CLUTTER_AMPLITUDES = (420.0, 60.0, 90.0, 160.0, 70.0, 110.0)
"""In counts."""

BREATHING_AMPLITUDE_M = 4.0e-3
BREATHING_HARMONICS = ((1, 1.0, 0.0), (2, 0.22, 0.9), (3, 0.07, 2.1))
"""(multiple of the rate, share of the amplitude, phase): breathing out takes longer than breathing in."""
HEART_AMPLITUDE_M = 0.25e-3
HEART_HARMONICS = ((1, 1.0, 0.0), (2, 0.5, 0.4))
SWAY_AMPLITUDE_M = 0.8e-3
MOVE_EVERY_S = 120.0
"""Mean time between two changes of posture."""
MOVE_TAKES_S = 3.0
MOVE_REACH_M = 0.06


def demo_description(model: str) -> RadarDescription:
    """Return the description of the simulated radar, under the model's name in `house.yaml`."""
    return RadarDescription(
        model=model,
        carrier_frequency_hz=TRANSMIT_SETTINGS.center_frequency_hz,
        frame_interval_s=FRAME_INTERVAL_S,
        chirp=TRANSMIT_SETTINGS,
        array=AntennaArray(receivers=tuple((float(m), 0.0) for m in range(RECEIVERS))),
    )
