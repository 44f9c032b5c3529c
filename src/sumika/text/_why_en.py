"""Why devices are told what they are told, in English."""

WHY: dict[str, str] = {
    # Why the rules do what they do.
    "why.rules.heat": "rule: {room} has {now:.1f} °C, heated to {to:.1f} °C",
    "why.rules.cool": "rule: {room} has {now:.1f} °C, cooled to {to:.1f} °C",
    "why.rules.keep": "rule: {room} is kept at {to:.1f} °C",
    "why.rules.warm_enough": "rule: {room} has {now:.1f} °C, which is right",
    "why.rules.no_sensor": "rule: nothing measures {room}; its own thermostat keeps {to:.1f} °C",
    "why.rules.boiler": "rule: the water follows the weather, {outdoor:.1f} °C outside",
    "why.rules.stale": "rule: stale air, {ppm:.0f} ppm CO2",
    "why.rules.ventilate": "rule: ordinary ventilation",
    "why.rules.empty": "rule: nobody is at home",
    "why.rules.damp": "rule: {room} is damp, {percent:.0f} %",
    "why.rules.dry": "rule: {room} is dry, {percent:.0f} %",
    "why.rules.humidity_right": "rule: humidity of {room} is right or nobody is there, {percent:.0f} %",
    "why.rules.no_humidity": "rule: nothing measures the humidity",
    "why.rules.clean": "rule: no dust that anything tells of",
    "why.rules.dusty": "rule: {dust:.0f} ug/m3 of fine dust",
    "why.rules.dark": "rule: it is dark outside",
    "why.rules.shade": "rule: sun, and {room} has {now:.1f} °C",
    "why.rules.daylight": "rule: daylight",
    "why.rules.shut": "rule: shut unless the air is stale and the day mild, dry and calm",
    "why.rules.by_itself": "rule: it runs by itself",
}
