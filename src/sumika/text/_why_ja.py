"""Why devices are told what they are told, in Japanese."""

WHY: dict[str, str] = {
    # Why the rules do what they do.
    "why.rules.heat": "規則: {room}は{now:.1f} °C、{to:.1f} °Cまで暖房",
    "why.rules.cool": "規則: {room}は{now:.1f} °C、{to:.1f} °Cまで冷房",
    "why.rules.keep": "規則: {room}を{to:.1f} °Cに保つ",
    "why.rules.warm_enough": "規則: {room}は{now:.1f} °Cで適温",
    "why.rules.no_sensor": "規則: {room}は測定なし、機器自身が{to:.1f} °Cに保つ",
    "why.rules.boiler": "規則: 湯温は外気に合わせる、外は{outdoor:.1f} °C",
    "why.rules.stale": "規則: 空気がこもっている、CO2 {ppm:.0f} ppm",
    "why.rules.ventilate": "規則: 通常の換気",
    "why.rules.empty": "規則: 留守",
    "why.rules.damp": "規則: {room}が湿っている、{percent:.0f} %",
    "why.rules.dry": "規則: {room}が乾いている、{percent:.0f} %",
    "why.rules.humidity_right": "規則: {room}の湿度は適切か不在、{percent:.0f} %",
    "why.rules.no_humidity": "規則: 湿度の測定なし",
    "why.rules.clean": "規則: 分かる限り粉じんなし",
    "why.rules.dusty": "規則: 微小粒子 {dust:.0f} µg/m³",
    "why.rules.dark": "規則: 外が暗い",
    "why.rules.shade": "規則: 日差しがあり、{room}は{now:.1f} °C",
    "why.rules.daylight": "規則: 昼の光",
    "why.rules.shut": "規則: 空気がこもり、外が穏やかで乾いた日のほかは閉める",
    "why.rules.by_itself": "規則: 機器自身に任せる",
}
