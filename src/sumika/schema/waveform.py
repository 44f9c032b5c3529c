"""What a radar sends, and what follows from it: resolution and ambiguity in range and velocity."""

import msgspec

from sumika.units import SPEED_OF_LIGHT_M_S, wavelength_m


class ChirpProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One FMCW frame as it is sent and sampled.

    Attributes:
        start_frequency_hz: Frequency at the first sample.
        slope_hz_per_s: Frequency ramp; 0 for continuous wave, which cannot tell distance.
        sample_rate_hz: Rate of the converter (complex samples count once).
        samples_per_chirp: Samples of one chirp.
        chirps_per_frame: Chirps per transmitter in one frame.
        chirp_interval_s: Time from one chirp of a transmitter to its next.
        complex_samples: Whether the receiver is I/Q; a real one sees distances to half the sample rate only.
        full_scale: Largest magnitude of a sample (of I and of Q each); where it is reached the converter is saturated.
        transmitter_interval_s: Time from one transmitter's chirp to that of the next one (TDM); None shares
            `chirp_interval_s` evenly among the transmitters.
    """

    start_frequency_hz: float
    slope_hz_per_s: float
    sample_rate_hz: float
    samples_per_chirp: int
    chirps_per_frame: int
    chirp_interval_s: float
    complex_samples: bool
    full_scale: float
    transmitter_interval_s: float | None = None

    @property
    def bandwidth_hz(self) -> float:
        """Bandwidth swept while sampling."""
        return self.slope_hz_per_s * self.samples_per_chirp / self.sample_rate_hz

    @property
    def center_frequency_hz(self) -> float:
        """Frequency in the middle of the sampled sweep."""
        return self.start_frequency_hz + self.bandwidth_hz / 2

    @property
    def wavelength_m(self) -> float:
        """Free-space wavelength at the middle of the sampled sweep."""
        return wavelength_m(self.center_frequency_hz)

    @property
    def range_resolution_m(self) -> float:
        """Spacing of range FFT bins without zero padding, c/2B; infinite for continuous wave."""
        return SPEED_OF_LIGHT_M_S / (2 * self.bandwidth_hz) if self.bandwidth_hz else float("inf")

    @property
    def max_range_m(self) -> float:
        """Farthest unambiguous distance: all bins of an I/Q receiver, half of them of a real one."""
        bins = self.samples_per_chirp if self.complex_samples else self.samples_per_chirp // 2
        return bins * self.range_resolution_m

    @property
    def velocity_resolution_m_s(self) -> float:
        """Spacing of Doppler FFT bins without zero padding, wavelength / 2NT."""
        return self.wavelength_m / (2 * self.chirps_per_frame * self.chirp_interval_s)

    @property
    def max_velocity_m_s(self) -> float:
        """Largest unambiguous radial speed either way, wavelength / 4T."""
        return self.wavelength_m / (4 * self.chirp_interval_s)

    def transmit_offsets_s(self, transmitters: int) -> tuple[float, ...]:
        """Return when each transmitter's chirp starts within `chirp_interval_s`, the first at 0."""
        step = self.transmitter_interval_s
        if step is None:
            step = self.chirp_interval_s / transmitters
        return tuple(number * step for number in range(transmitters))


class RangeGrid(msgspec.Struct, frozen=True, kw_only=True):
    """The distances of a `RangeFrame`: bin `i` lies at `start_m + i * step_m`."""

    start_m: float
    step_m: float
    bins: int
