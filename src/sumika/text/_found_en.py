"""What was found wrong or changed, in English: devices, sensors, the house, and at which level control goes on."""

FOUND = {
    "finding.all": "everything",
    "finding.sure": "{sentence} ({percent} % sure)",
    "finding.unreachable": "{subject} has not answered for {minutes} min: the plan does without it.",
    "finding.impossible_reading": "{subject} says {detail} = {measured}, which cannot be: it is left out.",
    "finding.wrong_unit": "{subject} says {detail} = {measured}: that looks like another unit ({reads} in ours). "
    "It is left out; set its unit where it is read.",
    "finding.jumping_reading": "{subject}: {detail} leapt from {before} to {measured} within {minutes} min: "
    "it is left out.",
    "finding.drifting_reading": "{subject}: {detail} has gone {off} away from what the other rooms and the model say "
    "since {since}: it is left out.",
    "finding.window_open": "{subject}: as much air goes out as through an open window or door since {since} "
    "({flow} l/s): the room is not heated or cooled meanwhile.",
    "finding.unknown_heat": "{subject}: something unknown gives {watts} W of heat since {since}.",
    "finding.unknown_cold": "{subject}: {watts} W of heat are lost nobody knows where to since {since}.",
    "finding.no_effect": "{subject} says that it works and should give {watts} W, "
    "but since {since} nothing comes of it.",
    "finding.less_air": "{subject}: ventilation moves {percent} % less air than it did in {since}: "
    "look at the filter and the vents.",
    "finding.less_heat": "{subject} gives {percent} % less heat than it did in {since}: "
    "look at its filter and its outdoor unit.",
    "finding.described_otherwise": "{subject} says {described}; measurements say {measured} ± {sigma}. "
    "The plan keeps to the measurements.",
    "event.unreachable": "{subject} does not answer",
    "event.unreachable.recovered": "{subject} answers again",
    "event.topics_refused": "connection {subject}: the broker does not let us hear these topics",
    "event.topics_refused.recovered": "connection {subject}: the broker lets us hear all topics again",
    "event.says_nothing_of_its_kind": "{subject} says nothing that a sensor of its kind has",
    "event.says_nothing_of_its_kind.recovered": "{subject} says something again that a sensor of its kind has",
    "event.impossible_reading": "{subject} says what cannot be",
    "event.impossible_reading.recovered": "{subject} makes sense again",
    "event.wrong_unit": "{subject} seems to speak in another unit",
    "event.wrong_unit.recovered": "{subject} speaks in our unit again",
    "event.jumping_reading": "The reading of {subject} has leapt",
    "event.jumping_reading.recovered": "The reading of {subject} is sound again",
    "event.drifting_reading": "The reading of {subject} has drifted away",
    "event.drifting_reading.recovered": "The reading of {subject} fits again",
    "event.window_open": "{subject}: a window or door seems to stand open",
    "event.window_open.recovered": "{subject}: the window or door seems to be shut again",
    "event.unknown_heat": "{subject} is warmed by something unknown",
    "event.unknown_heat.recovered": "{subject}: the unknown warmth is over",
    "event.unknown_cold": "{subject} loses heat nobody knows where to",
    "event.unknown_cold.recovered": "{subject} keeps its heat again",
    "event.less_air": "{subject} moves less air than it did",
    "event.less_air.recovered": "{subject} moves its air again",
    "event.less_heat": "{subject} gives less heat than it did",
    "event.less_heat.recovered": "{subject} gives its heat again",
    "event.described_otherwise": "house.yaml and the measurements contradict each other: {subject}",
    "event.described_otherwise.recovered": "house.yaml and the measurements agree again: {subject}",
    "level.full": "Control is complete.",
    "level.reduced": "Control goes on without {without}.",
    "level.policy": "No plan holds: the distilled policy controls.",
    "level.rules": "No plan holds: plain rules control.",
    "level.fail_safe": "Nobody controls: devices are left to themselves.",
    "level.off": "Control is switched off: devices follow their own thermostats and people's hands.",
    "level.without.device": "{subject}",
    "level.without.reading": "the {detail} of {subject}",
    "level.without.readings": "any reading of a room",
    "level.without.forecast": "a weather forecast (the house's own record stands in)",
    "level.without.agreement": "agreement in {subject} (too warm and too cold at once: the middle is kept)",
    "finding.swapped_sensors": "The sensors of {subject} and {detail} seem to hang in each other's room: "
    "exchange their rooms in house.yaml.",
    "finding.swapped_put_right": "The sensors of {subject} and {detail} hang in each other's room beyond doubt: "
    "they are read as if house.yaml said so. Correct house.yaml, or exchange them.",
    "event.swapped_sensors": "{subject}: its sensor seems to hang in another room",
    "event.swapped_sensors.recovered": "{subject}: its sensor hangs where it is said to",
}
