"""Whatever devices and sensors say, in whatever order: a suspicion is told once, is over once, and nothing breaks."""

import math
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.belief.obedience import THRESHOLD, Expected, Obedience, step, told
from sumika.belief.suspicion import Finding, Suspicion
from sumika.clock import Instant
from sumika.schema import AirSample, DeviceState, Origin, Write
from sumika.text import LANGUAGES

ANY = st.one_of(st.floats(-50, 5000), st.sampled_from([0.0, 1.0, 20.0, math.nan, math.inf, -math.inf, 1e300]))
SECONDS = st.integers(-100, 4000)
STATES = st.tuples(st.just("state"), SECONDS, st.sampled_from([0.0, 1.0, 2.0]), st.booleans(), st.none() | ANY)
AIR = st.tuples(st.just("air"), SECONDS, st.none() | ANY)
WRITES = st.tuples(st.just("write"), SECONDS, st.sampled_from([0.0, 1.0, 2.0]))
EXPECTED = [
    Expected(quantity="temperature_c", room="living", device="ac", with_it=2.0, without_it=-0.5, sigma=0.3),
    Expected(quantity="temperature_c", room="living", with_it=2.0, without_it=2.0, sigma=0.0),
    Expected(quantity="co2_ppm", room="living", device="fan", with_it=-100.0, without_it=50.0, sigma=0.0),
    Expected(quantity="power_w", device="ac", with_it=500.0, without_it=2.0, sigma=100.0),
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(STATES, AIR, WRITES), max_size=120))
def test_suspicions_are_told_once_and_are_over_once(course: list[tuple[object, ...]]) -> None:
    known, at_s = Obedience(kinds={"ac": "room_air_conditioner"}), 10_000.0
    held: dict[Suspicion, bool] = defaultdict(bool)
    findings: tuple[Finding, ...]
    for what, seconds, *values in course:
        at_s += float(seconds) if isinstance(seconds, int) else 0.0
        stamp = Instant(int(at_s * 1e9), 0, "test")
        number = values[0] if isinstance(values[0], float) else None
        if what == "write":
            write = Write(device="ac", action="mode", value=number or 0.0, sequence=1)
            known, findings = told(known, write, stamp), ()
        elif what == "state":
            power_w = values[2] if isinstance(values[2], float) else None
            message = DeviceState(
                stamp=stamp,
                origin=Origin.LIVE,
                device="ac",
                values={"mode": number or 0.0},
                available=bool(values[1]),
                power_w=power_w,
            )
            known, findings = step(known, message, EXPECTED)
        else:
            sample = AirSample(stamp=stamp, origin=Origin.LIVE, sensor="air", room="living", temperature_c=number)
            known, findings = step(known, sample, EXPECTED)
        for finding in findings:
            assert held[finding.suspicion] is finding.recovered
            held[finding.suspicion] = not finding.recovered
            assert all(finding.words(language) for language in LANGUAGES)
        assert all(0.0 <= total <= 1.5 * THRESHOLD for total in known.sums.values())
        assert known.found == {suspicion for suspicion, holds in held.items() if holds}
